"""Stores the lines and signatures of an outbox in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from salus.base.errors import OutboxError
from salus.claim.batch import Batch
from salus.cover.membership import Membership
from salus.cover.policy import CoverFile
from salus.crypto.merkle import Proof
from salus.provider.outbox.entry import (
    COLUMNS,
    OPEN,
    STATE,
    Added,
    OutboxLine,
    Place,
    SignedAttestation,
    State,
    decision_json,
    entry_of,
    nodes_of,
)
from salus.provider.outbox.file import OutboxFile
from salus.types import Attestation, Benefit, ClaimStatus, Decision, Diagnosis, Line, SkipReason

_COVERS_AT_HAND, _BENEFITS_AT_HAND = 1_000, 10_000


class Outbox(OutboxFile):
    """An outbox in a file. Close it, or use it in `with`. Every fault raises OutboxError.

    >>> from tempfile import TemporaryDirectory
    >>> from salus import fhir, samples
    >>> from salus.claim.diagnosis import diagnose
    >>> from salus.claim.provider_key import ProviderKey
    >>> sale, mother = samples.sell(20_454), samples.generate(seed=7, start=20_454)[0]
    >>> line = next(fhir.read(mother.to_json(), sale.table, profile=samples.profile(), today=20_454 + 365))
    >>> visit = diagnose(line, sale.membership(), ProviderKey.generate(), record=bytes(32))
    >>> place = Place(chain_id=31337, genesis="0x" + "00" * 32, desk="0x" + "de" * 20, provider=1)
    >>> with TemporaryDirectory() as folder, Outbox(f"{folder}/outbox.sqlite", place) as outbox:
    ...     outbox.offer(visit)
    ...     outbox.draft(line.claim, line.line, visit, sale.membership(), b"sealed")
    ...     outbox.offer(visit)
    ...     outbox.offer(replace(visit, billed=visit.billed + 1))
    ...     outbox.counts()
    <Added.NEW: 'new'>
    <Added.KNOWN: 'known'>
    <Added.CHANGED: 'changed'>
    {<State.DRAFTED: 'drafted'>: 1}
    """

    def __init__(self, path: str | Path, place: Place, *, make: bool = True) -> None:
        """Opens the file, and creates it if it does not exist and `make` is true."""
        # Cached because many lines of a hospital belong to the same member.
        self._cover = lru_cache(_COVERS_AT_HAND)(self._read_cover)
        self._benefit = lru_cache(_BENEFITS_AT_HAND)(self._read_benefit)
        super().__init__(path, place, make=make)

    # DRAFT

    def offer(self, diagnosis: Diagnosis) -> Added:
        """Returns whether a bill line must be attested.

        Two lines are equal if they differ only in the revision and in the record, which is sealed again each
        time.
        """
        row = self._latest(diagnosis.policy, diagnosis.bill_line)
        if row is None:
            return Added.NEW
        known = entry_of(row)
        same = replace(diagnosis, record=known.diagnosis.record, revision=known.diagnosis.revision)
        if known.state is State.WITHDRAWN:
            # Without a decision, the signature was withdrawn, not the line.
            unchanged = known.decision is not None and same == known.diagnosis
            return Added.WITHDRAWN if unchanged else Added.REVISED
        return Added.KNOWN if same == known.diagnosis else Added.CHANGED

    def draft(
        self,
        claim: str,
        number: int,
        diagnosis: Diagnosis,
        membership: Membership,
        sealed: bytes,
        *,
        aliases: Iterable[str] = (),
    ) -> None:
        """Saves a line to be attested, with its sealed record and its proofs. `aliases` are the bill's other
        numbers and its id, by which `live` finds it too."""
        line = membership.line(diagnosis, ())
        key = (diagnosis.policy, diagnosis.member)
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO cover VALUES (?, ?, ?)", (*key, membership.cover.to_json()))
            db.execute(
                "INSERT OR IGNORE INTO benefit VALUES (?, ?, ?, ?, ?)",
                (*key, line.benefit.id, json.dumps(line.benefit.to_json()), b"".join(line.benefit_proof)),
            )
            db.execute(
                "INSERT INTO line (claim, number, diagnosis, policy, bill_line) VALUES (?, ?, ?, ?, ?)",
                (claim, number, json.dumps(diagnosis.to_json()), diagnosis.policy, diagnosis.bill_line),
            )
            db.execute("INSERT INTO record VALUES (last_insert_rowid(), ?)", (sealed,))
            db.executemany("INSERT OR IGNORE INTO alias VALUES (?, ?)", [(claim, name) for name in aliases])

    def forget(self, entry: OutboxLine) -> None:
        """Drops a draft: nobody has signed it, and nobody shall."""
        with self._transaction() as db:
            db.execute("DELETE FROM record WHERE line = ?", (entry.id,))
            db.execute("DELETE FROM line WHERE id = ? AND attestation IS NULL", (entry.id,))

    def to_attest(self, now: int) -> list[OutboxLine]:
        """Returns the lines to attest: drafts, and undecided lines that must be signed again.

        A line must be signed again if its signature expired at or before second `now`, or if its revision is
        not the one that is due.
        """
        expired = {signed.id for signed in self._signed() if signed.attestation.expires_at <= now}
        return [
            entry
            for entry in self.entries(State.DRAFTED, *OPEN)
            if entry.state is State.DRAFTED
            or entry.reason is SkipReason.SUPERSEDED
            or entry.attestation in expired
        ]

    def has_past(self, entry: OutboxLine) -> bool:
        """Returns whether a line of the same bill was ever withdrawn or superseded.

        If so, only the chain knows which revision is due.
        """
        if entry.reason is SkipReason.SUPERSEDED:
            return True
        query = "SELECT EXISTS (SELECT 1 FROM line WHERE withdrawn AND bill_line = ?)"
        return bool(self._one(query, (entry.diagnosis.bill_line,))[0])

    # ATTEST

    def attested(self, batch: Batch, entries: Sequence[OutboxLine], attestor: str, block: int) -> None:
        """Saves a signature of the entries' current diagnoses, with the proof of each, in one step.

        `block` is the first block that can contain an event of these lines.
        """
        attestation = batch.attestation
        with self._transaction() as db:
            cursor = db.execute(
                "INSERT INTO attestation (root, issued_at, expires_at, attestor, signature, block) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    attestation.root,
                    attestation.issued_at,
                    attestation.expires_at,
                    attestor,
                    batch.signature,
                    block,
                ),
            )
            db.executemany(
                "UPDATE line SET diagnosis = ?, attestation = ?, proof = ?, filing = NULL, status = NULL, "
                "reason = NULL WHERE id = ?",
                [
                    (
                        json.dumps(entry.diagnosis.to_json()),
                        cursor.lastrowid,
                        b"".join(batch.proof(at)),
                        entry.id,
                    )
                    for at, entry in enumerate(entries)
                ],
            )

    # FILE

    def to_file(self) -> Iterator[tuple[SignedAttestation, list[OutboxLine]]]:
        """Yields the lines that are signed but not decided, by signature."""
        by_signature: dict[int | None, list[OutboxLine]] = defaultdict(list)
        for entry in self.entries(*OPEN):
            by_signature[entry.attestation].append(entry)
        yield from (
            (signed, by_signature[signed.id]) for signed in self._signed() if signed.id in by_signature
        )

    def line(self, entry: OutboxLine) -> Line:
        """Returns an attested entry in the form in which it is filed at the claim desk."""
        diagnosis, cover = entry.diagnosis, self.cover(entry)
        benefit, benefit_proof = self._benefit(diagnosis.policy, diagnosis.member, diagnosis.benefit)
        (proof,) = self._one("SELECT proof FROM line WHERE id = ?", (entry.id,))
        return Line(
            policy=cover.terms,
            member=cover.member,
            member_proof=cover.proof,
            benefit=benefit,
            benefit_proof=benefit_proof,
            diagnosis=diagnosis,
            diagnosis_proof=nodes_of(proof),
        )

    def sent(self, entries: Sequence[OutboxLine], transaction: str | None) -> None:
        """Saves the transaction that files the entries, before it is sent; None if it was never sent."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE line SET filing = ?, status = NULL WHERE id = ?",
                [(transaction, entry.id) for entry in entries],
            )

    def decided(self, entry: OutboxLine, decision: Decision, transaction: str) -> None:
        """Saves the decision on an entry."""
        with self._transaction() as db:
            db.execute(
                "UPDATE line SET status = ?, reason = NULL, decision = ?, filing = ? WHERE id = ?",
                (int(decision.status), decision_json(decision), transaction, entry.id),
            )

    def moved(self, entry: OutboxLine, status: ClaimStatus) -> None:
        """Saves that a held claim became paid or owed, or that an owed one was paid.

        The decision is not changed, because later transactions must show it to the chain as it was made.
        """
        with self._transaction() as db:
            db.execute("UPDATE line SET status = ? WHERE id = ?", (int(status), entry.id))

    def skipped(self, entry: OutboxLine, reason: SkipReason, transaction: str | None) -> None:
        """Saves why an entry was or would be skipped; `transaction` is None if it was not sent."""
        with self._transaction() as db:
            db.execute(
                "UPDATE line SET status = ?, reason = ?, filing = ? WHERE id = ?",
                (int(ClaimStatus.SKIPPED), int(reason), transaction, entry.id),
            )

    # WITHDRAW

    def withdrawn(self, entry: OutboxLine) -> None:
        """Saves that a line was withdrawn."""
        with self._transaction() as db:
            db.execute("UPDATE line SET withdrawn = 1 WHERE id = ?", (entry.id,))

    def root_withdrawn(self, root: bytes) -> None:
        """Saves that a signature was withdrawn, with all its lines that have no decision."""
        with self._transaction() as db:
            db.execute("UPDATE attestation SET withdrawn = 1 WHERE root = ?", (root,))
            db.execute(
                "UPDATE line SET withdrawn = 1 WHERE (status IS NULL OR status = ?) "
                "AND attestation IN (SELECT id FROM attestation WHERE root = ?)",
                (int(ClaimStatus.SKIPPED), root),
            )

    # READ

    def entries(self, *states: State) -> list[OutboxLine]:
        """Returns the lines in these states, or all lines if none is given, oldest first."""
        condition = f"{STATE} IN ({', '.join('?' * len(states))})" if states else "TRUE"
        return self._entries(condition, states)

    def counts(self) -> dict[State, int]:
        """Returns the number of lines in each state."""
        with self._faults():
            rows = self._db.execute(f"SELECT {STATE} AS state, count(*) FROM line GROUP BY 1").fetchall()
        return {State(state): count for state, count in rows}

    def first_block(self, entries: Sequence[OutboxLine]) -> int:
        """Returns the first block that can contain an event of these entries."""
        blocks = {signed.id: signed.block for signed in self._signed(withdrawn=True)}
        return min((blocks[entry.attestation] for entry in entries if entry.attestation), default=0)

    def find(self, claim: str, number: int = 1, policy: bytes | None = None) -> OutboxLine:
        """Returns the latest line of a claim number, under `policy` if the bill went to several policies.

        Raises OutboxError if there is none, or if the policy must be named.
        """
        by_policy = {
            entry.diagnosis.policy: entry
            for entry in self._entries("claim = ? AND number = ?", (claim, number))
            if policy in (None, entry.diagnosis.policy)
        }
        resource = f"Claim/{claim}"
        if not by_policy:
            raise OutboxError(
                "is not in the outbox",
                file=str(self.path),
                resource=resource,
                remedy="use a claim number that `status` lists",
            )
        if len(by_policy) > 1:
            names = " or ".join(f"0x{policy_id.hex()}" for policy_id in by_policy)
            raise OutboxError(
                "went to more than one policy", resource=resource, remedy=f"name one: policy={names}"
            )
        return next(iter(by_policy.values()))

    def live(self, *names: str) -> list[OutboxLine]:
        """The lines of bills that are known by one of these numbers or ids, and are not withdrawn."""
        marks = ", ".join("?" * len(names))
        claims = f"claim IN ({marks}) OR claim IN (SELECT claim FROM alias WHERE name IN ({marks}))"
        return self._entries(f"({claims}) AND NOT withdrawn", (*names, *names)) if names else []

    def sealed(self, entry: OutboxLine) -> bytes:
        """Returns the sealed record of a line."""
        (sealed,) = self._one("SELECT sealed FROM record WHERE line = ?", (entry.id,))
        return bytes(sealed)

    def cover(self, entry: OutboxLine) -> CoverFile:
        """Returns the cover file of a line."""
        return self._cover(entry.diagnosis.policy, entry.diagnosis.member)

    def _read_cover(self, policy: bytes, member: bytes) -> CoverFile:
        (content,) = self._one("SELECT content FROM cover WHERE policy = ? AND member = ?", (policy, member))
        return CoverFile.from_json(content)

    def _read_benefit(self, policy: bytes, member: bytes, benefit: bytes) -> tuple[Benefit, Proof]:
        query = "SELECT content, proof FROM benefit WHERE policy = ? AND member = ? AND id = ?"
        content, proof = self._one(query, (policy, member, benefit))
        return Benefit.from_json(json.loads(content)), nodes_of(proof)

    def _entries(self, condition: str, values: Sequence[Any]) -> list[OutboxLine]:
        query = f"SELECT {COLUMNS} FROM line WHERE {condition} ORDER BY id"
        with self._faults():
            return [entry_of(row) for row in self._db.execute(query, values)]

    def _signed(self, *, withdrawn: bool = False) -> list[SignedAttestation]:
        """Returns all signatures, with `withdrawn` also the withdrawn ones."""
        query = "SELECT * FROM attestation WHERE withdrawn <= ? ORDER BY id"
        with self._faults():
            rows = self._db.execute(query, (withdrawn,)).fetchall()
        return [
            SignedAttestation(
                id=row["id"],
                attestation=Attestation(
                    provider=self.place.provider,
                    root=row["root"],
                    issued_at=row["issued_at"],
                    expires_at=row["expires_at"],
                ),
                attestor=row["attestor"],
                signature=row["signature"],
                block=row["block"],
            )
            for row in rows
        ]

    def _latest(self, policy: bytes, bill_line: bytes) -> sqlite3.Row | None:
        query = f"SELECT {COLUMNS} FROM line WHERE policy = ? AND bill_line = ? ORDER BY id DESC LIMIT 1"
        with self._faults():
            row: sqlite3.Row | None = self._db.execute(query, (policy, bill_line)).fetchone()
        return row
