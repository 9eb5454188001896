"""Opens the SQLite file of an outbox, and writes to it in steps that are complete or absent."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from salus.base.errors import OutboxError
from salus.provider.outbox.entry import Place
from salus.provider.outbox.schema import FORMAT, convert, make_tables

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
        this only for steps that a rerun repeats. Inside `rehearsal`, nothing is written.
        """
        if self._db.in_transaction:
            yield
            return
        with self._faults():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            with self._faults():
                if self._db.in_transaction:  # A full disk ends the transaction.
                    self._db.execute("COMMIT")

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Takes all steps inside, so that each sees those before it, and undoes them at the end."""
        with self._faults():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            with self._faults():
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _one(self, query: str, values: Sequence[Any] | Mapping[str, Any]) -> sqlite3.Row:
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
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._open()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _open(self) -> None:
        """Creates the tables of a new file; checks whose an existing file is, and converts an older one."""
        place = (self.place.chain_id, self.place.genesis, self.place.desk, self.place.provider)
        known = self._db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'outbox'")
        row = self._db.execute("SELECT * FROM outbox").fetchone() if known.fetchone() else None
        if row is None:
            make_tables(self._db)
            self._db.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?)", (FORMAT, *place))
            return
        for field, value in zip(row.keys()[1:], place, strict=True):
            if row[field] != value:
                raise OutboxError(
                    f"belongs to {row[field]}, not to {value}",
                    file=str(self.path),
                    field=field,
                    remedy="name the outbox of this provider and chain, or a new file",
                )
        if row["format"] not in (FORMAT - 1, FORMAT):
            raise OutboxError(
                f"has format {row['format']}, and this version reads {FORMAT - 1} and {FORMAT}",
                file=str(self.path),
                field="format",
                remedy="use the version of salus that wrote it",
            )
        if row["format"] != FORMAT:
            convert(self._db)
        make_tables(self._db)

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
        with faults_of(self.path):
            yield


def copy_outbox(path: Path, copy: Path) -> None:
    """Copies a whole outbox, and changes nothing in it. Raises OutboxError if another run uses it."""
    with (
        faults_of(path),
        closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.execute("BEGIN")
        # Copying would wait for ever for another run; reading does not.
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(target)


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Raises OutboxError for every fault of a file."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        message, remedy = _explained(error)
        raise OutboxError(message, file=str(path), remedy=remedy) from None


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
