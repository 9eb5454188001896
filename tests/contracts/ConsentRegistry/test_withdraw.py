"""withdraw

given no consent
└── it should revert, even if the signer has consented for other providers
given a consent for one provider
├── when it is in force today
│   └── it should end with today, and emit an event
├── when it has not begun
│   └── it should never begin
└── when it is over
    └── it should change nothing
given a consent for any provider
├── when it is withdrawn from one provider
│   ├── it should end with today for that provider, and keep the past days
│   ├── it should stay in force for the others
│   └── it should stay withdrawn when consent for any provider is given again
└── when it is withdrawn from any provider
    └── it should leave a provider's own entry unchanged
given a withdrawn consent
└── when it is given again
    └── it should keep the past days, and count from the new first day

SPECIFICATION C4, C5.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import emitted, refuses
from tests.support.consents import ANY, MEMBER, OTHER_PROVIDER, allowed, give
from tests.support.craft import DAY
from tests.support.world import World


def withdraw(world: World, provider: int = ANY) -> Any:
    return world.consents.withdraw(MEMBER, provider, {"from": world.holder})


def test_ends_with_today(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 2, today + 9, provider=world.provider)

    withdrawn = withdraw(world, world.provider)

    assert emitted(withdrawn, "ConsentWithdrawn") == {
        "signer": world.holder,
        "member": MEMBER,
        "provider": world.provider,
        "lastDay": today,
    }
    assert allowed(world, world.holder, range(today - 4, today + 10)) == [today - 2, today - 1, today]


def test_counts_today_in_utc(world: World) -> None:
    today = world.today() + 1
    give(world, world.holder, today - 1, today + 9)

    world.travel((today + 1) * DAY - 30)
    withdrawn = withdraw(world)

    assert withdrawn.timestamp // DAY == today
    assert allowed(world, world.holder, range(today - 2, today + 4)) == [today - 1, today]


def test_ends_before_it_begins(world: World) -> None:
    today = world.today()
    give(world, world.holder, today + 1, today + 9)

    withdraw(world)

    assert allowed(world, world.holder, range(today - 2, today + 11)) == []


def test_changes_nothing_of_what_is_over(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 9, today - 7)

    withdrawn = withdraw(world)

    assert emitted(withdrawn, "ConsentWithdrawn")["lastDay"] == today - 7
    assert allowed(world, world.holder, range(today - 10, today + 1)) == [today - 9, today - 8, today - 7]


def test_from_one_provider_leaves_the_others_theirs(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 9, today - 8)
    give(world, world.holder, today - 2, today + 2)

    withdraw(world, world.provider)

    days = range(today - 10, today + 4)
    past = [today - 9, today - 8, today - 2, today - 1, today]
    assert allowed(world, world.holder, days) == past
    others = allowed(world, world.holder, days, provider=OTHER_PROVIDER)
    assert others == [*past, today + 1, today + 2]


def test_from_one_provider_outlives_what_any_is_given(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 1, today + 2)
    withdraw(world, world.provider)

    give(world, world.holder, today - 9, today + 9)

    assert allowed(world, world.holder, range(today - 10, today + 10)) == [today - 1, today]


def test_from_any_leaves_a_providers_own_entry_alone(world: World) -> None:
    today = world.today()
    give(world, world.holder, today, today + 1)
    give(world, world.holder, today, today + 2, provider=world.provider)

    withdraw(world)

    days = range(today - 1, today + 4)
    assert allowed(world, world.holder, days) == [today, today + 1, today + 2]
    assert allowed(world, world.holder, days, provider=OTHER_PROVIDER) == [today]


def test_may_be_given_anew(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 2, today + 9)
    withdraw(world)

    give(world, world.holder, today + 3, today + 3)

    days = allowed(world, world.holder, range(today - 3, today + 10))
    assert days == [today - 2, today - 1, today, today + 3]


def test_moves_the_nonce(world: World) -> None:
    give(world, world.holder, 1, 2)
    before = world.consents.nonces(world.holder)

    withdraw(world)

    assert world.consents.nonces(world.holder) == before + 1


@pytest.mark.parametrize("provider", [ANY, 1])
def test_refuses_when_nothing_was_given(world: World, provider: int) -> None:
    give(world, world.holder, 1, 2, provider=OTHER_PROVIDER)

    with refuses("NothingToWithdraw", world.holder, MEMBER, provider):
        withdraw(world, provider)
