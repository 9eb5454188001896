"""Holds back bills that may have been signed before under another id.

A bill is held back if the outbox has a line of the same number with another id. It is also held back if it
bills the same member, the same days and the same amount as a line of another key or numbering, or as a
decision on the chain that this outbox does not know. A person compares the two, and releases a bill by its
number if it is another one.

The content of a record is not compared, because the outbox must not contain anything from which a record can
be guessed. Records with equal content have equal numbers, days and amounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from salus.base.errors import OutboxError
from salus.provider.outbox.entry import COLUMNS, UNDECIDED, OutboxLine, entry_of
from salus.provider.outbox.identity import Identities
from salus.types import ClaimRef


class Doubt(StrEnum):
    """Why a bill may be one that was signed before."""

    SAME_NUMBER = "same number"
    """The outbox has a line of this number under another key or numbering."""
    ALIKE = "alike in the outbox"
    """The outbox has a line of the same member, days and amount under another key or numbering."""
    ON_CHAIN = "alike on the chain"
    """The chain has decided a bill of the same member, days and amount that is not in this outbox."""

    @property
    def words(self) -> str:
        return _WORDS[self]


_WAY_OUT = "if it is another bill, release it by its number (--release); else leave it"
_WORDS = {
    Doubt.SAME_NUMBER: "was signed before under this number, with another key or numbering, so it is not "
    "signed again",
    Doubt.ALIKE: "may be a bill that this outbox signed before with another key or numbering: same member, "
    f"days and amount; {_WAY_OUT}",
    Doubt.ON_CHAIN: "may be a bill that the chain decided before, from another outbox: same member, days and "
    f"amount; {_WAY_OUT}",
}
_FIRST = "(o.id < line.id OR (line.attestation IS NULL AND o.attestation IS NOT NULL))"
"""Of two lines that may be one bill, the one signed first stands, else the one read first."""
_SAME_NUMBER = f"""EXISTS (
    SELECT 1 FROM line o WHERE o.claim = line.claim AND o.number = line.number AND {_FIRST}
    AND (o.policy != line.policy OR o.bill_line != line.bill_line)
    AND (o.identity != line.identity OR o.bill_line != line.bill_line)
    AND (NOT o.withdrawn OR (o.decision IS NOT NULL AND o.likeness = line.likeness)))"""
_ALIKE = f"""EXISTS (
    SELECT 1 FROM line o WHERE o.likeness = line.likeness AND o.bill_line != line.bill_line AND {_FIRST}
    AND o.identity != line.identity AND NOT o.withdrawn)"""
_ON_CHAIN = """EXISTS (
    SELECT 1 FROM elsewhere e WHERE e.likeness = line.likeness AND e.bill_line != line.bill_line
    AND NOT EXISTS (
        SELECT 1 FROM line o
        WHERE o.policy = e.policy AND o.bill_line = e.bill_line AND o.identity IS line.identity))"""
_DOUBT = (
    f"CASE WHEN {_SAME_NUMBER} THEN '{Doubt.SAME_NUMBER}' WHEN {_ALIKE} THEN '{Doubt.ALIKE}' "
    f"WHEN {_ON_CHAIN} THEN '{Doubt.ON_CHAIN}' END"
)
_QUERY = (
    f"SELECT * FROM (SELECT {COLUMNS}, {_DOUBT} AS doubt FROM line WHERE {UNDECIDED} AND released IS NULL) "
    "WHERE doubt IS NOT NULL ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A line that may not be signed or filed, and why."""

    line: OutboxLine
    doubt: Doubt


class Doubts(Identities):
    """What the bills of an outbox are compared with."""

    # WHAT THE CHAIN KNOWS

    def read_to(self) -> tuple[int, str] | None:
        """Returns number and hash of the block up to which the chain's events were read; None for none."""
        with self._faults():
            row = self._db.execute("SELECT block, hash FROM read_to").fetchone()
        return None if row is None else (row["block"], row["hash"])

    def has_read(self, block: int, block_hash: str) -> None:
        """Saves up to which block all events were read. Save what they say first."""
        with self._transaction() as db:
            db.execute("DELETE FROM read_to")
            db.execute("INSERT INTO read_to VALUES (?, ?)", (block, block_hash))

    def decided_elsewhere(self, claim: ClaimRef, likeness: bytes) -> None:
        """Saves a claim of the provider that stands on the chain, unless it is a line of this outbox."""
        known = "SELECT 1 FROM line WHERE policy = ? AND bill_line = ?"
        with self._transaction() as db:
            if db.execute(known, (claim.policy, claim.bill_line)).fetchone() is None:
                db.execute(
                    "INSERT OR REPLACE INTO elsewhere VALUES (?, ?, ?)",
                    (claim.policy, claim.bill_line, likeness),
                )

    def withdrawn_elsewhere(self, claim: ClaimRef) -> None:
        """Saves that a claim does not stand on the chain any more."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM elsewhere WHERE policy = ? AND bill_line = ?", (claim.policy, claim.bill_line)
            )

    def forget_elsewhere(self) -> None:
        """Drops what was read from the chain, so that it is read again from the beginning."""
        with self._transaction() as db:
            db.execute("DELETE FROM elsewhere")
            db.execute("DELETE FROM read_to")

    # WHAT IS HELD BACK

    def held_back(self) -> list[HeldBack]:
        """Returns the undecided lines that may be bills that were signed before, oldest first.

        A bill is held back under all of its policies if it is under one.
        """
        with self._faults():
            found = [HeldBack(entry_of(row), Doubt(row["doubt"])) for row in self._db.execute(_QUERY)]
        known = {held.line.id for held in found}
        for bill, doubt in {one.line.diagnosis.bill_line: one.doubt for one in found}.items():
            condition = f"bill_line = ? AND {UNDECIDED} AND released IS NULL"
            found += [
                HeldBack(line, doubt) for line in self._entries(condition, (bill,)) if line.id not in known
            ]
        return sorted(found, key=lambda held: held.line.id)

    def release(self, claims: Iterable[str], *, at: int) -> None:
        """Saves that a person has compared bills that are held back, and that each is a bill of its own.

        Each of `claims` is a number of one bill, as in `find_all`. Raises OutboxError if it is not held back.
        """
        with self._transaction() as db:
            held = self.held_back()
            for claim in claims:
                bill = self.find_all(claim)[0].claim
                lines = [(at, one.line.id) for one in held if one.line.claim == bill]
                if not lines:
                    raise OutboxError(
                        "is not held back, so there is nothing to release",
                        file=str(self.path),
                        resource=f"Claim/{claim}",
                        remedy="release only bills that are listed as held back, each by its number",
                    )
                db.executemany("UPDATE line SET released = ? WHERE id = ?", lines)
