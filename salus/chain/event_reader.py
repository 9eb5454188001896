"""Reads the logs of a suite: what was read before from the store, and only what is new from the node.

The latest blocks may still leave the chain, or be missing on the machine that answers, so they are read anew
each time and kept in memory alone. Kept for good is what is settled (`salus.chain.settled`), and only if
after the logs the node still has the settled block under the hash that it had before them: otherwise another
machine, or another fork, may have answered in between. Should the chain have left even a block that was kept,
which its checkpoints show, the reader goes back to the last one that is still on the chain, and reads again
from there. Where the store cannot be used, all is read from the node, and a warning says so once.

Nothing vouches for what was kept: a node may have left out a log, and whoever can write the file may add one.
So no money moves, and nothing is signed, on its word alone:

- From it a keeper learns what could be settled, collected and closed, and an account what it has announced.
  Each call is tried at the node before it is sent, and the contract checks it again. What is missing here is
  not done, until the file is deleted.
- It names the accounts that were ever granted a role; the manager says of each whether it holds it now. One
  that is missing is not shown, and neither gets nor loses anything by that.
- Statements, lists, consents and rechecks of records show what is in it, and move nothing.
- Audit, `salus.chain.verify`, `salus doctor`, quotes, which an insurer signs, and a hospital's outbox, which
  holds back what the chain knows already, read from the node (`Chain.without_store`).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from salus.chain import logs
from salus.chain.event_store import Checkpoint, EventStore, Extent, StoreDamaged, StoreUnusable, Stream
from salus.chain.logs import Log, Span
from salus.chain.node import check_code
from salus.chain.settled import DEPTH, SECONDS, Block, Settling

if TYPE_CHECKING:
    from web3 import Web3

_SAVE_EVERY_SECONDS: Final = 2.0
_BEFORE_ALL: Final = (-1, -1)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Fresh:
    """What this process has of a stream beside the store."""

    head: Block
    first: int
    """The first block that was asked for."""
    upto: int
    """The last block whose logs are in the store; -1 if none is."""
    logs: list[Log] = field(default_factory=list)
    """Those after it."""


class EventReader:
    """The logs of one chain."""

    def __init__(
        self,
        w3: Web3,
        genesis: str,
        store: EventStore | None,
        *,
        depth: int = DEPTH,
        seconds: int = SECONDS,
    ) -> None:
        self._w3 = w3
        self._genesis = genesis
        self._store = store
        self._blocks = Settling(w3, depth=depth, seconds=seconds)
        self._may_write = True
        self._span = Span()
        self._fresh: dict[Stream, Fresh] = {}

    def stream(self, address: str, *topics: Collection[str] | None) -> Stream:
        """The logs of a contract with these topics, if kept apart."""
        those = tuple(None if values is None else tuple(sorted(values)) for values in topics)
        return Stream(self._genesis, address.lower(), those)

    def has_read_further(self, one: Stream, other: Stream) -> bool:
        """Whether the first stream was read as far as the second, or further: then it costs less to ask."""
        return self._read_until(one) >= max(self._read_until(other), 0)

    def read(self, stream: Stream, wanted: Mapping[int, Collection[str]], *, since: int) -> Iterator[Log]:
        """The logs of a stream from block `since` on, in order, whose topics have the values wanted, by
        place."""
        after = _BEFORE_ALL
        fresh = self._current(stream, since)
        while self._store is not None and fresh.upto >= 0:
            try:
                page = self._store.page(stream, wanted, since=since, after=after)
            except (StoreDamaged, StoreUnusable) as error:
                self._give_up(error)
                fresh = self._current(stream, since)
                continue
            if not page:
                break
            yield from page
            after = page[-1].block, page[-1].place
        for log in fresh.logs:
            if log.block >= since and (log.block, log.place) > after and _matches(log, wanted):
                yield log

    def _read_until(self, stream: Stream) -> int:
        if fresh := self._fresh.get(stream):
            return fresh.head.number
        extent = self._extent(stream)
        return extent.checkpoints[0].block if extent else -1

    def _current(self, stream: Stream, since: int) -> Fresh:
        """The stream, read up to the latest block."""
        head = self._blocks.head()
        fresh = self._fresh.get(stream)
        if fresh is None or fresh.head != head or since < fresh.first:
            try:
                fresh = self._update(stream, since, head)
            except (StoreDamaged, StoreUnusable) as error:
                self._give_up(error)
                return self._current(stream, since)
            self._fresh[stream] = fresh
        return fresh

    def _update(self, stream: Stream, since: int, head: Block) -> Fresh:
        extent, last = self._on_this_chain(stream)
        if extent and last and since < extent.first:
            if self._extend_back(stream, extent, last, since):
                extent = extent._replace(first=since)
            else:
                extent, last = self._on_this_chain(stream)
        if extent and since < extent.first:
            # may not write, or another process is busy: this once, all is read
            extent = last = None
        if extent is None:
            # a contract that is not there announces nothing, which must not look like no news
            check_code(self._w3, stream.address)
        first = since if last is None else last.number + 1
        unsaved, upto = self._read_on(stream, last, first, head)
        return Fresh(head, extent.first if extent else since, upto, unsaved)

    def _read_on(self, stream: Stream, last: Block | None, first: int, head: Block) -> tuple[list[Log], int]:
        """Reads from a block to the latest, and saves what is settled. Gives what is not saved, and the last
        block that is."""
        unsaved: list[Log] = []
        kept = None if last is None else _checkpoint(last)
        begun, saved_at = first, time.monotonic()
        settled = self._settled(head, last, first)
        for end, found in logs.read(self._w3, stream.address, stream.topics, first, head.number, self._span):
            unsaved += found
            if settled is None:
                continue
            upto = min(end, settled.number)
            is_done = end == head.number
            worth = upto - (begun - 1) >= self._blocks.depth
            if worth and (is_done or time.monotonic() - saved_at > _SAVE_EVERY_SECONDS):
                deep = [log for log in unsaved if log.block <= upto]
                checkpoint = self._save(stream, kept, begun, deep, upto, settled)
                if checkpoint is not None:
                    unsaved = [log for log in unsaved if log.block > upto]
                    kept, begun = checkpoint, upto + 1
                saved_at = time.monotonic()
        return unsaved, (-1 if kept is None else kept.block)

    def _settled(self, head: Block, last: Block | None, first: int) -> Block | None:
        """The last settled block, with the hash from before the logs; None where nothing would be saved."""
        may_save = self._store is not None and self._may_write
        if not may_save or head.number - first + 1 < 2 * self._blocks.depth:
            return None
        return self._blocks.settled(head, last)

    def _save(
        self,
        stream: Stream,
        last: Checkpoint | None,
        first: int,
        found: list[Log],
        upto: int,
        settled: Block,
    ) -> Checkpoint | None:
        """Keeps logs for good. None if they stay in memory: another process has kept them, nothing can be
        written, or not the machine or the fork of before has answered."""
        if self._store is None or not self._may_write:
            return None
        block = settled if upto == settled.number else self._blocks.at(upto)
        # asked last: whoever still has the settled block had all before it
        if block is None or not self._blocks.is_there(settled):
            return None
        checkpoint = _checkpoint(block)
        try:
            return checkpoint if self._store.append(stream, last, first, found, checkpoint) else None
        except StoreUnusable as error:
            self._stop_writing(error)
            return None

    def _extend_back(self, stream: Stream, extent: Extent, last: Block, since: int) -> bool:
        """Reads what is before the stream's first block, and keeps it."""
        if self._store is None or not self._may_write:
            return False
        parts = logs.read(self._w3, stream.address, stream.topics, since, extent.first - 1, self._span)
        found = [log for _, part in parts for log in part]
        if not self._blocks.is_there(last):
            return False
        try:
            return self._store.prepend(stream, extent.first, since, found)
        except StoreUnusable as error:
            self._stop_writing(error)
            return False

    def _on_this_chain(self, stream: Stream) -> tuple[Extent, Block] | tuple[None, None]:
        """What the store has of a stream, cut back to before the fork if the chain has left it; and the block
        up to which that was read."""
        extent = self._extent(stream)
        if extent is None or self._store is None:
            return None, None
        for place, checkpoint in enumerate(extent.checkpoints):
            block = self._blocks.at(checkpoint.block)
            if block is not None and block.hash == checkpoint.hash:
                if place:
                    self._forget(stream, checkpoint)
                    extent = extent._replace(checkpoints=extent.checkpoints[place:])
                return extent, block
        self._forget(stream, None)
        return None, None

    def _forget(self, stream: Stream, upto: Checkpoint | None) -> None:
        if self._store is not None:
            self._store.cut(stream, upto)

    def _extent(self, stream: Stream) -> Extent | None:
        if self._store is None:
            return None
        try:
            return self._store.extent(stream)
        except (StoreDamaged, StoreUnusable) as error:
            self._give_up(error)
            return self._extent(stream)

    # TROUBLE WITH THE STORE

    def _give_up(self, error: Exception) -> None:
        """Makes a damaged file anew, once; otherwise goes on without."""
        self._fresh.clear()
        store, self._store = self._store, None
        if store is None:
            return
        if isinstance(error, StoreDamaged) and not store.was_rebuilt:
            try:
                store.rebuild()
            except StoreUnusable as refused:
                error = refused
            else:
                self._store = store
                _log.warning("%s was damaged and is made anew; events are read again", store.path)
                return
        _log.warning("%s cannot be used (%s): events are read from the node", store.path, error)

    def _stop_writing(self, error: Exception) -> None:
        self._may_write = False
        path = self._store.path if self._store else "the event store"
        _log.warning("%s cannot be written (%s): new events are read from the node each time", path, error)


def store_of(chain_id: int, deployments: Path) -> EventStore:
    """The store of a chain, below the folder of the deployments unless SALUS_CACHE names another."""
    folder = Path(os.environ.get("SALUS_CACHE") or deployments / "events")
    return EventStore(folder / f"{chain_id}.sqlite")


def _checkpoint(block: Block) -> Checkpoint:
    return Checkpoint(block.number, block.hash)


def _matches(log: Log, wanted: Mapping[int, Collection[str]]) -> bool:
    return all(len(log.topics) > place and log.topics[place] in values for place, values in wanted.items())
