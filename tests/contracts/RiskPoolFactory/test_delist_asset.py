"""delistAsset

given a stranger, or an asset that is not listed
└── it should revert
given a listed asset
└── when the governor removes it from the list
    ├── it should be refused for new pools
    └── existing pools should continue: they sell, take capital and remain pools of the factory
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.world import World


def test_stops_new_pools_and_leaves_the_old_alone(world: World) -> None:
    delisted = world.factory.delistAsset(world.asset, {"from": world.governor})

    assert emitted(delisted, "AssetDelisted") == {"asset": world.asset}
    assert bytes(world.factory.listingOf(world.asset)[0]) == bytes(3)
    with refuses("AssetNotListed", world.asset):
        world.new_pool(world.asset)

    assert world.factory.isPool(world.pool)
    world.fund(1_000)
    sold = world.sell(consent=False, begin=False)
    assert world.account(sold)["issued"]


def test_refuses_what_is_not_listed(world: World) -> None:
    with refuses("AssetNotListed", world.stranger):
        world.factory.delistAsset(world.stranger, {"from": world.governor})


def test_refuses_a_stranger(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.factory.delistAsset(world.asset, {"from": world.stranger})
