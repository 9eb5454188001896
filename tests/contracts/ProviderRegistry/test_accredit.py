"""accredit

given a stranger
└── it should revert
given the accreditor
├── when the window is empty, or ends before it starts
│   └── it should revert
├── when the admin is the zero address
│   └── it should revert
└── when everything is valid
    ├── it should assign the next number, and emit an event
    └── it should accredit from the first day to the day before the end

SPECIFICATION P1, P2.
"""

from __future__ import annotations

import pytest

from tests.support.answers import emitted, refuses
from tests.support.craft import word
from tests.support.world import World

LICENCE = word("licence of a clinic")


def test_gives_the_next_number(world: World) -> None:
    first, end = world.today(), world.today() + 365

    made = world.providers.accredit(world.stranger, first, end, LICENCE, {"from": world.accreditor})

    assert made.return_value == world.provider + 1 == world.providers.providerCount()
    assert emitted(made, "ProviderAccredited") == {
        "provider": made.return_value,
        "admin": world.stranger,
        "from": first,
        "until": end,
        "licence": LICENCE,
    }
    assert world.providers.providerOf(made.return_value) == (world.stranger, first, end, False)


def test_accredits_from_the_first_day_to_before_the_end(world: World) -> None:
    provider = world.accredit(world.stranger, 20_000, 20_002)

    days = [world.providers.accreditedOn(provider, day) for day in range(19_999, 20_003)]

    assert days == [False, True, True, False]


@pytest.mark.parametrize(("first", "end"), [(20_000, 20_000), (20_001, 20_000)])
def test_refuses_an_empty_window(world: World, first: int, end: int) -> None:
    with refuses("InvalidWindow", first, end):
        world.accredit(world.stranger, first, end)


def test_refuses_the_zero_address_as_admin(world: World) -> None:
    with refuses("ZeroAdmin"):
        world.accredit("0x" + "00" * 20)


def test_refuses_a_stranger(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.providers.accredit(world.stranger, 0, 1, LICENCE, {"from": world.stranger})
