"""release

given a desk that was never listed, or that recorded nothing for the policy
└── it should revert
given a desk that recorded a claim
├── when nobody else has claimed
│   └── it should delete bill and claim, and expect a higher revision
├── when others have claimed
│   ├── it should give back its own claim only, and leave the bill bound
│   └── it should free the place of the first payer for the next one
├── when a claim of 0 is left
│   └── it should leave the bill bound until that claim is withdrawn too
└── when it has been released 255 times
    └── it should release what was recorded, but raise the revision no further

SPECIFICATION L3, L5, L6.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import refuses
from tests.support.bills import CLAIMED, LINE, OTHER_POLICY, POLICY, bill, line, standing
from tests.support.craft import BILLED
from tests.support.world import World

OTHERS = 18_617


def test_forgets_the_only_claim(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    world.providers.release(world.provider, LINE, POLICY, {"from": desk})

    assert line(world) == {"billed": 0, "claimed": 0, "currency": "", "revision": 1, "shared": False}
    after = standing(world, desk)
    assert (after["decided"], after["same_diagnosis"], after["revision"]) == (False, False, 1)
    world.providers.record(*bill(world, billed=BILLED + 1), {"from": desk})
    assert line(world)["billed"] == BILLED + 1


def test_gives_back_the_first_payers_claim_only(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})
    world.providers.record(*bill(world, policy=OTHER_POLICY, claimed=OTHERS), {"from": desk})

    world.providers.release(world.provider, LINE, POLICY, {"from": desk})

    assert (line(world)["billed"], line(world)["claimed"], line(world)["revision"]) == (BILLED, 0, 1)
    assert standing(world, desk)["claimed_by_others"] == OTHERS
    assert world.providers.isRecorded(world.provider, LINE, desk, OTHER_POLICY)
    world.providers.record(*bill(world, policy=b"\3" * 32), {"from": desk})
    assert standing(world, desk)["claimed_by_others"] == OTHERS + CLAIMED


def test_gives_back_a_later_payers_claim_only(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})
    world.providers.record(*bill(world, policy=OTHER_POLICY, claimed=OTHERS), {"from": desk})

    world.providers.release(world.provider, LINE, OTHER_POLICY, {"from": desk})

    assert (line(world)["billed"], line(world)["claimed"], line(world)["revision"]) == (BILLED, CLAIMED, 1)
    assert standing(world, desk)["claimed_by_others"] == 0
    assert not world.providers.isRecorded(world.provider, LINE, desk, OTHER_POLICY)


def test_leaves_the_bill_bound_while_a_claim_of_nothing_stands(world: World, desk: Any) -> None:
    world.providers.record(*bill(world, claimed=0), {"from": desk})
    world.providers.record(*bill(world, policy=OTHER_POLICY, claimed=OTHERS), {"from": desk})

    world.providers.release(world.provider, LINE, OTHER_POLICY, {"from": desk})
    assert line(world)["billed"] == BILLED

    world.providers.release(world.provider, LINE, POLICY, {"from": desk})
    assert line(world)["billed"] == 0


def test_gives_back_the_claim_but_not_the_cap(world: World, desk: Any) -> None:
    """Money that was paid without review is never released; a held claim has used no cap."""
    world.providers.record(*bill(world), {"from": desk})
    left = standing(world, desk)["cap_left"]

    world.providers.release(world.provider, LINE, POLICY, {"from": desk})

    assert standing(world, desk)["cap_left"] == left


def test_refuses_what_the_desk_has_not_recorded(world: World, desk: Any, other_desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    with refuses("NotRecorded", world.provider, LINE):
        world.providers.release(world.provider, LINE, POLICY, {"from": other_desk})
    with refuses("NotRecorded", world.provider, LINE):
        world.providers.release(world.provider, LINE, OTHER_POLICY, {"from": desk})


def test_refuses_a_desk_that_was_never_listed(world: World, desk: Any) -> None:
    world.providers.record(*bill(world), {"from": desk})

    with refuses("NotDesk", world.stranger):
        world.providers.release(world.provider, LINE, POLICY, {"from": world.stranger})


def test_counts_to_255(world: World) -> None:
    from brownie import BusyDeskMock

    busy = BusyDeskMock.deploy({"from": world.governor})
    world.providers.listDesk(busy, {"from": world.governor})
    busy.recordAndRelease(world.providers, *bill(world, auto_paid=False), 255, {"from": world.governor})
    assert line(world)["revision"] == 255

    busy.recordAndRelease(world.providers, *bill(world), 1, {"from": world.governor})

    assert line(world)["revision"] == 255
