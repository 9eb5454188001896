"""The pool with the real book and desk, which lock, free, owe and pay through it

given policies sold through the book
├── when a policy is issued
│   └── it should lock ceil(solvency factor × annual limit), and take the premium from the sender
├── when claims are paid, held, settled, withdrawn and owed, and policies are closed
│   └── laws 1 and 7 should hold after every step
├── when the pool falls short
│   └── it should owe, and accept no sale or deposit until it is recapitalised, and then pay
└── when somebody deposits, closes a policy and redeems in one transaction
    ├── it should keep the deposit, because the depositor has given no notice
    └── it should return no more than was deposited, even to a depositor with an earlier notice

SPECIFICATION M1, M8.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import pytest
from brownie import FlashCapitalMock

from salus.base.money import BPS
from salus.types import ClaimStatus, Decision, Line
from tests.support.answers import refuses
from tests.support.bench import EXIT_WINDOW, NOTICE_PERIOD, Sale, check_law_1
from tests.support.craft import ANNUAL_LIMIT, PHYSIOTHERAPY, PREMIUM, SOLVENCY_BPS, Sold, word
from tests.support.world import CAPITAL, World, decision

LARGE = 400_010
"""Above the automatic limit, so the claim is held."""


@dataclass
class Shadow:
    """The facts that law 7 adds up: policies, claims that are not paid, and the money that came and left."""

    world: World
    sold: list[Sold] = field(default_factory=list)
    unpaid: dict[bytes, int] = field(default_factory=dict)
    cash: int = CAPITAL

    def sell(self, **terms: Any) -> Sold:
        sold = self.world.sell(begin=False, salt=word("salt", len(self.sold)), **terms)
        self.sold.append(sold)
        self.cash += sold.terms.premium
        self.check()
        return sold

    def file(self, line: Line, status: ClaimStatus) -> Decision:
        decided = decision(self.world.file(line))
        assert decided.status == status
        if status == ClaimStatus.PAID:
            self.cash -= decided.remittance.paid
        else:
            self.unpaid[line.diagnosis.bill_line] = decided.remittance.paid
        self.check()
        return decided

    def finish(self, line: Line, decided: Decision, verb: str) -> None:
        """Settles or collects the claim."""
        claim = self.world.claim(line)
        getattr(self.world.desk, verb)(claim, decided.as_tuple(), {"from": self.world.stranger})
        assert self.world.status(line) == ClaimStatus.PAID
        self.cash -= self.unpaid.pop(line.diagnosis.bill_line)
        self.check()

    def withdraw(self, line: Line, decided: Decision) -> None:
        claim, sender = self.world.claim(line), {"from": self.world.hospital}
        self.world.desk.withdraw(line.policy.as_tuple(), claim, decided.as_tuple(), sender)
        del self.unpaid[line.diagnosis.bill_line]
        self.check()

    def close(self, sold: Sold) -> None:
        self.world.book.close(sold.terms.as_tuple(), {"from": self.world.stranger})
        self.check()

    def check(self) -> None:
        """Checks laws 1 and 7."""
        pool, now = self.world.pool, self.world.now()
        assert pool.locked() == sum(self.lock(sold) for sold in self.sold)
        assert pool.outstanding() == sum(self.unpaid.values())
        sales = [Sale(sold.terms.premium, sold.terms.start, sold.terms.end) for sold in self.sold]
        unearned = sum((sale.unearned(now) for sale in sales), Fraction())
        assert unearned - Fraction(len(sales), 34_000) <= int(pool.unearned()) < unearned + 1
        assert self.world.balance(pool) == self.cash * self.world.unit
        check_law_1(pool, self.world.balance(pool), self.world.unit, [self.world.capital])

    def lock(self, sold: Sold) -> int:
        account = self.world.account(sold)
        unused = sold.terms.annual_limit - account["paid"] - account["reserved"]
        return 0 if account["closed"] else -(-unused * sold.terms.solvency_bps // BPS)


@pytest.fixture
def shadow(world: World) -> Shadow:
    return Shadow(world)


def test_locks_the_solvency_factor_of_the_annual_limit(world: World) -> None:
    sold = world.draft()

    issued = world.issue(sold, payer=world.stranger)

    lock = -(-ANNUAL_LIMIT * SOLVENCY_BPS // BPS)
    assert world.pool.locked() == lock
    assert dict(issued.events["PremiumReceived"][0]) == {
        "payer": world.stranger,
        "premium": PREMIUM,
        "locked": lock,
    }
    assert world.balance(world.stranger) == 0
    assert world.balance(world.pool) == (CAPITAL + PREMIUM) * world.unit


def test_keeps_its_books_through_every_turn(world: World, shadow: Shadow) -> None:
    first = shadow.sell()
    second = shadow.sell(solvency_bps=BPS, annual_limit=600_007, premium=0)
    third = shadow.sell(solvency_bps=1, premium=99_991, end=world.today() + 40)
    world.travel_to_day(first.terms.start + 12)

    shadow.file(first.line(1), ClaimStatus.PAID)
    settled, withdrawn = first.line(2, billed=LARGE * 2), second.line(3, billed=LARGE * 2)
    to_settle = shadow.file(settled, ClaimStatus.HELD)
    to_withdraw = shadow.file(withdrawn, ClaimStatus.HELD)
    shadow.withdraw(withdrawn, to_withdraw)
    corrected = replace(withdrawn, diagnosis=replace(withdrawn.diagnosis, revision=1, billed=90_001))
    shadow.file(corrected, ClaimStatus.PAID)
    shadow.file(third.line(4, benefit=PHYSIOTHERAPY, billed=333_331), ClaimStatus.PAID)
    shadow.file(third.line(5, benefit=PHYSIOTHERAPY, billed=1), ClaimStatus.PAID)
    world.travel(to_settle.release_at)
    shadow.finish(settled, to_settle, "settle")

    for sold in (third, first, second):
        world.travel(max(world.now(), world.book.closableAt(sold.terms.as_tuple())))
        shadow.close(sold)
    assert world.pool.locked() == world.pool.outstanding() == world.pool.unearned() == 0
    assert world.pool.totalAssets() == shadow.cash * world.unit


def test_owes_what_it_has_not_got_and_pays_when_it_has(world: World, shadow: Shadow) -> None:
    world.providers.setDailyCap(world.pool, world.provider, 2**56, {"from": world.insurer})
    sold = shadow.sell(annual_limit=40_000_003, solvency_bps=100, auto_pay_limit=40_000_003)
    world.travel_to_day(sold.terms.start + 10)
    shadow.file(sold.line(1, benefit=PHYSIOTHERAPY, billed=CAPITAL), ClaimStatus.PAID)
    owed = sold.line(2, benefit=PHYSIOTHERAPY, billed=777_777)
    to_collect = shadow.file(owed, ClaimStatus.OWED)
    shadow.file(sold.line(3, benefit=PHYSIOTHERAPY, billed=101), ClaimStatus.OWED)

    deficit = world.pool.deficit()
    assert deficit > 0
    with refuses("StillOwed", world.payee, 777_777):
        world.desk.collect(world.claim(owed), to_collect.as_tuple(), {"from": world.stranger})
    with refuses("ERC4626ExceededMaxDeposit", world.capital, world.unit, 0):
        world.fund(1)
    more = world.draft(salt=word("more"), annual_limit=1, premium=0)
    with refuses("InDeficit", world.pool.deficit()):
        # A deficit shrinks by the premium that is earned each second, so the sale is tried in this second.
        world.book.issue.call(*quoted(world, more), {"from": world.payer})

    minor_units = -(-deficit // world.unit)
    world.mint(world.insurer, minor_units)
    world.asset.approve(world.pool, minor_units * world.unit, {"from": world.insurer})
    taken = world.pool.recapitalise(minor_units * world.unit, {"from": world.insurer})
    shadow.cash += Fraction(taken.events["Recapitalised"]["assets"], world.unit)
    shadow.finish(owed, to_collect, "collect")
    world.fund(CAPITAL)
    shadow.cash += CAPITAL
    shadow.check()


def test_keeps_what_a_stranger_deposits_to_redeem_at_once(world: World) -> None:
    sold, guest = closable(world)
    brought = 1_000_003 * world.unit
    worth = world.pool.convertToAssets(10**12)

    guest.depositCloseRedeem(world.book, sold.terms.as_tuple(), brought, {"from": world.stranger})

    assert world.account(sold)["closed"]
    assert world.balance(guest) == 9 * brought
    assert world.pool.previewRedeem(world.pool.balanceOf(guest)) in (brought - 1, brought)
    assert world.pool.convertToAssets(10**12) - worth in (0, 1)


def test_gives_a_standing_notice_no_gain_from_a_close(world: World) -> None:
    sold, guest = closable(world)
    brought = 1_000_003 * world.unit
    guest.deposit(world.pool, brought, {"from": world.stranger})
    guest.giveNotice(world.pool, {"from": world.stranger})
    world.travel(world.now() + NOTICE_PERIOD + EXIT_WINDOW // 2)

    guest.depositCloseRedeem(world.book, sold.terms.as_tuple(), brought, {"from": world.stranger})

    assert brought - 2 <= world.balance(guest) - 8 * brought <= brought
    assert world.pool.previewRedeem(world.pool.balanceOf(guest)) in (brought - 2, brought - 1, brought)
    assert world.pool.maxRedeem(guest) == 0


def closable(world: World) -> tuple[Sold, Any]:
    """Returns a policy that anyone may close, its premium all earned, and a contract that has money."""
    sold = world.sell(begin=False)
    world.travel(world.book.closableAt(sold.terms.as_tuple()))
    guest = FlashCapitalMock.deploy({"from": world.stranger})
    world.mint(guest, 10 * 1_000_003)
    return sold, guest


def quoted(world: World, sold: Sold) -> tuple[Any, ...]:
    return sold.terms.as_tuple(), world.quote_signer.address, world.quote(sold)
