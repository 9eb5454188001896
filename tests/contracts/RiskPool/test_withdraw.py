"""withdraw

given a capital provider whose notice period is over
├── when they withdraw assets at an odd price
│   └── it should burn the shares of the preview and the event, rounded up, and reduce the notice
├── when a spender withdraws with an allowance
│   └── it should reduce the allowance
├── when policies lock capital
│   └── it should pay what is free, and not a token unit more
├── when the pool is in deficit
│   └── it should revert
└── when a caller has no allowance
    └── it should revert
given a capital provider without notice
└── it should revert
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, LOCK, OFFSET, Bench

ASSETS = 777_777_777


def test_burns_shares_rounded_up(bench: Bench) -> None:
    bench.mint_tokens(bench.pool, 333_333_333)
    bench.open_exit()
    supply, worth = bench.pool.totalSupply(), bench.pool.totalAssets()
    shares = -(-ASSETS * (supply + OFFSET) // (worth + 1))
    assert bench.pool.previewWithdraw(ASSETS) == shares
    arguments = (ASSETS, bench.bob, bench.alice, {"from": bench.alice})
    assert bench.pool.withdraw.call(*arguments) == shares

    done = bench.pool.withdraw(*arguments)

    assert emitted(done, "Withdraw") == {
        "sender": bench.alice,
        "receiver": bench.bob,
        "owner": bench.alice,
        "assets": ASSETS,
        "shares": shares,
    }
    assert bench.balance(bench.bob) == ASSETS
    assert bench.pool.balanceOf(bench.alice) == supply - shares == bench.pool.totalSupply()
    assert bench.pool.noticeOf(bench.alice)[0] == supply - shares
    assert bench.pool.totalAssets() == worth - ASSETS
    bench.check_law_1()


def test_spends_the_allowance_of_another(bench: Bench) -> None:
    bench.open_exit()
    shares = bench.pool.previewWithdraw(ASSETS)
    bench.pool.approve(bench.bob, shares + 3, {"from": bench.alice})

    bench.pool.withdraw(ASSETS, bench.bob, bench.alice, {"from": bench.bob})

    assert bench.balance(bench.bob) == ASSETS
    assert bench.pool.allowance(bench.alice, bench.bob) == 3
    with refuses("ERC20InsufficientAllowance", bench.bob, 3, shares):
        bench.pool.withdraw(ASSETS, bench.bob, bench.alice, {"from": bench.bob})


def test_lets_out_what_nothing_locks(bench: Bench) -> None:
    bench.underwrite(premium=0)
    bench.open_exit()
    free = (CAPITAL - LOCK) * bench.unit
    assert bench.pool.maxWithdraw(bench.alice) == free

    with refuses("ERC4626ExceededMaxWithdraw", bench.alice, free + 1, free):
        bench.pool.withdraw(free + 1, bench.alice, bench.alice, {"from": bench.alice})
    bench.pool.withdraw(free, bench.alice, bench.alice, {"from": bench.alice})

    assert bench.balance(bench.pool) == LOCK * bench.unit
    assert bench.pool.maxWithdraw(bench.alice) == 0
    bench.check_law_1()


def test_reverts_in_deficit(bench: Bench) -> None:
    bench.open_exit()
    bench.fall_short()
    with refuses("ERC4626ExceededMaxWithdraw", bench.alice, 1, 0):
        bench.pool.withdraw(1, bench.alice, bench.alice, {"from": bench.alice})


def test_reverts_without_notice(bench: Bench) -> None:
    with refuses("ERC4626ExceededMaxWithdraw", bench.alice, 1, 0):
        bench.pool.withdraw(1, bench.alice, bench.alice, {"from": bench.alice})


def test_reverts_without_an_allowance(bench: Bench) -> None:
    bench.open_exit()
    with refuses("ERC20InsufficientAllowance", bench.stranger, 0, bench.pool.previewWithdraw(ASSETS)):
        bench.pool.withdraw(ASSETS, bench.stranger, bench.alice, {"from": bench.stranger})
