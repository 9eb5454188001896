"""Attacks on the signature under a claim

given a stolen key
├── it should be worthless once it is revoked, even if its signatures are backdated
└── it should not sign for another provider
given a signature that is valid elsewhere
├── it should not be valid on another chain
├── it should not be valid at another desk, of the same registry or of another
└── it should not be valid for another pool or policy
given a valid signature
├── it should be valid only in the form that the signer produced
└── it should pay only once, even when it is filed again

SPECIFICATION F3, L4.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

import pytest

from salus.crypto.eip712 import Domain
from salus.types import ClaimStatus, SkipReason
from tests.support import craft
from tests.support.answers import refuses
from tests.support.claims import ledger
from tests.support.craft import BILLED, DAY, Sold, word
from tests.support.world import CAPITAL, DAILY_CAP, FAR, World, codes, decision, skipped

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class TestStolenKey:
    @pytest.mark.parametrize("days_back", [0, 1, 29, 89])
    def test_is_worthless_however_it_dates_back(self, world: World, sold: Sold, days_back: int) -> None:
        world.providers.revokeKey(world.provider, world.attestor.address, {"from": world.hospital})
        signed = world.now() - days_back * DAY

        with refuses("DeadKey", world.provider, world.attestor.address):
            world.file(sold.line(), issued_at=signed, expires_at=signed + 90 * DAY)

    def test_does_not_come_back(self, world: World, sold: Sold) -> None:
        world.providers.revokeKey(world.provider, world.attestor.address, {"from": world.hospital})

        with refuses("KeyExists", world.provider, world.attestor.address):
            world.providers.addKey(world.provider, world.attestor.address, 0, FAR, {"from": world.hospital})

    def test_does_not_sign_for_another_provider(self, world: World, sold: Sold) -> None:
        other = world.accredit(world.stranger)

        with refuses("DeadKey", other, world.attestor.address):
            world.file(sold.line(), provider=other)


class TestElsewhere:
    def test_another_chain(self, world: World, sold: Sold) -> None:
        domain = Domain.claim_desk(world.chain_id + 1, world.desk.address)
        filing = craft.attest(domain, world.attestor, world.provider, [sold.line()], world.now())

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(filing)

    @pytest.mark.parametrize("contract", ["book", "consents"])
    def test_another_contract(self, world: World, sold: Sold, contract: str) -> None:
        domain = Domain.claim_desk(world.chain_id, getattr(world, contract).address)
        filing = craft.attest(domain, world.attestor, world.provider, [sold.line()], world.now())

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(filing)

    def test_the_next_desk_of_the_same_registry(self, world: World, sold: Sold, heirs: World) -> None:
        filing = world.attest([sold.line()])

        with refuses("InvalidAttestation", world.attestor.address):
            heirs.file_signed(filing)

    def test_a_policy_of_the_former_book(self, world: World, sold: Sold, heirs: World) -> None:
        assert skipped(heirs.file(sold.line())) == [SkipReason.UNKNOWN_POLICY]

    def test_a_policy_of_another_pool(self, world: World, sold: Sold) -> None:
        pool = world.new_pool(world.asset)
        line = sold.line()
        filing = world.attest([line])
        moved = replace(filing.lines[0], policy=replace(line.policy, pool=pool.address))

        assert skipped(world.file_signed(replace(filing, lines=(moved,)))) == [SkipReason.UNKNOWN_POLICY]


@pytest.fixture
def heirs(world: World, accounts: Any, PolicyBook: Any, ClaimDesk: Any, RiskPoolFactory: Any) -> World:
    """Deploys the next version: a book, a desk and pools of its own, on the same registries."""
    deployer = accounts[0]
    book, desk, _ = planned = [deployer.get_deployment_address(deployer.nonce + at) for at in range(3)]
    heirs = copy(world)
    heirs.book = PolicyBook.deploy(*planned[1:], {"from": deployer})
    heirs.desk = ClaimDesk.deploy(book, world.providers, world.consents, {"from": deployer})
    heirs.factory = RiskPoolFactory.deploy(world.manager, book, desk, {"from": deployer})
    heirs.factory.listAsset(world.asset, b"USD", 2, {"from": world.governor})
    world.providers.listDesk(heirs.desk, {"from": world.governor})
    heirs.pool = heirs.new_pool(world.asset)
    heirs.fund(CAPITAL)
    world.providers.setDailyCap(heirs.pool, world.provider, DAILY_CAP, {"from": world.insurer})
    return heirs


def test_two_desks_pay_no_more_than_the_bill(world: World, full: Sold, heirs: World) -> None:
    """One patient is insured under both versions; the registry gives each desk what the other paid."""
    later = heirs.sell(salt=word("heirs"))
    day = later.terms.start
    here, there = full.line(day=day), later.line(day=day)

    first = decision(heirs.file(there))
    second = world.file(here)

    assert 0 < first.remittance.paid < BILLED
    assert decision(second).remittance.paid == BILLED - first.remittance.paid
    assert codes(second) == ["23"]
    assert heirs.status(there) is world.status(here) is ClaimStatus.PAID


class TestForm:
    def test_refuses_a_malleable_signature(self, world: World, sold: Sold) -> None:
        """The mirrored s signs the same digest, but no signer produces it."""
        filing = world.attest([sold.line()])
        r, s, v = filing.signature[:32], int.from_bytes(filing.signature[32:64], "big"), filing.signature[64]
        mirrored = r + (CURVE_ORDER - s).to_bytes(32, "big") + bytes([27 + 28 - v])

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(replace(filing, signature=mirrored))

    def test_refuses_a_compact_signature(self, world: World, sold: Sold) -> None:
        """The 64-byte form of ERC-2098."""
        filing = world.attest([sold.line()])
        r, s, v = filing.signature[:32], int.from_bytes(filing.signature[32:64], "big"), filing.signature[64]
        compact = r + (s | (v - 27) << 255).to_bytes(32, "big")

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(replace(filing, signature=compact))

    def test_refuses_another_recovery_value(self, world: World, sold: Sold) -> None:
        filing = world.attest([sold.line()])
        zero_based = filing.signature[:64] + bytes([filing.signature[64] - 27])

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(replace(filing, signature=zero_based))

    def test_refuses_the_zero_address_as_attestor(self, world: World, sold: Sold) -> None:
        """A failed recovery returns the zero address, which is never a key."""
        filing = replace(world.attest([sold.line()]), attestor=craft.ZERO_ADDRESS, signature=bytes(65))

        with refuses("DeadKey", world.provider, craft.ZERO_ADDRESS):
            world.file_signed(filing)


def test_filed_again_pays_nothing_more(world: World, sold: Sold) -> None:
    filing = world.attest([sold.line(1), sold.line(2)])
    world.file_signed(filing)
    money = ledger(world)

    again = world.file_signed(filing)
    anew = world.file(sold.line(1), sold.line(2), issued_at=world.now() - 5)

    assert skipped(again) == skipped(anew) == [SkipReason.ALREADY_DECIDED] * 2
    assert ledger(world) == money
