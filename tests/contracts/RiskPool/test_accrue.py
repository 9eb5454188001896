"""accrue: the premium that a pool earns per second

given policies sold at any time
├── when time passes
│   ├── the unearned premium should be the sum over the policies, to the minor unit, for any accrual times
│   └── it should earn nothing before the first second of the start day, and everything by the end day's
├── when many policies begin, end and overlap on the same days
│   └── the unearned premium should still be the sum
├── when premiums are 0, 1 and 2^56 − 1
│   └── the unearned premium should still be the sum, and never more than was paid
└── when anyone calls accrue
    └── it should change no figure
given a pool without calls for years
├── when somebody accrues, deposits or redeems
│   └── it should cost no more than after two years, because it skips days with nothing left to earn
├── when a claim is paid
│   └── it should cost the same as always, because claims look at no day
└── when the next policy is sold
    └── its premium should be earned as usual

SPECIFICATION M4.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from tests.support.bench import Bench, Sale
from tests.support.craft import DAY, PREMIUM

MOST = 2**56 - 1
LEAD = YEAR = 366
"""Days: how far ahead a policy may start, and how long it may last."""
IDLE_ACCRUE_GAS = 2_250_000
"""The most gas that catching up may use: it walks over at most 732 days, with one cold slot each."""
IDLE_CAPITAL_GAS = 4_000_000
"""The most gas for a deposit or redemption then: it looks at the days several times and books nothing."""


def check(bench: Bench, sales: list[Sale]) -> None:
    """Checks the unearned sum, rounded up; a division earns a premium up to 1/34,000 minor unit early."""
    left = sum((sale.unearned(bench.now()) for sale in sales), Fraction())
    unearned = int(bench.pool.unearned())
    assert left - Fraction(len(sales), 34_000) <= unearned < left + 1


@pytest.mark.parametrize("seed", [1, 2])
def test_is_the_sum_over_policies_at_random_times(bench: Bench, seed: int) -> None:
    rng = Random(seed)
    sales: list[Sale] = []
    for _ in range(12):
        start = bench.today() + rng.choice((2, 2, rng.randint(2, LEAD)))
        end = start + rng.choice((1, 365, rng.randint(1, YEAR)))
        premium = rng.choice((0, 1, rng.randint(2, 500_000), rng.randint(2, MOST)))
        sales.append(bench.sell(premium=premium, start=start, end=end, lock=0))
        bench.travel(bench.now() + rng.choice((1, rng.randint(1, DAY), rng.randint(1, 90 * DAY))))
        if rng.random() < 0.5:
            bench.pool.accrue({"from": bench.stranger})
        check(bench, sales)
    bench.check_law_1()
    for _ in range(4):
        bench.travel(bench.now() + rng.randint(1, 200 * DAY))
        check(bench, sales)

    bench.travel(max(bench.now() + 1, max(sale.end for sale in sales) * DAY))
    assert bench.pool.unearned() == 0


def test_earns_from_the_first_second_to_the_last(bench: Bench) -> None:
    sale = bench.sell(premium=200_000 * DAY, end=bench.today() + 4)
    begin, end, rate = sale.start * DAY, sale.end * DAY, 100_000
    for second, earned in ((begin - 1, 0), (begin, 0), (begin + 1, rate), (end - 1, 2 * DAY * rate - rate)):
        bench.travel(second)
        assert bench.pool.unearned() == sale.premium - earned
    for second in (end, end + 1):
        bench.travel(second)
        assert bench.pool.unearned() == 0
        bench.check_law_1()


def test_is_the_sum_when_policies_share_their_days(bench: Bench) -> None:
    first = bench.today() + 2
    spans = (
        [(first, first + 2)] * 5 + [(first + 1, first + 2)] * 4 + [(first, first + 3), (first + 2, first + 4)]
    )
    spans += [(first + 1, first + 366)] * 5
    sales = [
        bench.sell(premium=7_919 * number, start=start, end=end, lock=0)
        for number, (start, end) in enumerate(spans)
    ]
    for hour in (-1, 0, 5, 24, 47, 48, 72, 95, 96, 24 * 300, 24 * 366):
        bench.travel(first * DAY + hour * 3_600)
        check(bench, sales)
        if hour in (24, 96, 24 * 300):
            bench.pool.accrue({"from": bench.stranger})
    assert bench.pool.unearned() == 0


@pytest.mark.parametrize("premium", [0, 1, MOST])
def test_is_exact_at_the_extremes(bench: Bench, premium: int) -> None:
    shortest = bench.sell(premium=premium, end=bench.today() + 3, lock=0)
    longest = bench.sell(premium=premium, start=shortest.start, end=shortest.start + YEAR, lock=0)
    assert bench.pool.unearned() == 2 * premium

    for second in (1, DAY // 3, DAY - 1, DAY, 40 * DAY + 7, YEAR * DAY - 1, YEAR * DAY):
        bench.travel(shortest.start * DAY + second)
        check(bench, [shortest, longest])
    assert bench.pool.unearned() == 0
    bench.check_law_1()


def test_changes_no_figure(bench: Bench) -> None:
    sale = bench.sell()
    bench.travel(sale.start * DAY + 1_234_567)

    done = bench.pool.accrue({"from": bench.stranger})

    assert len(done.events) == 0
    check(bench, [sale])
    bench.travel(sale.start * DAY + 20_000_003)
    check(bench, [sale])


@pytest.mark.parametrize("years", [2, 10, 50])
def test_catches_up_at_bounded_cost(bench: Bench, years: int) -> None:
    paid_before = bench.pool.pay(bench.payee, 1_003, 0, {"from": bench.desk}).gas_used
    far = bench.today() + LEAD
    longest = bench.sell(start=far, end=far + YEAR, lock=0)
    bench.sell(start=far - 200, end=far + 100, lock=0)
    bench.travel(longest.end * DAY + (years - 2) * 365 * DAY)
    bench.pool.giveNotice(bench.pool.balanceOf(bench.alice), {"from": bench.alice})

    assert bench.pool.pay(bench.payee, 1_003, 0, {"from": bench.desk}).gas_used < paid_before
    assert bench.deposit(5, bench.bob).gas_used < IDLE_CAPITAL_GAS
    assert bench.pool.accrue({"from": bench.stranger}).gas_used < IDLE_ACCRUE_GAS
    assert bench.pool.unearned() == 0
    assert bench.pool.accrue({"from": bench.stranger}).gas_used < 40_000

    sale = bench.sell()
    bench.travel(sale.start * DAY + 1_000_003)
    check(bench, [sale])


def test_lets_capital_leave_after_years_at_bounded_cost(bench: Bench) -> None:
    far = bench.today() + LEAD
    bench.sell(start=far, end=far + YEAR, lock=0)
    bench.travel(far * DAY + YEAR * DAY)
    bench.open_exit()

    done = bench.pool.redeem(10**12, bench.alice, bench.alice, {"from": bench.alice})

    assert done.gas_used < IDLE_CAPITAL_GAS
    assert bench.pool.totalAssets() + 1 >= PREMIUM * bench.unit


def test_costs_a_sale_the_same_whatever_was_sold_before(bench: Bench) -> None:
    days = {"start": bench.today() + 2, "lock": 0}
    bench.sell(**days)
    second = bench.underwrite(**days).gas_used
    for _ in range(8):
        bench.sell(**days)
    assert abs(bench.underwrite(**days).gas_used - second) < 1_000
