"""renew

given a stranger, or an unknown provider
└── it should revert
given a window in force
├── when the new window is empty, or begins or ends before the present one
│   └── it should revert
├── when the new window begins no later than the present one ends
│   └── it should make one window of both, even if they only touch
└── when the new window begins later
    ├── it should leave the days between without accreditation
    └── it should keep every earlier window valid
given windows that ended on the day they began
└── it should keep none of them
given the largest number of gaps that a look-up may have to walk through
├── it should revert for one more gap, but still extend the latest window
└── it should look up the oldest day at a bounded cost

SPECIFICATION P1, P2.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import emitted, refuses
from tests.support.craft import DAY, word
from tests.support.world import World

FIRST, END = 20_000, 20_010
LICENCE = word("renewed licence")


@pytest.fixture
def provider(world: World) -> int:
    return world.accredit(world.stranger, FIRST, END)


def renew(world: World, provider: int, first: int, end: int) -> Any:
    return world.providers.renew(provider, first, end, LICENCE, {"from": world.accreditor})


def accredited(world: World, provider: int, first: int, end: int) -> list[int]:
    """Returns those of these days on which the provider is accredited."""
    return [day for day in range(first, end) if world.providers.accreditedOn(provider, day)]


@pytest.mark.parametrize("first", [FIRST, FIRST + 1, END])
def test_extends_the_window(world: World, provider: int, first: int) -> None:
    renewed = renew(world, provider, first, END + 5)

    assert emitted(renewed, "ProviderAccredited") == {
        "provider": provider,
        "admin": world.stranger,
        "from": first,
        "until": END + 5,
        "licence": LICENCE,
    }
    assert world.providers.providerOf(provider)[1:3] == (FIRST, END + 5)
    assert accredited(world, provider, FIRST - 2, END + 7) == list(range(FIRST, END + 5))


def test_takes_a_new_licence_for_the_same_window(world: World, provider: int) -> None:
    renew(world, provider, FIRST, END)

    assert world.providers.providerOf(provider)[1:3] == (FIRST, END)


def test_leaves_gaps_and_keeps_earlier_windows(world: World, provider: int) -> None:
    renew(world, provider, END + 1, END + 3)
    renew(world, provider, END + 6, END + 8)

    expected = [*range(FIRST, END), END + 1, END + 2, END + 6, END + 7]
    assert accredited(world, provider, FIRST - 2, END + 10) == expected


def test_keeps_no_empty_window(world: World) -> None:
    today = world.today()
    provider = world.accredit(world.stranger, today + 1, today + 2)
    rounds = world.providers.PAST_WINDOWS() + 1
    for day in range(today + 3, today + 3 + 2 * rounds, 2):
        world.travel(day * DAY + DAY // 2)
        renew(world, provider, day, day + 1)
        world.providers.endAccreditation(provider, day, {"from": world.accreditor})

    renew(world, provider, day + 2, day + 3)

    assert accredited(world, provider, today, day + 4) == [today + 1, day + 2]


def test_bounds_the_gaps(world: World, provider: int) -> None:
    gaps = world.providers.PAST_WINDOWS()
    assert gaps == 32
    for gap in range(1, gaps + 1):
        renew(world, provider, END + 2 * gap, END + 2 * gap + 1)
    last = END + 2 * gaps + 1

    with refuses("TooManyWindows", provider):
        renew(world, provider, last + 1, last + 2)

    renew(world, provider, last, last + 5)
    assert accredited(world, provider, last - 3, last + 7) == [last - 3, *range(last - 1, last + 5)]
    assert accredited(world, provider, FIRST - 1, FIRST + 1) == [FIRST]
    most = 200_000  # includes the 21,000 of every transaction
    assert world.providers.accreditedOn.estimate_gas(provider, FIRST, {"from": world.stranger}) < most


@pytest.mark.parametrize(
    ("first", "end"),
    [
        (END, END),
        (END + 1, END),
        (FIRST - 1, END + 5),
        (FIRST, END - 1),
    ],
)
def test_refuses_a_window_that_is_empty_or_not_after_the_latest(
    world: World, provider: int, first: int, end: int
) -> None:
    with refuses("InvalidWindow", first, end):
        renew(world, provider, first, end)


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        renew(world, 77, FIRST, END)


def test_refuses_a_stranger(world: World, provider: int) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.providers.renew(provider, FIRST, END, LICENCE, {"from": world.stranger})
