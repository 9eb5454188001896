"""withdraw

given a caller who is not the provider's admin
└── it should revert: for a stranger, another provider's admin, any role, and an unknown provider
given the provider's admin
├── when the claim is neither held nor denied: never filed, paid, owed, withdrawn or settled
│   └── it should revert
├── when the decision or the terms passed in are not those of the claim
│   └── it should revert
├── when the terms are malformed: a value exceeds its field
│   └── it should revert
├── when the claim is held
│   ├── it should restore counters, group, units, reserve, lock and bill line exactly
│   ├── it should succeed up to the last second of the review window, and revert after: the claim is due
│   └── it should succeed even if other claims have been paid since
├── when the claim is denied
│   └── it should free the bill line, and change nothing else
├── when the policy was closed after the denial
│   └── it should free the bill line
└── when the line is withdrawn
    ├── a corrected line with the next revision should be decided, even with another amount
    ├── the withdrawn line should be skipped, whoever files it
    ├── a line with a revision that is too high should be skipped
    ├── the corrected line should be withdrawn in the same way
    └── no line should be decided after 255 withdrawals, because no higher revision is left

SPECIFICATION S3, S4, S5, L5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, Account, ClaimStatus, SkipReason
from tests.support.answers import emitted, refuses
from tests.support.bills import bill
from tests.support.calldata import check_refuses_overfull
from tests.support.claims import account, hold, ledger, plain, settle, use, withdraw
from tests.support.craft import BILLED, HOSPITAL_CASH, IMAGING, MATERNITY, VISIT, Sold, word
from tests.support.world import World, codes, decision, skipped

WHO: dict[str, Callable[[World], Any]] = {
    "a stranger": lambda world: world.stranger,
    "another provider": lambda world: (world.accredit(world.stranger), world.stranger)[1],
    "the holder": lambda world: world.holder,
    "the insurer": lambda world: world.insurer,
    "the governor": lambda world: world.governor,
}


class TestRefuses:
    @pytest.mark.parametrize("who", WHO)
    def test_anyone_but_the_admin(self, world: World, full: Sold, who: str) -> None:
        line, caller = full.line(), WHO[who](world)
        held = hold(world, line)

        with refuses("NotProviderAdmin", world.provider, caller):
            withdraw(world, line, held, caller)

    def test_for_a_provider_that_does_not_exist(self, world: World, full: Sold) -> None:
        line = full.line()
        held = hold(world, line)
        arguments = line.policy.as_tuple(), world.claim(line, 99), held.as_tuple()

        with refuses("NotProviderAdmin", 99, world.hospital):
            world.desk.withdraw(*arguments, {"from": world.hospital})

    def test_what_was_never_filed(self, world: World, full: Sold) -> None:
        held = hold(world, full.line(1))

        with refuses("WrongStatus", ClaimStatus.NONE):
            withdraw(world, full.line(2), held)

    def test_what_is_paid(self, world: World, full: Sold) -> None:
        paid = decision(world.file(full.line()))

        with refuses("WrongStatus", ClaimStatus.NONE):
            withdraw(world, full.line(), paid)

    def test_what_is_owed(self, world: World) -> None:
        sold = world.sell(payees=[world.pool.address], salt=word("unpayable"))
        owed = decision(world.file(sold.line()))

        with refuses("WrongStatus", ClaimStatus.OWED):
            withdraw(world, sold.line(), owed)

    def test_what_is_settled(self, world: World, full: Sold) -> None:
        line = full.line()
        held = hold(world, line)
        world.travel(held.release_at)
        settle(world, line, held)

        with refuses("WrongStatus", ClaimStatus.NONE):
            withdraw(world, line, held)

    def test_what_is_withdrawn(self, world: World, full: Sold) -> None:
        line = full.line()
        held = hold(world, line)
        withdraw(world, line, held)

        with refuses("WrongStatus", ClaimStatus.NONE):
            withdraw(world, line, held)

    def test_another_decision(self, world: World, full: Sold) -> None:
        line = full.line()
        held = hold(world, line)
        cheaper = replace(held, remittance=replace(held.remittance, paid=BILLED - 1))

        with refuses("WrongDecision"):
            withdraw(world, line, cheaper)

    def test_other_terms(self, world: World, full: Sold) -> None:
        line = full.line()
        held = hold(world, line)
        dearer = replace(line, policy=replace(line.policy, solvency_bps=10_000))

        with refuses("WrongTerms"):
            withdraw(world, dearer, held)

    def test_terms_with_more_than_a_field_holds(self, world: World, full: Sold) -> None:
        line = full.line()
        arguments = line.policy.as_tuple(), world.claim(line), hold(world, line).as_tuple()

        count = check_refuses_overfull(world.hospital, world.desk.withdraw, arguments, line.policy)

        assert count == 14


@pytest.mark.parametrize("benefit", [VISIT, IMAGING, HOSPITAL_CASH])
def test_gives_back_exactly_what_a_held_claim_took(world: World, sold: Sold, benefit: int) -> None:
    day = sold.terms.start + 5
    world.file(sold.line("before", benefit=benefit, day=day, service_to=day + 3))
    line = sold.line(benefit=benefit, day=day, service_to=day + 4, flags=FLAG_EMERGENCY)
    counters, group, money = account(world, line), use(world, line), ledger(world)
    held = decision(world.file(line))
    assert ledger(world).outstanding == held.remittance.paid > 0

    withdrawn = withdraw(world, line, held)

    assert emitted(withdrawn, "ClaimWithdrawn") == {
        "policy": sold.policy_id,
        "provider": world.provider,
        "billLine": line.diagnosis.bill_line,
    }
    assert (account(world, line), use(world, line), ledger(world)) == (counters, group, money)
    assert world.status(line) is ClaimStatus.NONE
    bill = plain(world.providers.billLineOf(world.provider, line.diagnosis.bill_line))
    assert bill == (0, 0, bytes(3), 1, bytes(8), bytes(3), False)


def test_takes_back_until_the_last_second_of_the_window(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    arguments = line.policy.as_tuple(), world.claim(line), held.as_tuple(), {"from": world.hospital}

    world.travel(held.release_at - 1)
    world.desk.withdraw.call(*arguments)
    world.travel(held.release_at)
    with refuses("ReviewOver", held.release_at):
        world.desk.withdraw.call(*arguments)


def test_refuses_what_is_due(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    world.travel(held.release_at)

    with refuses("ReviewOver", held.release_at):
        withdraw(world, line, held)

    assert world.status(line) is ClaimStatus.HELD


def test_gives_back_although_others_were_decided_since(world: World, full: Sold) -> None:
    line = full.line(1, flags=FLAG_EMERGENCY)
    alone = ledger(world)
    held = decision(world.file(line))
    world.file(full.line(2, billed=33_333))

    withdraw(world, line, held)

    assert account(world, line) == Account(paid=33_333)
    assert ledger(world).outstanding == 0
    assert ledger(world).locked < alone.locked


def test_frees_the_bill_line_of_a_denied_claim(world: World, full: Sold) -> None:
    line = full.line(benefit=MATERNITY)
    before = ledger(world)
    denied = decision(world.file(line))

    withdrawn = withdraw(world, line, denied)

    assert list(withdrawn.events.keys()) == ["ClaimWithdrawn"]
    assert world.status(line) is ClaimStatus.NONE
    assert (ledger(world), account(world, line)) == (before, Account())
    assert decision(world.file(full.line(benefit=VISIT, revision=1))).status is ClaimStatus.PAID


def test_frees_the_bill_line_after_the_policy_was_closed(world: World, full: Sold) -> None:
    line = full.line(benefit=MATERNITY)
    denied = decision(world.file(line))
    world.travel(world.book.closableAt(full.terms.as_tuple()))
    world.book.close(full.terms.as_tuple(), {"from": world.stranger})

    withdraw(world, line, denied)

    assert world.status(line) is ClaimStatus.NONE


class TestCorrection:
    def test_may_bill_another_amount(self, world: World, full: Sold) -> None:
        line = full.line(flags=FLAG_EMERGENCY)
        withdraw(world, line, decision(world.file(line)))

        corrected = world.file(full.line(revision=1, billed=BILLED - 10_000))

        assert decision(corrected).status is ClaimStatus.PAID
        assert world.balance(world.payee) == (BILLED - 10_000) * world.unit

    def test_does_not_let_the_withdrawn_line_back_in(self, world: World, full: Sold) -> None:
        line = full.line()
        filing = world.attest([line])
        held = hold(world, line)
        withdraw(world, line, held)

        assert skipped(world.file_signed(filing)) == [SkipReason.SUPERSEDED]
        world.file(full.line(revision=1, billed=1))
        assert skipped(world.file_signed(filing)) == [SkipReason.SUPERSEDED]

    @pytest.mark.parametrize("revision", [1, 255])
    def test_must_bear_the_revision_that_is_due(self, world: World, full: Sold, revision: int) -> None:
        """A payee could file a line with a revision that is too high again after its withdrawal."""
        assert skipped(world.file(full.line(revision=revision))) == [SkipReason.SUPERSEDED]

    def test_may_be_withdrawn_as_well(self, world: World, full: Sold) -> None:
        for revision in range(3):
            line = full.line(revision=revision, flags=FLAG_EMERGENCY)
            withdraw(world, line, decision(world.file(line)))

        assert skipped(world.file(full.line(revision=2))) == [SkipReason.SUPERSEDED]
        assert codes(world.file(full.line(revision=3))) == []
        assert account(world, full.line()) == Account(paid=BILLED)

    def test_ends_with_the_last_revision(self, world: World, full: Sold, BusyDeskMock: Any) -> None:
        """The count stops at 255, so a line with that revision could be filed again after each withdrawal."""
        last, beyond = (full.line(revision=number, flags=FLAG_EMERGENCY) for number in (254, 255))
        bill_line = last.diagnosis.bill_line
        busy = BusyDeskMock.deploy({"from": world.governor})
        world.providers.listDesk(busy, {"from": world.governor})
        recorded = bill(world, line=bill_line, auto_paid=False)
        busy.recordAndRelease(world.providers, *recorded, 254, {"from": world.governor})
        held = decision(world.file(last))
        assert held.status is ClaimStatus.HELD

        withdraw(world, last, held)

        assert plain(world.providers.billLineOf(world.provider, bill_line))[3] == 255
        assert skipped(world.file(beyond)) == [SkipReason.SUPERSEDED]
        assert account(world, beyond) == Account()
