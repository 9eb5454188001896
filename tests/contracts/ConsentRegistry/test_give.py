"""give

given no consent yet
├── when the last day is before the first
│   └── it should revert
├── when there is no purpose, or a bit without meaning
│   └── it should revert
└── when the consent is valid
    ├── it should be in force from the first day to the last, and emit an event
    ├── it should cover this signer, member, provider and purpose only
    └── it should increase the nonce, which invalidates signed consents not yet recorded
given a consent in force
├── when it is given again for other days
│   ├── it should keep the past days, and drop today and future days
│   └── it should keep nothing of a consent that had not begun
├── when it is given again for fewer purposes
│   └── it should keep all purposes for the past days
└── when the new consent includes the old one
    └── it should replace the old one, however often it is given
given a consent for any provider
└── when one provider is given a consent of its own
    ├── it should override the general consent for that provider from today on
    └── it should keep the past days for that provider too
given more than eight past periods
└── it should look at the last eight

SPECIFICATION C2, C4, C5, C6, C7.
"""

from __future__ import annotations

import pytest

from salus.types import Purpose
from tests.support.answers import emitted, refuses
from tests.support.consents import ANY, FILE, MEMBER, OTHER_PROVIDER, allowed, give
from tests.support.craft import word
from tests.support.world import World


def test_is_in_force_from_the_first_day_to_the_last(world: World) -> None:
    transaction = give(world, world.holder, 20_000, 20_002, provider=world.provider)

    assert emitted(transaction, "ConsentGiven") == {
        "signer": world.holder,
        "member": MEMBER,
        "provider": world.provider,
        "purposes": FILE,
        "from": 20_000,
        "until": 20_002,
    }
    assert allowed(world, world.holder, range(19_998, 20_005)) == [20_000, 20_001, 20_002]


def test_takes_a_single_day(world: World) -> None:
    give(world, world.holder, 20_000, 20_000)

    assert allowed(world, world.holder, range(19_999, 20_002)) == [20_000]


def test_holds_for_this_signer_member_provider_and_purpose_only(world: World) -> None:
    purposes = int(Purpose.FILE | Purpose.RESEARCH)
    give(world, world.holder, 1, 9, provider=world.provider, purposes=purposes)

    assert allowed(world, world.holder, [5], purpose=int(Purpose.RESEARCH)) == [5]
    assert allowed(world, world.holder, [5], purpose=int(Purpose.DISCLOSE)) == []
    assert allowed(world, world.holder, [5], member=word("another")) == []
    assert allowed(world, world.holder, [5], provider=OTHER_PROVIDER) == []
    assert allowed(world, world.stranger, [5]) == []


def test_invalidates_signed_consents_not_yet_recorded(world: World) -> None:
    from brownie import accounts

    patient = accounts.at(world.patient.address, force=True)
    signed = world.signed_consent(MEMBER)

    give(world, patient, 1, 9)

    with refuses("InvalidAccountNonce", patient, 1):
        world.consents.giveBySignature(*signed, {"from": world.stranger})


def test_keeps_the_days_past(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 3, today + 3)

    give(world, world.holder, today + 2, today + 4)

    days = allowed(world, world.holder, range(today - 5, today + 7))
    assert days == [*range(today - 3, today + 1), *range(today + 2, today + 5)]


def test_keeps_nothing_of_what_had_not_begun(world: World) -> None:
    today = world.today()
    give(world, world.holder, today + 1, today + 9)

    give(world, world.holder, today + 4, today + 4)

    assert allowed(world, world.holder, range(today - 1, today + 10)) == [today + 4]


def test_keeps_today_which_is_past_in_the_east(world: World) -> None:
    today = world.today()
    give(world, world.holder, today, today + 9)

    give(world, world.holder, today + 4, today + 4)

    assert allowed(world, world.holder, range(today - 1, today + 10)) == [today, today + 4]


def test_keeps_all_purposes_for_the_days_past(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 2, today + 2, purposes=int(Purpose.FILE | Purpose.DISCLOSE))

    give(world, world.holder, today - 2, today + 2)

    disclosed = allowed(world, world.holder, range(today - 3, today + 4), purpose=int(Purpose.DISCLOSE))
    assert disclosed == [today - 2, today - 1, today]
    assert allowed(world, world.holder, range(today - 3, today + 4)) == list(range(today - 2, today + 3))


def test_needs_no_history_for_what_the_new_one_holds(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 9, today - 9)
    give(world, world.holder, today - 2, today + 1)

    for ahead in range(10):
        give(world, world.holder, today - 2, today + 1 + ahead)

    days = allowed(world, world.holder, range(today - 10, today + 12))
    assert days == [today - 9, *range(today - 2, today + 11)]


def test_overrides_any_provider_from_tomorrow_on(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 2, today + 4)

    give(world, world.holder, today + 3, today + 3, provider=world.provider)

    days = allowed(world, world.holder, range(today - 4, today + 6))
    assert days == [today - 2, today - 1, today, today + 3]
    others = allowed(world, world.holder, range(today - 4, today + 6), provider=OTHER_PROVIDER)
    assert others == list(range(today - 2, today + 5))


def test_keeps_for_a_provider_what_any_had_before_it_changed(world: World) -> None:
    today = world.today()
    give(world, world.holder, today - 8, today - 7)
    give(world, world.holder, today - 3, today + 9)

    give(world, world.holder, today, today, provider=world.provider)

    days = allowed(world, world.holder, range(today - 10, today + 10))
    assert days == [today - 8, today - 7, today - 3, today - 2, today - 1, today]


def test_is_not_touched_by_what_any_is_given_later(world: World) -> None:
    give(world, world.holder, 20_000, 20_001, provider=world.provider)

    give(world, world.holder, 20_000, 20_009)

    assert allowed(world, world.holder, range(19_999, 20_011)) == [20_000, 20_001]


def test_looks_at_the_last_eight_stretches_past(world: World) -> None:
    today = world.today()
    days = [today - 30 + 2 * number for number in range(10)]

    for day in days:
        give(world, world.holder, day, day)

    assert allowed(world, world.holder, range(today - 31, today)) == days[1:]


@pytest.mark.parametrize("provider", [ANY, 1])
def test_refuses_a_last_day_before_the_first(world: World, provider: int) -> None:
    with refuses("InvalidPeriod", 20_001, 20_000):
        give(world, world.holder, 20_001, 20_000, provider=provider)


@pytest.mark.parametrize("purposes", [0, 16, 17, 255])
def test_refuses_purposes_without_meaning(world: World, purposes: int) -> None:
    with refuses("InvalidPurposes", purposes):
        give(world, world.holder, 20_000, 20_001, purposes=purposes)


def test_takes_every_purpose_at_once(world: World) -> None:
    give(world, world.holder, 20_000, 20_001, purposes=15)

    for purpose in Purpose:
        assert allowed(world, world.holder, [20_000], purpose=int(purpose)) == [20_000]
