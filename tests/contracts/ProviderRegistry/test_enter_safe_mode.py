"""enterSafeMode

given a stranger
└── it should revert
given the sentinel
├── when it names a desk
│   ├── it should send the lines of that desk only to review
│   └── it should end after exactly seven days without a further call
└── when it names the desk again
    └── it should restart the seven days

SPECIFICATION P7.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import emitted, refuses
from tests.support.bills import standing
from tests.support.craft import DAY
from tests.support.world import World


def test_sends_the_desks_lines_to_review_for_seven_days(world: World, desk: Any, other_desk: Any) -> None:
    entered = world.providers.enterSafeMode(desk, {"from": world.sentinel})
    end = entered.timestamp + 7 * DAY

    assert emitted(entered, "SafeModeEntered") == {"desk": desk, "until": end}
    assert world.providers.deskOf(desk)[1] == end
    assert not standing(world, other_desk)["under_review"]
    world.travel(end - 1)
    assert standing(world, desk)["under_review"]
    world.travel(end)
    assert not standing(world, desk)["under_review"]


def test_begins_anew(world: World, desk: Any) -> None:
    first = world.providers.enterSafeMode(desk, {"from": world.sentinel})
    world.travel(first.timestamp + DAY)

    second = world.providers.enterSafeMode(desk, {"from": world.sentinel})

    assert world.providers.deskOf(desk)[1] == second.timestamp + 7 * DAY


def test_leaves_the_desk_listed(world: World, desk: Any) -> None:
    status = world.providers.deskOf(desk)[0]

    world.providers.enterSafeMode(desk, {"from": world.sentinel})

    assert world.providers.deskOf(desk)[0] == status


def test_refuses_a_stranger(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.providers.enterSafeMode(world.desk, {"from": world.stranger})
