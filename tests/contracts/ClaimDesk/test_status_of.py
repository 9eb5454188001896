"""statusOf

├── when the line was never filed, or was skipped
│   └── it should be None
├── when it was paid at once, even with 0
│   └── it should be Paid
├── when it was held
│   ├── it should be Held, then Paid or Owed after settlement, or None after withdrawal
├── when it is owed
│   └── it should be Owed, and Paid once it is collected
├── when it was denied
│   └── it should be Denied, and None after withdrawal
├── when a later line of the same bill was a duplicate
│   └── it should not change
└── when policy, provider or bill line differ
    └── it should be None
"""

from __future__ import annotations

from dataclasses import replace

from salus.types import ClaimStatus
from tests.support import craft
from tests.support.claims import hold, settle, withdraw
from tests.support.craft import MATERNITY, SURGERY, Sold, word
from tests.support.world import World, decision


def test_none_before_it_is_filed(world: World, sold: Sold) -> None:
    assert world.status(sold.line()) is ClaimStatus.NONE


def test_none_when_it_was_skipped(world: World, sold: Sold) -> None:
    line = sold.line(benefit=SURGERY)
    world.file(line)

    assert world.status(line) is ClaimStatus.NONE


def test_paid(world: World, sold: Sold) -> None:
    nothing, something = sold.line(1, billed=1), sold.line(2)
    world.file(nothing, something)

    assert world.status(nothing) is world.status(something) is ClaimStatus.PAID


def test_held_then_paid(world: World, sold: Sold) -> None:
    line = sold.line()
    held = hold(world, line)
    assert world.status(line) is ClaimStatus.HELD

    world.travel(held.release_at)
    assert world.status(line) is ClaimStatus.HELD

    settle(world, line, held)
    assert world.status(line) is ClaimStatus.PAID


def test_held_then_withdrawn(world: World, sold: Sold) -> None:
    line = sold.line()
    withdraw(world, line, hold(world, line))

    assert world.status(line) is ClaimStatus.NONE


def test_owed(world: World) -> None:
    sold = world.sell(payees=[world.pool.address], salt=word("unpayable"))
    world.file(sold.line())

    assert world.status(sold.line()) is ClaimStatus.OWED


def test_denied_then_withdrawn(world: World, sold: Sold) -> None:
    line = sold.line(benefit=MATERNITY)
    denied = decision(world.file(line))
    assert world.status(line) is ClaimStatus.DENIED

    withdraw(world, line, denied)
    assert world.status(line) is ClaimStatus.NONE


def test_stays_when_a_duplicate_is_denied(world: World, sold: Sold) -> None:
    hold(world, sold.line())
    world.file(sold.line(units=2))

    assert world.status(sold.line()) is ClaimStatus.HELD


def test_is_of_one_policy_provider_and_bill_line(world: World, sold: Sold) -> None:
    line = sold.line()
    world.file(line)
    elsewhere = replace(line.diagnosis, policy=craft.word("other policy"))

    assert world.status(replace(line, diagnosis=elsewhere)) is ClaimStatus.NONE
    assert world.status(line, world.provider + 1) is ClaimStatus.NONE
    assert world.status(sold.line(2)) is ClaimStatus.NONE
