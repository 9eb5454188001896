"""salus.types: a module for each file of contracts/types

given a file of contracts/types
    the library has its module, or the file holds nothing that leaves the contracts
given a class of the library
    no other class has its name, the elements of FHIR aside
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]
FHIR_ELEMENTS = ROOT / "salus" / "fhir" / "models.py"
"""Its classes have the names that FHIR gives them."""
WITHIN_CONTRACTS = {
    "BillLine": "a storage slot of ProviderRegistry",
    "BillSums": "a word that the desk hands to ProviderRegistry",
    "Charge": "a word that the desk hands to PolicyBook",
    "Codes": "constants; the library's codes, with their words, are salus.base.codes",
    "Days": "a function; the library's is salus.base.days",
    "Pool": "what a pool keeps and is told; the library reads it by views and events",
    "Provider": "storage of ProviderRegistry; the library reads it by views and events",
    "Standing": "a word that ProviderRegistry answers the desk",
}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def test_has_a_module_for_each_file() -> None:
    files = {path.stem for path in (ROOT / "contracts" / "types").glob("*.sol")}
    modules = {path.stem for path in (ROOT / "salus" / "types").glob("*.py")} - {"__init__"}

    assert modules == {snake(name) for name in files - WITHIN_CONTRACTS.keys()}
    assert files >= WITHIN_CONTRACTS.keys()


def test_one_name_is_one_class() -> None:
    counts = Counter(
        node.name
        for path in (ROOT / "salus").rglob("*.py")
        if path != FHIR_ELEMENTS
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert [name for name, count in counts.items() if count > 1] == []
