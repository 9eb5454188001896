"""Look for known kinds of weakness in the contracts with slither; part of `make lint`.

    python -m tools.static_analysis

Each finding of high or medium impact fails, unless tools/static_analysis.yaml explains it. An explanation
without a finding fails too, and so does a contract that slither has not analysed. Findings outside
`contracts` are not counted: OpenZeppelin's code is not ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.ending import plainly
from tools.places import ROOT, SOLC_VERSION, SOLCX

EXPLAINED = Path(__file__).with_suffix(".yaml")
SOURCES = ROOT / "contracts"
NOT_DEPLOYED = SOURCES / "mocks"


def main() -> int:
    slither = analysed()
    if missing := missing_contracts(slither):
        print(f"not analysed: {', '.join(missing)}; the compiler or slither gave less than there is")
        return 1
    complaints = compared(set(findings(slither)), explained())
    print("\n".join([*complaints, f"analysed: {', '.join(deployed())}"]))
    return 1 if complaints else 0


def analysed() -> Any:
    """The contracts as slither sees them, with its detectors of high and medium impact.

    They are compiled as for Brownie but without the optimizer, since slither reads the sources. Given a
    Brownie project, slither finds no contract and reports success.
    """
    from crytic_compile import CryticCompile
    from crytic_compile.platform.solc_standard_json import SolcStandardJson
    from slither import Slither
    from slither.detectors import all_detectors
    from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification

    settings = yaml.safe_load((ROOT / "brownie-config.yaml").read_text())["compiler"]
    names = [str(path.relative_to(ROOT)) for path in sources()]
    question = SolcStandardJson(
        {
            "language": "Solidity",
            "sources": {name: {"urls": [name]} for name in names},
            "settings": {
                "evmVersion": settings["evm_version"],
                "remappings": settings["solc"]["remappings"],
            },
        }
    )
    options: Any = {"solc": str(SOLCX / f"solc-v{SOLC_VERSION}"), "solc_disable_warnings": True}
    impacts = (DetectorClassification.HIGH, DetectorClassification.MEDIUM)
    slither = Slither(CryticCompile(question, **options))
    for detector in vars(all_detectors).values():
        is_detector = isinstance(detector, type) and issubclass(detector, AbstractDetector)
        if is_detector and detector.IMPACT in impacts:
            slither.register_detector(detector)
    return slither


def sources() -> list[Path]:
    return [path for path in sorted(SOURCES.rglob("*.sol")) if not path.is_relative_to(NOT_DEPLOYED)]


def deployed() -> list[str]:
    """The contracts that lie directly in `contracts`, one to a file."""
    return [path.stem for path in sorted(SOURCES.glob("*.sol"))]


def missing_contracts(slither: Any) -> list[str]:
    seen = {contract.name for contract in slither.contracts if contract.functions}
    return [name for name in deployed() if name not in seen] or ([] if deployed() else ["any contract"])


def findings(slither: Any) -> Iterator[tuple[str, str]]:
    """Detector and place of each finding in our sources: `("unused-return", "ClaimDesk._release")`."""
    for result in slither.run_detectors():
        for finding in result:
            element = finding["elements"][0]
            if element["source_mapping"]["filename_relative"].startswith(f"{SOURCES.name}/"):
                yield finding["check"], place(element)


def place(element: dict[str, Any]) -> str:
    outside = element.get("type_specific_fields", {}).get("parent")
    return f"{place(outside)}.{element['name']}" if outside else str(element["name"])


def explained() -> set[tuple[str, str]]:
    """Detector and place of each finding that has its reason in the list."""
    entries = yaml.safe_load(EXPLAINED.read_text()) or []
    return {(entry["detector"], where) for entry in entries if entry["reason"] for where in entry["places"]}


def compared(found: set[tuple[str, str]], known: set[tuple[str, str]]) -> list[str]:
    new = [f"{what} in {where}: mend it, or explain it in {EXPLAINED.name}" for what, where in found - known]
    old = [f"{what} in {where}: not found; remove it from {EXPLAINED.name}" for what, where in known - found]
    return sorted(new) + sorted(old)


if __name__ == "__main__":
    sys.exit(plainly("static analysis", main))
