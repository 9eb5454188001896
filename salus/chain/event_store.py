"""The logs that were read before, in a file: `deployments/events/<chain id>.sqlite`.

It holds what the chain shows to everybody, can be deleted at any time, and is made anew when it is damaged.
Several processes may use it at once. A `Stream` is what one question to the chain brings: its logs from a
first block on, and checkpoints (number and hash of a block up to which it was read), by which the reader
notices that the chain has left them.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any, Final, NamedTuple

from salus.chain.logs import Log

PAGE: Final = 2_000
"""Logs that are read at once."""
_VERSION: Final = 1
_BUSY_SECONDS: Final = 20
_SCHEMA: Final = """
CREATE TABLE streams (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, first INTEGER NOT NULL);
CREATE TABLE checkpoints (
    stream INTEGER NOT NULL, block INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (stream, block)
) WITHOUT ROWID;
CREATE TABLE logs (
    stream INTEGER NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL, transaction_hash TEXT NOT NULL,
    topic0 TEXT, topic1 TEXT, topic2 TEXT, topic3 TEXT, data BLOB NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (stream, block, place)
);
CREATE INDEX logs_by_topic ON logs (stream, topic1, block, place);
"""
_COLUMNS: Final = "block, place, transaction_hash, topic0, topic1, topic2, topic3, data, checksum"
_DAMAGE: Final = ("not a database", "malformed", "no such table", "no such column", "corrupt", "encrypted")


class StoreDamaged(Exception):
    """The file is not what it was; it must be made anew."""


class StoreUnusable(Exception):
    """The file cannot be read or written; the text says why."""


class Checkpoint(NamedTuple):
    """A block up to which a stream was read."""

    block: int
    hash: str


@dataclass(frozen=True, slots=True)
class Stream:
    """The logs of one contract that a question to the node brings."""

    genesis: str
    """Hash of the chain's block 0: what tells chains of one id apart."""
    address: str
    """In lower case."""
    topics: tuple[tuple[str, ...] | None, ...]

    @property
    def key(self) -> str:
        return json.dumps([self.genesis, self.address, self.topics], separators=(",", ":"))


class Extent(NamedTuple):
    """What a store has of a stream."""

    first: int
    """No block before it was read."""
    checkpoints: tuple[Checkpoint, ...]
    """Latest first; at least one."""


