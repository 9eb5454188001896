"""endAccreditation

given a stranger, or an unknown provider
└── it should revert
given an accreditation
├── when the new end is before today
│   └── it should revert, because past days do not change
├── when the new end is not earlier than the present one
│   └── it should revert
├── when it has not begun, and the new end is before its first day
│   └── it should revert; an end on its first day should be accepted
├── when it was renewed in advance, with days between
│   ├── it should end the present window, and drop the future one
│   └── it should drop only the future window, if the end is between the two
└── when the new end is today or a future day
    ├── it should last until the day before, and emit an event
    └── it should allow a renewal

SPECIFICATION P1, P3.
"""

from __future__ import annotations

import pytest

from tests.support.answers import emitted, refuses
from tests.support.craft import word
from tests.support.world import World


@pytest.fixture
def provider(world: World) -> int:
    """Accredits a provider from ten days ago to ten days ahead."""
    return world.accredit(world.stranger, world.today() - 10, world.today() + 10)


@pytest.mark.parametrize("ahead", [0, 1, 9])
def test_ends_on_the_day(world: World, provider: int, ahead: int) -> None:
    day = world.today() + ahead

    ended = world.providers.endAccreditation(provider, day, {"from": world.accreditor})

    assert emitted(ended, "AccreditationEnded") == {"provider": provider, "until": day}
    assert world.providers.accreditedOn(provider, day - 1)
    assert not world.providers.accreditedOn(provider, day)


def test_may_be_renewed_from_that_day(world: World, provider: int) -> None:
    today = world.today()
    world.providers.endAccreditation(provider, today, {"from": world.accreditor})

    world.providers.renew(provider, today, today + 1, word("licence"), {"from": world.accreditor})

    assert [world.providers.accreditedOn(provider, today + day) for day in (-1, 0, 1)] == [True, True, False]


def test_refuses_yesterday(world: World, provider: int) -> None:
    today = world.today()

    with refuses("PastIsFixed", today - 1, today):
        world.providers.endAccreditation(provider, today - 1, {"from": world.accreditor})


@pytest.mark.parametrize("later", [0, 1])
def test_refuses_to_lengthen(world: World, provider: int, later: int) -> None:
    day = world.today() + 10 + later

    with refuses("InvalidWindow", world.today() - 10, day):
        world.providers.endAccreditation(provider, day, {"from": world.accreditor})


def test_ends_on_its_first_day_but_not_before(world: World) -> None:
    first = world.today() + 5
    provider = world.accredit(world.stranger, first, first + 10)

    with refuses("InvalidWindow", first, first - 1):
        world.providers.endAccreditation(provider, first - 1, {"from": world.accreditor})
    world.providers.endAccreditation(provider, first, {"from": world.accreditor})

    assert not world.providers.accreditedOn(provider, first)


@pytest.mark.parametrize(
    ("ahead", "days"),
    [(0, []), (5, range(5)), (10, range(10)), (150, range(10)), (205, [*range(10), *range(200, 205)])],
)
def test_drops_what_was_renewed_ahead(world: World, provider: int, ahead: int, days: list[int]) -> None:
    today = world.today()
    for first in (200, 400):
        world.providers.renew(
            provider, today + first, today + first + 50, word("licence"), {"from": world.accreditor}
        )

    world.providers.endAccreditation(provider, today + ahead, {"from": world.accreditor})

    assert world.providers.accreditedOn(provider, today - 10)
    accredited = [day for day in range(460) if world.providers.accreditedOn(provider, today + day)]
    assert accredited == list(days)


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        world.providers.endAccreditation(77, world.today(), {"from": world.accreditor})


def test_refuses_a_stranger(world: World, provider: int) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.providers.endAccreditation(provider, world.today(), {"from": world.stranger})
