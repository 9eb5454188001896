"""redeem

given a capital provider whose notice period is over
├── when they redeem shares at an odd price
│   └── it should pay the assets of the preview and the event, rounded down, and reduce the notice
├── when they redeem everything
│   └── it should pay everything except what rounding leaves, and use up the notice
├── when a spender redeems with an allowance, limited or not
│   └── it should reduce a limited allowance
├── when policies lock capital
│   └── it should redeem no more shares than the free capital is worth
├── when the pool is in deficit
│   └── it should revert
├── when the receiver is the zero address
│   └── it should revert
└── when a caller has no allowance
    └── it should revert
given a capital provider without notice
└── it should revert
"""

from __future__ import annotations

from brownie import ZERO_ADDRESS

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, LOCK, OFFSET, UNLIMITED, Bench

SHARES = 777_777_777_777


def test_pays_assets_rounded_down(bench: Bench) -> None:
    bench.mint_tokens(bench.pool, 333_333_333)
    bench.open_exit()
    supply, worth = bench.pool.totalSupply(), bench.pool.totalAssets()
    assets = SHARES * (worth + 1) // (supply + OFFSET)
    assert bench.pool.previewRedeem(SHARES) == assets
    arguments = (SHARES, bench.bob, bench.alice, {"from": bench.alice})
    assert bench.pool.redeem.call(*arguments) == assets

    done = bench.pool.redeem(*arguments)

    assert emitted(done, "Withdraw") == {
        "sender": bench.alice,
        "receiver": bench.bob,
        "owner": bench.alice,
        "assets": assets,
        "shares": SHARES,
    }
    burned = {"from": bench.alice, "to": ZERO_ADDRESS, "value": SHARES}
    assert emitted(done, "Transfer", by=bench.pool) == burned
    assert bench.balance(bench.bob) == assets
    assert bench.pool.balanceOf(bench.alice) == supply - SHARES == bench.pool.totalSupply()
    assert bench.pool.noticeOf(bench.alice)[0] == supply - SHARES
    assert bench.pool.totalAssets() == worth - assets
    bench.check_law_1()


def test_pays_everything_but_what_rounding_leaves(bench: Bench) -> None:
    bench.mint_tokens(bench.pool, 333_333_333)
    bench.deposit(1_009, bench.bob)
    bench.open_exit(bench.alice, bench.bob)

    for owner in (bench.alice, bench.bob):
        shares = bench.pool.balanceOf(owner)
        assert bench.pool.maxRedeem(owner) == shares
        bench.pool.redeem(shares, owner, owner, {"from": owner})
        assert bench.pool.noticeOf(owner)[0] == 0

    assert bench.pool.totalSupply() == 0
    assert 0 <= bench.balance(bench.pool) <= 2
    bench.check_law_1()


def test_spends_the_allowance_of_another(bench: Bench) -> None:
    bench.open_exit()
    for allowed, left in ((SHARES + 3, 3), (UNLIMITED, UNLIMITED)):
        bench.pool.approve(bench.bob, allowed, {"from": bench.alice})
        bench.pool.redeem(SHARES, bench.bob, bench.alice, {"from": bench.bob})
        assert bench.pool.allowance(bench.alice, bench.bob) == left


def test_lets_out_what_nothing_locks(bench: Bench) -> None:
    bench.mint_tokens(bench.pool, 333_333_333)
    bench.underwrite(premium=0)
    bench.open_exit()
    worth = CAPITAL * bench.unit + 333_333_333
    most = bench.pool.maxRedeem(bench.alice)
    assert most == (worth - LOCK * bench.unit) * (bench.pool.totalSupply() + OFFSET) // (worth + 1)

    with refuses("ERC4626ExceededMaxRedeem", bench.alice, most + 1, most):
        bench.pool.redeem(most + 1, bench.alice, bench.alice, {"from": bench.alice})
    bench.pool.redeem(most, bench.alice, bench.alice, {"from": bench.alice})

    assert bench.balance(bench.pool) - LOCK * bench.unit in (0, 1)
    bench.check_law_1()


def test_reverts_in_deficit(bench: Bench) -> None:
    bench.open_exit()
    bench.fall_short()
    with refuses("ERC4626ExceededMaxRedeem", bench.alice, 1, 0):
        bench.pool.redeem(1, bench.alice, bench.alice, {"from": bench.alice})


def test_reverts_for_the_zero_address(bench: Bench) -> None:
    bench.open_exit()
    with refuses("ERC20InvalidReceiver", ZERO_ADDRESS):
        bench.pool.redeem(SHARES, ZERO_ADDRESS, bench.alice, {"from": bench.alice})


def test_reverts_without_notice(bench: Bench) -> None:
    with refuses("ERC4626ExceededMaxRedeem", bench.alice, 1, 0):
        bench.pool.redeem(1, bench.alice, bench.alice, {"from": bench.alice})


def test_reverts_without_an_allowance(bench: Bench) -> None:
    bench.open_exit()
    with refuses("ERC20InsufficientAllowance", bench.stranger, 0, SHARES):
        bench.pool.redeem(SHARES, bench.stranger, bench.alice, {"from": bench.stranger})
