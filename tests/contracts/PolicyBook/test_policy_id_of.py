"""policyIdOf, domainSeparator, eip712Domain

given terms
├── it should be the digest that the library computes
├── it should be the digest that viem computes for the same terms
└── when the chain id changes after a fork
    └── it should be the same digest as before
given the book
└── it should return the EIP-712 domain under which quotes are signed

SPECIFICATION I1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salus.crypto.abi import keccak
from tests.support.world import World

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/eip712.json").read_text())
POLICIES = [vector for vector in VECTORS["structs"] if vector["struct"] == "Policy"]


def test_is_the_librarys_digest(world: World) -> None:
    sold = world.draft()

    assert bytes(world.book.policyIdOf(sold.terms.as_tuple())) == sold.policy_id


@pytest.mark.parametrize("vector", POLICIES, ids=lambda vector: vector["case"])
def test_is_the_digest_of_an_outside_implementation(world: World, vector: dict[str, Any]) -> None:
    separator = bytes(world.book.domainSeparator())
    expected = keccak(b"\x19\x01" + separator + bytes.fromhex(vector["hashStruct"][2:]))

    policy_id = world.book.policyIdOf(tuple(map(_argument, vector["message"].values())))

    assert bytes(policy_id) == expected


def test_does_not_change_after_a_fork(world: World) -> None:
    from brownie import web3

    if "anvil" not in web3.client_version:
        pytest.skip("only Anvil can change its chain id")
    terms, book = world.draft().terms.as_tuple(), world.book
    before = book.policyIdOf(terms), book.domainSeparator()

    web3.provider.make_request("anvil_setChainId", [4242])
    try:
        assert (book.policyIdOf(terms), book.domainSeparator()) == before
        assert book.eip712Domain()[3] == 4242
    finally:
        web3.provider.make_request("anvil_setChainId", [world.chain_id])


def _argument(value: str) -> Any:
    return value if value.startswith("0x") else int(value)


def test_names_its_domain(world: World) -> None:
    fields, name, version, chain_id, contract, salt, extensions = world.book.eip712Domain()

    assert bytes(fields) == b"\x0f"
    assert (name, version) == ("Salus PolicyBook", "1")
    assert (chain_id, contract) == (world.chain_id, world.book.address)
    assert not any(bytes(salt))
    assert list(extensions) == []
    assert bytes(world.book.domainSeparator()) == world.book_domain.separator
