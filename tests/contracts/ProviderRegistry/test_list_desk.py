"""listDesk

given a stranger
└── it should revert
given the governor
├── when it lists a desk
│   └── it should let the desk record, and emit an event
└── when the desk was retired
    └── it should list it again

SPECIFICATION P8.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bills import LINE, POLICY, bill
from tests.support.world import World

LISTED = 1


def test_lets_the_desk_record(world: World) -> None:
    listed = world.providers.listDesk(world.payer, {"from": world.governor})

    assert emitted(listed, "DeskChanged") == {"desk": world.payer, "status": LISTED}
    assert world.providers.deskOf(world.payer) == (LISTED, 0)
    world.providers.record(*bill(world), {"from": world.payer})
    assert world.providers.isRecorded(world.provider, LINE, world.payer, POLICY)


def test_lists_a_retired_desk_again(world: World) -> None:
    world.providers.retireDesk(world.desk, {"from": world.governor})

    world.providers.listDesk(world.desk, {"from": world.governor})

    assert world.providers.deskOf(world.desk)[0] == LISTED


def test_refuses_a_stranger(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.stranger):
        world.providers.listDesk(world.stranger, {"from": world.stranger})
