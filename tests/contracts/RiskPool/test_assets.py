"""The pool with assets of 2, 6, 8 and 18 decimals, and currencies with 0, 2 and 3

given an asset with at least as many decimals as its currency
├── when policies are sold, claims paid and capital redeemed
│   └── it should transfer minor units times 10^(decimals − exponent), exactly
└── when a deposit contains fractions of a minor unit
    └── it should count them
given an asset with fewer decimals than its currency
└── the pool should not be created
"""

from __future__ import annotations

import pytest
from brownie import reverts

from tests.support.bench import CAPITAL, LOCK, Bench
from tests.support.craft import PREMIUM

PAIRS = [(decimals, exponent) for decimals in (2, 6, 8, 18) for exponent in (0, 2, 3) if exponent <= decimals]


@pytest.mark.parametrize(("decimals", "exponent"), PAIRS)
def test_moves_minor_units_exactly(decimals: int, exponent: int) -> None:
    bench = Bench(decimals, exponent)
    unit = 10 ** (decimals - exponent)
    assert (bench.pool.unit(), bench.pool.decimals()) == (unit, decimals + 6)
    assert bench.pool.currency() == "0x" + bench.currency.hex()

    bench.underwrite()
    bench.pay(78_633, unlocked=19_667)
    bench.reserve(10_007, unlocked=2_503)
    assert bench.balance(bench.payee) == 78_633 * unit
    figures = bench.figures()
    assert figures.balance == (CAPITAL + PREMIUM - 78_633) * unit
    assert figures.total_assets == (CAPITAL - 78_633 - 10_007) * unit
    assert (figures.locked, figures.outstanding) == (LOCK - 19_667 - 2_503, 10_007)

    bench.settle(10_007)
    bench.deposit_tokens(unit // 2 + 1, bench.bob)
    bench.open_exit()
    assert bench.balance(bench.payee) == (78_633 + 10_007) * unit
    free = bench.pool.freeAssets()
    earned = (PREMIUM - bench.pool.unearned()) * unit
    assert free == (CAPITAL - 88_640 - figures.locked) * unit + earned + unit // 2 + 1
    bench.pool.withdraw(free, bench.alice, bench.alice, {"from": bench.alice})
    assert bench.balance(bench.alice) == free
    bench.check_law_1()


def test_is_not_created_for_an_asset_with_too_few_decimals() -> None:
    with reverts("Integer overflow"):
        Bench(decimals=2, exponent=3, capital=0)
