"""transfer, approve, transferFrom: the shares as ERC-20

given shares
├── it should return name, symbol, and six decimals more than the asset has
├── when the holder transfers shares
│   └── it should move exactly those, and emit an event; assets and supply should not change
├── when a spender transfers shares
│   └── it should reduce the allowance, unless it is unlimited
├── when the owner has too few shares, or the allowance is too small
│   └── it should revert
└── when the receiver or the spender is the zero address
    └── it should revert

Minting and burning of shares are tested in test_deposit and test_redeem.
"""

from __future__ import annotations

from brownie import ZERO_ADDRESS

from tests.support.answers import emitted, refuses
from tests.support.bench import UNLIMITED, Bench


def test_tells_what_a_share_is(bench: Bench) -> None:
    pool = bench.pool
    assert (pool.name(), pool.symbol(), pool.decimals()) == ("Salus Family Pool", "sFAM", 12)
    assert pool.asset() == bench.asset
    assert pool.totalSupply() == pool.balanceOf(bench.alice)


def test_moves_exactly_the_shares(bench: Bench) -> None:
    supply, worth = bench.pool.totalSupply(), bench.pool.totalAssets()

    done = bench.pool.transfer(bench.bob, 7, {"from": bench.alice})

    assert emitted(done, "Transfer") == {"from": bench.alice, "to": bench.bob, "value": 7}
    assert bench.pool.balanceOf(bench.bob) == 7
    assert bench.pool.balanceOf(bench.alice) == supply - 7
    assert (bench.pool.totalSupply(), bench.pool.totalAssets()) == (supply, worth)
    bench.pool.transfer(bench.bob, 0, {"from": bench.stranger})


def test_spends_an_allowance(bench: Bench) -> None:
    done = bench.pool.approve(bench.bob, 10, {"from": bench.alice})
    assert emitted(done, "Approval") == {"owner": bench.alice, "spender": bench.bob, "value": 10}

    bench.pool.transferFrom(bench.alice, bench.stranger, 7, {"from": bench.bob})
    assert bench.pool.allowance(bench.alice, bench.bob) == 3
    with refuses("ERC20InsufficientAllowance", bench.bob, 3, 4):
        bench.pool.transferFrom(bench.alice, bench.stranger, 4, {"from": bench.bob})

    bench.pool.approve(bench.bob, UNLIMITED, {"from": bench.alice})
    bench.pool.transferFrom(bench.alice, bench.stranger, 4, {"from": bench.bob})
    assert bench.pool.allowance(bench.alice, bench.bob) == UNLIMITED
    assert bench.pool.balanceOf(bench.stranger) == 11


def test_reverts_for_more_than_one_has(bench: Bench) -> None:
    with refuses("ERC20InsufficientBalance", bench.bob, 0, 1):
        bench.pool.transfer(bench.alice, 1, {"from": bench.bob})


def test_reverts_for_the_zero_address(bench: Bench) -> None:
    with refuses("ERC20InvalidReceiver", ZERO_ADDRESS):
        bench.pool.transfer(ZERO_ADDRESS, 1, {"from": bench.alice})
    with refuses("ERC20InvalidSpender", ZERO_ADDRESS):
        bench.pool.approve(ZERO_ADDRESS, 1, {"from": bench.alice})
