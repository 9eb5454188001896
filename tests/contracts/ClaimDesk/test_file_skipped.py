"""file: a line cannot be decided

given a live attestation
├── when a line is faulty, in any of the ways of tests/support/poison.py
│   ├── it should be skipped, with its reason and its index in the call
│   └── it should write nothing: no counter, no money, no bill line, no status
├── when a member's proof is longer than that of 256 members
│   └── it should be skipped, although the proof is valid
├── when the fault is removed
│   └── it should be decided: consent given, policy issued, service over, revision raised, bill corrected
├── when consent is for other days, another purpose or provider, or has been withdrawn
│   └── it should be skipped
├── when there are several faults
│   └── it should give the first in the fixed order
└── when calldata encodes no line: a kind that does not exist, a value that exceeds its field
    └── the whole call should revert

SPECIFICATION F6, F7, L3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from brownie.exceptions import VirtualMachineError

from salus.types import ClaimStatus, Purpose, SkipReason
from tests.support import craft
from tests.support.answers import emitted
from tests.support.calldata import check_refuses_overfull
from tests.support.claims import account, hold, ledger, plain, use, withdraw
from tests.support.craft import BILLED, Filing, Sold, word
from tests.support.poison import POISON
from tests.support.world import World, decision, skipped


@pytest.mark.parametrize("name", POISON)
def test_skips_and_writes_nothing(world: World, sold: Sold, name: str) -> None:
    reason, poison = POISON[name]
    filing = poison(world, sold)
    (line,) = filing.lines
    stood = standing(world, filing)

    filed = world.file_signed(filing)

    assert emitted(filed, "ClaimSkipped") == {
        "policy": plain(world.book.policyIdOf(line.policy.as_tuple())),
        "provider": world.provider,
        "billLine": line.diagnosis.bill_line,
        "index": 0,
        "reason": reason,
    }
    assert list(filed.events.keys()) == ["ClaimSkipped"]
    assert standing(world, filing) == stood


def standing(world: World, filing: Filing) -> tuple[Any, ...]:
    """Returns all state that a decision could change."""
    (line,) = filing.lines
    bill = world.providers.billLineOf(world.provider, line.diagnosis.bill_line)
    books = account(world, line), use(world, line), ledger(world), world.balance(world.payee)
    return books, plain(bill), world.status(line)


def test_every_reason_has_a_faulty_line() -> None:
    assert {reason for reason, _ in POISON.values()} == set(SkipReason) - {SkipReason.NONE}


def test_skips_a_member_beyond_256(world: World, sold: Sold) -> None:
    crowd = world.draft(members=257, salt=word("crowd"))
    world.issue(crowd)
    lines = [crowd.line(number, member=number, day=world.today()) for number in range(257)]
    deep = next(line for line in lines if len(line.member_proof) == 9)
    flat = next(line for line in lines if len(line.member_proof) == 8)

    reasons = skipped(world.file(deep, flat))

    assert reasons == [SkipReason.BAD_MEMBER_PROOF, SkipReason.NO_CONSENT]


class TestFaultRemoved:
    def test_by_consent(self, world: World) -> None:
        shy = world.sell(consent=False, salt=word("shy"))
        filing = world.attest([shy.line()])
        assert skipped(world.file_signed(filing)) == [SkipReason.NO_CONSENT]

        world.consent(shy)

        assert decision(world.file_signed(filing)).status is ClaimStatus.PAID

    def test_by_issuing_the_policy(self, world: World) -> None:
        draft = world.draft(salt=word("draft"))
        filing = world.attest([draft.line(day=world.today())])
        assert skipped(world.file_signed(filing)) == [SkipReason.UNKNOWN_POLICY]

        world.issue(draft)

        assert skipped(world.file_signed(filing)) == [SkipReason.NO_CONSENT]

    def test_by_signing_after_the_service(self, world: World, sold: Sold) -> None:
        line = sold.line(service_to=world.today() + 2)
        assert skipped(world.file(line)) == [SkipReason.NOT_YET_SERVED]

        world.travel_to_day(line.diagnosis.service_to)

        assert decision(world.file(line)).status is ClaimStatus.PAID

    def test_by_raising_the_revision(self, world: World, sold: Sold) -> None:
        line = sold.line()
        withdraw(world, line, hold(world, line))
        assert skipped(world.file(line)) == [SkipReason.SUPERSEDED]

        assert decision(world.file(sold.line(revision=1))).status is ClaimStatus.HELD

    def test_by_the_amount_that_was_billed_first(self, world: World, sold: Sold) -> None:
        other = world.sell(begin=False, salt=word("second insurer"))
        world.travel_to_day(other.terms.start + 1)
        world.file(sold.line())
        day = other.terms.start
        assert skipped(world.file(other.line(day=day, billed=BILLED + 1))) == [SkipReason.BILL_MISMATCH]

        assert decision(world.file(other.line(day=day))).status is ClaimStatus.PAID


CONSENTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "ends the day before": lambda day: {"until": day - 1},
    "begins the day after": lambda day: {"since": day + 1},
    "is for other purposes": lambda day: {"purposes": int(Purpose.DISCLOSE | Purpose.RESEARCH)},
    "is for another provider": lambda day: {"provider": 2},
}


@pytest.mark.parametrize("name", CONSENTS)
def test_skips_when_the_consent(world: World, name: str) -> None:
    shy = world.sell(consent=False, salt=word("shy"))
    line = shy.line()
    terms = CONSENTS[name](line.diagnosis.service_from)
    signed = world.signed_consent(line.member.commitment, **terms)
    world.consents.giveBySignature(*signed, {"from": world.stranger})

    assert skipped(world.file(line)) == [SkipReason.NO_CONSENT]


def test_takes_a_consent_for_the_very_day(world: World) -> None:
    shy = world.sell(consent=False, salt=word("shy"))
    line = shy.line()
    day = line.diagnosis.service_from
    world.consent(shy, provider=world.provider, since=day, until=day)

    assert decision(world.file(line)).status is ClaimStatus.PAID


def test_a_withdrawn_consent_covers_the_days_until_then(world: World, sold: Sold) -> None:
    today = world.today()
    member = sold.members[0].commitment
    signed = world.signed_consent(member, since=0, until=0, purposes=0)
    world.consents.withdrawBySignature(*signed, {"from": world.stranger})
    world.travel_to_day(today + 1)

    filed = world.file(sold.line(1, day=today), sold.line(2, day=today + 1))

    assert decision(filed).status is ClaimStatus.PAID
    assert skipped(filed) == [SkipReason.NO_CONSENT]


WITHOUT_REASON = (None, "", "execution reverted", "Unknown typed error: 0x")
"""How Brownie reports a revert without data, by network."""


def test_refuses_a_call_with_a_kind_that_does_not_exist(world: World, sold: Sold) -> None:
    """Such calldata encodes no `Line`. A sender can spoil only their own call with it."""
    good, bad = sold.line(1), sold.line(2)
    attestation, attestor, signature, lines = world.attest([good, bad]).as_arguments()
    benefit = (*bad.benefit.as_tuple()[:2], 3, *bad.benefit.as_tuple()[3:])
    lines[1] = (*lines[1][:3], benefit, *lines[1][4:])

    with pytest.raises(VirtualMachineError) as caught:
        world.desk.file.call(attestation, attestor, signature, lines, {"from": world.stranger})

    assert caught.value.revert_msg in WITHOUT_REASON


@pytest.mark.parametrize(
    ("part", "left_out", "fields"),
    [("policy", 0, 14), ("member", 0, 4), ("benefit", 0, 11), ("diagnosis", 3, 7)],
)
def test_refuses_a_call_with_more_than_a_field_holds(
    world: World, sold: Sold, part: str, left_out: int, fields: int
) -> None:
    line = sold.line()
    arguments = world.attest([line]).as_arguments()

    struct = getattr(line, part)
    count = check_refuses_overfull(world.stranger, world.desk.file, arguments, struct, left_out)

    assert count == fields


def test_tells_reasons_apart_in_their_order(world: World, sold: Sold) -> None:
    """A reason that can never change is given before one that may change later."""
    shy = world.sell(consent=False, salt=word("order"))
    line = shy.line(benefit=craft.SURGERY, units=0, currency="EUR", day=world.today() + 3)

    reasons = []
    for mend in (
        {},
        {"units": 1},
        {"units": 1, "currency": "USD"},
        {"units": 1, "currency": "USD", "service_from": shy.terms.start, "service_to": shy.terms.start},
    ):
        reasons += skipped(world.file(replace(line, diagnosis=replace(line.diagnosis, **mend))))

    assert reasons == [
        SkipReason.MALFORMED,
        SkipReason.WRONG_CURRENCY,
        SkipReason.NOT_YET_SERVED,
        SkipReason.NO_CONSENT,
    ]
