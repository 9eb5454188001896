"""retireDesk

given a stranger, or a desk that is not listed
└── it should revert
given a listed desk
└── when the governor retires it
    ├── it should let the desk record nothing more
    └── it should let the desk release what it recorded

SPECIFICATION P8.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import emitted, refuses
from tests.support.bills import LINE, OTHER_POLICY, POLICY, bill
from tests.support.world import World

RETIRED = 2


def test_ends_recording_but_not_releasing(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    retired = world.providers.retireDesk(desk, {"from": world.governor})

    assert emitted(retired, "DeskChanged") == {"desk": desk, "status": RETIRED}
    with refuses("NotDesk", desk):
        world.providers.record(*bill(world, policy=OTHER_POLICY), {"from": desk})
    world.providers.release(world.provider, LINE, POLICY, {"from": desk})
    assert not world.providers.isRecorded(world.provider, LINE, desk, POLICY)


def test_refuses_a_desk_that_is_not_listed(world: World) -> None:
    with refuses("NotDesk", world.payer):
        world.providers.retireDesk(world.payer, {"from": world.governor})


def test_refuses_to_retire_twice(world: World, desk: Any) -> None:
    world.providers.retireDesk(desk, {"from": world.governor})

    with refuses("NotDesk", desk):
        world.providers.retireDesk(desk, {"from": world.governor})


def test_refuses_a_stranger(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.providers.retireDesk(world.desk, {"from": world.stranger})
