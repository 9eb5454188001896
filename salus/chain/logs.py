"""The logs of a contract as a node gives them, in ranges of blocks as large as it answers.

Nodes limit `eth_getLogs`: by blocks, by results, by time. A range that is refused is halved, and a good one
is followed by a larger one, so that a node without limits is asked a few times for a year, and one with
limits as often as they demand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salus.base.errors import NodeRefused
from salus.chain.refusals import is_too_much, refusal

if TYPE_CHECKING:
    from web3 import Web3
    from web3.types import RPCEndpoint

FIRST_SPAN: Final = 10_000
"""Blocks that most nodes answer for at once."""
_GROWTH: Final = 4
_BOLD_AFTER: Final = 16
"""Answers in a row after which a range is tried again that was refused before."""
_MANY: Final = 10_000
"""Logs in one answer that are enough for the memory, whatever the node would give."""

Topics = Sequence[Sequence[str] | None]
"""Of each place the values that count, 0x-hex in lower case; None for any. First come the kinds."""


class Log(NamedTuple):
    """One log, as the chain has it."""

    address: str
    block: int
    place: int
    """Its place in the block."""
    transaction: str
    topics: tuple[str, ...]
    """0x-hex in lower case; the first says the kind."""
    data: bytes


@dataclass(slots=True)
class Span:
    """How many blocks a node is asked for at once: grows with answers, shrinks with refusals.

    >>> span = Span()
    >>> span.answered(120); span.size
    40000
    >>> span.refused(40_000); span.answered(120); span.size
    20000
    """

    size: int = FIRST_SPAN
    refused_at: int | None = None
    in_a_row: int = 0

    def answered(self, logs: int) -> None:
        """The node has answered with so many logs."""
        if logs > _MANY:
            self.refused(self.size)
            return
        self.in_a_row += 1
        if self.refused_at is not None and self.in_a_row >= _BOLD_AFTER:
            self.refused_at, self.in_a_row = self.refused_at * 2, 0
        larger = self.size * (_GROWTH if self.refused_at is None else 2)
        if self.refused_at is None or larger < self.refused_at:
            self.size = larger

    def refused(self, blocks: int) -> None:
        """So many blocks were too many."""
        self.refused_at, self.in_a_row = blocks, 0
        self.size = max(1, blocks // 2)


def read(
    w3: Web3, address: str, topics: Topics, first: int, last: int, span: Span | None = None
) -> Iterator[tuple[int, list[Log]]]:
    """The logs of a contract from block `first` to `last`, in parts: the last block of each, and its logs.

    Raises NodeRefused if the node does not even answer for one block.
    """
    span, start = span or Span(), first
    while start <= last:
        end = min(start + span.size - 1, last)
        try:
            found = _ask(w3, address, topics, start, end)
        except NodeRefused as error:
            if end == start or not is_too_much(error):
                raise
            span.refused(end - start + 1)
            continue
        span.answered(len(found))
        yield end, found
        start = end + 1


def from_node(log: Any) -> Log:
    """A log of a node's answer, or of a receipt of web3's."""
    return Log(
        address=str(log["address"]),
        block=_number(log["blockNumber"]),
        place=_number(log["logIndex"]),
        transaction=_hex(log["transactionHash"]),
        topics=tuple(map(_hex, log["topics"])),
        data=bytes.fromhex(_hex(log["data"])[2:]),
    )


def _ask(w3: Web3, address: str, topics: Topics, first: int, last: int) -> list[Log]:
    question = {
        "address": address,
        "topics": [None if values is None else list(values) for values in topics],
        "fromBlock": hex(first),
        "toBlock": hex(last),
    }
    method: RPCEndpoint = "eth_getLogs"  # type: ignore[assignment]
    answer = w3.provider.make_request(method, [question])
    if answer.get("error"):  # of another provider than `Node`, which raises it
        refused = refusal(method, answer["error"], None)
        raise refused or NodeRefused(f"the node refuses {method}", method=method)
    given = answer.get("result")
    if not isinstance(given, list):
        remedy = "run again; if it stays so, choose another node"
        raise NodeRefused(f"the node answers {method} with no list of logs", method=method, remedy=remedy)
    found = (from_node(log) for log in given if not log.get("removed"))
    return sorted(found, key=lambda log: (log.block, log.place))


def _number(value: Any) -> int:
    return int(value, 16) if isinstance(value, str) else int(value)


def _hex(value: Any) -> str:
    return value.lower() if isinstance(value, str) else "0x" + bytes(value).hex()
