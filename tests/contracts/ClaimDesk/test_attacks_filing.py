"""Attacks by the sender of a filing

given an attestation that is public because a transaction carries it
├── when a stranger files it first
│   └── it should be decided as for the hospital, whose own call then succeeds and changes nothing
├── when a stranger files a part of it first
│   └── the hospital's call should decide the rest
└── when a stranger files it with faults first, in every possible way
    └── it should still be decided once it is filed correctly
given a recipient who wants more
├── when they change payee, amount, benefit or flags of a line
│   └── the line should be skipped
└── when they try to sell the policy's token
    └── the transfer should revert, and claims should go to the payee in the terms
given a stay with several bills
└── each bill should be paid exactly once
given a claim late in the year
├── when the service is on the last day of cover and is filed on the last filing day
│   └── it should be paid, with its capital still locked
├── when the policy is closed
│   └── it should be denied as late
└── when a long stay ends after the policy is closed
    └── it should still be decided, and paid from what the pool has
given a policy that has paid its annual limit
└── it should pay no more
given the policies of one family for two years
├── when bills are filed under both in turn, until both are used up
│   └── each should pay its annual limit and no more
└── when a day of one year is filed under the policy of the other year
    └── it should be denied as after or before cover

SPECIFICATION F1, F5, L2, I6, A1, A9.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus, Diagnosis, SkipReason
from tests.support.answers import refuses
from tests.support.claims import account, code_of, ledger, model, withdraw
from tests.support.craft import BILLED, FILING_DAYS, HOSPITAL_CASH, PHYSIOTHERAPY, RATE, Sold, word
from tests.support.poison import better_terms, other_benefit, other_bill, other_payee, other_pool, other_terms
from tests.support.world import World, decided, decision, skipped

SPOILERS = (other_terms, other_pool, other_payee, better_terms, other_benefit, other_bill)


class TestFrontRunning:
    def test_decides_as_for_the_hospital(self, world: World, sold: Sold) -> None:
        lines = [sold.line(1), sold.line(2)]
        filing = world.attest(lines)
        expected = model(world, lines[0]).remittance

        first = world.file_signed(filing, world.stranger)
        own = world.file_signed(filing, world.hospital)

        assert decided(first)[0].decision.remittance == expected
        assert skipped(own) == [SkipReason.ALREADY_DECIDED] * 2
        paid = sum(facts.decision.remittance.paid for facts in decided(first))
        assert world.balance(world.payee) == paid * world.unit
        assert world.balance(world.stranger) == 0

    def test_leaves_the_rest_to_the_hospital(self, world: World, sold: Sold) -> None:
        filing = world.attest([sold.line(number) for number in range(3)])
        world.file_signed(replace(filing, lines=filing.lines[1:2]))

        own = world.file_signed(filing, world.hospital)

        assert [facts.decision.status for facts in decided(own)] == [ClaimStatus.PAID] * 2
        assert skipped(own) == [SkipReason.ALREADY_DECIDED]

    def test_cannot_burn_a_claim_by_filing_it_badly(self, world: World, sold: Sold) -> None:
        honest = world.attest([sold.line("honest")])
        good = honest.lines[0]
        for number, spoil in enumerate(SPOILERS):
            bad = spoil(world, sold).lines[0]
            parts = {
                name: getattr(bad, name)
                for name in ("policy", "member", "benefit", "benefit_proof")
                if getattr(bad, name) != getattr(good, name)
            }
            billed = {"billed": good.diagnosis.billed + number + 1}
            changed = replace(good, **(parts or {"diagnosis": replace(good.diagnosis, **billed)}))
            assert len(skipped(world.file_signed(replace(honest, lines=(changed,))))) == 1

        assert decision(world.file_signed(honest)).status is ClaimStatus.PAID

    def test_cannot_burn_a_claim_by_filing_it_early(self, world: World) -> None:
        shy = world.sell(consent=False, salt=word("shy"))
        filing = world.attest([shy.line()])
        assert skipped(world.file_signed(filing)) == [SkipReason.NO_CONSENT]

        world.consent(shy)

        assert decision(world.file_signed(filing)).status is ClaimStatus.PAID


CHANGES: dict[str, dict[str, Any]] = {
    "a larger bill": {"billed": BILLED + 1},
    "more units": {"units": 2},
    "an emergency": {"flags": FLAG_EMERGENCY},
    "an earlier day": {"service_from": 1, "service_to": 1},
    "another bill": {"bill_line": word("another bill")},
    "another stay": {"case_id": word("another stay")},
    "another record": {"record": word("another record")},
    "another currency": {"currency": "EUR"},
    "another revision": {"revision": 1},
}


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_can_change_a_signed_line(world: World, sold: Sold, change: str) -> None:
    filing = world.attest([sold.line()])
    line = filing.lines[0]
    changed: Diagnosis = replace(line.diagnosis, **CHANGES[change])

    filed = world.file_signed(replace(filing, lines=(replace(line, diagnosis=changed),)))

    reason = SkipReason.WRONG_CURRENCY if "currency" in CHANGES[change] else SkipReason.BAD_DIAGNOSIS_PROOF
    assert skipped(filed) == [reason]


def test_the_token_takes_no_payout_along(world: World, sold: Sold) -> None:
    token = int.from_bytes(sold.policy_id, "big")
    with refuses("Bound"):
        world.book.transferFrom(world.holder, world.stranger, token, {"from": world.holder})

    world.file(sold.line())

    assert world.balance(world.payee) > 0
    assert world.balance(world.holder) == world.balance(world.stranger) == 0


def test_pays_every_bill_of_one_stay(world: World, full: Sold) -> None:
    """Files three bills of one encounter; the bill line, not the case, prevents double payment."""
    stay = word("stay")
    lines = [full.line(number, case_id=stay, billed=10_007) for number in range(3)]

    filed = world.file(*lines)

    assert [facts.service.case_id for facts in decided(filed)] == [stay] * 3
    assert world.balance(world.payee) == 3 * 10_007 * world.unit


class TestLateInTheYear:
    def test_pays_from_capital_that_is_still_locked(self, world: World, full: Sold) -> None:
        line = full.line(day=full.terms.end - 1)
        world.travel_to_day(full.terms.end - 1 + FILING_DAYS)
        assert ledger(world).locked > 0

        assert decision(world.file(line)).status is ClaimStatus.PAID
        assert world.balance(world.payee) == BILLED * world.unit

    def test_denies_when_the_policy_is_closed(self, world: World, full: Sold) -> None:
        self.close(world, full)

        assert code_of(world, full.line(day=full.terms.end - 1)) == "29"

    def test_decides_a_stay_that_ends_after_the_policy_is_closed(self, world: World, full: Sold) -> None:
        """The filing deadline counts from the end of the stay, so it can be after the policy was closed.

        No capital is locked for the claim any more: a known weakness of stays that are longer than the filing
        days and the appeal window together.
        """
        day = full.terms.end - 1
        closed = self.close(world, full)
        stay = full.line(benefit=HOSPITAL_CASH, day=day, service_to=closed)
        others = ledger(world).locked

        filed = world.file(stay)

        assert decision(filed).status is ClaimStatus.PAID
        assert decision(filed).remittance.outside == (closed - day - 1) * RATE
        therapy = full.line(2, benefit=PHYSIOTHERAPY, day=day, service_to=closed, flags=FLAG_EMERGENCY)
        held = decision(world.file(therapy))
        assert ledger(world)[:2] == (others, BILLED)
        withdraw(world, therapy, held)
        assert ledger(world)[:2] == (others, 0)
        assert account(world, therapy).closed

    def close(self, world: World, sold: Sold) -> int:
        """Closes the policy as soon as possible, and returns the day."""
        world.travel(world.book.closableAt(sold.terms.as_tuple()))
        world.book.close(sold.terms.as_tuple(), {"from": world.stranger})
        return world.today()


def test_a_full_policy_pays_no_more_than_its_limit(world: World, full: Sold) -> None:
    limit = full.terms.annual_limit
    lift_cap(world)
    for number in range(3):
        world.file(full.line(number, billed=400_009))

    assert account(world, full.line()).paid == limit
    assert code_of(world, full.line("more")) == "119"
    assert world.balance(world.payee) == limit * world.unit


class TestTwoYears:
    @pytest.fixture
    def years(self, world: World, full: Sold) -> tuple[Sold, Sold]:
        """Sells this year and the next, and moves to a time at which claims can be filed under both."""
        following = world.sell(deductible=0, out_of_pocket=0, start=full.terms.end, salt=word("next year"))
        lift_cap(world)
        return full, following

    def test_pay_their_limits_in_turns(self, world: World, years: tuple[Sold, Sold]) -> None:
        """The counters belong to each policy's id, so filing in turn does not get around either limit."""
        border = years[1].terms.start
        days = [border - 1, border, border - 2, border + 1, border - 3, border + 2]
        for number, day in enumerate(days):
            world.file(years[number % 2].line(number, day=day, billed=400_009))

        for year, day in zip(years, days, strict=False):
            assert account(world, year.line()).paid == year.terms.annual_limit
            assert code_of(world, year.line("more", day=day)) == "119"
        limits = sum(year.terms.annual_limit for year in years)
        assert world.balance(world.payee) == limits * world.unit

    def test_pay_for_no_day_of_each_other(self, world: World, years: tuple[Sold, Sold]) -> None:
        first, second = years
        border = second.terms.start

        assert code_of(world, first.line(day=border)) == "27"
        assert code_of(world, second.line(day=border - 1)) == "26"


def lift_cap(world: World) -> None:
    world.providers.setDailyCap(world.pool, world.provider, 2**64 - 1, {"from": world.insurer})
