"""docs/dependencies.md compared with the declared packages, and those with the imported ones

given what pyproject.toml, requirements.in and package.json require
└── docs/dependencies.md should name each package with its purpose
given requirements.in
├── it should require the library's packages in the same way as pyproject.toml
└── each of its packages should be pinned in requirements.txt
given the library
├── it should import nothing that pyproject.toml does not require
└── it should use everything that pyproject.toml requires
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[\w.-]+")
BENEATH = {"coincurve", "safe-pysha3"}
"""Loaded by `eth-keys` and `eth-hash`; nothing else imports them."""
WITHIN = {"pydantic-core": "pydantic"}
"""Installed with the other package, in the one version that fits."""


def asked() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return names(project["dependencies"])


def listed() -> dict[str, list[str]]:
    """Returns the packages of requirements.in, by the comment above them."""
    parts = [part.splitlines() for part in (ROOT / "requirements.in").read_text().strip().split("\n\n")]
    return {comment: names(packages) for comment, *packages in parts}


def names(lines: list[str]) -> list[str]:
    return [match[0] for line in lines if (match := NAME.match(line))]


def plain(name: str) -> str:
    """Normalises a name as package registries do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> set[str]:
    """Returns the distributions that the library imports."""
    modules: set[str] = set()
    for path in (ROOT / "salus").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                modules.add(node.module or "salus")
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
    distributions = packages_distributions()
    foreign = {module.partition(".")[0] for module in modules} - {*sys.stdlib_module_names, "salus"}
    packages = {plain(distributions[module][0]) for module in foreign}
    return {WITHIN.get(name, name) for name in packages}


def test_each_is_named_with_its_reason() -> None:
    rows = re.findall(r"^\|.*", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    named = re.findall(r"`([^`\s]+)`", "\n".join(rows))
    package = json.loads((ROOT / "package.json").read_text())
    wanted = {*asked(), *chain(*listed().values()), *package["dependencies"], *package["devDependencies"]}

    assert sorted(name for name in wanted if not any(fnmatch(name, one) for one in named)) == []


def test_the_library_asks_for_the_same_in_both() -> None:
    (library,) = (names for comment, names in listed().items() if comment.startswith("# the library"))

    assert library == asked()


def test_each_is_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = set(map(plain, names([line for line in lines if "==" in line])))

    assert {plain(name) for name in chain(*listed().values())} - pinned == set()


def test_the_library_uses_what_it_asks_for_and_no_more() -> None:
    assert imported() | BENEATH == set(map(plain, asked()))
