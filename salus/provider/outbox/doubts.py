"""Holds back bills that may have been signed before under another id.

A bill is held back if the outbox has a line of the same number with another id. That one is never released:
who wants it signed withdraws the line that was signed. A bill is also held back if it may be a line of

    another key or numbering       that bills the same member and the same days, whatever the amount
    another system of numbers      that bills the same member, days and amount, or has the same own number
    no system, read in another     that bills the same member, days and amount: ids change from export to
    run                            export, but within one run each is a bill of its own

or a decision on the chain that this outbox does not know, of the same member, days and amount. A person
compares the two, and releases a bill by its number if it is another one.

A hospital whose profile names no `bill_number` may have several systems of numbers, and none is refused.
Systems that came up in the same run are taken for systems of one hospital, and not compared. One that comes
up later may be a new one in place of an old one, so its bills and those of the systems before are compared;
by amount too, as one member may well have two bills of a day.

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
from salus.provider.outbox.schema import CARE, OWN_NUMBER, SYSTEM
from salus.types import ClaimRef


class Doubt(StrEnum):
    """Why a bill may be one that was signed before."""

    SAME_NUMBER = "same number"
    """The outbox has a line of this number under another key or numbering."""
    TAKEN_BACK = "withdrawn before"
    """A line of this number under another key or numbering was withdrawn, and the bill is unchanged."""
    OWN_NUMBER = "same own number"
    """The outbox has a line of the same member and own number under another key, numbering or system."""
    ALIKE = "alike in the outbox"
    """The outbox has a line of the same member, days and amount under another key, numbering or system, or
    under another number without a system."""
    SAME_CARE = "same care"
    """The outbox has a line of the same member and days under another key or numbering."""
    ON_CHAIN = "alike on the chain"
    """The chain has decided a bill of the same member, days and amount that is not in this outbox."""

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def can_be_released(self) -> bool:
        """Whether the bill may be another one than the one that was signed."""
        return self is not Doubt.SAME_NUMBER


_WAY_OUT = "if it is another bill, release it by its number (--release); else leave it"
_WORDS = {
    Doubt.SAME_NUMBER: "was signed before under this number, with another key or numbering, so it is not "
    "signed again; to correct it, withdraw what was signed first",
    Doubt.TAKEN_BACK: "was signed before under this number, with another key or numbering, and withdrawn; it "
    "is unchanged: correct it, or release it by its number (--release) to sign it as it is",
    Doubt.OWN_NUMBER: "may be a bill that this outbox signed before with another key, numbering or system: "
    f"same member and own number; {_WAY_OUT}",
    Doubt.ALIKE: "may be a bill that this outbox signed before with another key, numbering or system: same "
    f"member, days and amount; {_WAY_OUT}",
    Doubt.SAME_CARE: "may be a bill that this outbox signed before with another key or numbering, of another "
    f"amount: same member and days; {_WAY_OUT}",
    Doubt.ON_CHAIN: "may be a bill that the chain decided before, from another outbox: same member, days and "
    f"amount; {_WAY_OUT}",
}
_FIRST = "(o.id < line.id OR (line.attestation IS NULL AND o.attestation IS NOT NULL))"
"""Of two lines that may be one bill, the one signed first stands, else the one read first."""
_OTHER = f"o.bill_line != line.bill_line AND NOT o.withdrawn AND {_FIRST}"
"""One of two lines that stand, under two ids on the chain."""
_BEFORE = f"""
    SELECT 1 FROM line o WHERE o.claim = line.claim AND o.number = line.number AND {_FIRST}
    AND (o.policy != line.policy OR o.bill_line != line.bill_line)
    AND (o.identity != line.identity OR o.bill_line != line.bill_line)"""
_SINCE = "(SELECT since FROM system WHERE name = {})"
_APART = (
    "(o.identity != line.identity OR "
    f"{_SINCE.format(SYSTEM.format('o.'))} != {_SINCE.format(SYSTEM.format('line.'))})"
)
_OF_A_RUN_BEFORE = """(
    instr(line.claim, '|') = 0 AND (
        (o.attestation IS NOT NULL AND line.attestation IS NULL) OR (o.id <= :begun AND line.id > :begun)))"""
_OF_ONE_CARE = " AND ".join(f"{part.format('o.')} = {part.format('line.')}" for part in CARE)
_OF_ONE_MEMBER = " AND ".join(f"{part.format('o.')} = {part.format('line.')}" for part in CARE[:2])
_SAME_NUMBER = f"EXISTS ({_BEFORE} AND NOT o.withdrawn)"
_TAKEN_BACK = f"""EXISTS (
    {_BEFORE} AND o.withdrawn AND o.decision IS NOT NULL AND o.likeness = line.likeness)"""
_OWN_NUMBER = f"""EXISTS (
    SELECT 1 FROM line o WHERE {OWN_NUMBER.format("o.")} = {OWN_NUMBER.format("line.")}
    AND {_OTHER} AND {_APART} AND {_OF_ONE_MEMBER})"""
_ALIKE = f"""EXISTS (
    SELECT 1 FROM line o WHERE o.likeness = line.likeness AND {_OTHER}
    AND ({_APART} OR {_OF_A_RUN_BEFORE}))"""
_SAME_CARE = f"""EXISTS (
    SELECT 1 FROM line o WHERE {_OF_ONE_CARE} AND {_OTHER} AND o.identity != line.identity)"""
_ON_CHAIN = """EXISTS (
    SELECT 1 FROM elsewhere e WHERE e.likeness = line.likeness AND e.bill_line != line.bill_line
    AND NOT EXISTS (
        SELECT 1 FROM line o
        WHERE o.policy = e.policy AND o.bill_line = e.bill_line AND o.identity IS line.identity))"""
_CONDITIONS = {
    Doubt.SAME_NUMBER: _SAME_NUMBER,
    Doubt.TAKEN_BACK: _TAKEN_BACK,
    Doubt.OWN_NUMBER: _OWN_NUMBER,
    Doubt.ALIKE: _ALIKE,
    Doubt.SAME_CARE: _SAME_CARE,
    Doubt.ON_CHAIN: _ON_CHAIN,
}
_CASES = " ".join(f"WHEN {condition} THEN '{doubt}'" for doubt, condition in _CONDITIONS.items())
_DOUBT = f"CASE {_CASES} END"
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

    def seen(self) -> list[tuple[int, str]]:
        """Returns number and hash of the blocks by which it is noticed if the chain leaves them: the latest
        that was read, and those since of own transactions."""
        with self._faults():
            rows = self._db.execute("SELECT block, hash FROM head ORDER BY block").fetchall()
        return [(row["block"], row["hash"]) for row in rows]

    def has_read(self, block: int, block_hash: str) -> None:
        """Saves up to which block all events were read. Save what they say first."""
        with self._transaction() as db:
            db.execute("DELETE FROM read_to")
            db.execute("INSERT INTO read_to VALUES (?, ?)", (block, block_hash))

    def has_seen(self, block: int, block_hash: str, *, was_read: bool) -> None:
        """Saves a block of the chain, in place of those before it if its events were read."""
        with self._transaction() as db:
            if was_read:
                db.execute("DELETE FROM head WHERE block <= ?", (block,))
            db.execute("INSERT INTO head VALUES (?, ?)", (block, block_hash))

    def decided_elsewhere(self, claim: ClaimRef, likeness: bytes) -> None:
        """Saves a claim of the provider that stands on the chain, unless it is a line of this outbox."""
        known = "SELECT 1 FROM line WHERE policy = ? AND bill_line = ?"
        bill = (claim.policy, claim.bill_line)
        with self._transaction() as db:
            if db.execute(known, bill).fetchone() is None:
                db.execute("INSERT OR REPLACE INTO elsewhere VALUES (?, ?, ?)", (*bill, likeness))
                db.execute("DELETE FROM withdrawn_elsewhere WHERE policy = ? AND bill_line = ?", bill)

    def withdrawn_elsewhere(self, claim: ClaimRef) -> None:
        """Saves that a claim does not stand on the chain any more. What it billed is kept: unchanged, it is
        not signed again unasked."""
        of_bill = "FROM elsewhere WHERE policy = ? AND bill_line = ?"
        bill = (claim.policy, claim.bill_line)
        with self._transaction() as db:
            db.execute(f"INSERT OR REPLACE INTO withdrawn_elsewhere SELECT * {of_bill}", bill)
            db.execute(f"DELETE {of_bill}", bill)

    def forget_elsewhere(self) -> None:
        """Drops what was read from the chain, so that it is read again from the beginning."""
        with self._transaction() as db:
            for table in ("elsewhere", "withdrawn_elsewhere", "read_to", "head"):
                db.execute(f"DELETE FROM {table}")

    # WHAT IS HELD BACK

    def held_back(self) -> list[HeldBack]:
        """Returns the undecided lines that may be bills that were signed before, oldest first.

        A bill is held back under all of its policies if it is under one.
        """
        with self._faults():
            rows = self._db.execute(_QUERY, {"begun": self._begun})
            found = [HeldBack(entry_of(row), Doubt(row["doubt"])) for row in rows]
        known = {held.line.id for held in found}
        for bill, doubt in {one.line.diagnosis.bill_line: one.doubt for one in found}.items():
            condition = f"bill_line = ? AND {UNDECIDED} AND released IS NULL"
            found += [
                HeldBack(line, doubt) for line in self._entries(condition, (bill,)) if line.id not in known
            ]
        return sorted(found, key=lambda held: held.line.id)

    def release(self, claims: Iterable[str], *, at: int) -> None:
        """Saves that a person has compared bills that are held back, and that each is a bill of its own.

        Each of `claims` is a number of one bill, as in `find_all`. Raises OutboxError if it is not held back,
        and if it was signed before under this very number: then it is no other bill.
        """
        with self._transaction() as db:
            held = self.held_back()
            for claim in claims:
                bill = self.find_all(claim)[0].claim
                of_bill = [one for one in held if one.line.claim == bill]
                lines = [(at, one.line.id) for one in of_bill if one.doubt.can_be_released]
                if of_bill and not lines:
                    raise OutboxError(
                        "was signed before under this number, so it is no other bill, and releasing it would "
                        "have it paid twice",
                        file=str(self.path),
                        resource=f"Claim/{claim}",
                        remedy="withdraw what was signed (withdraw, or withdraw-root before it is decided), "
                        "then attest again; if it is paid, settle the difference with the insurer",
                    )
                if not of_bill:
                    raise OutboxError(
                        "is not held back, so there is nothing to release",
                        file=str(self.path),
                        resource=f"Claim/{claim}",
                        remedy="release only bills that are listed as held back, each by its number",
                    )
                db.executemany("UPDATE line SET released = ? WHERE id = ?", lines)
