"""Widths of the pool's counters, and why a full counter cannot stop a claim

A claim adds to `outstanding` (80 bits) and takes from `locked` (80 bits); it changes no premium. One policy
adds at most 2^56 − 1 to either, so it takes 2^24 policies of the largest size, 17 million, to fill them.
Counters of premium (unearned 128, rate 88, slopes 96 bits) are written only by sales and accrue: a full one
stops sales.

given a counter of premium that is full
├── when somebody sells or accrues
│   └── it should revert until the premium is earned
└── when claims are paid, reserved, settled and released, and capital moves
    └── it should do all of that
given a full `locked` counter
├── when a policy would lock more
│   └── it should revert
└── when claims free some
    └── it should pay them
"""

from __future__ import annotations

from brownie import reverts

from tests.support.answers import refuses
from tests.support.bench import Bench
from tests.support.craft import DAY, PREMIUM

LARGEST = 2**64 - 1
"""A premium 256 times as large as the book allows; only the pool alone accepts it."""


def test_goes_on_with_claims_and_capital_while_the_rate_is_full(bench: Bench) -> None:
    day = bench.today() + 36
    bench.pool.giveNotice(bench.pool.balanceOf(bench.alice), {"from": bench.alice})
    for _ in range(2):
        bench.sell(premium=LARGEST, start=day, end=day + 1, lock=1_000)
    bench.travel(day * DAY + 1)
    rate = 2 * (LARGEST * 2**40 // DAY)
    with refuses("SafeCastOverflowedUintDowncast", 88, rate):
        bench.pool.accrue({"from": bench.stranger})
    with refuses("SafeCastOverflowedUintDowncast", 88, rate):
        bench.underwrite()

    assert bench.pay(1_003, unlocked=251)[0]
    bench.reserve(2_009, unlocked=503)
    bench.release(1_000, relocked=250)
    assert bench.settle(1_009)[0]
    bench.deposit(7, bench.bob)
    bench.pool.withdraw(5, bench.alice, bench.alice, {"from": bench.alice})
    bench.check_law_1()

    bench.travel((day + 1) * DAY)
    bench.pool.accrue({"from": bench.stranger})
    bench.underwrite()
    assert bench.pool.unearned() == PREMIUM


def test_refuses_a_lock_that_does_not_fit(bench: Bench) -> None:
    with refuses("SafeCastOverflowedUintDowncast", 80, 2**80):
        bench.underwrite(lock=2**80)


def test_pays_claims_while_the_lock_is_full() -> None:
    bench = Bench(decimals=2, capital=2**97)
    bench.underwrite(lock=2**80 - 1)
    with reverts("Integer overflow"):
        bench.underwrite(lock=1)

    paid, _ = bench.pay(2**64 - 1, unlocked=2**64 - 1)

    assert paid
    assert bench.pool.locked() == 2**80 - 2**64
    bench.underwrite(lock=1)
    bench.check_law_1()
