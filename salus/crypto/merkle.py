"""Builds Merkle trees over 32-byte leaves that equal the `SimpleMerkleTree` of @openzeppelin/merkle-tree.

Leaves are sorted and pairs are hashed in sorted order. As in the JavaScript library, the tree is a flat array
of 2n − 1 nodes: node i has the children 2i + 1 and 2i + 2, and the root is node 0. Leaves are EIP-712 struct
hashes, so a leaf cannot be confused with an inner node and is not hashed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from salus.base.errors import InputError
from salus.crypto.abi import keccak

Proof = tuple[bytes, ...]


class MerkleTree:
    """A Merkle tree over `leaves`. A leaf is addressed by its position in the original order.

    >>> leaves = [keccak(bytes([number])) for number in range(5)]
    >>> tree = MerkleTree(leaves)
    >>> verify(tree.root, leaves[3], tree.proof(3))
    True
    >>> verify(tree.root, leaves[2], tree.proof(3))
    False
    """

    __slots__ = ("nodes", "places")

    def __init__(self, leaves: Iterable[bytes]) -> None:
        ordered = list(leaves)
        if not ordered:
            raise InputError("has no leaves", resource="MerkleTree")
        if any(len(leaf) != 32 for leaf in ordered):
            raise InputError("has a leaf that is not 32 bytes long", resource="MerkleTree")

        order = sorted(range(len(ordered)), key=ordered.__getitem__)
        last = 2 * len(ordered) - 2
        self.places = [0] * len(ordered)
        """For each leaf, the index of its node."""
        self.nodes = [b""] * (last + 1)
        for rank, position in enumerate(order):
            self.places[position] = last - rank
            self.nodes[last - rank] = ordered[position]
        for index in range(len(ordered) - 2, -1, -1):
            self.nodes[index] = hash_pair(self.nodes[2 * index + 1], self.nodes[2 * index + 2])

    @property
    def root(self) -> bytes:
        """Returns the 32-byte root, which is the leaf itself if there is only one."""
        return self.nodes[0]

    def proof(self, position: int) -> Proof:
        """Returns the siblings from a leaf up to the root. Raises IndexError if there is no such leaf."""
        if position < 0:
            raise IndexError(position)
        return tuple(self.nodes[index] for index in siblings(self.places[position]))


def siblings(index: int) -> Iterable[int]:
    """Yields the indices of the nodes that prove node `index`, from the bottom up.

    >>> list(siblings(8))
    [7, 4, 2]
    """
    while index > 0:
        yield index + 1 if index % 2 else index - 1
        index = (index - 1) // 2


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Returns the parent of two nodes, in either order."""
    return keccak(left + right) if left < right else keccak(right + left)


def verify(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Returns whether the proof shows that the leaf is in the tree with that root."""
    return reduce(hash_pair, proof, leaf) == root
