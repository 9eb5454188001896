"""listAsset

given a stranger
└── it should revert
given the governor
├── when the asset has fewer decimals than its currency
│   └── it should revert, and name both
├── when the currency is empty
│   └── it should revert
└── when the asset has enough decimals
    ├── it should list the asset, and emit an event
    └── it should list the asset again for another currency, and leave existing pools unchanged

SPECIFICATION M9.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import emitted, refuses
from tests.support.world import World


def token(world: World, decimals: int) -> Any:
    from brownie import TestStablecoin

    return TestStablecoin.deploy(decimals, {"from": world.governor})


@pytest.mark.parametrize(
    ("decimals", "currency", "exponent"),
    [(0, b"JPY", 0), (2, b"EUR", 2), (3, b"KWD", 3), (6, b"USD", 2), (8, b"JPY", 0), (18, b"KWD", 3)],
)
def test_lists_an_asset_with_enough_decimals(
    world: World, decimals: int, currency: bytes, exponent: int
) -> None:
    asset = token(world, decimals)

    listed = world.factory.listAsset(asset, currency, exponent, {"from": world.governor})

    assert emitted(listed, "AssetListed") == {"asset": asset, "currency": currency, "exponent": exponent}
    listed_currency, digits = world.factory.listingOf(asset)
    assert (bytes(listed_currency), digits) == (currency, exponent)


def test_leaves_existing_pools_unchanged(world: World) -> None:
    world.factory.listAsset(world.asset, b"EUR", 3, {"from": world.governor})

    new_pool = world.new_pool(world.asset)

    assert (bytes(world.pool.currency()), world.pool.unit()) == (b"USD", 10**4)
    assert (bytes(new_pool.currency()), new_pool.unit()) == (b"EUR", 10**3)


@pytest.mark.parametrize(("decimals", "exponent"), [(0, 1), (1, 2), (2, 3)])
def test_refuses_an_asset_with_too_few_decimals(world: World, decimals: int, exponent: int) -> None:
    with refuses("AssetTooCoarse", decimals, exponent):
        world.factory.listAsset(token(world, decimals), b"USD", exponent, {"from": world.governor})


def test_refuses_an_empty_currency(world: World) -> None:
    with refuses("ZeroCurrency"):
        world.factory.listAsset(token(world, 6), bytes(3), 2, {"from": world.governor})


def test_refuses_a_stranger(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.factory.listAsset(world.asset, b"USD", 2, {"from": world.stranger})
