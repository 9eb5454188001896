"""release

given anyone but the claim desk
└── it should refuse
given a held claim
└── when the claim desk releases it
    ├── it should give back exactly what it took
    └── it should leave what other claims took

SPECIFICATION I8.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import refuses
from tests.support.craft import word
from tests.support.words import charge
from tests.support.world import World

POLICY, GROUP = word("policy"), word("group")
NONE = bytes(32)
CHARGE = charge(paid=20_011, deductible=5_003, coinsurance=1_009, units=3)
OTHER = charge(paid=1_013, deductible=17, coinsurance=19, units=1)


@pytest.mark.parametrize("group", [NONE, GROUP])
def test_gives_back_what_the_claim_took(world: World, desk: Any, group: bytes) -> None:
    world.book.charge(POLICY, group, OTHER, False, {"from": desk})
    before = world.book.usageOf(POLICY, group)
    world.book.charge(POLICY, group, CHARGE, True, {"from": desk})

    released = world.book.release(POLICY, group, CHARGE, {"from": desk})

    assert world.book.usageOf(POLICY, group) == before
    assert released.return_value == world.book.countersOf(POLICY, group)[0]


def test_refuses_a_stranger(world: World) -> None:
    with refuses("NotClaimDesk", world.stranger):
        world.book.release(POLICY, NONE, CHARGE, {"from": world.stranger})