class EventStore:
    """The file. Every method raises StoreDamaged or StoreUnusable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.was_rebuilt = False
        self._lock = RLock()

    def extent(self, stream: Stream) -> Extent | None:
        """What is there of a stream; None if nothing is."""
        with self._lock:
            found = self._run("SELECT id, first FROM streams WHERE key = ?", stream.key)
            if not found:
                return None
            ((number, first),) = found
            rows = self._run(
                "SELECT block, hash FROM checkpoints WHERE stream = ? ORDER BY block DESC", number
            )
            return Extent(first, tuple(Checkpoint(*row) for row in rows)) if rows else None

    def append(
        self, stream: Stream, after: Checkpoint | None, first: int, logs: Iterable[Log], upto: Checkpoint
    ) -> bool:
        """Adds the logs between two checkpoints; the first ones of a stream begin with block `first`. Adds
        nothing and returns False if the stream no longer ends at `after`: another process was faster."""
        with self._lock:
            return self._together(lambda: self._append(stream, after, first, logs, upto))

    def prepend(self, stream: Stream, before: int, first: int, logs: Iterable[Log]) -> bool:
        """Adds the logs from block `first` to the one before `before`, where the stream began so far. Returns
        False if it begins elsewhere."""
        with self._lock:
            return self._together(lambda: self._prepend(stream, before, first, logs))

    def cut(self, stream: Stream, upto: Checkpoint | None) -> None:
        """Forgets what is after a checkpoint, or the whole stream."""
        with self._lock:
            self._together(lambda: self._cut(stream, upto))

    def page(
        self,
        stream: Stream,
        wanted: Mapping[int, Collection[str]],
        *,
        since: int,
        after: tuple[int, int],
    ) -> list[Log]:
        """The next logs of a stream in order, from block `since` on and after a place (block and index): at
        most `PAGE`. `wanted` has the values that count, by the place of the topic."""
        query = (
            f"SELECT {_COLUMNS} FROM logs WHERE stream = (SELECT id FROM streams WHERE key = ?) "
            "AND block >= ? AND (block, place) > (?, ?)"
        )
        values: list[Any] = [stream.key, since, *after]
        for place, those in wanted.items():
            query += f" AND topic{int(place)} IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(those)))
        with self._lock:
            rows = self._run(f"{query} ORDER BY block, place LIMIT {PAGE}", *values)
        return [_log(stream.address, row) for row in rows]

    def rebuild(self) -> None:
        """Makes the file anew, empty. Processes that still have the old one open go on with it."""
        with self._lock:
            self.close()
            for suffix in ("", "-journal", "-wal", "-shm"):
                try:
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)
                except OSError as error:
                    raise StoreUnusable(str(error.strerror)) from None
            self.was_rebuilt = True

    def close(self) -> None:
        with self._lock, suppress(sqlite3.Error):
            if connection := self.__dict__.pop("_connection", None):
                connection.close()

    # INSIDE

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # whom it follows is nobody else's business
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            if not self.path.exists() or not os.access(self.path, os.R_OK):
                raise StoreUnusable(str(error.strerror)) from None
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                self._make(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if tables:
                    raise StoreDamaged
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _run(self, query: str, *values: Any) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _trouble(error) from None

    def _together(self, work: Callable[[], bool]) -> bool:
        """All of the work, or nothing of it."""
        self._run("BEGIN IMMEDIATE")
        try:
            done = work()
            self._run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        return done

    def _append(
        self, stream: Stream, after: Checkpoint | None, first: int, logs: Iterable[Log], upto: Checkpoint
    ) -> bool:
        extent = self.extent(stream)
        if (extent.checkpoints[0] if extent else None) != after:
            return False
        if extent is None:
            self._cut(stream, None)
            self._run("INSERT INTO streams (key, first) VALUES (?, ?)", stream.key, first)
        number = self._number(stream)
        self._add(number, logs)
        self._run("INSERT INTO checkpoints VALUES (?, ?, ?)", number, *upto)
        checkpoints = (upto, *(extent.checkpoints if extent else ()))
        for checkpoint in _superfluous(checkpoints):
            self._run("DELETE FROM checkpoints WHERE stream = ? AND block = ?", number, checkpoint.block)
        return True

    def _prepend(self, stream: Stream, before: int, first: int, logs: Iterable[Log]) -> bool:
        extent = self.extent(stream)
        if extent is None or extent.first != before:
            return False
        number = self._number(stream)
        self._add(number, logs)
        self._run("UPDATE streams SET first = ? WHERE id = ?", first, number)
        return True

    def _cut(self, stream: Stream, upto: Checkpoint | None) -> bool:
        found = self._run("SELECT id FROM streams WHERE key = ?", stream.key)
        for (number,) in found:
            last = -1 if upto is None else upto.block
            self._run("DELETE FROM logs WHERE stream = ? AND block > ?", number, last)
            self._run("DELETE FROM checkpoints WHERE stream = ? AND block > ?", number, last)
            if upto is None:
                self._run("DELETE FROM streams WHERE id = ?", number)
        return True

    def _number(self, stream: Stream) -> int:
        ((number,),) = self._run("SELECT id FROM streams WHERE key = ?", stream.key)
        return int(number)

    def _add(self, number: int, logs: Iterable[Log]) -> None:
        rows = ((number, *_row(log)) for log in logs)
        try:
            self._connection.executemany(f"INSERT INTO logs VALUES ({', '.join('?' * 10)})", rows)
        except sqlite3.Error as error:
            raise _trouble(error) from None


def _superfluous(checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Those without which the gaps stay no wider than their distance from the latest: after a fork about
    twice its depth is read again, and a few dozen checkpoints last for ever."""
    kept, dropped = list(checkpoints), []
    place = 1
    while place < len(kept) - 1:
        newer, this, older = kept[place - 1 : place + 2]
        if newer.block - older.block <= kept[0].block - this.block:
            dropped.append(kept.pop(place))
        else:
            place += 1
    return dropped


def _row(log: Log) -> tuple[Any, ...]:
    topics = (*log.topics, None, None, None, None)[:4]
    content = (log.block, log.place, log.transaction, *topics)
    return (*content, log.data, _checksum(content, log.data))


def _log(address: str, row: Sequence[Any]) -> Log:
    *content, data, checksum = row
    if not isinstance(data, bytes) or checksum != _checksum(content, data):
        raise StoreDamaged
    block, index, transaction, *topics = content
    return Log(address, block, index, transaction, tuple(topic for topic in topics if topic), data)


def _checksum(content: Iterable[Any], data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(repr(tuple(content)).encode()))


def _trouble(error: sqlite3.Error) -> Exception:
    words = str(error)
    is_damage = isinstance(error, sqlite3.DatabaseError) and any(word in words.lower() for word in _DAMAGE)
    if is_damage or isinstance(error, sqlite3.IntegrityError):
        return StoreDamaged(words)
    return StoreUnusable(words)
