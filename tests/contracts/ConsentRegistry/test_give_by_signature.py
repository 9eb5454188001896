"""giveBySignature

given a consent signed by a key
├── when anyone relays it by its deadline, including the last second
│   └── it should record the signer's consent, and increase the nonce
├── when another account has relayed it first
│   └── it should revert: the consent is already recorded, and the first relay could record nothing else
├── when it arrives a second after its deadline
│   └── it should revert
├── when it is for another nonce
│   └── it should revert
├── when it is for another chain, registry or signer, was changed, or has a malleable signature
│   └── it should revert
└── when it has no purpose, or its last day is before its first
    └── it should revert: a signed withdrawal cannot give consent
given a signer that is a contract
├── when the contract accepts the signature (ERC-1271)
│   └── it should record the contract's consent
└── when the contract does not accept it
    └── it should revert

SPECIFICATION C1, C3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salus.crypto.eip712 import Domain
from salus.types import Consent
from tests.support import craft
from tests.support.answers import emitted, refuses
from tests.support.consents import ANY, FILE, MEMBER, allowed
from tests.support.world import World

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of the curve."""


def record(world: World, signed: tuple[Any, ...]) -> Any:
    return world.consents.giveBySignature(*signed, {"from": world.stranger})


def test_is_the_signers_consent_whoever_relays_it(world: World) -> None:
    transaction = record(world, world.signed_consent(MEMBER, world.provider, 20_000, 20_001))

    assert emitted(transaction, "ConsentGiven") == {
        "signer": world.patient.address,
        "member": MEMBER,
        "provider": world.provider,
        "purposes": FILE,
        "from": 20_000,
        "until": 20_001,
    }
    assert allowed(world, world.patient.address, range(19_999, 20_003)) == [20_000, 20_001]
    assert world.consents.nonces(world.patient.address) == 1


def test_cannot_be_front_run_into_anything_else(world: World) -> None:
    signed = world.signed_consent(MEMBER, ANY, 20_000, 20_001)
    world.consents.giveBySignature(*signed, {"from": world.payer})

    with refuses("InvalidAccountNonce", world.patient.address, 1):
        record(world, signed)

    assert allowed(world, world.patient.address, range(19_999, 20_003)) == [20_000, 20_001]


@pytest.mark.parametrize("nonce", [1, 2**256 - 1])
def test_refuses_another_nonce(world: World, nonce: int) -> None:
    with refuses("InvalidAccountNonce", world.patient.address, 0):
        record(world, world.signed_consent(MEMBER, nonce=nonce))


def test_counts_the_deadline_second(world: World) -> None:
    deadline = world.now() + 1_000
    signed = world.signed_consent(MEMBER, deadline=deadline)

    world.travel(deadline)
    world.consents.giveBySignature.call(*signed, {"from": world.stranger})
    world.travel(deadline + 1)
    with refuses("ConsentExpired", deadline):
        world.consents.giveBySignature.call(*signed, {"from": world.stranger})


def test_refuses_another_chain(world: World) -> None:
    signer, consent, _ = world.signed_consent(MEMBER)
    elsewhere = Domain.consent_registry(world.chain_id + 1, world.consents.address)

    with refuses("InvalidConsentSignature", signer):
        record(world, (signer, consent, elsewhere.sign(Consent.from_tuple(consent), world.patient)))


def test_refuses_another_contracts_domain(world: World) -> None:
    signer, consent, _ = world.signed_consent(MEMBER)

    for domain in (world.desk_domain, replace_contract(world.consent_domain, world.desk.address)):
        with refuses("InvalidConsentSignature", signer):
            record(world, (signer, consent, domain.sign(Consent.from_tuple(consent), world.patient)))


def replace_contract(domain: Domain, contract: str) -> Domain:
    return Domain.consent_registry(domain.chain_id, contract)


def test_refuses_another_signer(world: World) -> None:
    _, consent, signature = world.signed_consent(MEMBER)
    other = craft.signer("someone else").address

    with refuses("InvalidConsentSignature", other):
        record(world, (other, consent, signature))


def test_refuses_the_zero_address_as_signer(world: World) -> None:
    _, consent, _ = world.signed_consent(MEMBER)
    nobody = "0x" + "00" * 20

    with refuses("InvalidConsentSignature", nobody):
        record(world, (nobody, consent, bytes(65)))


@pytest.mark.parametrize(
    "change",
    [
        {"member": craft.word("another")},
        {"provider": 2},
        {"purposes": 3},
        {"from_": 1},
        {"until": 2},
        {"deadline": 2**65},
    ],
    ids=lambda change: next(iter(change)),
)
def test_refuses_a_changed_consent(world: World, change: dict[str, Any]) -> None:
    signer, consent, signature = world.signed_consent(MEMBER)
    changed = replace(Consent.from_tuple(consent), **change).as_tuple()

    with refuses("InvalidConsentSignature", signer):
        record(world, (signer, changed, signature))


def test_refuses_a_malleable_or_cut_signature(world: World) -> None:
    signer, consent, signature = world.signed_consent(MEMBER)
    s = int.from_bytes(signature[32:64], "big")
    twin = signature[:32] + (N - s).to_bytes(32, "big") + bytes([55 - signature[64]])

    for wrong in (twin, signature[:64], signature + b"\0", b""):
        with refuses("InvalidConsentSignature", signer):
            record(world, (signer, consent, wrong))


def test_refuses_what_would_withdraw(world: World) -> None:
    with refuses("InvalidPurposes", 0):
        record(world, world.signed_consent(MEMBER, purposes=0))


def test_refuses_a_last_day_before_the_first(world: World) -> None:
    with refuses("InvalidPeriod", 2, 1):
        record(world, world.signed_consent(MEMBER, since=2, until=1))


class TestContract:
    """The signer is a contract."""

    @pytest.fixture
    def wallet(self, world: World) -> Any:
        from brownie import ERC1271WalletMock

        return ERC1271WalletMock.deploy(world.patient.address, {"from": world.payer})

    def test_consents_with_a_signature_that_it_accepts(self, world: World, wallet: Any) -> None:
        _, consent, signature = world.signed_consent(MEMBER, ANY, 20_000, 20_000)

        record(world, (wallet.address, consent, signature))

        assert allowed(world, wallet, [20_000]) == [20_000]
        assert allowed(world, world.patient.address, [20_000]) == []
        assert world.consents.nonces(wallet) == 1

    def test_does_not_consent_with_a_signature_that_it_refuses(self, world: World, wallet: Any) -> None:
        _, consent, signature = world.signed_consent(MEMBER, ANY, 20_000, 20_000)
        wallet.setOwner(world.payer, {"from": world.payer})

        with refuses("InvalidConsentSignature", wallet):
            record(world, (wallet.address, consent, signature))

    def test_does_not_consent_without_an_answer(self, world: World) -> None:
        _, consent, signature = world.signed_consent(MEMBER)

        with refuses("InvalidConsentSignature", world.asset):
            record(world, (world.asset.address, consent, signature))
