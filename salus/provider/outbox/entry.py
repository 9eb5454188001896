"""Defines the lines of an outbox, and how they are stored."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from salus.types import (
    Attestation,
    ClaimRef,
    ClaimStatus,
    Decision,
    Diagnosis,
    Remittance,
    Service,
    SkipReason,
)

_NODE = 32


class State(StrEnum):
    """The state of a line in the outbox."""

    DRAFTED = "drafted"
    """Not signed yet."""
    ATTESTED = "attested"
    """Signed, not filed yet."""
    SENT = "sent"
    """In a transaction of unknown outcome."""
    SKIPPED = "skipped"
    """Not decided by the claim desk; may be filed again."""
    PAID = "paid"
    HELD = "held"
    OWED = "owed"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    """Withdrawn; a corrected line may follow."""


OPEN = (State.ATTESTED, State.SENT, State.SKIPPED)
"""States of lines that are signed but not decided yet."""


class Added(StrEnum):
    """The answer of the outbox to a line that it is offered."""

    NEW = "new"
    REVISED = "revised"
    """A corrected line after a withdrawal, or a line whose signature was withdrawn before a decision."""
    WITHDRAWN = "withdrawn"
    """Withdrawn after a decision and unchanged since; signing it again would undo the withdrawal."""
    KNOWN = "known"
    """Already in the outbox, with the same content."""
    CHANGED = "changed"
    """Already in the outbox, with other content; withdraw it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """One line of the outbox."""

    id: int
    claim: str
    """The provider's claim number."""
    number: int
    """Number of the line in the claim, from 1."""
    diagnosis: Diagnosis
    state: State
    attestation: int | None
    """Id of the attestation that the line is signed in."""
    filing: str | None
    """Hash of the transaction that last filed the line."""
    reason: SkipReason | None
    """Reason why the line was skipped."""
    decision: Decision | None
    identity: int | None = None
    """Which provider key, and which numbering of bills and patients, it was made with."""

    @property
    def bill(self) -> str:
        """The provider's claim number as people say it, without the system that it is of."""
        return own_number(self.claim)

    def ref(self, provider: int) -> ClaimRef:
        """Returns the reference of the claim on the chain."""
        return ClaimRef(policy=self.diagnosis.policy, provider=provider, bill_line=self.diagnosis.bill_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAttestation:
    """An attestation that is stored in the outbox."""

    id: int
    attestation: Attestation
    attestor: str
    signature: bytes
    block: int
    """The events of its lines are in this block or later."""


@dataclass(frozen=True, slots=True)
class Place:
    """The provider, claim desk and chain that an outbox serves."""

    chain_id: int
    genesis: str
    """Hash of the chain's block 0."""
    desk: str
    provider: int


def own_number(claim: str) -> str:
    """Returns a claim number without its system.

    >>> own_number("https://hospital.example/bills|B-3"), own_number("B-3")
    ('B-3', 'B-3')
    """
    return claim.rpartition("|")[2]


def system_of(claim: str) -> str:
    """Returns the system of a claim number, which is empty if it is of none.

    >>> system_of("https://hospital.example/bills|B-3"), system_of("B-3")
    ('https://hospital.example/bills', '')
    """
    return claim.rpartition("|")[0]


def likeness_of(policy: bytes, line: Diagnosis | Service) -> bytes:
    """Returns 32 bytes that two lines share if they bill one member, the same days and the same amount.

    The chain shows all of these, so that lines can be compared whatever key made them.
    """
    if isinstance(line, Service):
        first, last = line.from_, line.to
    else:
        first, last = line.service_from, line.service_to
    return sha256(policy + line.member + f"{first} {last} {line.billed} {line.currency}".encode()).digest()


_DECIDED = " ".join(
    f"WHEN status = {int(status)} THEN '{State(status.word)}'"
    for status in ClaimStatus
    if status is not ClaimStatus.NONE
)
STATE = (
    f"CASE WHEN withdrawn THEN '{State.WITHDRAWN}' {_DECIDED} "
    f"WHEN attestation IS NULL THEN '{State.DRAFTED}' "
    f"WHEN filing IS NOT NULL THEN '{State.SENT}' ELSE '{State.ATTESTED}' END"
)
"""SQL: the state of a line, computed from the stored facts so that it cannot contradict them."""
UNDECIDED = f"withdrawn = 0 AND (status IS NULL OR status = {int(ClaimStatus.SKIPPED)})"
"""SQL: a line may still be filed."""
_UNSIGNED = "withdrawn = 0 AND status IS NULL"
WHERE = {
    State.DRAFTED: f"{_UNSIGNED} AND attestation IS NULL",
    State.ATTESTED: f"{_UNSIGNED} AND attestation IS NOT NULL AND filing IS NULL",
    State.SENT: f"{_UNSIGNED} AND attestation IS NOT NULL AND filing IS NOT NULL",
    State.WITHDRAWN: "withdrawn = 1",
} | {
    State(status.word): f"withdrawn = 0 AND status = {int(status)}"
    for status in ClaimStatus
    if status is not ClaimStatus.NONE
}
"""SQL: the same for each state, so that an index can find its lines."""
COLUMNS = f"id, claim, number, diagnosis, attestation, filing, reason, decision, identity, {STATE} AS state"
"""SQL: the columns that `entry_of` reads."""


def entry_of(row: sqlite3.Row) -> OutboxLine:
    """Converts a row with `COLUMNS` to a line."""
    return OutboxLine(
        id=row["id"],
        claim=row["claim"],
        number=row["number"],
        diagnosis=Diagnosis.from_json(json.loads(row["diagnosis"])),
        state=State(row["state"]),
        attestation=row["attestation"],
        filing=row["filing"],
        reason=None if row["reason"] is None else SkipReason(row["reason"]),
        decision=decision_from(row["decision"]),
        identity=row["identity"],
    )


def nodes_of(joined: bytes) -> tuple[bytes, ...]:
    """Splits a proof into its 32-byte nodes."""
    return tuple(joined[at : at + _NODE] for at in range(0, len(joined), _NODE))


def decision_json(decision: Decision) -> str:
    """Writes a decision for a column."""
    return json.dumps(
        {
            "status": int(decision.status),
            "codes": decision.packed_codes.hex(),
            "diagnosis": decision.diagnosis.hex(),
            "pool": decision.pool,
            "payee": decision.payee,
            "group": decision.group.hex(),
            "releaseAt": decision.release_at,
            "remittance": decision.remittance.to_json(),
        }
    )


def decision_from(text: str | None) -> Decision | None:
    """Reads a decision from a column."""
    if text is None:
        return None
    content = json.loads(text)
    return Decision(
        status=ClaimStatus(content["status"]),
        packed_codes=bytes.fromhex(content["codes"]),
        diagnosis=bytes.fromhex(content["diagnosis"]),
        pool=content["pool"],
        payee=content["payee"],
        group=bytes.fromhex(content["group"]),
        release_at=content["releaseAt"],
        remittance=Remittance.from_json(content["remittance"]),
    )
