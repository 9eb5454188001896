"""deposit

given a pool
├── when the price of a share is an odd number
│   ├── it should take the assets, and mint the shares of the preview and the event, rounded down
│   └── it should mint them to the receiver that the caller names
├── when the deposit is worth less than a share
│   └── it should take the deposit, and mint no share
├── when a claim is held at the deposit, and withdrawn later
│   └── it should leave earlier holders what they had, and give the newcomer no more than was deposited
├── when all shares are redeemed, and a claim is still held
│   └── it should use the price of an empty pool, so that the newcomer keeps the deposit
├── when the deposit is 0
│   └── it should mint nothing
├── when the pool is in deficit
│   └── it should revert
├── when the deposit exceeds what any asset can supply
│   └── it should revert
├── when the receiver is the zero address
│   └── it should revert
└── when the caller has not approved the pool
    └── it should revert

SPECIFICATION M2, M12.
"""

from __future__ import annotations

import pytest
from brownie import ZERO_ADDRESS

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, OFFSET, Bench

ASSETS = 777_777_777


def test_gives_shares_rounded_down(bench: Bench) -> None:
    bench.mint_tokens(bench.pool, 333_333_333)
    supply, worth = bench.pool.totalSupply(), bench.pool.totalAssets()
    shares = ASSETS * (supply + OFFSET) // (worth + 1)
    bench.mint_tokens(bench.alice, ASSETS)
    assert bench.pool.previewDeposit(ASSETS) == shares
    assert bench.pool.deposit.call(ASSETS, bench.bob, {"from": bench.alice}) == shares

    done = bench.pool.deposit(ASSETS, bench.bob, {"from": bench.alice})

    assert emitted(done, "Deposit") == {
        "sender": bench.alice,
        "owner": bench.bob,
        "assets": ASSETS,
        "shares": shares,
    }
    minted = {"from": ZERO_ADDRESS, "to": bench.bob, "value": shares}
    assert emitted(done, "Transfer", by=bench.pool) == minted
    assert bench.pool.balanceOf(bench.bob) == shares == bench.pool.totalSupply() - supply
    assert bench.balance(bench.alice) == 0
    assert bench.pool.totalAssets() == worth + ASSETS
    assert bench.pool.convertToAssets(shares) in (ASSETS - 1, ASSETS)
    bench.check_law_1()


def test_gives_no_share_for_less_than_one(empty: Bench) -> None:
    empty.mint_tokens(empty.pool, 3 * OFFSET)
    assert empty.pool.previewDeposit(3) == 0

    empty.deposit_tokens(3, empty.bob)

    assert empty.pool.totalSupply() == 0
    assert empty.pool.totalAssets() == 3 * OFFSET + 3


def test_sells_no_held_claim_at_a_discount(bench: Bench) -> None:
    before = bench.pool.previewRedeem(bench.pool.balanceOf(bench.alice))
    brought = CAPITAL // 2 * bench.unit
    bench.reserve(CAPITAL // 2)

    bench.deposit_tokens(brought, bench.bob)
    bench.release(CAPITAL // 2)

    assert bench.pool.previewRedeem(bench.pool.balanceOf(bench.bob)) in (brought - 1, brought)
    assert bench.pool.previewRedeem(bench.pool.balanceOf(bench.alice)) in (before, before + 1)


@pytest.mark.parametrize("brought", [1_000, CAPITAL])
def test_keeps_a_newcomers_money_where_nobody_is_left(bench: Bench, brought: int) -> None:
    held = CAPITAL // 2
    bench.open_exit()
    bench.reserve(held)
    # what rounding leaves behind can be redeemed too
    while bench.pool.balanceOf(bench.alice):
        shares = bench.pool.maxRedeem(bench.alice)
        bench.pool.redeem(shares, bench.alice, bench.alice, {"from": bench.alice})
    assert (bench.pool.totalSupply(), bench.pool.reserved()) == (0, held)

    bench.deposit(brought, bench.bob)
    bench.settle(held)

    worth = bench.pool.previewRedeem(bench.pool.balanceOf(bench.bob))
    assert brought * bench.unit - 1 <= worth <= brought * bench.unit


def test_gives_nothing_for_nothing(bench: Bench) -> None:
    done = bench.deposit_tokens(0, bench.bob)

    assert emitted(done, "Deposit")["shares"] == 0


def test_reverts_in_deficit(bench: Bench) -> None:
    bench.fall_short()
    with refuses("ERC4626ExceededMaxDeposit", bench.bob, 1, 0):
        bench.deposit_tokens(1, bench.bob)


def test_reverts_above_the_bound(bench: Bench) -> None:
    with refuses("ERC4626ExceededMaxDeposit", bench.bob, 2**128, 2**128 - 1):
        bench.deposit_tokens(2**128, bench.bob)


def test_reverts_for_the_zero_address(bench: Bench) -> None:
    bench.mint_tokens(bench.alice, 5)
    with refuses("ERC20InvalidReceiver", ZERO_ADDRESS):
        bench.pool.deposit(5, ZERO_ADDRESS, {"from": bench.alice})


def test_reverts_without_an_allowance(bench: Bench) -> None:
    bench.mint_tokens(bench.stranger, 5)
    with refuses("ERC20InsufficientAllowance", bench.pool, 0, 5):
        bench.pool.deposit(5, bench.stranger, {"from": bench.stranger})
