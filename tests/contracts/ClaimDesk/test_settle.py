"""settle

given a claim that is not held
├── it should revert for status None, Paid, Owed or Denied, and for a withdrawn line
given a held claim
├── when the decision passed in is not the one that was made
│   └── it should revert, whichever field was changed
├── when the review window is open
│   └── it should revert up to the window's last second, and not after
├── when the terms set a review window of 0
│   └── it should pay in the same second, whatever held the claim, and the claim can never be withdrawn
├── when the window is over
│   ├── it should pay exactly what was decided, to the payee in the terms, for any caller
│   ├── it should move the sum from reserved to paid, and leave the lock unchanged
│   └── it should set the status to Paid, and revert when it is called again
├── when the claim pays 0
│   └── it should set the status to Paid
├── when the payee refuses
│   ├── it should set the status to Owed
│   └── the claim should then be collected as it was decided
├── when the provider has since been suspended or lost its accreditation, or its key was revoked
│   └── it should still pay
└── when the policy's year has ended
    └── it should still pay

SPECIFICATION S1, S2, S5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, Account, ClaimStatus, Decision
from tests.support.answers import emitted, refuses
from tests.support.claims import account, collect, hold, ledger, settle, use, withdraw
from tests.support.craft import AUTO_PAY_LIMIT, BILLED, IMAGING, MATERNITY, REVIEW_WINDOW, Sold, word
from tests.support.world import World, decision


class TestWrongStatus:
    def test_none(self, world: World, full: Sold) -> None:
        held = hold(world, full.line(1))

        with refuses("WrongStatus", ClaimStatus.NONE):
            settle(world, full.line(2), held)

    def test_paid(self, world: World, full: Sold) -> None:
        paid = decision(world.file(full.line()))

        with refuses("WrongStatus", ClaimStatus.NONE):
            settle(world, full.line(), paid)

    def test_denied(self, world: World, full: Sold) -> None:
        line = full.line(benefit=MATERNITY)
        denied = decision(world.file(line))

        with refuses("WrongStatus", ClaimStatus.DENIED):
            settle(world, line, denied)

    def test_owed(self, world: World) -> None:
        line = unpayable(world).line()
        owed = decision(world.file(line))

        with refuses("WrongStatus", ClaimStatus.OWED):
            settle(world, line, owed)

    def test_withdrawn(self, world: World, full: Sold) -> None:
        line = full.line()
        held = hold(world, line)
        withdraw(world, line, held)

        with refuses("WrongStatus", ClaimStatus.NONE):
            settle(world, line, held)


def unpayable(world: World) -> Sold:
    """The payee is the pool itself, which makes no payment to itself."""
    return world.sell(payees=[world.pool.address], deductible=0, out_of_pocket=0, salt=word("unpayable"))


CHANGES: dict[str, Callable[[Decision, World], dict[str, Any]]] = {
    "status": lambda held, world: {"status": ClaimStatus.PAID},
    "codes": lambda held, world: {"packed_codes": bytes(32)},
    "diagnosis": lambda held, world: {"diagnosis": word("another")},
    "pool": lambda held, world: {"pool": world.stranger.address},
    "payee": lambda held, world: {"payee": world.stranger.address},
    "group": lambda held, world: {"group": word("another")},
    "date of release": lambda held, world: {"release_at": 0},
    "amount": lambda held, world: {"remittance": replace(held.remittance, paid=held.remittance.paid + 1)},
    "units": lambda held, world: {"remittance": replace(held.remittance, units=1)},
}


@pytest.mark.parametrize("part", CHANGES)
def test_refuses_another_decision(world: World, full: Sold, part: str) -> None:
    line = full.line()
    held = hold(world, line)
    world.travel(held.release_at)

    with refuses("WrongDecision"):
        settle(world, line, replace(held, **CHANGES[part](held, world)))


def test_refuses_until_the_window_is_over(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    arguments = world.claim(line), held.as_tuple(), {"from": world.stranger}

    world.travel(held.release_at - 1)
    with refuses("ReviewOpen", held.release_at):
        world.desk.settle.call(*arguments)
    world.travel(held.release_at)
    world.desk.settle.call(*arguments)


def test_pays_at_once_when_the_terms_ask_for_no_review(world: World) -> None:
    """With a review window of 0 in the terms, no cap, suspension or safe mode delays the payment."""
    hasty = world.sell(review_window=0, deductible=0, out_of_pocket=0, salt=word("hasty"))
    world.providers.setSuspended(world.provider, True, {"from": world.accreditor})
    world.providers.enterSafeMode(world.desk, {"from": world.sentinel})
    line = hasty.line(billed=AUTO_PAY_LIMIT + 1, flags=FLAG_EMERGENCY)
    held = hold(world, line)

    assert held.release_at == world.now()
    with refuses("ReviewOver", held.release_at):
        withdraw(world, line, held)
    world.desk.settle.call(world.claim(line), held.as_tuple(), {"from": world.stranger})
    settle(world, line, held)
    assert world.balance(world.payee) == (AUTO_PAY_LIMIT + 1) * world.unit


def test_pays_exactly_what_was_decided(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    world.travel(held.release_at)
    before = ledger(world)
    assert account(world, line) == Account(reserved=BILLED)

    settled = settle(world, line, held)

    assert emitted(settled, "ClaimPaid") == {
        "policy": full.policy_id,
        "provider": world.provider,
        "billLine": line.diagnosis.bill_line,
        "payee": world.payee,
        "amount": BILLED,
    }
    after = ledger(world)
    assert world.balance(world.payee) == before.balance - after.balance == BILLED * world.unit
    assert (before.outstanding, after.outstanding) == (BILLED, 0)
    assert after.locked == before.locked
    assert account(world, line) == Account(paid=BILLED)
    assert world.status(line) is ClaimStatus.PAID


def test_leaves_the_other_counters_as_the_decision_left_them(world: World, sold: Sold) -> None:
    line = sold.line(benefit=IMAGING)
    held = hold(world, line)
    counters, group = account(world, line), use(world, line)
    world.travel(held.release_at)

    settle(world, line, held)

    assert account(world, line) == replace(counters, paid=counters.reserved, reserved=0)
    assert use(world, line) == group


def test_pays_once(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    world.travel(held.release_at)
    settle(world, line, held)

    for again in (settle, collect):
        with refuses("WrongStatus", ClaimStatus.NONE):
            again(world, line, held)


def test_pays_nothing_when_nothing_is_due(world: World, sold: Sold) -> None:
    line = sold.line(billed=1, flags=FLAG_EMERGENCY)
    held = decision(world.file(line))
    world.travel(held.release_at)

    settled = settle(world, line, held)

    assert emitted(settled, "ClaimPaid")["amount"] == 0
    assert "Transfer" not in settled.events
    assert world.status(line) is ClaimStatus.PAID


def test_owes_the_payee_that_refuses(world: World) -> None:
    sold = unpayable(world)
    line = sold.line(flags=FLAG_EMERGENCY)
    held = decision(world.file(line))
    world.travel(held.release_at)
    before = ledger(world)

    settled = settle(world, line, held)

    assert emitted(settled, "ClaimOwed") == {
        "policy": sold.policy_id,
        "provider": world.provider,
        "billLine": line.diagnosis.bill_line,
        "payee": world.pool,
        "amount": BILLED,
    }
    assert ledger(world) == before
    assert account(world, line) == Account(paid=BILLED)
    assert world.status(line) is ClaimStatus.OWED


def test_needs_nothing_of_the_provider_any_more(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    world.providers.setSuspended(world.provider, True, {"from": world.accreditor})
    world.providers.endAccreditation(world.provider, world.today(), {"from": world.accreditor})
    world.providers.revokeKey(world.provider, world.attestor.address, {"from": world.hospital})
    world.providers.enterSafeMode(world.desk, {"from": world.sentinel})
    world.travel(held.release_at)

    settle(world, line, held)

    assert world.balance(world.payee) == BILLED * world.unit


def test_pays_long_after_the_year(world: World, full: Sold) -> None:
    line = full.line()
    held = hold(world, line)
    assert held.release_at < world.now() + REVIEW_WINDOW + 60
    world.travel_to_day(full.terms.end + 5 * 365)

    settle(world, line, held)

    assert world.balance(world.payee) == BILLED * world.unit
