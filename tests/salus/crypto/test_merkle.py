"""salus.merkle compared with @openzeppelin/merkle-tree

given the trees of the vectors
  it should produce the same root and the same proofs
  it should verify each proof, but not for another leaf or root
given no leaf, or a leaf of another length
  it should raise an error
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from salus.base.errors import InputError
from salus.crypto.merkle import MerkleTree, hash_pair, verify

TREES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors/merkle.json").read_text())[
    "trees"
]


def leaves_of(vector: dict[str, Any]) -> list[bytes]:
    return [keccak(text=vector["leafSeed"].replace("<i>", str(number))) for number in range(vector["count"])]


@pytest.mark.parametrize("vector", TREES, ids=lambda v: str(v["count"]))
def test_root_and_proofs_are_those_of_openzeppelin(vector: dict[str, Any]) -> None:
    leaves = leaves_of(vector)
    assert vector.get("leaves") in (None, ["0x" + leaf.hex() for leaf in leaves])

    tree = MerkleTree(leaves)

    assert "0x" + tree.root.hex() == vector["root"]
    for shown in vector["proofs"]:
        assert ["0x" + node.hex() for node in tree.proof(shown["position"])] == shown["proof"]


@pytest.mark.parametrize("vector", TREES, ids=lambda v: str(v["count"]))
def test_each_leaf_is_proven_and_no_other_passes(vector: dict[str, Any]) -> None:
    leaves = leaves_of(vector)
    tree = MerkleTree(leaves)
    stranger = keccak(text="stranger")

    for position, leaf in enumerate(leaves):
        proof = tree.proof(position)
        assert verify(tree.root, leaf, proof)
        assert not verify(tree.root, stranger, proof)
        assert not verify(stranger, leaf, proof)
        assert len(proof) <= (len(leaves) - 1).bit_length()


def test_pairs_are_hashed_in_sorted_order() -> None:
    low, high = bytes(32), b"\xff" * 32
    assert hash_pair(low, high) == hash_pair(high, low) == keccak(low + high)


def test_equal_leaves_are_each_proven() -> None:
    leaf = keccak(text="twice")
    tree = MerkleTree([leaf, leaf, keccak(text="once")])
    assert verify(tree.root, leaf, tree.proof(0))
    assert verify(tree.root, leaf, tree.proof(1))


def test_no_leaf_is_refused() -> None:
    with pytest.raises(InputError, match="MerkleTree: has no leaves"):
        MerkleTree([])


def test_leaf_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="has a leaf that is not 32 bytes long"):
        MerkleTree([bytes(32), bytes(31)])


@pytest.mark.parametrize("position", [-1, 3])
def test_position_beyond_the_leaves_raises(position: int) -> None:
    with pytest.raises(IndexError):
        MerkleTree([bytes(32)] * 3).proof(position)
