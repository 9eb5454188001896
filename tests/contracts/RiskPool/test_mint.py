"""mint

given a pool
├── when the price of a share is an odd number
│   └── it should mint exactly the shares, and take the assets of the preview and the event, rounded up
├── when one share is requested
│   └── it should cost at least one token unit
├── when others redeem first while a claim is held, so the price exceeds the allowance
│   └── it should revert
├── when the pool is in deficit
│   └── it should revert
└── when more shares are requested than can be minted
    └── it should revert
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, OFFSET, Bench

SHARES = 777_777_777_777


def test_takes_assets_rounded_up(bench: Bench) -> None:
    bench.mint_tokens(bench.pool, 333_333_333)
    supply, worth = bench.pool.totalSupply(), bench.pool.totalAssets()
    assets = -(-SHARES * (worth + 1) // (supply + OFFSET))
    bench.mint_tokens(bench.alice, assets)
    assert bench.pool.previewMint(SHARES) == assets
    assert bench.pool.mint.call(SHARES, bench.bob, {"from": bench.alice}) == assets

    done = bench.pool.mint(SHARES, bench.bob, {"from": bench.alice})

    assert emitted(done, "Deposit") == {
        "sender": bench.alice,
        "owner": bench.bob,
        "assets": assets,
        "shares": SHARES,
    }
    assert bench.pool.balanceOf(bench.bob) == SHARES
    assert bench.balance(bench.alice) == 0
    assert bench.pool.totalAssets() == worth + assets
    bench.check_law_1()


def test_takes_a_token_unit_for_a_share_at_least(bench: Bench) -> None:
    bench.mint_tokens(bench.bob, 1)

    bench.pool.mint(1, bench.bob, {"from": bench.bob})

    assert bench.balance(bench.bob) == 0
    assert bench.pool.balanceOf(bench.bob) == 1


def test_reverts_above_what_was_allowed(bench: Bench) -> None:
    bench.open_exit()
    bench.reserve(CAPITAL // 2)
    price = bench.pool.previewMint(SHARES)
    bench.mint_tokens(bench.stranger, 2 * price)
    bench.asset.approve(bench.pool, price, {"from": bench.stranger})
    most = bench.pool.maxRedeem(bench.alice)
    bench.pool.redeem(most * 99 // 100, bench.alice, bench.alice, {"from": bench.alice})

    dearer = bench.pool.previewMint(SHARES)
    assert dearer > price
    with refuses("ERC20InsufficientAllowance", bench.pool, price, dearer):
        bench.pool.mint(SHARES, bench.stranger, {"from": bench.stranger})


def test_reverts_in_deficit(bench: Bench) -> None:
    bench.fall_short()
    with refuses("ERC4626ExceededMaxMint", bench.bob, 1, 0):
        bench.pool.mint(1, bench.bob, {"from": bench.bob})


def test_reverts_above_the_bound(bench: Bench) -> None:
    with refuses("ERC4626ExceededMaxMint", bench.bob, 2**128, 2**128 - 1):
        bench.pool.mint(2**128, bench.bob, {"from": bench.bob})
