"""docs/contracts compared with the contracts: one page each, with every function, event and error

given the contracts that the library knows
├── there should be a page for each, and no other page except the arithmetic
given a page
├── it should have a row for every function of the interface, and for no other
├── it should name only events and errors of the interface, each as an event or as an error
└── it should name all of them, including inherited ones
given a function of the page
├── it should name exactly the events and errors of our own that its source can reach
├── it should name every error that docs/roles.md gives to those who may not call it
└── it should name the same errors as the NatSpec of the interface
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from salus.chain.abis import abi_of, contracts
from tests.permissions.table import rows

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "contracts"
OURS = [name for name in contracts() if name != "Asset"]
CODE = re.compile(r"`(\w+)`")

DECLARATION = re.compile(r"^    (?:event|error) (\w+)\(", re.MULTILINE)
BODY = re.compile(r"^    (?:function|modifier) (\w+)(.*?)^    }$", re.MULTILINE | re.DOTALL)
NOT_ANOTHERS = r"(?<![\w.])"
"""`BOOK.settle(…)` is a call to another contract."""
DOCUMENTED = re.compile(r"((?:^    ///.*\n)+)    function (\w+)\(", re.MULTILINE)
LIKE = {("PolicyBook", "issueWithPermit"): "issue"}
"""Functions whose NatSpec refers to the errors of another function."""
HOOKS = {
    ("PolicyBook", "transferFrom"): "_update",
    ("PolicyBook", "safeTransferFrom"): "_update",
    ("RiskPool", "deposit"): "_deposit",
    ("RiskPool", "mint"): "_deposit",
    ("RiskPool", "withdraw"): "_withdraw",
    ("RiskPool", "redeem"): "_withdraw",
}
"""Which of our functions OpenZeppelin's functions call."""


class Row(NamedTuple):
    """One function of a page."""

    events: frozenset[str]
    errors: frozenset[str]


def page(contract: str) -> str:
    return (PAGES / f"{contract}.md").read_text()


@cache
def table(contract: str) -> dict[str, Row]:
    """Maps each function to its row in the table of functions."""
    rows: dict[str, Row] = {}
    section = page(contract).partition("\n## Functions\n")[2].partition("\n## ")[0]
    head, _, *lines = [line for line in section.splitlines() if line.startswith("|")]
    assert head == "| function | who | behaviour | events | errors |"
    for line in lines:
        functions, _, _, events, errors = (cell.strip() for cell in line.strip("|").split("|"))
        row = Row(frozenset(CODE.findall(events)), frozenset(CODE.findall(errors)))
        for function in CODE.findall(functions):
            assert function not in rows, f"{function} has two rows"
            rows[function] = row
    return rows


def names(contract: str, *kinds: str) -> set[str]:
    return {entry["name"] for entry in abi_of(contract) if entry["type"] in kinds}


@cache
def declared() -> set[str]:
    """Returns events and errors of our own interfaces."""
    return {
        name for path in (ROOT / "interfaces").glob("*.sol") for name in DECLARATION.findall(path.read_text())
    }


@cache
def bodies(contract: str) -> dict[str, str]:
    """Returns functions and modifiers of a contract's source; overloads are joined."""
    sources: dict[str, str] = {}
    for name, body in BODY.findall((ROOT / "contracts" / f"{contract}.sol").read_text()):
        sources[name] = sources.get(name, "") + body
    return sources


def reached(contract: str, function: str) -> set[str]:
    """Returns our events and errors in the function, its modifiers, and what it calls in its contract."""
    known, text = bodies(contract), ""
    left, seen = [function], set()
    while left:
        name = left.pop()
        if name in known and name not in seen:
            seen.add(name)
            text += known[name]
            left += re.findall(NOT_ANOTHERS + r"(\w+)", known[name])
    return {name for name in declared() if re.search(rf"{NOT_ANOTHERS}{name}\(", text)}


def test_has_a_page_for_each_contract() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*OURS, "Adjudication"}


@pytest.mark.parametrize("contract", OURS)
def test_has_every_function(contract: str) -> None:
    assert set(table(contract)) == names(contract, "function")


@pytest.mark.parametrize("contract", OURS)
def test_names_events_and_errors_that_exist(contract: str) -> None:
    for function, row in table(contract).items():
        assert row.events <= names(contract, "event"), function
        assert row.errors <= names(contract, "error"), function


@pytest.mark.parametrize("contract", OURS)
def test_leaves_no_event_or_error_out(contract: str) -> None:
    assert names(contract, "event", "error") - set(CODE.findall(page(contract))) == set()


@pytest.mark.parametrize("contract", OURS)
def test_names_what_the_source_reaches(contract: str) -> None:
    wrong = {}
    for function, row in table(contract).items():
        named = (row.events | row.errors) & declared()
        reachable = reached(contract, HOOKS.get((contract, function), function))
        if named != reachable:
            wrong[function] = sorted(named ^ reachable)

    assert wrong == {}


@pytest.mark.parametrize("contract", [name for name in OURS if (ROOT / f"interfaces/I{name}.sol").exists()])
def test_names_the_errors_of_the_natspec(contract: str) -> None:
    source = (ROOT / f"interfaces/I{contract}.sol").read_text()
    found = {}
    for block, function in DOCUMENTED.findall(source):
        words = " ".join(block.replace("///", " ").split())
        found[function] = set(re.findall(r"{(\w+)}", words.partition("Errors: ")[2].partition(".")[0]))

    for function in found:
        assert table(contract)[function].errors == found[LIKE.get((contract, function), function)], function


def test_agrees_with_the_roles() -> None:
    for row in rows():
        assert set(row.errors) - {""} <= table(row.contract)[row.function].errors, row
