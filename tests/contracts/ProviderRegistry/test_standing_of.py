"""standingOf

given a provider
├── when the day is within its accreditation
│   └── it should return accredited
├── when the day is outside
│   └── it should return not accredited, whatever the current day is
└── when it was never accredited
    └── it should return no record and a cap of 0
given a desk that is not listed, or no longer listed
└── it should revert

SPECIFICATION P8.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import refuses
from tests.support.bills import standing
from tests.support.world import World


def test_asks_for_the_day_of_service_and_not_for_today(world: World, desk: Any) -> None:
    provider = world.accredit(world.stranger, world.today() - 2, world.today())

    days = [world.today() + ahead for ahead in (-3, -2, -1, 0)]

    accredited = [standing(world, desk, day, provider=provider)["accredited"] for day in days]
    assert accredited == [False, True, True, False]


def test_knows_nothing_of_an_unknown_provider(world: World, desk: Any) -> None:
    assert standing(world, desk, provider=77) == {
        "accredited": False,
        "under_review": False,
        "decided": False,
        "same_diagnosis": False,
        "revision": 0,
        "billed": 0,
        "currency": "",
        "claimed_by_others": 0,
        "cap_left": 0,
    }


def test_refuses_a_desk_that_is_not_listed(world: World) -> None:
    with refuses("NotDesk", world.stranger):
        standing(world, world.stranger)


def test_refuses_a_desk_that_is_retired(world: World, desk: Any) -> None:
    world.providers.retireDesk(desk, {"from": world.governor})

    with refuses("NotDesk", desk):
        standing(world, desk)
