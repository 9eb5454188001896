"""recapitalise

given a pool that owes more than it has
├── when somebody pays a part of the deficit
│   └── it should take the money, give no shares for it, and emit an event
├── when somebody offers more than the deficit
│   └── it should take only the deficit, and sell policies and shares again
├── when there is no deficit
│   └── it should revert
└── when the payer does not have the money
    └── it should revert
given a deficit that consists of unearned premium
└── when the premium is earned
    └── the deficit should end without a recapitalisation

SPECIFICATION M2.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, Bench
from tests.support.craft import DAY, PREMIUM

SHORT = 1_009


def test_takes_a_part_for_nothing_in_return(bench: Bench) -> None:
    bench.fall_short(SHORT)
    part = 400 * bench.unit + 1
    bench.mint_tokens(bench.bob, part)
    supply = bench.pool.totalSupply()

    done = bench.pool.recapitalise(part, {"from": bench.bob})

    assert emitted(done, "Recapitalised") == {"payer": bench.bob, "assets": part}
    assert bench.pool.deficit() == SHORT * bench.unit - part
    assert bench.balance(bench.bob) == 0
    assert (bench.pool.totalSupply(), bench.pool.balanceOf(bench.bob)) == (supply, 0)
    bench.check_law_1()


def test_takes_no_more_than_the_deficit(bench: Bench) -> None:
    bench.fall_short(SHORT)
    offered, missing = 2 * SHORT * bench.unit, SHORT * bench.unit
    bench.mint_tokens(bench.bob, offered)
    assert bench.pool.recapitalise.call(offered, {"from": bench.bob}) == missing

    done = bench.pool.recapitalise(offered, {"from": bench.bob})

    assert emitted(done, "Recapitalised")["assets"] == missing
    assert bench.balance(bench.bob) == offered - missing
    assert (bench.pool.deficit(), bench.pool.totalAssets()) == (0, 0)
    bench.deposit(CAPITAL, bench.bob)
    bench.underwrite()
    bench.check_law_1()


def test_reverts_without_a_deficit(bench: Bench) -> None:
    with refuses("NoDeficit"):
        bench.pool.recapitalise(1, {"from": bench.alice})


def test_reverts_when_the_payer_has_not_got_it(bench: Bench) -> None:
    bench.fall_short(SHORT)
    with refuses("ERC20InsufficientBalance", bench.bob, 0, SHORT * bench.unit):
        bench.pool.recapitalise(SHORT * bench.unit, {"from": bench.bob})


def test_needs_nothing_once_the_premium_is_earned(bench: Bench) -> None:
    sale = bench.sell()
    bench.pay(CAPITAL + PREMIUM)
    assert bench.pool.deficit() == PREMIUM * bench.unit
    with refuses("ERC4626ExceededMaxDeposit", bench.alice, 1, 0):
        bench.deposit_tokens(1)

    bench.travel(sale.end * DAY)

    assert bench.pool.deficit() == 0
    bench.deposit_tokens(1)
