"""withdrawRoot

given a caller who is not the provider's admin
└── it should revert
given the provider's admin
├── it should store the root as withdrawn, and emit an event
├── when the root was already withdrawn
│   └── it should do the same again
├── when another provider signed the same root
│   └── it should leave that provider's root valid
└── when some lines under it were decided
    ├── those should stay decided, and be settled
    └── the other lines should be refused until they are signed under another root

SPECIFICATION F4.
"""

from __future__ import annotations

from dataclasses import replace

from salus.types import ClaimStatus
from tests.support.answers import emitted, refuses
from tests.support.claims import settle
from tests.support.craft import BILLED, Sold, word
from tests.support.world import FAR, World, decision

ROOT = word("root")


def test_refuses_anyone_but_the_admin(world: World) -> None:
    for caller in (world.stranger, world.accreditor, world.governor):
        with refuses("NotProviderAdmin", world.provider, caller):
            world.desk.withdrawRoot(world.provider, ROOT, {"from": caller})


def test_refuses_for_a_provider_that_does_not_exist(world: World) -> None:
    with refuses("NotProviderAdmin", 99, world.hospital):
        world.desk.withdrawRoot(99, ROOT, {"from": world.hospital})


def test_remembers_and_announces(world: World) -> None:
    assert not world.desk.isRootWithdrawn(world.provider, ROOT)

    for _ in range(2):
        withdrawn = world.desk.withdrawRoot(world.provider, ROOT, {"from": world.hospital})

        assert emitted(withdrawn, "RootWithdrawnBy") == {"provider": world.provider, "root": ROOT}
        assert world.desk.isRootWithdrawn(world.provider, ROOT)


def test_leaves_the_root_of_another_provider_alone(world: World, sold: Sold) -> None:
    other = world.accredit(world.stranger)
    world.providers.addKey(other, world.attestor.address, 0, FAR, {"from": world.stranger})
    filing = world.attest([sold.line()], provider=other)
    root = filing.attestation.root

    world.desk.withdrawRoot(world.provider, root, {"from": world.hospital})

    assert not world.desk.isRootWithdrawn(other, root)
    assert decision(world.file_signed(filing)).status is ClaimStatus.HELD


def test_leaves_what_was_decided(world: World, full: Sold) -> None:
    first, second = full.line(1, flags=1), full.line(2)
    filing = world.attest([first, second])
    held = decision(world.file_signed(replace(filing, lines=filing.lines[:1])))
    root = filing.attestation.root

    world.desk.withdrawRoot(world.provider, root, {"from": world.hospital})

    with refuses("RootWithdrawn", world.provider, root):
        world.file_signed(replace(filing, lines=filing.lines[1:]))
    world.travel(held.release_at)
    settle(world, first, held)
    assert world.balance(world.payee) == BILLED * world.unit
    assert decision(world.file(second)).status is ClaimStatus.PAID
