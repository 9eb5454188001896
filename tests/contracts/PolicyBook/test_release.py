"""release

given any caller but the claim desk
└── it should revert
given a held claim
├── when the claim desk releases it
│   ├── it should give back exactly what the claim took
│   └── it should leave what other claims took
└── when the claim desk releases more than one of the counters contains
    └── it should revert, and change nothing: the counter would borrow from the next one in the word

SPECIFICATION I8.
"""

from __future__ import annotations

from typing import Any

import pytest
from brownie import reverts

from tests.support.answers import refuses
from tests.support.craft import word
from tests.support.words import charge
from tests.support.world import World

POLICY, GROUP, OTHER_GROUP = word("policy"), word("group"), word("other group")
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


ELSEWHERE = charge(paid=30_013, deductible=0, coinsurance=0, units=2)
TOO_MUCH = {
    "reserved": (NONE, charge(20_011 + 30_013 + 1, 0, 0, 0)),
    "deductible": (GROUP, charge(0, 5_003 + 17 + 1, 1_009 + 19 - 1, 0)),
    "out of pocket": (GROUP, charge(0, 5_003 + 17, 1_009 + 19 + 1, 0)),
    "the group's sum": (GROUP, charge(20_011 + 1_013 + 1, 0, 0, 0)),
    "the group's units": (GROUP, charge(0, 0, 0, 3 + 1 + 1)),
}
"""One more than the named counter contains, and no more than the other counters contain."""


@pytest.mark.parametrize("counter", TOO_MUCH)
def test_refuses_more_than_a_counter_holds(world: World, desk: Any, counter: str) -> None:
    world.book.charge(POLICY, GROUP, OTHER, False, {"from": desk})
    world.book.charge(POLICY, GROUP, CHARGE, True, {"from": desk})
    world.book.charge(POLICY, OTHER_GROUP, ELSEWHERE, True, {"from": desk})
    before = world.book.usageOf(POLICY, GROUP)
    group, more = TOO_MUCH[counter]

    with reverts("Failed assertion"):
        world.book.release(POLICY, group, more, {"from": desk})

    assert world.book.usageOf(POLICY, GROUP) == before


def test_refuses_a_stranger(world: World) -> None:
    with refuses("NotClaimDesk", world.stranger):
        world.book.release(POLICY, NONE, CHARGE, {"from": world.stranger})
