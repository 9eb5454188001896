"""charge

given any caller but the claim desk
└── it should revert
given the claim desk
├── when a claim is paid
│   └── it should count the payment and the members' share
├── when a claim is held
│   └── it should count it as reserved
└── when the benefit belongs to a group
    └── it should also count the sum and units of that group, and of no other group

SPECIFICATION I8.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import refuses
from tests.support.craft import word
from tests.support.words import charge
from tests.support.world import World

POLICY, GROUP, OTHER_GROUP = word("policy"), word("group"), word("other group")
NONE = bytes(32)
CHARGE = charge(paid=20_011, deductible=5_003, coinsurance=1_009, units=3)


@pytest.mark.parametrize(("held", "paid", "reserved"), [(False, 20_011, 0), (True, 0, 20_011)])
def test_counts_for_the_policy(world: World, desk: Any, held: bool, paid: int, reserved: int) -> None:
    world.book.charge(POLICY, NONE, CHARGE, held, {"from": desk})
    assert world.book.accountOf(POLICY)[:4] == (paid, reserved, 5_003, 6_012)

    world.book.charge(POLICY, NONE, CHARGE, held, {"from": desk})
    assert world.book.accountOf(POLICY)[:4] == (2 * paid, 2 * reserved, 10_006, 12_024)


def test_counts_for_the_group(world: World, desk: Any) -> None:
    world.book.charge(POLICY, GROUP, CHARGE, False, {"from": desk})
    world.book.charge(POLICY, GROUP, CHARGE, True, {"from": desk})

    account, use = world.book.usageOf(POLICY, GROUP)
    assert account == world.book.accountOf(POLICY)
    assert use == (40_022, 6)
    assert world.book.usageOf(POLICY, OTHER_GROUP)[1] == (0, 0)
    assert world.book.usageOf(word("other policy"), GROUP)[1] == (0, 0)
    assert world.book.usageOf(POLICY, NONE)[1] == (0, 0)


def test_refuses_a_stranger(world: World) -> None:
    with refuses("NotClaimDesk", world.stranger):
        world.book.charge(POLICY, NONE, CHARGE, False, {"from": world.stranger})
