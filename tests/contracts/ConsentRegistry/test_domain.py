"""eip712Domain, nonces

given the registry
├── it should return the EIP-712 domain under which consents are signed
└── it should start every signer at nonce 0
"""

from __future__ import annotations

from tests.support.world import World


def test_names_its_domain(world: World) -> None:
    fields, name, version, chain_id, contract, salt, extensions = world.consents.eip712Domain()

    assert bytes(fields) == b"\x0f"
    assert (name, version) == ("Salus ConsentRegistry", "1")
    assert (chain_id, contract) == (world.chain_id, world.consents.address)
    assert not any(bytes(salt))
    assert list(extensions) == []


def test_begins_at_nonce_zero(world: World) -> None:
    assert world.consents.nonces(world.stranger) == 0
