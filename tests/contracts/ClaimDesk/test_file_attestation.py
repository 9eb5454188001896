"""file: the attestation of the lines

given lines that would be paid
├── when the attestation is signed in the future, or has expired
│   └── it should revert; in the first and the last valid second it should not
├── when it is valid for longer than 90 days
│   └── it should revert; for exactly 90 days it should not
├── when the provider has withdrawn the root
│   └── it should revert
├── when the key is not the provider's, signed outside its window, or is revoked by now
│   └── it should revert; in the first and the last second of the window it should not
├── when the signature is not the attestor's
│   └── it should revert, whichever field was changed
├── when the attestor is a contract
│   └── it should ask the contract (ERC-1271)
├── when its lines are filed one by one
│   └── it should decide each
├── when there are no lines
│   └── it should do nothing
└── when the desk is not listed, or no longer listed
    └── it should revert

SPECIFICATION F2, F3, F4, P5, P8.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salus.types import ClaimStatus
from tests.support import craft
from tests.support.answers import refuses
from tests.support.claims import ask
from tests.support.craft import DAY, Filing, Sold
from tests.support.world import FAR, World, decision

MAX_ATTESTATION = 90 * DAY


def file_at(world: World, filing: Filing, second: int) -> None:
    world.travel(second)
    ask(world, filing)


class TestInForce:
    def test_from_the_second_of_signing_to_the_last(self, world: World, sold: Sold) -> None:
        signed, expires = world.now() + 100, world.now() + 200
        filing = world.attest([sold.line()], issued_at=signed, expires_at=expires)

        with refuses("AttestationNotInForce", signed, expires):
            file_at(world, filing, signed - 1)
        file_at(world, filing, signed)
        file_at(world, filing, expires)
        with refuses("AttestationNotInForce", signed, expires):
            file_at(world, filing, expires + 1)
        with refuses("AttestationNotInForce", signed, expires):
            world.file_signed(filing)

    def test_for_90_days_and_no_second_more(self, world: World, sold: Sold) -> None:
        signed = world.now()
        most, more = (
            world.attest([sold.line()], issued_at=signed, expires_at=signed + MAX_ATTESTATION + second)
            for second in (0, 1)
        )

        with refuses("AttestationTooLong", signed, signed + MAX_ATTESTATION + 1):
            world.file_signed(more)
        assert decision(world.file_signed(most)).status is ClaimStatus.PAID

    def test_not_when_it_expires_before_it_is_signed(self, world: World, sold: Sold) -> None:
        signed = world.now()

        with refuses("AttestationNotInForce", signed, signed - 1):
            world.file(sold.line(), issued_at=signed, expires_at=signed - 1)


class TestRoot:
    def test_refuses_what_was_withdrawn(self, world: World, sold: Sold) -> None:
        filing = world.attest([sold.line()])
        root = filing.attestation.root
        world.desk.withdrawRoot(world.provider, root, {"from": world.hospital})

        with refuses("RootWithdrawn", world.provider, root):
            world.file_signed(filing)

    def test_refuses_it_under_a_new_signature_too(self, world: World, sold: Sold) -> None:
        filing = world.attest([sold.line()])
        root = filing.attestation.root
        world.desk.withdrawRoot(world.provider, root, {"from": world.hospital})

        with refuses("RootWithdrawn", world.provider, root):
            world.file(sold.line(), issued_at=world.now() - 1)


class TestKey:
    def test_must_be_added(self, world: World, sold: Sold) -> None:
        nobody = craft.signer("nobody")

        with refuses("DeadKey", world.provider, nobody.address):
            world.file(sold.line(), attestor=nobody)

    def test_must_be_of_the_provider_that_is_named(self, world: World, sold: Sold) -> None:
        other = world.accredit(world.stranger)

        with refuses("DeadKey", other, world.attestor.address):
            world.file(sold.line(), provider=other)

    def test_of_two_providers_speaks_for_the_one_that_is_named(self, world: World, sold: Sold) -> None:
        other = world.accredit(world.stranger)
        world.providers.addKey(other, world.attestor.address, 0, FAR, {"from": world.stranger})

        world.file(sold.line(), provider=other)

        assert world.status(sold.line(), other) is ClaimStatus.HELD  # the other provider has no cap
        assert world.status(sold.line()) is ClaimStatus.NONE

    def test_must_sign_in_its_window(self, world: World, sold: Sold) -> None:
        begins, ends = world.now() + 100, world.now() + 200
        key = craft.signer("next year's key")
        world.providers.addKey(world.provider, key.address, begins, ends, {"from": world.hospital})
        world.travel(ends + 50)

        for second in (begins - 1, ends):
            with refuses("DeadKey", world.provider, key.address):
                world.file(sold.line(), attestor=key, issued_at=second)
        for bill, second in enumerate((begins, ends - 1)):
            filed = world.file(sold.line(bill), attestor=key, issued_at=second)
            assert decision(filed).status is ClaimStatus.PAID

    def test_must_not_be_revoked_when_it_is_filed(self, world: World, sold: Sold) -> None:
        filing = world.attest([sold.line()])
        world.providers.revokeKey(world.provider, world.attestor.address, {"from": world.hospital})

        with refuses("DeadKey", world.provider, world.attestor.address):
            world.file_signed(filing)

    def test_may_be_replaced_by_one_that_signs_the_same_root(self, world: World, sold: Sold) -> None:
        world.providers.revokeKey(world.provider, world.attestor.address, {"from": world.hospital})
        new = craft.signer("rotated")
        world.providers.addKey(world.provider, new.address, 0, FAR, {"from": world.hospital})

        assert decision(world.file(sold.line(), attestor=new)).status is ClaimStatus.PAID


class TestSignature:
    @pytest.mark.parametrize("field", ["root", "issued_at", "expires_at"])
    def test_covers_every_field(self, world: World, sold: Sold, field: str) -> None:
        filing = world.attest([sold.line()])
        signed = getattr(filing.attestation, field)
        other = craft.word("another root") if field == "root" else signed - 1
        forged = replace(filing, attestation=replace(filing.attestation, **{field: other}))

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(forged)

    def test_covers_the_provider(self, world: World, sold: Sold) -> None:
        other = world.accredit(world.stranger)
        world.providers.addKey(other, world.attestor.address, 0, FAR, {"from": world.stranger})
        filing = world.attest([sold.line()])
        forged = replace(filing, attestation=replace(filing.attestation, provider=other))

        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(forged)

    @pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64), b"\1" * 65, b"\1" * 66])
    def test_must_be_well_formed(self, world: World, sold: Sold, signature: bytes) -> None:
        with refuses("InvalidAttestation", world.attestor.address):
            world.file_signed(replace(world.attest([sold.line()]), signature=signature))

    def test_is_over_the_digest_that_the_desk_gives(self, world: World, sold: Sold) -> None:
        attestation = world.attest([sold.line()]).attestation

        assert bytes(world.desk.digestOf(attestation.as_tuple())) == world.desk_domain.digest(attestation)


class TestContractAsAttestor:
    @pytest.fixture
    def seal(self, world: World, ERC1271WalletMock: Any) -> Any:
        """A contract as attestor, operated by the billing system."""
        seal = ERC1271WalletMock.deploy(world.attestor.address, {"from": world.hospital})
        world.providers.addKey(world.provider, seal, 0, FAR, {"from": world.hospital})
        return seal

    def test_is_asked(self, world: World, sold: Sold, seal: Any) -> None:
        filing = replace(world.attest([sold.line()]), attestor=seal.address)

        assert decision(world.file_signed(filing)).status is ClaimStatus.PAID

    def test_may_refuse(self, world: World, sold: Sold, seal: Any) -> None:
        filing = replace(world.attest([sold.line()]), attestor=seal.address)
        seal.setOwner(world.stranger, {"from": world.hospital})

        with refuses("InvalidAttestation", seal):
            world.file_signed(filing)

    def test_that_answers_nothing_refuses(self, world: World, sold: Sold) -> None:
        world.providers.addKey(world.provider, world.asset, 0, FAR, {"from": world.hospital})
        filing = replace(world.attest([sold.line()]), attestor=world.asset.address)

        with refuses("InvalidAttestation", world.asset):
            world.file_signed(filing)


def test_without_lines_does_nothing(world: World, sold: Sold) -> None:
    filing = replace(world.attest([sold.line()]), lines=())

    filed = world.file_signed(filing)

    assert not filed.events


def test_refuses_when_the_desk_is_retired(world: World, sold: Sold) -> None:
    filing = world.attest([sold.line()])
    world.providers.retireDesk(world.desk, {"from": world.governor})

    with refuses("NotDesk", world.desk):
        ask(world, filing)


def test_may_be_filed_in_parts(world: World, sold: Sold) -> None:
    first, second = sold.line(1), sold.line(2)
    filing = world.attest([first, second])

    for line in filing.lines:
        assert decision(world.file_signed(replace(filing, lines=(line,)))).status is ClaimStatus.PAID
