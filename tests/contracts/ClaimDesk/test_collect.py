"""collect

given a claim that is not owed
├── it should revert for status None, Paid, Held or Denied
given an owed claim
├── when the decision passed in is not the one that was made
│   └── it should revert
├── when the payee still refuses, or the pool is still short
│   └── it should revert, and leave the claim owed
├── when the pool has the money and the payee accepts it
│   ├── it should pay exactly what was decided, to the payee, for any caller
│   └── it should set the status to Paid, and revert when it is called again
└── when the claim was held, and became owed when it was settled
    └── it should be collected with the decision that held it

given a pool that is short
├── when a claim is filed
│   └── it should be owed, and its counters should move
├── when the pool has money, but reserved for held claims
│   └── a new claim should be owed, and collecting it should revert
└── when a claim with a reserve is due
    └── it should be paid before later claims

SPECIFICATION S2, S5, M7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus, Decision, Line
from tests.support.answers import emitted, refuses
from tests.support.claims import account, collect, hold, ledger, settle
from tests.support.craft import ANNUAL_LIMIT, BILLED, MATERNITY, PREMIUM, Sold, word
from tests.support.world import DAILY_CAP, World, decided, decision

THIN = 260_003
"""Minor units of capital: enough for one policy, but not for all that may be claimed under it."""
LARGE = 380_011
"""Minor units: more than the capital and the premium."""


@pytest.fixture(scope="module")
def thin(world: World) -> Sold:
    """Sells a policy whose pool has little capital; its members bear no costs."""
    pool = world.new_pool(world.asset)
    world.fund(THIN, pool=pool)
    world.providers.setDailyCap(pool, world.provider, 2**64 - 1, {"from": world.insurer})
    return world.sell(pool=pool.address, deductible=0, out_of_pocket=0, salt=word("thin"))


@pytest.fixture
def pool(thin: Sold, RiskPool: Any) -> Iterator[Any]:
    return RiskPool.at(thin.terms.pool)


@pytest.fixture
def owed(world: World, thin: Sold) -> tuple[Line, Decision]:
    line = thin.line(billed=LARGE)
    return line, decision(world.file(line))


class TestShortPool:
    def test_owes(self, world: World, thin: Sold, pool: Any) -> None:
        line = thin.line(billed=LARGE)
        before = ledger(world, pool)
        assert before.balance == (THIN + PREMIUM) * world.unit

        filed = world.file(line)

        (facts,) = decided(filed)
        assert (facts.decision.status, facts.decision.codes) == (ClaimStatus.OWED, ())
        assert world.status(line) is ClaimStatus.OWED
        after = ledger(world, pool)
        assert (after.outstanding, after.balance) == (LARGE, before.balance)
        assert account(world, line) == facts.account
        assert facts.account.paid == LARGE
        assert pool.deficit() >= (LARGE - THIN - PREMIUM) * world.unit

    def test_keeps_what_is_reserved_for_earlier_claims(self, world: World, thin: Sold, pool: Any) -> None:
        first = thin.line(1, billed=300_007, flags=FLAG_EMERGENCY)
        held = decision(world.file(first))
        second = thin.line(2, billed=100_003)

        owed = decision(world.file(second))
        assert owed.status is ClaimStatus.OWED
        with refuses("StillOwed", world.payee, 100_003):
            collect(world, second, owed)

        world.travel(held.release_at)
        settle(world, first, held)
        assert world.balance(world.payee) == 300_007 * world.unit
        assert ledger(world, pool).outstanding == 100_003

    def test_pays_what_there_is_for(self, world: World, thin: Sold, pool: Any) -> None:
        most = THIN + PREMIUM

        assert decision(world.file(thin.line(1, billed=most))).status is ClaimStatus.PAID

        assert ledger(world, pool).balance == 0
        assert decision(world.file(thin.line(2, billed=1))).status is ClaimStatus.OWED


class TestRefuses:
    def test_what_was_never_filed(self, world: World, thin: Sold, owed: tuple[Line, Decision]) -> None:
        with refuses("WrongStatus", ClaimStatus.NONE):
            collect(world, thin.line("other"), owed[1])

    def test_what_is_paid(self, world: World, full: Sold) -> None:
        paid = decision(world.file(full.line()))

        with refuses("WrongStatus", ClaimStatus.NONE):
            collect(world, full.line(), paid)

    def test_what_is_held(self, world: World, full: Sold) -> None:
        held = hold(world, full.line())
        world.travel(held.release_at)

        with refuses("WrongStatus", ClaimStatus.HELD):
            collect(world, full.line(), held)

    def test_what_is_denied(self, world: World, full: Sold) -> None:
        line = full.line(benefit=MATERNITY)
        denied = decision(world.file(line))

        with refuses("WrongStatus", ClaimStatus.DENIED):
            collect(world, line, denied)

    def test_another_decision(self, world: World, owed: tuple[Line, Decision]) -> None:
        line, made = owed

        with refuses("WrongDecision"):
            collect(world, line, replace(made, payee=world.stranger.address))

    def test_while_the_pool_is_short(self, world: World, pool: Any, owed: tuple[Line, Decision]) -> None:
        line, made = owed
        before = ledger(world, pool)

        with refuses("StillOwed", world.payee, LARGE):
            collect(world, line, made)

        assert ledger(world, pool) == before
        assert world.status(line) is ClaimStatus.OWED

    def test_while_the_payee_refuses(self, world: World) -> None:
        sold = world.sell(payees=[world.asset.address], deductible=0, salt=word("payee is the asset"))
        line = sold.line()
        made = decision(world.file(line))

        with refuses("StillOwed", world.asset, made.remittance.paid):
            collect(world, line, made)


def test_pays_when_the_money_is_there(
    world: World, thin: Sold, pool: Any, owed: tuple[Line, Decision]
) -> None:
    line, made = owed
    missing = LARGE - THIN - PREMIUM
    world.mint(pool, missing)
    before = ledger(world, pool)

    collected = collect(world, line, made)

    assert emitted(collected, "ClaimPaid") == {
        "policy": thin.policy_id,
        "provider": world.provider,
        "billLine": line.diagnosis.bill_line,
        "payee": world.payee,
        "amount": LARGE,
    }
    after = ledger(world, pool)
    assert (after.balance, after.outstanding, after.locked) == (0, 0, before.locked)
    assert world.balance(world.payee) == before.balance == LARGE * world.unit
    assert account(world, line).paid == LARGE
    assert world.status(line) is ClaimStatus.PAID


def test_pays_once(world: World, pool: Any, owed: tuple[Line, Decision]) -> None:
    line, made = owed
    world.mint(pool, 3 * LARGE)
    collect(world, line, made)

    with refuses("WrongStatus", ClaimStatus.NONE):
        collect(world, line, made)


def test_pays_what_was_held_and_owed_then(world: World, thin: Sold, pool: Any) -> None:
    line = thin.line(billed=ANNUAL_LIMIT)
    held = decision(world.file(line))
    assert held.status is ClaimStatus.HELD
    world.travel(held.release_at)
    settled = settle(world, line, held)
    assert "ClaimOwed" in settled.events
    world.mint(pool, ANNUAL_LIMIT)

    collect(world, line, held)

    assert world.balance(world.payee) == ANNUAL_LIMIT * world.unit
    assert account(world, line).paid == ANNUAL_LIMIT


def test_an_owed_claim_counts_towards_the_cap_of_its_day(world: World, thin: Sold, pool: Any) -> None:
    world.providers.setDailyCap(pool, world.provider, LARGE, {"from": world.insurer})
    world.file(thin.line(billed=LARGE))

    assert world.providers.dailyCapOf(pool, world.provider)[1] == LARGE < DAILY_CAP
    assert decision(world.file(thin.line(2, billed=BILLED))).status is ClaimStatus.HELD
