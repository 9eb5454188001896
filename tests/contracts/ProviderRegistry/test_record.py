"""record

given a desk that is not listed
└── it should revert
given a listed desk
├── when nobody has claimed on the bill line
│   ├── it should bind bill and currency, and count the claim
│   └── it should use the daily cap only if the claim is paid without review
├── when another policy has claimed
│   └── it should record a further payer, and each payer should see the other's claim
├── when another desk has claimed for the same policy
│   └── it should count as another payer
└── when this desk has claimed for this policy
    └── it should revert, whichever payer came first

SPECIFICATION L2, P8.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import refuses
from tests.support.bills import (
    CLAIMED,
    DIAGNOSIS,
    LINE,
    OTHER_DIAGNOSIS,
    OTHER_POLICY,
    POLICY,
    bill,
    line,
    standing,
)
from tests.support.craft import BILLED
from tests.support.world import World

OTHERS = 18_617
"""What a second payer claims, in minor units."""


def test_binds_the_bill_and_counts_the_claim(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    assert line(world) == {
        "billed": BILLED,
        "claimed": CLAIMED,
        "currency": "USD",
        "revision": 0,
        "shared": False,
    }
    assert world.providers.isRecorded(world.provider, LINE, desk, POLICY)
    own = standing(world, desk)
    assert (own["decided"], own["same_diagnosis"], own["claimed_by_others"]) == (True, True, 0)
    assert (own["billed"], own["currency"], own["revision"]) == (BILLED, "USD", 0)
    assert not standing(world, desk, diagnosis=OTHER_DIAGNOSIS)["same_diagnosis"]


def test_uses_the_cap_only_for_what_is_paid_without_review(world: World, desk: Any) -> None:
    before = standing(world, desk)["cap_left"]

    world.providers.record(*bill(world, auto_paid=False), {"from": desk})
    assert standing(world, desk)["cap_left"] == before

    world.providers.record(*bill(world, policy=OTHER_POLICY), {"from": desk})
    world.providers.record(*bill(world, line=b"\1" * 32), {"from": desk})
    assert standing(world, desk)["cap_left"] == before - 2 * CLAIMED


def test_records_a_claim_next_to_another_policys(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    world.providers.record(
        *bill(world, policy=OTHER_POLICY, claimed=OTHERS, diagnosis=OTHER_DIAGNOSIS), {"from": desk}
    )

    assert line(world)["claimed"] == CLAIMED
    assert line(world)["shared"]
    first = standing(world, desk)
    second = standing(world, desk, policy=OTHER_POLICY, diagnosis=OTHER_DIAGNOSIS)
    third = standing(world, desk, policy=b"\3" * 32)
    assert (first["decided"], first["same_diagnosis"], first["claimed_by_others"]) == (True, True, OTHERS)
    assert (second["decided"], second["same_diagnosis"], second["claimed_by_others"]) == (True, True, CLAIMED)
    assert (third["decided"], third["claimed_by_others"]) == (False, CLAIMED + OTHERS)
    assert not standing(world, desk, policy=OTHER_POLICY, diagnosis=DIAGNOSIS)["same_diagnosis"]


def test_counts_another_desk_as_another_payer(world: World, desk: Any, other_desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    assert not standing(world, other_desk)["decided"]
    world.providers.record(*bill(world, claimed=OTHERS), {"from": other_desk})

    assert standing(world, other_desk)["claimed_by_others"] == CLAIMED
    assert standing(world, desk)["claimed_by_others"] == OTHERS


def test_refuses_a_second_record_of_the_first_payer(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    with refuses("AlreadyRecorded", world.provider, LINE):
        world.providers.record(*bill(world, diagnosis=OTHER_DIAGNOSIS), {"from": desk})


def test_refuses_a_second_record_of_a_later_payer(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})
    world.providers.record(*bill(world, policy=OTHER_POLICY), {"from": desk})

    with refuses("AlreadyRecorded", world.provider, LINE):
        world.providers.record(*bill(world, policy=OTHER_POLICY), {"from": desk})


def test_refuses_a_later_payer_that_would_become_the_first(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})
    world.providers.record(*bill(world, policy=OTHER_POLICY), {"from": desk})
    world.providers.release(world.provider, LINE, POLICY, {"from": desk})

    with refuses("AlreadyRecorded", world.provider, LINE):
        world.providers.record(*bill(world, policy=OTHER_POLICY), {"from": desk})


def test_refuses_a_desk_that_is_not_listed(world: World) -> None:
    with refuses("NotDesk", world.stranger):
        world.providers.record(*bill(world), {"from": world.stranger})
