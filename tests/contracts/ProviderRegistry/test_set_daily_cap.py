"""setDailyCap

given any caller but the pool's insurer, or an unknown provider
└── it should revert
given the pool's insurer
├── when it sets a cap
│   └── it should limit what this pool, and no other, pays the provider on a UTC day
├── when a part of the cap is already used today
│   ├── it should leave the rest
│   └── it should leave nothing if the new cap is below what is used
└── when a new UTC day begins
    └── it should make the whole cap available again

SPECIFICATION P6.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import emitted, refuses
from tests.support.bills import CLAIMED, bill, standing
from tests.support.craft import DAY
from tests.support.world import DAILY_CAP, World

CAP = 100_003


def cap_left(world: World, desk: Any, **changes: Any) -> int:
    return int(standing(world, desk, **changes)["cap_left"])


def test_is_what_the_pool_pays_on_a_day(world: World, desk: Any) -> None:
    other_pool = world.new_pool(world.asset)

    set_ = world.providers.setDailyCap(world.pool, world.provider, CAP, {"from": world.insurer})

    assert emitted(set_, "DailyCapSet") == {"pool": world.pool, "provider": world.provider, "limit": CAP}
    assert world.providers.dailyCapOf(world.pool, world.provider) == (CAP, 0, 0)
    assert cap_left(world, desk) == CAP
    assert cap_left(world, desk, pool=other_pool.address) == 0


def test_leaves_what_today_has_not_used(world: World, desk: Any) -> None:
    world.travel_to_day(world.today() + 1)
    world.providers.record(*bill(world), {"from": desk})
    assert cap_left(world, desk) == DAILY_CAP - CLAIMED

    world.providers.setDailyCap(world.pool, world.provider, CLAIMED + 1, {"from": world.insurer})
    assert world.providers.dailyCapOf(world.pool, world.provider) == (CLAIMED + 1, CLAIMED, world.today())
    assert cap_left(world, desk) == 1

    world.providers.setDailyCap(world.pool, world.provider, CLAIMED - 1, {"from": world.insurer})
    assert cap_left(world, desk) == 0


def test_is_whole_again_on_a_new_utc_day(world: World, desk: Any) -> None:
    world.travel_to_day(world.today() + 1)
    world.providers.record(*bill(world), {"from": desk})
    midnight = (world.today() + 1) * DAY

    world.travel(midnight - 1)
    assert cap_left(world, desk) == DAILY_CAP - CLAIMED
    world.travel(midnight)
    assert cap_left(world, desk) == DAILY_CAP


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        world.providers.setDailyCap(world.pool, 77, CAP, {"from": world.insurer})


def test_refuses_the_insurer_of_another_pool(world: World) -> None:
    world.new_pool(world.asset, insurer=world.stranger)

    with refuses("NotInsurer", world.pool, world.stranger):
        world.providers.setDailyCap(world.pool, world.provider, CAP, {"from": world.stranger})


def test_refuses_the_insurer_that_sold_the_pool(world: World) -> None:
    world.pool.transferOwnership(world.stranger, {"from": world.insurer})
    world.providers.setDailyCap(world.pool, world.provider, CAP, {"from": world.insurer})
    world.pool.acceptOwnership({"from": world.stranger})

    with refuses("NotInsurer", world.pool, world.insurer):
        world.providers.setDailyCap(world.pool, world.provider, CAP, {"from": world.insurer})
