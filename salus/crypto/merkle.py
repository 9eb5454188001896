"""Merkle trees over 32-byte leaves, byte for byte the `SimpleMerkleTree` of @openzeppelin/merkle-tree.

Leaves are sorted, pairs are hashed in sorted order, and the tree is the flat array of 2n − 1 nodes that the
JavaScript library keeps: node i has the children 2i + 1 and 2i + 2, the root is node 0. Leaves are EIP-712
struct hashes, so none of them can be taken for an inner node and they are not hashed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from salus.base.errors import InputError
from salus.crypto.abi import keccak

Proof = tuple[bytes, ...]


class MerkleTree:
    """The tree over `leaves`, which keep the positions that they were given in.

    >>> leaves = [keccak(bytes([number])) for number in range(5)]
    >>> tree = MerkleTree(leaves)
    >>> verify(tree.root, leaves[3], tree.proof(3))
    True
    >>> verify(tree.root, leaves[2], tree.proof(3))
    False
    """

    __slots__ = ("nodes", "places")

    def __init__(self, leaves: Iterable[bytes]) -> None:
        given = list(leaves)
        if not given:
            raise InputError("has no leaves", resource="MerkleTree")
        if any(len(leaf) != 32 for leaf in given):
            raise InputError("has a leaf that is not 32 bytes long", resource="MerkleTree")

        order = sorted(range(len(given)), key=given.__getitem__)
        last = 2 * len(given) - 2
        self.places = [0] * len(given)
        """Index of each leaf's node."""
        self.nodes = [b""] * (last + 1)
        for rank, position in enumerate(order):
            self.places[position] = last - rank
            self.nodes[last - rank] = given[position]
        for index in range(len(given) - 2, -1, -1):
            self.nodes[index] = hash_pair(self.nodes[2 * index + 1], self.nodes[2 * index + 2])

    @property
    def root(self) -> bytes:
        """The 32-byte root; the leaf itself if there is one only."""
        return self.nodes[0]

    def proof(self, position: int) -> Proof:
        """The siblings from the leaf at `position` up to the root. Raises IndexError beyond the leaves."""
        if position < 0:
            raise IndexError(position)
        return tuple(self.nodes[index] for index in siblings(self.places[position]))


def siblings(index: int) -> Iterable[int]:
    """The nodes that prove node `index`, from the bottom up.

    >>> list(siblings(8))
    [7, 4, 2]
    """
    while index > 0:
        yield index + 1 if index % 2 else index - 1
        index = (index - 1) // 2


def hash_pair(left: bytes, right: bytes) -> bytes:
    """The node above two nodes, whichever side they stand on."""
    return keccak(left + right) if left < right else keccak(right + left)


def verify(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the leaf stands in the tree of that root."""
    return reduce(hash_pair, proof, leaf) == root
