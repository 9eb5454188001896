"""Up to which block a chain counts as settled: so old that its logs may be kept for good.

The depth is counted in time, because what it guards against takes time. Behind one address of a node often
stand several machines, and one that lags by minutes answers for blocks that it does not have with no logs,
as if nothing had happened in them. A fork is given up within minutes, too. 64 blocks are 13 minutes on
Ethereum, but 2 minutes on Base and Optimism, and 16 seconds on Arbitrum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from salus.chain.web3_lazily import web3

if TYPE_CHECKING:
    from web3 import Web3

DEPTH: Final = 64
"""Blocks that never count as settled: two epochs, after which Ethereum counts one as final."""
SECONDS: Final = 15 * 60
"""Age from which a block may count as settled."""
_SLOW: Final = 12
"""Seconds to a block on Ethereum, whose depth is tried first."""
_GUESSES: Final = 6


class Block(NamedTuple):
    """A block of the chain."""

    number: int
    hash: str
    time: int
    """Second since 1970."""


class Settling:
    """Asks the node which blocks there are, and which of them are settled."""

    def __init__(self, w3: Web3, *, depth: int = DEPTH, seconds: int = SECONDS) -> None:
        self._w3 = w3
        self._seconds = seconds
        self._found: tuple[Block, Block | None] | None = None
        self.depth = depth

    def head(self) -> Block:
        """The latest block."""
        return _block(self._w3.eth.get_block("latest"))

    def at(self, number: int) -> Block | None:
        """A block; None if the machine that answers does not have it."""
        try:
            return _block(self._w3.eth.get_block(number))
        except web3.exceptions.BlockNotFound:
            return None

    def is_there(self, block: Block) -> bool:
        """Whether the machine that answers has this very block, and so all before it."""
        found = self.at(block.number)
        return found is not None and found.hash == block.hash

    def settled(self, head: Block, last: Block | None = None) -> Block | None:
        """The latest block that is known to be settled under a head, with the hash of now; None if none is.
        `last` is one that was settled before: it shows the pace of the chain, and by it whether at least the
        depth is new.

        >>> Settling(None).settled(Block(70, "0x…", 1_000), last=Block(60, "0x…", 600)) is None
        True
        """
        if last is not None and head.number - self._depth_after(last, head) - last.number < self.depth:
            return None  # too few blocks after it are old enough to be worth a question
        if self._found is None or self._found[0] != head:
            self._found = head, self._find(head, last)
        return self._found[1]

    def _find(self, head: Block, last: Block | None) -> Block | None:
        """Tries a depth; where it is too little, the next one by the pace of those blocks."""
        first = max(self.depth, -(-self._seconds // _SLOW))
        depth = self._depth_after(last, head) if last else first
        for _ in range(_GUESSES):
            if depth > head.number:
                return None
            block = self.at(head.number - depth)
            if block is None or head.time - block.time >= self._seconds:
                return block
            depth = max(depth + 1, self._guess(depth, head.time - block.time))
        return None

    def _depth_after(self, last: Block, head: Block) -> int:
        return max(self.depth, self._guess(head.number - last.number, head.time - last.time))

    def _guess(self, blocks: int, took: int) -> int:
        """How many blocks the time takes at that pace, and some more."""
        return blocks * self._seconds * 9 // (max(took, 1) * 8)


def _block(given: object) -> Block:
    return Block(int(given["number"]), given["hash"].to_0x_hex(), int(given["timestamp"]))  # type: ignore[index]
