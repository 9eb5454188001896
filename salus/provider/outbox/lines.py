"""Reads the lines, signatures and covers of an outbox, and finds a line by any number of its bill."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from salus.base import money
from salus.base.days import to_date
from salus.base.errors import OutboxError
from salus.cover.policy import CoverFile
from salus.crypto.merkle import Proof
from salus.provider.outbox.entry import (
    COLUMNS,
    STATE,
    WHERE,
    OutboxLine,
    Place,
    SignedAttestation,
    State,
    entry_of,
    nodes_of,
)
from salus.provider.outbox.file import OutboxFile
from salus.types import Attestation, Benefit

_COVERS_AT_HAND, _BENEFITS_AT_HAND = 1_000, 10_000
_SHOWN = 5
"""Bills that an error names."""


class Lines(OutboxFile):
    """What is in an outbox."""

    def __init__(self, path: str | Path, place: Place, *, make: bool = True) -> None:
        """Opens the file, and creates it if it does not exist and `make` is true."""
        # Cached because many lines of a hospital belong to the same member.
        self._cover = lru_cache(_COVERS_AT_HAND)(self._read_cover)
        self._benefit = lru_cache(_BENEFITS_AT_HAND)(self._read_benefit)
        super().__init__(path, place, make=make)

    # LINES

    def entries(self, *states: State) -> list[OutboxLine]:
        """Returns the lines in these states, or all lines if none is given, oldest first."""
        return self._entries(" OR ".join(f"({WHERE[state]})" for state in states) or "TRUE", ())

    def counts(self) -> dict[State, int]:
        """Returns the number of lines in each state."""
        with self._faults():
            rows = self._db.execute(f"SELECT {STATE} AS state, count(*) FROM line GROUP BY 1").fetchall()
        return {State(state): count for state, count in rows}

    def first_block(self, entries: Sequence[OutboxLine]) -> int:
        """Returns the first block that can contain an event of these entries."""
        blocks = {signed.id: signed.block for signed in self._signed(withdrawn=True)}
        return min((blocks[entry.attestation] for entry in entries if entry.attestation), default=0)

    def of_bills(self, bills: Iterable[tuple[bytes, bytes]]) -> list[OutboxLine]:
        """Returns the lines, oldest first, of bills that are named by policy and bill line."""
        found = [self._entries("policy = ? AND bill_line = ?", bill) for bill in bills]
        return sorted((entry for part in found for entry in part), key=lambda entry: entry.id)

    def signed_with(self, root: bytes) -> list[OutboxLine]:
        """Returns the lines of a signature, oldest first. Raises OutboxError if there is none."""
        lines = self._entries("attestation IN (SELECT id FROM attestation WHERE root = ?)", (root,))
        if not lines:
            raise OutboxError(
                f"has no attestation 0x{root.hex()}",
                file=str(self.path),
                field="root",
                remedy="name the root that `attest` printed",
            )
        return lines

    # FINDING

    def find(self, claim: str, number: int = 1, policy: bytes | None = None) -> OutboxLine:
        """Returns the latest line of a bill, under `policy` if the bill went to several policies.

        `claim` is any number of the bill, as in `find_all`. Raises OutboxError if there is none, or if it
        must be said which.
        """
        by_policy = {
            entry.diagnosis.policy: entry
            for entry in self.find_all(claim)
            if entry.number == number and policy in (None, entry.diagnosis.policy)
        }
        if not by_policy:
            raise self._not_found(claim)
        if len(by_policy) > 1:
            names = " or ".join(f"0x{policy_id.hex()}" for policy_id in by_policy)
            raise OutboxError(
                "went to more than one policy",
                resource=f"Claim/{claim}",
                remedy=f"name one: --policy {names}",
            )
        return next(iter(by_policy.values()))

    def find_all(self, claim: str) -> list[OutboxLine]:
        """Returns all lines of one bill, oldest first.

        `claim` is the number that the outbox lists, with or without its system, or another number or id of
        the bill. Raises OutboxError if there is no such bill, or if the number fits several: it lists them.
        """
        name = claim.removeprefix("Claim/")
        for condition in _WAYS:
            found = self._entries(condition, [name] * condition.count("?"))
            bills = {entry.claim: entry for entry in found}
            if len(bills) > 1:
                raise self._several(claim, list(bills.values()))
            if bills:
                return found
        raise self._not_found(claim)

    def live(self, *names: str) -> list[OutboxLine]:
        """The lines of bills that are known by one of these numbers or ids, and are not withdrawn."""
        marks = ", ".join("?" * len(names))
        claims = f"claim IN ({marks}) OR claim IN (SELECT claim FROM alias WHERE name IN ({marks}))"
        return self._entries(f"({claims}) AND NOT withdrawn", (*names, *names)) if names else []

    def _not_found(self, claim: str) -> OutboxError:
        return OutboxError(
            "is not in the outbox",
            file=str(self.path),
            resource=f"Claim/{claim}",
            remedy="use a number that `hospital list` shows",
        )

    def _several(self, claim: str, bills: Sequence[OutboxLine]) -> OutboxError:
        words = [
            f"{one.claim} of {to_date(one.diagnosis.service_from)}, "
            f"{money.to_words(one.diagnosis.billed, one.diagnosis.currency)}, {one.state}"
            for one in bills[:_SHOWN]
        ]
        more = [f"{len(bills) - _SHOWN} more"] if len(bills) > _SHOWN else []
        return OutboxError(
            f"is a number of {len(bills)} bills: {'; '.join([*words, *more])}",
            file=str(self.path),
            resource=f"Claim/{claim}",
            remedy="name one with its system, as it is listed",
        )

    # WHAT BELONGS TO A LINE

    def sealed(self, entry: OutboxLine) -> bytes:
        """Returns the sealed record of a line."""
        (sealed,) = self._one("SELECT sealed FROM record WHERE line = ?", (entry.id,))
        return bytes(sealed)

    def cover(self, entry: OutboxLine) -> CoverFile:
        """Returns the cover file of a line."""
        return self._cover(entry.diagnosis.policy, entry.diagnosis.member)

    def member_numbers(self) -> dict[tuple[bytes, bytes], int]:
        """Returns each member's number on the policy, by policy and commitment, as far as it is known."""
        with self._faults():
            rows = self._db.execute("SELECT policy, member, number FROM cover WHERE number IS NOT NULL")
            return {(policy, member): number for policy, member, number in rows}

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


_ENDS = "substr({0}, -length(?) - 1) = '|' || ?"
_WAYS = (
    "claim = ?",
    _ENDS.format("claim"),
    f"claim IN (SELECT claim FROM alias WHERE name = ? OR {_ENDS.format('name')})",
)
"""SQL: how a number may name a bill, the most exact way first."""
