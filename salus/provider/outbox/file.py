"""Opens the SQLite file of an outbox, and writes to it in steps that are complete or absent."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from salus.base.errors import OutboxError
from salus.provider.outbox.entry import Place

_FORMAT = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    format INTEGER, chain_id INTEGER, genesis TEXT, desk TEXT, provider INTEGER);
CREATE TABLE IF NOT EXISTS cover (policy BLOB, member BLOB, content BLOB, PRIMARY KEY (policy, member));
CREATE TABLE IF NOT EXISTS benefit (
    policy BLOB, member BLOB, id BLOB, content TEXT, proof BLOB, PRIMARY KEY (policy, member, id));
CREATE TABLE IF NOT EXISTS attestation (
    id INTEGER PRIMARY KEY, root BLOB, issued_at INTEGER, expires_at INTEGER, attestor TEXT, signature BLOB,
    block INTEGER, withdrawn INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, claim TEXT, number INTEGER, diagnosis TEXT, policy BLOB, bill_line BLOB,
    attestation INTEGER REFERENCES attestation, proof BLOB, filing TEXT,
    status INTEGER, reason INTEGER, decision TEXT, withdrawn INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS record (line INTEGER PRIMARY KEY REFERENCES line, sealed BLOB);
CREATE TABLE IF NOT EXISTS alias (claim TEXT, name TEXT, PRIMARY KEY (name, claim)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim ON line (claim);
CREATE INDEX IF NOT EXISTS bill ON line (policy, bill_line);
CREATE UNIQUE INDEX IF NOT EXISTS standing ON line (policy, bill_line) WHERE NOT withdrawn;
CREATE INDEX IF NOT EXISTS taken_back ON line (bill_line) WHERE withdrawn;
"""

_STEP = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
_STEP_AMONG = ("SAVEPOINT step", "RELEASE step", "ROLLBACK TO step")


class OutboxFile:
    """The file of an outbox for one provider and claim desk. Every fault raises OutboxError."""

    def __init__(self, path: str | Path, place: Place, *, make: bool) -> None:
        self.path = Path(path)
        self.place = place
        if not make and not self.path.exists():
            raise OutboxError(
                "does not exist", file=str(self.path.absolute()), remedy="name the outbox that `attest` wrote"
            )
        with self._faults():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(self.path, isolation_level=None, timeout=1)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Saves all steps inside with one write to the disk, which takes longer than many steps.

        Each step is still complete or absent. A killed process loses the steps since the last write, so use
        this only for steps that a rerun repeats.
        """
        with self._faults():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            with self._faults():
                if self._db.in_transaction:  # A full disk ends the transaction.
                    self._db.execute("COMMIT")

    def _one(self, query: str, values: Sequence[Any]) -> sqlite3.Row:
        with self._faults():
            row = self._db.execute(query, values).fetchone()
        if row is None:
            raise OutboxError(
                "is damaged: a part of a line is missing", file=str(self.path), remedy="restore the file"
            )
        return row  # type: ignore[no-any-return]

    def _prepare(self) -> None:
        with self._faults():
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            row = self._db.execute("SELECT * FROM outbox").fetchone()
            expected = (
                _FORMAT,
                self.place.chain_id,
                self.place.genesis,
                self.place.desk,
                self.place.provider,
            )
            if row is None:
                self._db.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?)", expected)
                return
        if tuple(row) != expected:
            field = next(name for name, value in zip(row.keys(), expected, strict=True) if row[name] != value)
            raise OutboxError(
                f"belongs to {row[field]}, not to {expected[list(row.keys()).index(field)]}",
                file=str(self.path),
                field=field,
                remedy="name the outbox of this provider and chain, or a new file",
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Runs one step, complete or absent. It is on disk at its end unless it is inside `together`."""
        among = self._db.in_transaction
        begin, end, undo = _STEP_AMONG if among else _STEP
        with self._faults():
            self._db.execute(begin)
            try:
                yield self._db
                self._db.execute(end)
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute(undo)
                    if among:
                        self._db.execute(end)
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            message, remedy = _explained(error)
            raise OutboxError(message, file=str(self.path), remedy=remedy) from None


def _explained(error: sqlite3.Error | OSError) -> tuple[str, str]:
    """Returns the problem with the file and the remedy."""
    if isinstance(error, OSError):
        return f"cannot be written: {error.strerror}", "free disk space or name another path, then run again"
    text = str(error)
    if "locked" in text:
        return "is in use by another run", "wait for the other run to end, then run again"
    if "full" in text or "I/O" in text:
        return (
            "cannot be written: the disk is full or broken",
            "free disk space, then run again; nothing is lost",
        )
    if "not a database" in text or "malformed" in text:
        return "is not an outbox", "name another file, or restore this one"
    return f"cannot be used: {text}", "restore the file, or name another"
