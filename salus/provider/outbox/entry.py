"""The lines of an outbox as values, and how they are written down."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from salus.types import Attestation, ClaimRef, ClaimStatus, Decision, Diagnosis, Remittance, SkipReason

_NODE = 32


class State(StrEnum):
    """Where a line of the outbox stands."""

    DRAFTED = "drafted"
    """Not signed yet."""
    ATTESTED = "attested"
    """Signed, not filed yet."""
    SENT = "sent"
    """In a transaction of unknown outcome."""
    SKIPPED = "skipped"
    """Left undecided by the claim desk; may be filed again."""
    PAID = "paid"
    HELD = "held"
    OWED = "owed"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    """Taken back; a corrected line may follow."""


OPEN = (State.ATTESTED, State.SENT, State.SKIPPED)
"""What is signed and still wants a decision."""


class Added(StrEnum):
    """What became of a line that was offered."""

    NEW = "new"
    REVISED = "revised"
    """A corrected line after a withdrawal, or one that only its signature's withdrawal took along."""
    WITHDRAWN = "withdrawn"
    """Taken back after a decision, and not changed since: to sign it anew undoes the withdrawal."""
    KNOWN = "known"
    """Already in the outbox, with the same content."""
    CHANGED = "changed"
    """In the outbox with other content: withdraw it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """One line of the outbox."""

    id: int
    claim: str
    """The provider's claim number."""
    number: int
    """Line of the claim, from 1."""
    diagnosis: Diagnosis
    state: State
    attestation: int | None
    """Which signature it is under."""
    filing: str | None
    """Transaction that it was last filed in."""
    reason: SkipReason | None
    """Why it was skipped."""
    decision: Decision | None

    def ref(self, provider: int) -> ClaimRef:
        """The claim's name on the chain."""
        return ClaimRef(policy=self.diagnosis.policy, provider=provider, bill_line=self.diagnosis.bill_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAttestation:
    """An attestation as the outbox keeps it."""

    id: int
    attestation: Attestation
    attestor: str
    signature: bytes
    block: int
    """No event of its lines is older."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom and what an outbox serves."""

    chain_id: int
    genesis: str
    """Hash of the chain's block 0."""
    desk: str
    provider: int


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
"""SQL: where a line stands, computed from what happened, so that no two facts can disagree."""
COLUMNS = f"id, claim, number, diagnosis, attestation, filing, reason, decision, {STATE} AS state"
"""SQL: what `entry_of` reads."""


def entry_of(row: sqlite3.Row) -> OutboxLine:
    """A row of `COLUMNS` of the table of lines."""
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
    )


def nodes_of(joined: bytes) -> tuple[bytes, ...]:
    """A proof from its 32-byte nodes, end to end."""
    return tuple(joined[at : at + _NODE] for at in range(0, len(joined), _NODE))


def decision_json(decision: Decision) -> str:
    """For a column."""
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
    """Back from a column."""
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
