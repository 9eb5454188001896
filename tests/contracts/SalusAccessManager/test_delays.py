"""Execution delays: what a role holder with a delay may do, and when

given a governor with a delay of a day
├── when it calls without scheduling
│   └── the call should revert
├── when it schedules the call
│   ├── the call should revert up to the last second of the delay
│   ├── the call should then succeed once, directly or through the manager
│   ├── the call should revert a week later
│   └── the call should revert with other arguments
├── when it schedules for a time before the delay is over
│   └── it should revert
└── when another governor cancels the scheduled call
    └── the call should revert
given an accreditor whose delay is set or changed
└── a longer delay should apply at once, a shorter one only after the old delay
given an account without the role
└── the call should revert, scheduled or not
"""

from __future__ import annotations

from typing import Any

import pytest

from salus.crypto.abi import keccak
from tests.support.answers import emitted, refuses
from tests.support.craft import DAY
from tests.support.world import World

ADMIN, ACCREDITOR = 0, 1
WEEK = 7 * DAY


@pytest.fixture
def slow(world: World) -> Any:
    """A second governor, who must schedule everything a day ahead."""
    world.manager.grantRole(ADMIN, world.stranger, DAY, {"from": world.governor})
    return world.stranger


@pytest.fixture
def call(world: World) -> str:
    """Returns the call that the governor wants to make."""
    return str(world.providers.listDesk.encode_input(world.payer))


def announce(world: World, slow: Any, call: str) -> tuple[str, int]:
    """Schedules the call for the earliest time; returns the operation's id and that second."""
    announced = world.manager.schedule(world.providers, call, 0, {"from": slow})
    event = emitted(announced, "OperationScheduled")
    assert event["schedule"] == announced.timestamp + DAY
    return event["operationId"], int(event["schedule"])


def test_refuses_what_was_not_announced(world: World, slow: Any, call: str) -> None:
    operation = world.manager.hashOperation(slow, world.providers, call)

    with refuses("AccessManagerNotScheduled", bytes(operation)):
        world.providers.listDesk(world.payer, {"from": slow})


def test_waits_for_the_second(world: World, slow: Any, call: str) -> None:
    operation, ready = announce(world, slow, call)

    world.travel(ready - 1)
    with refuses("AccessManagerNotReady", operation):
        world.providers.listDesk.call(world.payer, {"from": slow})
    world.travel(ready)
    world.providers.listDesk.call(world.payer, {"from": slow})
    world.travel(ready + WEEK - 1)
    world.providers.listDesk.call(world.payer, {"from": slow})
    world.travel(ready + WEEK)
    with refuses("AccessManagerExpired", operation):
        world.providers.listDesk.call(world.payer, {"from": slow})


@pytest.mark.parametrize("through_manager", [False, True])
def test_goes_through_once(world: World, slow: Any, call: str, through_manager: bool) -> None:
    operation, ready = announce(world, slow, call)
    world.travel(ready)

    if through_manager:
        done = world.manager.execute(world.providers, call, {"from": slow})
    else:
        done = world.providers.listDesk(world.payer, {"from": slow})

    assert emitted(done, "OperationExecuted")["operationId"] == operation
    assert world.providers.deskOf(world.payer)[0] == 1
    with refuses("AccessManagerNotScheduled", operation):
        world.providers.listDesk(world.payer, {"from": slow})


def test_refuses_other_arguments(world: World, slow: Any, call: str) -> None:
    _, ready = announce(world, slow, call)
    world.travel(ready)
    other = world.manager.hashOperation(
        slow, world.providers, world.providers.listDesk.encode_input(world.holder)
    )

    with refuses("AccessManagerNotScheduled", bytes(other)):
        world.providers.listDesk(world.holder, {"from": slow})


def test_refuses_to_announce_for_too_soon(world: World, slow: Any, call: str) -> None:
    with refuses("AccessManagerUnauthorizedCall", slow, world.providers, selector("listDesk(address)")):
        world.manager.schedule(world.providers, call, world.now() + DAY - 60, {"from": slow})


def test_lets_another_governor_cancel(world: World, slow: Any, call: str) -> None:
    operation, ready = announce(world, slow, call)

    cancelled = world.manager.cancel(slow, world.providers, call, {"from": world.governor})

    assert emitted(cancelled, "OperationCanceled")["operationId"] == operation
    world.travel(ready)
    with refuses("AccessManagerNotScheduled", operation):
        world.providers.listDesk(world.payer, {"from": slow})


def test_binds_a_role_below_the_governor_too(world: World) -> None:
    world.manager.grantRole(ACCREDITOR, world.accreditor, DAY, {"from": world.governor})
    suspend = world.providers.setSuspended.encode_input(world.provider, True)
    announced = world.manager.schedule(world.providers, suspend, 0, {"from": world.accreditor})
    ready = emitted(announced, "OperationScheduled")["schedule"]

    assert ready == announced.timestamp + DAY
    world.travel(ready)
    world.providers.setSuspended(world.provider, True, {"from": world.accreditor})
    assert world.providers.providerOf(world.provider)[3]


def test_shortens_a_delay_only_after_the_old_one(world: World, slow: Any, call: str) -> None:
    shortened = world.manager.grantRole(ADMIN, slow, 0, {"from": world.governor})
    operation = world.manager.hashOperation(slow, world.providers, call)

    world.travel(shortened.timestamp + DAY - 1)
    with refuses("AccessManagerNotScheduled", bytes(operation)):
        world.providers.listDesk.call(world.payer, {"from": slow})
    world.travel(shortened.timestamp + DAY)
    world.providers.listDesk(world.payer, {"from": slow})


def test_lets_nobody_announce_without_the_role(world: World, call: str) -> None:
    with refuses(
        "AccessManagerUnauthorizedCall", world.sentinel, world.providers, selector("listDesk(address)")
    ):
        world.manager.schedule(world.providers, call, 0, {"from": world.sentinel})


def test_lets_no_governor_give_a_role_of_the_managers_own(world: World) -> None:
    """PUBLIC belongs to everybody; it cannot be revoked or named."""
    public = 2**64 - 1

    with refuses("AccessManagerLockedRole", public):
        world.manager.grantRole(public, world.stranger, 0, {"from": world.governor})
    with refuses("AccessManagerLockedRole", ADMIN):
        world.manager.setRoleAdmin(ADMIN, ACCREDITOR, {"from": world.governor})


def selector(signature: str) -> bytes:
    return keccak(signature.encode())[:4]
