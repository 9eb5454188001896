"""Every event of a suite up to one block: the only source of what the books must be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Self, TypeVar

from salus.auditor.rows import AuditReport, Book, Comparison
from salus.base.errors import ChainError, InputError
from salus.chain import events, pool_events, registry_events
from salus.chain.events import Event, PoolCreated, past
from salus.chain.pool_events import PoolEvent, Transfer
from salus.chain.suite import Chain
from salus.chain.web3_lazily import web3

E = TypeVar("E", bound=Event)

SUITE_KINDS: Final[tuple[type[Event], ...]] = (
    events.RoleGranted,
    events.RoleLabel,
    events.OperationScheduled,
    events.OperationExecuted,
    events.ProviderAccredited,
    events.AdminChanged,
    events.KeyAdded,
    registry_events.AccreditationEnded,
    registry_events.ProviderSuspended,
    registry_events.KeyRevoked,
    registry_events.DailyCapSet,
    registry_events.DeskChanged,
    registry_events.SafeModeEntered,
    events.ConsentGiven,
    events.ConsentWithdrawn,
    PoolCreated,
    pool_events.AssetListed,
    events.PolicyIssued,
    events.PolicyClosed,
    events.ClaimDecided,
    events.ClaimSkipped,
    events.ClaimPaid,
    events.ClaimOwed,
    events.ClaimWithdrawn,
    events.RootWithdrawnBy,
    events.EmergencyAccess,
)
"""What the contracts of the address book announce."""
POOL_KINDS: Final[tuple[type[PoolEvent], ...]] = (
    pool_events.PremiumReceived,
    pool_events.CapitalUnlocked,
    pool_events.Deposit,
    pool_events.Withdraw,
    pool_events.NoticeGiven,
    pool_events.Recapitalised,
    pool_events.QuoteSignerSet,
    pool_events.SalesPauseSet,
    pool_events.OwnershipTransferred,
)


@dataclass(frozen=True)
class History:
    """The events of a suite, oldest first, and the block up to which they were read.

    `replace(history, events=…)` gives another history, for example of an auditor who has kept the events.
    """

    chain: Chain
    block: int
    block_hash: str
    time: int
    """Second of the block, since 1970."""
    events: tuple[Event, ...]

    @classmethod
    def read(cls, chain: Chain, block: int | None = None) -> Self:
        """Reads all events up to a block, the latest unless given.

        Raises InputError for a block that does not exist or is older than the suite, and ChainError if the
        chain was reorganised meanwhile.
        """
        number, block_hash, time = _block(chain, block)
        found: list[Event] = []
        for kind in SUITE_KINDS:
            found += chain_past(chain, kind, chain.addresses.address(kind.contract), number)
        created = [event for event in found if isinstance(event, PoolCreated)]
        pools = [event.pool for event in created]
        for kind in POOL_KINDS:
            found += chain_past(chain, kind, pools, number)
        found += _transfers(chain, created, number)
        history = cls(chain, number, block_hash, time, in_order(found))
        history.check_still_there()
        return history

    def of(self, kind: type[E]) -> Iterator[E]:
        """The events of a kind, oldest first."""
        return (event for event in self.events if isinstance(event, kind))

    @cached_property
    def pools(self) -> dict[str, PoolCreated]:
        """The pools of the suite by address."""
        return {event.pool: event for event in self.of(PoolCreated)}

    @cached_property
    def desks(self) -> frozenset[str]:
        """Every desk that was ever listed: a registry may serve several versions of the suite."""
        return frozenset(event.desk for event in self.of(registry_events.DeskChanged))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all events and their places, 64 hexadecimal digits.

        Two auditors who read the same block from two nodes need to compare only this: a node that leaves out
        an event gives another digest.
        """
        hashed = sha256(self.block_hash.encode())
        for event in self.events:
            hashed.update(repr(_content(event)).encode())
        return hashed.hexdigest()

    def not_in(self, other: History) -> list[Event]:
        """The events that another node's history of the same block lacks, or tells otherwise."""
        theirs = {event.place: event for event in other.events}
        return [event for event in self.events if theirs.get(event.place) != event]

    def compare(self, other: History) -> AuditReport:
        """The events of two nodes as of the same block: a row for each that only one of them has."""
        ours, theirs = len(self.events), len(other.events)
        rows = [
            _row("both nodes", "hash of the block", self.block_hash, other.block_hash),
            _row("both nodes", "number of events", ours, theirs),
        ]
        rows += [_row(_place(event), type(event).__name__, True, False) for event in self.not_in(other)]
        rows += [_row(_place(event), type(event).__name__, False, True) for event in other.not_in(self)]
        return AuditReport(tuple(rows))

    def check_still_there(self) -> None:
        """Raises ChainError if the block is no longer part of the chain."""
        if self.chain.w3.eth.get_block(self.block)["hash"].to_0x_hex() != self.block_hash:
            raise ChainError(
                f"block {self.block} was replaced by another one while it was read",
                remedy="run it again, or name an older block",
            )


def chain_past(chain: Chain, kind: type[E], address: str | list[str], to_block: int) -> Iterator[E]:
    """The events of a kind from the suite's first block to `to_block`."""
    return past(chain.w3, kind, address, from_block=chain.addresses.first_block, to_block=to_block)


def in_order(found: Iterable[Event]) -> tuple[Event, ...]:
    """The events by their places; each once, as a transfer between two pools is found for both."""
    placed = {event.place: event for event in found}
    return tuple(placed[place] for place in sorted(placed))


def _row(subject: str, what: str, first: Any, second: Any) -> Comparison:
    return Comparison(
        book=Book.EVENTS, subject=subject, what=f"{what}, by each node", expected=first, found=second
    )


def _place(event: Event) -> str:
    return f"transaction {event.transaction}, log {event.log_index}"


def _block(chain: Chain, block: int | None) -> tuple[int, str, int]:
    first = chain.addresses.first_block
    try:
        found = chain.w3.eth.get_block("latest" if block is None else block)
    except web3.exceptions.BlockNotFound:
        found = None
    if found is None or found["number"] < first:
        latest = chain.w3.eth.block_number
        raise InputError(
            f"{block} is not a block of the suite, which has blocks {first} to {latest}",
            field="block",
            remedy="name one of them",
        )
    return int(found["number"]), found["hash"].to_0x_hex(), int(found["timestamp"])


def _transfers(chain: Chain, created: Iterable[PoolCreated], to_block: int) -> Iterator[Transfer]:
    """Shares by whomever, and the assets that enter and leave a pool."""
    first = chain.addresses.first_block
    for pool in created:
        yield from past(chain.w3, Transfer, pool.pool, from_block=first, to_block=to_block)
        for side in ("from_", "to"):
            yield from past(
                chain.w3, Transfer, pool.asset, from_block=first, to_block=to_block, **{side: pool.pool}
            )


def _content(event: Event) -> tuple[Any, ...]:
    return type(event).__name__, *(getattr(event, field.name) for field in fields(event))
