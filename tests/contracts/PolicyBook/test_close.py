"""close

given a policy
├── when it is one second before the end of filing days and appeal window
│   └── it should revert, and name that second
├── when both are over
│   └── it should free exactly the capital that the policy still locks, for any caller
├── when a claim is held
│   └── it should revert, and name the sum, until the claim is settled
├── when a claim of 0 is held
│   └── it should close the policy, and the claim should still be settled later
├── when it is already closed
│   └── it should revert
├── when the terms belong to no policy
│   └── it should revert
└── when the terms are malformed: a value exceeds its field
    └── it should revert

SPECIFICATION I7.
"""

from __future__ import annotations

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus
from tests.support.answers import emitted, refuses
from tests.support.calldata import check_refuses_overfull
from tests.support.craft import ANNUAL_LIMIT, DAY, FILING_DAYS, SOLVENCY_BPS, Sold
from tests.support.world import World, decision

APPEAL_WINDOW = 30 * DAY


@pytest.fixture
def sold(world: World) -> Sold:
    return world.sell()


def closable_at(sold: Sold) -> int:
    return (sold.terms.end + FILING_DAYS) * DAY + APPEAL_WINDOW


def lock(used: int = 0) -> int:
    return -(-(ANNUAL_LIMIT - used) * SOLVENCY_BPS // 10_000)


def test_frees_what_the_policy_locks(world: World, sold: Sold) -> None:
    other = world.sell(begin=False, salt=b"\2" * 32)
    paid = decision(world.file(sold.line())).remittance.paid
    assert world.pool.locked() == lock(paid) + lock()
    world.travel(closable_at(sold))

    closed = world.book.close(sold.terms.as_tuple(), {"from": world.stranger})

    assert emitted(closed, "PolicyClosed") == {"policy": sold.policy_id, "released": lock(paid)}
    assert emitted(closed, "CapitalUnlocked") == {"amount": lock(paid)}
    assert world.pool.locked() == lock()
    assert (world.account(sold)["closed"], world.account(other)["closed"]) == (True, False)
    assert world.book.ownerOf(int.from_bytes(sold.policy_id, "big")) == world.holder


def test_waits_for_the_second(world: World, sold: Sold) -> None:
    assert world.book.closableAt(sold.terms.as_tuple()) == closable_at(sold)
    world.travel(closable_at(sold) - 1)
    with refuses("TooEarlyToClose", closable_at(sold)):
        world.book.close.call(sold.terms.as_tuple(), {"from": world.stranger})

    world.travel(closable_at(sold))
    world.book.close.call(sold.terms.as_tuple(), {"from": world.stranger})


def test_waits_for_held_claims(world: World, sold: Sold) -> None:
    world.providers.setDailyCap(world.pool, world.provider, 0, {"from": world.insurer})
    line = sold.line()
    held = decision(world.file(line))
    world.travel(closable_at(sold))

    with refuses("ClaimsHeld", held.remittance.paid):
        world.book.close(sold.terms.as_tuple(), {"from": world.stranger})
    world.desk.settle(world.claim(line), held.as_tuple(), {"from": world.stranger})
    world.book.close(sold.terms.as_tuple(), {"from": world.stranger})

    assert world.pool.locked() == 0


def test_waits_for_no_held_claim_of_nothing(world: World, sold: Sold) -> None:
    line = sold.line(billed=1, flags=FLAG_EMERGENCY)
    held = decision(world.file(line))
    assert (held.status, held.remittance.paid) == (ClaimStatus.HELD, 0)
    world.travel(closable_at(sold))

    world.book.close(sold.terms.as_tuple(), {"from": world.stranger})

    assert (world.account(sold)["closed"], world.pool.locked()) == (True, 0)
    assert world.status(line) is ClaimStatus.HELD
    world.desk.settle(world.claim(line), held.as_tuple(), {"from": world.stranger})
    assert world.status(line) is ClaimStatus.PAID


def test_closes_once(world: World, sold: Sold) -> None:
    world.travel(closable_at(sold))
    world.book.close(sold.terms.as_tuple(), {"from": world.stranger})

    with refuses("AlreadyClosed", sold.policy_id):
        world.book.close(sold.terms.as_tuple(), {"from": world.stranger})


def test_refuses_terms_of_no_policy(world: World, sold: Sold) -> None:
    never = world.draft(salt=b"\7" * 32)

    with refuses("UnknownPolicy", never.policy_id):
        world.book.close(never.terms.as_tuple(), {"from": world.stranger})


def test_refuses_terms_with_more_than_a_field_holds(world: World, sold: Sold) -> None:
    world.travel(closable_at(sold))
    arguments = (sold.terms.as_tuple(),)

    assert check_refuses_overfull(world.stranger, world.book.close, arguments, sold.terms) == 14
