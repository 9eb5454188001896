"""Stores the lines and signatures of an outbox in one SQLite file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from salus.claim.batch import Batch
from salus.cover.membership import Membership
from salus.provider.outbox.doubts import Doubts
from salus.provider.outbox.entry import (
    OPEN,
    Added,
    OutboxLine,
    SignedAttestation,
    State,
    decision_json,
    entry_of,
    likeness_of,
    nodes_of,
    system_of,
)
from salus.types import ClaimStatus, Decision, Diagnosis, Line, SkipReason


class Outbox(Doubts):
    """An outbox in a file. Close it, or use it in `with`. Every fault raises OutboxError.

    >>> from tempfile import TemporaryDirectory
    >>> from salus import fhir, samples
    >>> from salus.claim.diagnosis import diagnose
    >>> from salus.claim.provider_key import ProviderKey
    >>> from salus.provider.outbox import Place
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

    # DRAFT

    def offer(self, diagnosis: Diagnosis) -> Added:
        """Returns whether a bill line must be attested.

        Two lines are equal if they differ only in the revision and in the record, which is sealed again each
        time.
        """
        row = self._latest(diagnosis.policy, diagnosis.bill_line)
        if row is None:
            return self._offer_first(diagnosis)
        known = entry_of(row)
        same = replace(diagnosis, record=known.diagnosis.record, revision=known.diagnosis.revision)
        if known.state is State.WITHDRAWN:
            # Without a decision, the signature was withdrawn, not the line.
            unchanged = known.decision is not None and same == known.diagnosis
            return Added.WITHDRAWN if unchanged else Added.REVISED
        return Added.KNOWN if same == known.diagnosis else Added.CHANGED

    def _offer_first(self, diagnosis: Diagnosis) -> Added:
        """Of a bill that this outbox has no line of; another one may have filed and withdrawn it."""
        query = "SELECT likeness FROM withdrawn_elsewhere WHERE policy = ? AND bill_line = ?"
        with self._faults():
            row = self._db.execute(query, (diagnosis.policy, diagnosis.bill_line)).fetchone()
        if row is None:
            return Added.NEW
        same = row["likeness"] == likeness_of(diagnosis.policy, diagnosis)
        return Added.WITHDRAWN if same else Added.REVISED

    def draft(
        self,
        claim: str,
        number: int,
        diagnosis: Diagnosis,
        membership: Membership,
        sealed: bytes,
        *,
        aliases: Iterable[str] = (),
        identity: int | None = None,
    ) -> None:
        """Saves a line to be attested, with its sealed record and its proofs. `aliases` are the bill's other
        numbers and its id, by which it is found too. `identity` is what `take` returned."""
        line = membership.line(diagnosis, ())
        key = (diagnosis.policy, diagnosis.member)
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO system VALUES (?, ?)", (system_of(claim), self._begun))
            db.execute(
                "INSERT OR IGNORE INTO cover VALUES (?, ?, ?, ?)",
                (*key, membership.cover.to_json(), membership.number),
            )
            db.execute(
                "INSERT OR IGNORE INTO benefit VALUES (?, ?, ?, ?, ?)",
                (*key, line.benefit.id, json.dumps(line.benefit.to_json()), b"".join(line.benefit_proof)),
            )
            db.execute(
                "INSERT INTO line (claim, number, diagnosis, policy, bill_line, likeness, identity) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    claim,
                    number,
                    json.dumps(diagnosis.to_json()),
                    diagnosis.policy,
                    diagnosis.bill_line,
                    likeness_of(diagnosis.policy, diagnosis),
                    identity,
                ),
            )
            db.execute("INSERT INTO record VALUES (last_insert_rowid(), ?)", (sealed,))
            db.executemany("INSERT OR IGNORE INTO alias VALUES (?, ?)", [(claim, name) for name in aliases])

    def know(self, membership: Membership) -> None:
        """Saves a member's number on the policy, by which plans name the member."""
        values = (membership.number, membership.policy_id, membership.commitment)
        with self._transaction() as db:
            db.execute(
                "UPDATE cover SET number = ? WHERE policy = ? AND member = ? AND number IS NULL", values
            )

    def forget(self, entry: OutboxLine) -> None:
        """Drops a draft: nobody has signed it, and nobody shall."""
        draft = "SELECT id FROM line WHERE id = ? AND attestation IS NULL"
        with self._transaction() as db:
            db.execute(f"DELETE FROM record WHERE line IN ({draft})", (entry.id,))
            db.execute(f"DELETE FROM line WHERE id IN ({draft})", (entry.id,))

    def to_attest(self, now: int) -> list[OutboxLine]:
        """Returns the lines to attest: drafts, and undecided lines that must be signed again.

        A line must be signed again if its signature expired at or before second `now`, or if its revision is
        not the one that is due. What is held back is left out.
        """
        expired = {signed.id for signed in self._signed() if signed.attestation.expires_at <= now}
        held_back = {held.line.id for held in self.held_back()}
        return [
            entry
            for entry in self.entries(State.DRAFTED, *OPEN)
            if entry.id not in held_back
            and (
                entry.state is State.DRAFTED
                or entry.reason is SkipReason.SUPERSEDED
                or entry.attestation in expired
            )
        ]

    def has_past(self, entry: OutboxLine) -> bool:
        """Returns whether a line of the same bill was ever withdrawn, here or elsewhere, or superseded.

        If so, only the chain knows which revision is due.
        """
        if entry.reason is SkipReason.SUPERSEDED:
            return True
        query = (
            "SELECT EXISTS (SELECT 1 FROM line WHERE withdrawn AND bill_line = :bill) "
            "OR EXISTS (SELECT 1 FROM withdrawn_elsewhere WHERE bill_line = :bill)"
        )
        return bool(self._one(query, {"bill": entry.diagnosis.bill_line})[0])

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
        """Yields the lines that are signed but not decided, by signature. What is held back is left out."""
        held_back = {held.line.id for held in self.held_back()}
        by_signature: dict[int | None, list[OutboxLine]] = defaultdict(list)
        for entry in self.entries(*OPEN):
            if entry.id not in held_back:
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

    def undecided(self, entry: OutboxLine) -> None:
        """Saves that the chain has left the decision on an entry, and what followed it.

        Its transaction is kept, because it may come into a block again. A withdrawn line that a corrected one
        has followed stays as it is.
        """
        followed = (
            "EXISTS (SELECT 1 FROM line o WHERE o.policy = line.policy AND o.bill_line = line.bill_line "
            "AND o.id > line.id)"
        )
        with self._transaction() as db:
            db.execute(
                "UPDATE line SET withdrawn = 0, status = NULL, reason = NULL, decision = NULL "
                f"WHERE id = ? AND NOT (withdrawn AND {followed})",
                (entry.id,),
            )

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
