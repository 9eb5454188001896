"""settle

given any caller but the claim desk
└── it should revert
given a reserved sum
├── when the claim desk settles it
│   └── it should move the sum from reserved to paid, and change nothing else
└── when the claim desk settles more than that
    └── it should revert, and change nothing: the counter would borrow from the next one in the word

SPECIFICATION I8.
"""

from __future__ import annotations

from typing import Any

from brownie import reverts

from tests.support.answers import refuses
from tests.support.craft import word
from tests.support.words import charge
from tests.support.world import World

POLICY, GROUP = word("policy"), word("group")


def test_turns_reserved_into_paid(world: World, desk: Any) -> None:
    world.book.charge(POLICY, GROUP, charge(20_011, 5_003, 1_009, 3), True, {"from": desk})
    world.book.charge(POLICY, GROUP, charge(7, 0, 0, 1), True, {"from": desk})

    world.book.settle(POLICY, 20_011, {"from": desk})

    assert world.book.accountOf(POLICY)[:4] == (20_011, 7, 5_003, 6_012)
    assert world.book.usageOf(POLICY, GROUP)[1] == (20_018, 4)


def test_refuses_more_than_is_reserved(world: World, desk: Any) -> None:
    world.book.charge(POLICY, GROUP, charge(1_013, 17, 19, 1), False, {"from": desk})
    world.book.charge(POLICY, GROUP, charge(20_011, 5_003, 1_009, 3), True, {"from": desk})
    before = world.book.usageOf(POLICY, GROUP)

    with reverts("Failed assertion"):
        world.book.settle(POLICY, 20_012, {"from": desk})

    assert world.book.usageOf(POLICY, GROUP) == before


def test_refuses_a_stranger(world: World) -> None:
    with refuses("NotClaimDesk", world.stranger):
        world.book.settle(POLICY, 1, {"from": world.stranger})
