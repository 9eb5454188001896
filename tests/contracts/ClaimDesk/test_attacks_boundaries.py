"""The first and last valid days and amounts

given a day at a limit
├── cover should last from its first day to the day before its end, within the member's own days
├── the waiting period should end that many days after coveredSince, also if that is before this policy
├── filing should be possible up to the last second of the last filing day
├── accreditation should last from its first day to the day before its end
├── consent should last from its first day to its last day
└── a signature should be accepted as soon as the last day of service has begun anywhere on earth
given an amount at a limit
├── when the bill is 0 or one minor unit
│   └── it should be paid exactly
├── when the bill is the largest that a line can state
│   └── it should be cut to the limit, and fit every counter
├── when the payment is the largest that terms can allow
│   └── it should be paid
├── when the units are the most that a line can state
│   └── it should pay per unit, rounded down
└── when asset and currency have different decimals
    └── it should be paid exactly

The limits in seconds of attestation, key, review window and safe mode are tested in test_file_attestation,
test_settle and test_file_held; the UTC day of the cap in test_file_held.

SPECIFICATION A1, A2, A3, A4, C2, P2.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest

from salus.types import MAX_AMOUNT, ClaimStatus, Line, SkipReason
from tests.support.claims import account, code_of, ledger, preview, use
from tests.support.craft import (
    ANNUAL_LIMIT,
    BILLED,
    DAY,
    FILING_DAYS,
    MATERNITY,
    PHYSIOTHERAPY,
    UNIT_LIMIT,
    VISIT,
    Sold,
    indemnity,
    scheduled,
    word,
)
from tests.support.world import CAPITAL, World, codes, decision

MAX_UINT64 = 2**64 - 1
MAX_UINT16 = 2**16 - 1


def verdict(world: World, line: Line, **changes: Any) -> str:
    """Returns "PAID", the code of the denial, or the reason for skipping the line."""
    reason, made = preview(world, line, **changes)
    if reason is not SkipReason.NONE:
        return reason.name
    return made.codes[0].code if made.status is ClaimStatus.DENIED else made.status.name


class TestDays:
    def test_of_cover(self, world: World, full: Sold) -> None:
        start, end = full.terms.start, full.terms.end
        world.travel_to_day(end + 1)
        last = end + 1 - full.terms.filing_days

        answers = [verdict(world, full.line(day=day)) for day in (start - 1, end - 1, end)]

        assert answers == ["26", "PAID", "27"]
        assert verdict(world, full.line(day=start, service_to=last)) == "PAID"

    def test_of_a_members_cover_inside_the_policys(self, world: World) -> None:
        draft = world.draft()
        since, until = draft.terms.start + 3, draft.terms.start + 6
        sold = world.sell(covered_since=since, covered_until=until, deductible=0)

        answers = [verdict(world, sold.line(day=day)) for day in (since - 1, since, until - 1, until)]

        assert answers == ["26", "PAID", "PAID", "27"]

    def test_of_waiting(self, world: World, full: Sold) -> None:
        over = full.terms.start + 30
        world.travel_to_day(over)

        answers = [verdict(world, full.line(benefit=MATERNITY, day=day)) for day in (over - 1, over)]

        assert answers == ["179", "PAID"]

    def test_of_waiting_that_began_before_the_policy(self, world: World) -> None:
        start = world.draft().terms.start
        sold = world.sell(covered_since=start - 28, deductible=0, salt=word("renewed"))

        answers = [
            verdict(world, sold.line(benefit=MATERNITY, day=day)) for day in (start - 1, start + 1, start + 2)
        ]

        assert answers == ["26", "179", "PAID"]

    def test_of_filing(self, world: World, full: Sold) -> None:
        line = full.line()
        end = (line.diagnosis.service_to + FILING_DAYS + 1) * DAY

        assert verdict(world, line, at=end - 1) == "PAID"
        assert verdict(world, line, at=end) == "29"

    def test_of_accreditation(self, world: World, full: Sold) -> None:
        first, end = full.terms.start + 3, full.terms.start + 5
        clinic = world.accredit(world.stranger, first, end)

        answers = [
            verdict(world, full.line(day=day), provider=clinic) for day in (first - 1, first, end - 1, end)
        ]

        assert answers == ["B7", "HELD", "HELD", "B7"]

    def test_of_accreditation_in_an_earlier_window(self, world: World, full: Sold) -> None:
        start = full.terms.start
        clinic = world.accredit(world.stranger, 0, start + 2)
        world.providers.renew(clinic, start + 4, start + 100, word("licence"), {"from": world.accreditor})

        answers = [verdict(world, full.line(day=start + age), provider=clinic) for age in range(1, 5)]

        assert answers == ["HELD", "B7", "B7", "HELD"]

    def test_of_a_stay_are_judged_by_the_day_of_admission(self, world: World, full: Sold) -> None:
        day = full.terms.start + 3
        clinic = world.accredit(world.stranger, 0, day + 1)

        assert verdict(world, full.line(day=day, service_to=day + 5), provider=clinic) == "HELD"

    def test_of_consent(self, world: World) -> None:
        shy = world.sell(consent=False, deductible=0, salt=word("shy"))
        first, last = shy.terms.start + 3, shy.terms.start + 5
        world.consent(shy, since=first, until=last)

        answers = [verdict(world, shy.line(day=day)) for day in (first - 1, first, last, last + 1)]

        assert answers == ["NO_CONSENT", "PAID", "PAID", "NO_CONSENT"]

    def test_of_signing(self, world: World, full: Sold) -> None:
        """A day begins first at UTC+14."""
        line = full.line()
        begins = line.diagnosis.service_to * DAY - 14 * 3_600

        assert verdict(world, line, issued_at=begins - 1) == "NOT_YET_SERVED"
        assert verdict(world, line, issued_at=begins) == "PAID"


class TestSmall:
    def test_a_bill_of_nothing(self, world: World, full: Sold) -> None:
        before = ledger(world)

        filed = world.file(full.line(billed=0))

        assert (decision(filed).status, codes(filed)) == (ClaimStatus.PAID, [])
        assert ledger(world) == before

    def test_one_minor_unit(self, world: World, full: Sold) -> None:
        world.file(full.line(billed=1))

        assert world.balance(world.payee) == world.unit

    def test_less_than_a_minor_unit_falls_to_the_member(self, world: World, sold: Sold) -> None:
        world.file(sold.line(1, billed=sold.terms.deductible))

        remittance = decision(world.file(sold.line(2, billed=1))).remittance

        assert (remittance.paid, remittance.coinsurance) == (0, 1)

    def test_rounds_units_down(self, world: World, full: Sold) -> None:
        world.file(full.line(1, benefit=PHYSIOTHERAPY, units=UNIT_LIMIT - 1, billed=9))

        remittance = decision(world.file(full.line(2, benefit=PHYSIOTHERAPY, units=3, billed=100))).remittance

        assert (remittance.paid, remittance.not_covered, remittance.units) == (33, 67, 1)


class TestLarge:
    def test_bill_is_cut_to_the_limit(self, world: World) -> None:
        sold = world.sell(deductible=0, out_of_pocket=0, auto_pay_limit=MAX_UINT64, salt=word("large"))
        world.providers.setDailyCap(world.pool, world.provider, MAX_UINT64, {"from": world.insurer})

        filed = world.file(sold.line(billed=MAX_UINT64))

        remittance = decision(filed).remittance
        assert (remittance.paid, remittance.over_limit) == (ANNUAL_LIMIT, MAX_UINT64 - ANNUAL_LIMIT)
        assert world.balance(world.payee) == ANNUAL_LIMIT * world.unit
        assert code_of(world, sold.line(2)) == "119"

    def test_terms_are_paid(self, world: World) -> None:
        """Every amount is the largest, and the day's payments still fit the counter of the cap."""
        most = dict.fromkeys(("annual_limit", "deductible", "out_of_pocket", "premium"), MAX_AMOUNT)
        world.fund(MAX_AMOUNT)
        world.providers.setDailyCap(world.pool, world.provider, MAX_UINT64, {"from": world.insurer})
        rows = (indemnity("half", share_bps=5_000), scheduled("sum", rate=MAX_UINT64))
        sold = world.sell(
            **most, auto_pay_limit=MAX_UINT64, solvency_bps=10_000, benefits=rows, salt=word("largest")
        )

        filed = world.file(sold.line(1, billed=MAX_UINT64), sold.line(2, benefit=1, billed=1))

        counters = account(world, sold.line())
        assert (counters.paid, counters.deductible) == (MAX_AMOUNT, MAX_AMOUNT)
        assert counters.out_of_pocket == MAX_AMOUNT
        assert world.balance(world.payee) == MAX_AMOUNT * world.unit
        assert len(filed.events["ClaimDecided"]) == 2

    def test_terms_are_paid_by_a_sum(self, world: World) -> None:
        world.fund(MAX_AMOUNT)
        rows = (scheduled("sum", rate=MAX_UINT64, unit_limit=1),)
        sold = world.sell(annual_limit=MAX_AMOUNT, solvency_bps=10_000, benefits=rows, salt=word("sum"))

        remittance = decision(world.file(sold.line(benefit=0, billed=0))).remittance

        assert (remittance.allowed, remittance.paid) == (MAX_UINT64, MAX_AMOUNT)
        assert remittance.over_limit == MAX_UINT64 - MAX_AMOUNT
        assert use(world, sold.line(benefit=0)).units == 1

    def test_number_of_units(self, world: World, full: Sold) -> None:
        line = full.line(benefit=VISIT, units=MAX_UINT16)
        limited = full.line(2, benefit=PHYSIOTHERAPY, units=MAX_UINT16)

        whole, part = (decision(world.file(each)).remittance for each in (line, limited))

        assert whole.paid == BILLED
        assert part.paid == BILLED * UNIT_LIMIT // MAX_UINT16
        assert part.paid + part.not_covered == BILLED

    def test_days_that_calldata_can_state(self, world: World, full: Sold) -> None:
        """The last days that a `uint32` can state are treated like any other day."""
        day = 2**32 - 2  # the last day of the provider's accreditation
        assert verdict(world, full.line(day=day), issued_at=day * DAY) == "27"
        assert verdict(world, full.line(service_to=day), issued_at=day * DAY) == "PAID"


@pytest.mark.parametrize(("decimals", "exponent"), [(2, 2), (6, 0), (8, 3), (18, 2), (18, 0), (3, 3)])
def test_pays_exactly_in_other_decimals(
    world: World, TestStablecoin: Any, decimals: int, exponent: int
) -> None:
    other = copy(world)
    other.asset = TestStablecoin.deploy(decimals, {"from": world.governor})
    other.unit = 10 ** (decimals - exponent)
    world.factory.listAsset(other.asset, b"XTS", exponent, {"from": world.governor})
    other.currency, other.pool = "XTS", other.new_pool(other.asset)
    other.fund(CAPITAL)
    world.providers.setDailyCap(other.pool, world.provider, MAX_UINT64, {"from": world.insurer})
    sold = other.sell(deductible=0, out_of_pocket=0, salt=word(decimals, exponent))

    assert decision(other.file(sold.line())).remittance.paid == BILLED

    assert other.balance(other.payee) == BILLED * other.unit
