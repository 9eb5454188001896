"""redeem

given a capital provider whose notice has run out
├── when they give up shares at an odd price
│   └── it should pay what preview and event tell, rounded down, and count them off the notice
├── when they give up everything
│   └── it should pay all but what rounding leaves, and the notice is used up
├── when somebody redeems them with an allowance, limited or not
│   └── it should spend a limited one
├── when policies lock capital
│   └── it should let out shares worth no more than what is free
├── when the pool is in deficit
│   └── it should refuse
├── when the receiver is nobody
│   └── it should refuse
└── when a caller has no allowance
    └── it should refuse
given a capital provider without notice
└── it should refuse
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


def test_reverts_for_nobody(bench: Bench) -> None:
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
