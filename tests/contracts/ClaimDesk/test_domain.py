"""eip712Domain

given the desk
└── it should return the EIP-712 domain under which attestations are signed
"""

from __future__ import annotations

from tests.support.world import World


def test_names_its_domain(world: World) -> None:
    fields, name, version, chain_id, contract, salt, extensions = world.desk.eip712Domain()

    assert bytes(fields) == b"\x0f"
    assert (name, version) == ("Salus ClaimDesk", "1")
    assert (chain_id, contract) == (world.chain_id, world.desk.address)
    assert not any(bytes(salt))
    assert list(extensions) == []
