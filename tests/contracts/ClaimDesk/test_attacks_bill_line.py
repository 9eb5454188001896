"""Attacks on the bill line, which prevents double payment

given a bill that several policies cover
├── when a claim is filed under each policy
│   ├── it should pay each its share of what the others have left, and never more than the bill in total
│   └── it should pay 0 under the last policy
├── when a later policy states another amount or currency
│   └── it should skip the line, because the first amount and currency bind
├── when the first payer withdraws
│   ├── it should keep the claims of the others, and count them
│   ├── it should keep the amount bound while any policy has a decision, even a denial
│   └── it should expect the revision that counts the withdrawals under all policies
├── when all payers have withdrawn
│   └── it should accept another amount
└── when a payer was denied, or paid nothing
    └── it should leave the others' payments unchanged
given a benefit that pays a fixed sum
└── it should pay that sum whatever others have paid, and count it for the others
given the same value at another provider
├── it should be a separate bill line
└── when the other provider signs the very same root
    └── it should decide the leaves again: it does not see the other cover, and its own cap applies

SPECIFICATION L1, L2, L3, L4, A10, A11, F14.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus, Line, SkipReason
from tests.support import craft
from tests.support.claims import ledger, plain, withdraw
from tests.support.craft import BILLED, MATERNITY, Sold, indemnity, scheduled, word
from tests.support.world import CAPITAL, DAILY_CAP, FAR, World, codes, decided, decision, skipped

SHARE = 4_000
PART = BILLED * SHARE // 10_000
LATE = 3
"""Days between the start of the youngest policy and the service."""


@pytest.fixture(scope="module")
def policies(world: World) -> list[Sold]:
    """Sells four policies to one patient; under each, the member bears two fifths of a bill."""
    rows = (indemnity("share", share_bps=SHARE, deductible_applies=False), indemnity("wait", waiting_days=90))
    terms: dict[str, Any] = {"benefits": (*rows, scheduled("sum", rate=PART)), "out_of_pocket": 2**56 - 1}
    sold = [world.sell(begin=False, salt=word("payer", number), **terms) for number in range(4)]
    world.travel_to_day(sold[-1].terms.start + LATE)
    return sold


def bill(sold: Sold, *, benefit: int = 0, **facts: Any) -> Line:
    """Returns the same bill under each policy."""
    return sold.line("shared", benefit=benefit, day=sold.terms.start + LATE, **facts)


def lines(policies: list[Sold], **facts: Any) -> list[Line]:
    return [bill(sold, **facts) for sold in policies]


class TestSharing:
    def test_pays_no_more_than_the_bill(self, world: World, policies: list[Sold]) -> None:
        filed = [world.file(line) for line in lines(policies)]

        paid = [decision(each).remittance.paid for each in filed]
        assert paid == [PART, PART, BILLED - 2 * PART, 0]
        assert [codes(each) for each in filed] == [["2"], ["2"], ["2", "23"], ["2", "23"]]
        assert [world.status(line) for line in lines(policies)] == [ClaimStatus.PAID] * 4
        assert world.balance(world.payee) == BILLED * world.unit
        remittance = decision(filed[3]).remittance
        assert remittance.other_cover == PART == BILLED - remittance.coinsurance

    def test_in_one_call(self, world: World, policies: list[Sold]) -> None:
        world.file(*lines(policies))

        assert world.balance(world.payee) == BILLED * world.unit

    def test_counts_what_is_only_reserved(self, world: World, policies: list[Sold]) -> None:
        first, second, third, _ = policies
        world.file(bill(first, flags=FLAG_EMERGENCY), bill(second, flags=FLAG_EMERGENCY))

        assert decision(world.file(bill(third))).remittance.paid == BILLED - 2 * PART

    def test_denies_the_second_line_of_a_later_payer(self, world: World, policies: list[Sold]) -> None:
        world.file(*lines(policies[:3]))

        assert codes(world.file(bill(policies[1], units=2))) == ["18"]
        assert skipped(world.file(bill(policies[2]))) == [SkipReason.ALREADY_DECIDED]
        assert world.balance(world.payee) == BILLED * world.unit

    def test_takes_nothing_for_a_payer_who_was_denied(self, world: World, policies: list[Sold]) -> None:
        assert codes(world.file(bill(policies[0], benefit=1))) == ["179"]

        assert [decision(world.file(bill(sold))).remittance.paid for sold in policies[1:3]] == [PART, PART]


class TestBinding:
    def test_the_amount(self, world: World, policies: list[Sold]) -> None:
        world.file(bill(policies[0]))

        for billed in (BILLED - 1, BILLED + 1, 0):
            assert skipped(world.file(bill(policies[1], billed=billed))) == [SkipReason.BILL_MISMATCH]

    def test_the_currency(self, world: World, policies: list[Sold], TestStablecoin: Any) -> None:
        euros = copy(world)
        euros.currency, euros.asset = "EUR", TestStablecoin.deploy(6, {"from": world.governor})
        world.factory.listAsset(euros.asset, b"EUR", 2, {"from": world.governor})
        euros.pool = euros.new_pool(euros.asset)
        euros.fund(CAPITAL)
        world.file(bill(policies[0]))
        abroad = euros.sell(salt=word("euros"))

        assert skipped(world.file(abroad.line("shared"))) == [SkipReason.BILL_MISMATCH]
        assert decision(world.file(abroad.line("own"))).status is ClaimStatus.HELD  # no cap is set

    def test_of_a_bill_of_nothing_is_none(self, world: World, policies: list[Sold]) -> None:
        world.file(bill(policies[0], billed=0))

        assert decision(world.file(bill(policies[1]))).remittance.paid == PART


class TestWithdrawal:
    def test_of_the_first_leaves_the_others(self, world: World, policies: list[Sold]) -> None:
        first, second, third, _ = policies
        held = decision(world.file(bill(first, flags=FLAG_EMERGENCY)))
        world.file(bill(second))

        withdraw(world, bill(first), held)

        assert world.status(bill(first)) is ClaimStatus.NONE
        assert world.status(bill(second)) is ClaimStatus.PAID
        assert skipped(world.file(bill(third))) == [SkipReason.SUPERSEDED]
        assert decision(world.file(bill(third, revision=1))).remittance.paid == PART
        corrected = world.file(bill(first, revision=1))
        assert decision(corrected).remittance.paid == BILLED - 2 * PART
        assert world.balance(world.payee) == BILLED * world.unit

    def test_of_a_later_one_leaves_the_first(self, world: World, policies: list[Sold]) -> None:
        first, second, third, _ = policies
        world.file(bill(first))
        held = decision(world.file(bill(second, flags=FLAG_EMERGENCY)))

        withdraw(world, bill(second), held)

        assert world.status(bill(first)) is ClaimStatus.PAID
        assert skipped(world.file(bill(first))) == [SkipReason.ALREADY_DECIDED]
        assert decision(world.file(bill(third, revision=1))).remittance.paid == PART

    def test_lets_no_other_amount_in_while_somebody_has_claimed(
        self, world: World, policies: list[Sold]
    ) -> None:
        first, second, *_ = policies
        held = decision(world.file(bill(first, flags=FLAG_EMERGENCY)))
        world.file(bill(second))
        withdraw(world, bill(first), held)

        assert skipped(world.file(bill(first, revision=1, billed=2 * BILLED))) == [SkipReason.BILL_MISMATCH]

    def test_of_all_lets_another_amount_in(self, world: World, policies: list[Sold]) -> None:
        emergencies = lines(policies[:3], flags=FLAG_EMERGENCY)
        made = [decision(world.file(line)) for line in emergencies]
        before = ledger(world)

        for line, held in zip(emergencies, made, strict=True):
            withdraw(world, line, held)

        assert ledger(world).outstanding == 0 < before.outstanding
        bound = plain(world.providers.billLineOf(world.provider, emergencies[0].diagnosis.bill_line))
        assert bound == (0, 0, bytes(3), 3, bytes(8), bytes(3), True)
        smaller = world.file(bill(policies[3], revision=3, billed=1_001))
        assert decision(smaller).remittance.paid == 400

    def test_leaves_the_amount_bound_until_a_denial_is_withdrawn_too(
        self, world: World, policies: list[Sold]
    ) -> None:
        first, second, third, _ = policies
        denied = decision(world.file(bill(first, benefit=1)))
        held = decision(world.file(bill(second, flags=FLAG_EMERGENCY)))

        withdraw(world, bill(second), held)
        assert skipped(world.file(bill(third, revision=1, billed=1_001))) == [SkipReason.BILL_MISMATCH]

        withdraw(world, bill(first, benefit=1), denied)
        assert decision(world.file(bill(third, revision=2, billed=1_001))).status is ClaimStatus.PAID


class TestSums:
    def test_are_paid_whatever_others_have_paid(self, world: World, policies: list[Sold]) -> None:
        for sold in policies[:3]:
            assert decision(world.file(bill(sold, benefit=2))).remittance.paid == PART

    def test_count_for_a_share_of_the_bill(self, world: World, policies: list[Sold]) -> None:
        world.file(*lines(policies[:2], benefit=2))

        assert decision(world.file(bill(policies[2]))).remittance.paid == BILLED - 2 * PART


def test_the_same_value_at_another_provider_is_another_line(world: World, full: Sold) -> None:
    other = world.accredit(world.stranger)
    world.providers.addKey(other, world.attestor.address, 0, FAR, {"from": world.stranger})
    world.providers.setDailyCap(world.pool, other, DAILY_CAP, {"from": world.insurer})

    here, there = world.file(full.line()), world.file(full.line(billed=BILLED - 1), provider=other)

    assert decision(here).remittance.paid == BILLED
    assert decision(there).remittance.paid == BILLED - 1
    assert world.status(full.line(), other) is world.status(full.line()) is ClaimStatus.PAID


def test_the_same_root_of_another_provider_is_decided_anew(world: World, policies: list[Sold]) -> None:
    """A leaf names no provider, so anybody who has it may sign it too; the cap limits what that can pay."""
    clinic, other = craft.signer("a clinic's billing system"), world.accredit(world.stranger)
    world.providers.addKey(other, clinic.address, 0, FAR, {"from": world.stranger})
    world.providers.setDailyCap(world.pool, other, 2 * PART, {"from": world.insurer})
    here = world.attest(lines(policies))
    there = world.attest(lines(policies), provider=other, attestor=clinic)
    assert here.attestation.root == there.attestation.root
    world.file_signed(here)

    again = [facts.decision for facts in decided(world.file_signed(there))]

    assert [made.remittance.paid for made in again] == [PART, PART, BILLED - 2 * PART, 0]
    paid, held = ClaimStatus.PAID, ClaimStatus.HELD
    assert [made.status for made in again] == [paid, paid, held, paid]
    assert world.balance(world.payee) == (BILLED + 2 * PART) * world.unit


def test_a_denied_line_holds_the_bill_line_of_its_policy(world: World, sold: Sold) -> None:
    """Only the provider can free it; a stranger cannot free it by filing another line."""
    world.file(sold.line(benefit=MATERNITY))

    assert codes(world.file(sold.line())) == ["18"]
    assert world.status(sold.line()) is ClaimStatus.DENIED
