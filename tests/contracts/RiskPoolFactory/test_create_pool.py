"""createPool

given an asset that is not listed, or the zero address as insurer
└── it should revert
given a listed asset
└── when anyone creates a pool
    ├── it should belong to the named insurer, use the asset's currency, and know book and desk
    ├── it should count tokens with any number of decimals in minor units
    └── it should be known as a pool of the factory, and no other contract should be
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import emitted, refuses
from tests.support.world import World


def create(world: World, asset: Any, insurer: Any) -> Any:
    return world.factory.createPool(asset, insurer, "Salus Pool", "sP", {"from": world.stranger})


def test_is_the_named_insurers(world: World) -> None:
    from brownie import RiskPool

    made = create(world, world.asset, world.insurer)

    pool = RiskPool.at(made.return_value)
    assert emitted(made, "PoolCreated") == {"pool": pool, "insurer": world.insurer, "asset": world.asset}
    assert (pool.insurer(), pool.owner(), pool.pendingOwner()) == (
        world.insurer,
        world.insurer,
        "0x" + "00" * 20,
    )
    assert (pool.asset(), pool.name(), pool.symbol()) == (world.asset, "Salus Pool", "sP")
    assert (pool.BOOK(), pool.DESK()) == (world.book, world.desk)
    assert (pool.totalAssets(), pool.locked(), pool.outstanding(), pool.unearned()) == (0, 0, 0, 0)
    assert not pool.isQuoteSigner(world.insurer)


def test_is_known_as_the_factorys(world: World) -> None:
    made = create(world, world.asset, world.insurer)

    assert world.factory.isPool(made.return_value)
    for other in (world.asset, world.factory, world.stranger):
        assert not world.factory.isPool(other)


@pytest.mark.parametrize(
    ("decimals", "exponent", "unit"),
    [(2, 2, 1), (6, 2, 10**4), (8, 0, 10**8), (18, 3, 10**15), (3, 3, 1), (18, 0, 10**18)],
)
def test_counts_in_minor_units(world: World, decimals: int, exponent: int, unit: int) -> None:
    from brownie import RiskPool, TestStablecoin

    asset = TestStablecoin.deploy(decimals, {"from": world.governor})
    world.factory.listAsset(asset, b"XTS", exponent, {"from": world.governor})

    pool = RiskPool.at(create(world, asset, world.insurer).return_value)

    assert (bytes(pool.currency()), pool.unit()) == (b"XTS", unit)


def test_refuses_an_asset_that_is_not_listed(world: World) -> None:
    with refuses("AssetNotListed", world.book):
        create(world, world.book, world.insurer)


def test_refuses_the_zero_address_as_insurer(world: World) -> None:
    with refuses("ZeroInsurer"):
        create(world, world.asset, "0x" + "00" * 20)
