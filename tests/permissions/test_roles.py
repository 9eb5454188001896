"""docs/roles.md compared with the contracts (law 9)

given the table in docs/roles.md
├── it should list every function that writes, of every contract, and no other
├── it should mention only parties that it defines, and errors that exist
└── it should name errors for exactly those functions that are not open to everyone
given a function in the table
├── when a permitted party calls it
│   └── the call should succeed
└── when any other party calls it
    └── the call should revert with an error of the row, and its arguments

SPECIFICATION R1.
"""

from __future__ import annotations

from typing import Any

import pytest
from brownie.convert.utils import build_function_selector
from brownie.exceptions import VirtualMachineError

from tests.permissions.calls import CALLS, Call, arguments_of
from tests.permissions.stage import Stage
from tests.permissions.table import Row, parties, rows
from tests.support.answers import refusal
from tests.support.world import World

ROWS = rows()
NO_REASON = (None, "", "Unknown typed error: 0x")
"""How Brownie reports a plain revert, by network."""


@pytest.fixture(scope="module")
def stage(world: World) -> Stage:
    return Stage(world)


def contracts() -> dict[str, Any]:
    """Returns every contract that is really deployed, as Brownie compiled it."""
    from brownie import project

    (loaded,) = project.get_loaded_projects()
    return {
        name: loaded[name]
        for name, build in loaded._build.items()
        if build["type"] == "contract" and is_ours(build["sourcePath"])
    }


def is_ours(path: str) -> bool:
    return path.startswith("contracts/") and not path.startswith("contracts/mocks/")


def writing(abi: list[dict[str, Any]]) -> set[str]:
    """Returns the functions that write, and those that revert for everybody, although their ABI says pure."""
    standard = {"approve", "setApprovalForAll", "renounceOwnership"}
    return {
        item["name"]
        for item in abi
        if item["type"] == "function"
        and (item["stateMutability"] in ("nonpayable", "payable") or item["name"] in standard)
    }


def test_has_every_function_that_writes() -> None:
    writers = {name: writing(container.abi) for name, container in contracts().items()}

    table: dict[str, set[str]] = {name: set() for name in writers}
    for row in ROWS:
        table[row.contract].add(row.function)

    assert {name for name, functions in writers.items() if functions} == set(CALLS)
    assert table == writers
    assert len(ROWS) == sum(map(len, writers.values()))


def test_names_its_parties_and_errors(stage: Stage) -> None:
    assert parties() == list(stage.parties)
    for row in ROWS:
        assert stage.holders(row.allowed) <= set(stage.parties), row
        assert (row.allowed == ("anyone",)) == (row.errors == ()), row


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_lets_only_the_named_parties_call(stage: Stage, row: Row) -> None:
    calls = CALLS[row.contract](stage, row.function)
    assert signatures(calls) == overloads(row)
    allowed = stage.holders(row.allowed)

    wrong = {}
    for name, party in stage.parties.items():
        for call in calls:
            answer = attempt(call, party)
            expected = {None} if name in allowed else refusals(row, stage, calls, party)
            if answer not in expected:
                wrong[name] = answer

    assert wrong == {}


def attempt(call: Call, party: Any) -> str | None:
    """Returns the error, "" for a plain revert, or None when the call succeeds."""
    try:
        call.method.call(*call.arguments(party), {"from": party})
    except VirtualMachineError as error:
        return "" if error.revert_msg in NO_REASON else error.revert_msg
    return None


def refusals(row: Row, stage: Stage, calls: list[Call], party: Any) -> set[str | None]:
    return {
        refusal(error, *arguments_of(error, stage, calls, party)) if error else "" for error in row.errors
    }


def signatures(calls: list[Call]) -> set[str]:
    return {call.method.signature for call in calls}


def overloads(row: Row) -> set[str]:
    """Returns the selectors of all functions of that name."""
    return {
        build_function_selector(item)
        for item in contracts()[row.contract].abi
        if item["type"] == "function" and item["name"] == row.function
    }
