"""withdrawBySignature

given a consent in force
├── when a signed withdrawal is relayed by its deadline, including the last second
│   └── it should end the consent with today, whatever days it names, and increase the nonce
├── when it is relayed again
│   └── it should revert
├── when it arrives a second after its deadline, or is for another nonce, chain or signer
│   └── it should revert
└── when it has a purpose
    └── it should revert: a signed consent cannot withdraw
given no consent
└── it should revert
given a signer that is a contract
└── it should withdraw if the contract accepts the signature (ERC-1271)

SPECIFICATION C1, C3.
"""

from __future__ import annotations

from typing import Any

import pytest

from salus.crypto.eip712 import Domain
from salus.types import Consent
from tests.support import craft
from tests.support.answers import emitted, refuses
from tests.support.consents import ANY, FILE, MEMBER, allowed
from tests.support.world import World


@pytest.fixture
def today(world: World) -> int:
    """Records the patient's consent from two days ago to nine days ahead, and returns today."""
    day = world.today()
    world.consents.giveBySignature(
        *world.signed_consent(MEMBER, ANY, day - 2, day + 9), {"from": world.stranger}
    )
    return day


def withdrawal(world: World, provider: int = ANY, **changes: Any) -> tuple[Any, ...]:
    return world.signed_consent(MEMBER, provider, **{"purposes": 0, **changes})


def record(world: World, signed: tuple[Any, ...]) -> Any:
    return world.consents.withdrawBySignature(*signed, {"from": world.stranger})


@pytest.mark.parametrize(("since", "until"), [(0, 0), (9, 3), (0, 2**32 - 1)])
def test_ends_with_today_whatever_days_it_names(world: World, today: int, since: int, until: int) -> None:
    withdrawn = record(world, withdrawal(world, since=since, until=until))

    assert emitted(withdrawn, "ConsentWithdrawn") == {
        "signer": world.patient.address,
        "member": MEMBER,
        "provider": ANY,
        "lastDay": today,
    }
    days = allowed(world, world.patient.address, range(today - 3, today + 10))
    assert days == [today - 2, today - 1, today]
    assert world.consents.nonces(world.patient.address) == 2


def test_refuses_to_be_relayed_again(world: World, today: int) -> None:
    signed = withdrawal(world)
    record(world, signed)

    with refuses("InvalidAccountNonce", world.patient.address, 2):
        record(world, signed)


def test_counts_the_deadline_second(world: World, today: int) -> None:
    deadline = world.now() + 1_000
    signed = withdrawal(world, deadline=deadline)

    world.travel(deadline)
    world.consents.withdrawBySignature.call(*signed, {"from": world.stranger})
    world.travel(deadline + 1)
    with refuses("ConsentExpired", deadline):
        world.consents.withdrawBySignature.call(*signed, {"from": world.stranger})


def test_refuses_what_would_give(world: World, today: int) -> None:
    with refuses("InvalidPurposes", FILE):
        record(world, withdrawal(world, purposes=FILE))


def test_refuses_another_chain(world: World, today: int) -> None:
    signer, consent, _ = withdrawal(world)
    elsewhere = Domain.consent_registry(world.chain_id + 1, world.consents.address)

    with refuses("InvalidConsentSignature", signer):
        record(world, (signer, consent, elsewhere.sign(Consent.from_tuple(consent), world.patient)))


def test_refuses_another_signer(world: World, today: int) -> None:
    _, consent, _ = withdrawal(world)
    forged = world.consent_domain.sign(Consent.from_tuple(consent), craft.signer("someone else"))

    with refuses("InvalidConsentSignature", world.patient.address):
        record(world, (world.patient.address, consent, forged))


def test_refuses_when_nothing_was_given(world: World) -> None:
    with refuses("NothingToWithdraw", world.patient.address, MEMBER, ANY):
        record(world, withdrawal(world))


def test_withdraws_with_a_signature_that_the_contract_accepts(world: World) -> None:
    from brownie import ERC1271WalletMock

    wallet = ERC1271WalletMock.deploy(world.patient.address, {"from": world.payer})
    today = world.today()
    _, consent, signature = world.signed_consent(MEMBER, ANY, today, today + 9)
    world.consents.giveBySignature(wallet, consent, signature, {"from": world.stranger})

    _, consent, signature = withdrawal(world, nonce=1)
    record(world, (wallet.address, consent, signature))

    assert allowed(world, wallet, range(today, today + 10)) == [today]
