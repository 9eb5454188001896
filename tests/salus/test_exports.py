"""What `salus` exports

given the list in salus/__init__.pyi
    every name can be imported from salus, and nothing else is exported
    every name is told of in docs/library.md
    no name stands for something else than the package of that name
given a package whose names are loaded when they are first used
    its list names only what is there
    to import salus alone loads none of it
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import salus

ROOT = Path(__file__).parents[2]
STUBS = sorted((ROOT / "salus").rglob("__init__.pyi"))


def listed(stub: Path) -> list[str]:
    imports = [node for node in ast.parse(stub.read_text()).body if isinstance(node, ast.ImportFrom)]
    return [alias.asname or alias.name for node in imports for alias in node.names]


def package_of(stub: Path) -> str:
    return ".".join(stub.parent.relative_to(ROOT).parts)


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_each_name_is_there(stub: Path) -> None:
    package = importlib.import_module(package_of(stub))

    assert sorted(package.__all__) == sorted(listed(stub))
    for name in package.__all__:
        assert getattr(package, name) is not None
        assert name in dir(package)


def test_no_export_hides_a_package() -> None:
    packages = {path.parent.name for path in (ROOT / "salus").glob("*/__init__.py")}

    assert [name for name in salus.__all__ if name in packages and not is_package(name)] == []


def is_package(name: str) -> bool:
    return getattr(salus, name) is importlib.import_module(f"salus.{name}")


def test_docs_tell_of_each_export() -> None:
    page = (ROOT / "docs" / "library.md").read_text()

    assert [name for name in salus.__all__ if f"`{name}`" not in page] == []


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ImportError, match="policy_of_nobody"):
        from salus import policy_of_nobody  # type: ignore[attr-defined]  # noqa: F401


def test_salus_alone_loads_nothing_else() -> None:
    code = "import sys, salus; print(*sorted(name for name in sys.modules if name.startswith('salus.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
