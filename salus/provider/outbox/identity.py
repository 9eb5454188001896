"""Binds an outbox to the provider key and the numbering that name its bills.

A bill's id on the chain is derived from the provider key and the bill's number. With another key, or with
numbers of another system, an old bill gets a new id: the chain takes it for a new bill and pays it again. So
an outbox takes only the key and the numbering that it began with. Another one is refused, until somebody
declares that it is meant. The declaration is kept, with its day, and bills that are known are then held back
(`salus.provider.outbox.doubts`).

Of a profile, the two fields of `Numbering` count. `bill_number` names the bill. `patient_number` names the
patient's folder of cards, and so whose policy pays. All other fields of a profile leave the bill the same
bill: if one changes what is read, the outbox says that the bill differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from salus.base.errors import OutboxError
from salus.claim.bill_line import Numbering
from salus.claim.provider_key import ProviderKey, short
from salus.provider.outbox.lines import Lines

_UNKNOWN = "?"
"""In place of a fingerprint or a numbering that nobody has written down."""
_PATIENTS, _BILLS = "patient_number", "bill_number"


class BoundBy(StrEnum):
    """Why an outbox was bound to a key and a numbering."""

    FIRST = "first use"
    PROVED = "the key made all lines of a file from before keys were written down"
    LOST = "the key before was declared lost"
    SAME = "the numbering changed in a way that leaves every number the same"
    RENUMBERED = "another numbering was declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A fact that an outbox keeps: from this second on it takes this key and this numbering."""

    at: int
    """Seconds since 1970."""
    reason: BoundBy
    key: str
    """Fingerprint."""
    numbering: Numbering | None
    """None if no bill was read yet."""


class Identities(Lines):
    """What the bills of an outbox are named by."""

    _begun = 0
    """The last line from before this process began to draft; 0 if it does not draft."""

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the key that the outbox takes; None before its first bill."""
        bindings = self.bindings()
        return bindings[-1].key if bindings else None

    def bindings(self) -> list[Binding]:
        """Returns all bindings, oldest first."""
        with self._faults():
            rows = self._db.execute("SELECT at, reason, key, bills, patients FROM binding ORDER BY id")
            return [
                Binding(
                    at=row["at"],
                    reason=BoundBy(row["reason"]),
                    key=row["key"],
                    numbering=None if row["bills"] == _UNKNOWN else _numbering(row["bills"], row["patients"]),
                )
                for row in rows
            ]

    # THE KEY

    def bind(self, key: ProviderKey, *, at: int, key_lost: bool = False) -> None:
        """Binds the outbox to a key at second `at`. Another key than before is taken only if `key_lost`.

        A file from before keys were written down is bound if the key is shown to have made its lines.

        Raises OutboxError, with both fingerprints, if the outbox is bound to another key, and if `key_lost`
        is said of the key that it is bound to.
        """
        self._begun = int(self._one("SELECT coalesce(max(id), 0) FROM line", ())[0])
        bound = self.fingerprint
        if bound is None:
            self._bind_first(key, at, key_lost=key_lost)
        elif key_lost and bound == key.fingerprint:
            raise OutboxError(
                f"is bound to this very key ({short(bound)}), so no key is lost",
                file=str(self.path),
                field="provider key",
                remedy="leave out --key-lost: it is said once, not at every run",
            )
        elif bound != key.fingerprint:
            if not key_lost:
                raise self._other_key(f"the provider key {short(bound)}", key)
            self._note(BoundBy.LOST, key.fingerprint, None, at)

    def _bind_first(self, key: ProviderKey, at: int, *, key_lost: bool) -> None:
        with self._faults():
            rows = self._db.execute("SELECT id, claim, number, bill_line FROM line WHERE identity IS NULL")
            foreign = [
                row["id"] for row in rows if key.bill_line(row["claim"], row["number"]) != row["bill_line"]
            ]
            count = self._db.execute("SELECT count(*) FROM line WHERE identity IS NULL").fetchone()[0]
        if foreign and not key_lost:
            whose = f"a provider key that it does not name, which made {len(foreign)} of its {count} lines"
            raise self._other_key(whose, key)
        with self._transaction() as db:
            if count:
                own, other = self._identity(key.fingerprint), self._identity(_UNKNOWN)
                db.executemany("UPDATE line SET identity = ? WHERE id = ?", [(other, one) for one in foreign])
                db.execute("UPDATE line SET identity = ? WHERE identity IS NULL", (own,))
            reason = BoundBy.LOST if key_lost else BoundBy.PROVED if count else BoundBy.FIRST
            self._note(reason, key.fingerprint, None, at)

    def _other_key(self, bound: str, key: ProviderKey) -> OutboxError:
        return OutboxError(
            f"is bound to {bound}, and the key that was given is {short(key.fingerprint)}; with another key, "
            "bills that were paid would be signed as new ones",
            file=str(self.path),
            field="provider key",
            remedy="set SALUS_PROVIDER_KEY to the key that the outbox is bound to; if that is lost for good, "
            "say so once with --key-lost: bills that the outbox or the chain knows are then held back",
        )

    # THE NUMBERING

    def take(self, numbering: Numbering, *, at: int, profile_changed: bool = False) -> int:
        """Returns the id of the identity of lines that are made now with this numbering.

        Raises OutboxError if the outbox named its bills or patients otherwise, unless `profile_changed`. A
        profile without `bill_number` takes numbers of any system: `doubts` compares systems with each other.
        """
        key = self.fingerprint
        if key is None:
            raise OutboxError("is bound to no provider key", file=str(self.path), remedy="bind it first")
        known = self._numberings(key)
        if numbering in known:
            return known[numbering]
        if None in known and self._names_all(numbering.bills, known[None]):
            # A file from before: nothing in it speaks against this numbering.
            return self._rename(known[None], numbering)
        same = [one for one in known if one and self._is_same(one, numbering, known[one])]
        if same:
            self._note(BoundBy.SAME, key, numbering, at)
            return self._rename(known[same[0]], numbering)
        if known and not profile_changed:
            raise self._other_numbering(next(iter(known)), numbering)
        with self._transaction():
            if known:
                self._note(BoundBy.RENUMBERED, key, numbering, at)
            return self._identity(key, numbering)

    def _is_same(self, before: Numbering, now: Numbering, identity: int) -> bool:
        """Whether each bill of the outbox keeps its number, and its patient.

        Without a system, a bill is named by its only identifier; if that is of the system, so with it.
        """
        if before.patients != now.patients or (before.bills and now.bills):
            return False
        return now.bills is None or self._names_all(now.bills, identity)

    def _names_all(self, system: str | None, identity: int) -> bool:
        """Whether the numbers of all lines of an identity are of the system; None stands for any."""
        if system is None:
            return True
        query = "SELECT NOT EXISTS (SELECT 1 FROM line WHERE identity = ? AND substr(claim, 1, ?) != ?)"
        return bool(self._one(query, (identity, len(system) + 1, f"{system}|"))[0])

    def _other_numbering(self, before: Numbering | None, now: Numbering) -> OutboxError:
        field = _PATIENTS if before and before.bills == now.bills else _BILLS
        old, new = (
            getattr(one, "patients" if field == _PATIENTS else "bills") or f"no {field}"
            for one in (before or Numbering(_UNKNOWN), now)
        )
        what = "patients" if field == _PATIENTS else "bills"
        named = "its bills by numbers of another system" if before is None else f"{what} by {old}"
        return OutboxError(
            f"named {named}, and the profile names {what} by {new}; with other numbers, bills that were paid "
            "would be signed as new ones",
            file=str(self.path),
            field=f"hospital.yaml: {field}",
            remedy="use the profile of before; if the numbering changed for good, say so once with "
            "--profile-changed: bills that the outbox or the chain knows are then held back",
        )

    def _numberings(self, key: str) -> dict[Numbering | None, int]:
        """Returns the identities of a key by numbering; None stands for one that nobody has written down."""
        with self._faults():
            rows = self._db.execute("SELECT id, bills, patients FROM identity WHERE key = ?", (key,))
            return {
                None if row["bills"] == _UNKNOWN else _numbering(row["bills"], row["patients"]): row["id"]
                for row in rows
            }

    def _identity(self, key: str, numbering: Numbering | None = None) -> int:
        values = (key, *_columns(numbering))
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO identity (key, bills, patients) VALUES (?, ?, ?)", values)
        query = "SELECT id FROM identity WHERE key = ? AND bills = ? AND patients = ?"
        return int(self._one(query, values)[0])

    def _rename(self, identity: int, numbering: Numbering) -> int:
        with self._transaction() as db:
            db.execute(
                "UPDATE identity SET bills = ?, patients = ? WHERE id = ?", (*_columns(numbering), identity)
            )
        return identity

    def _note(self, reason: BoundBy, key: str, numbering: Numbering | None, at: int) -> None:
        with self._transaction() as db:
            db.execute(
                "INSERT INTO binding (at, reason, key, bills, patients) VALUES (?, ?, ?, ?, ?)",
                (at, reason.value, key, *_columns(numbering)),
            )


def _columns(numbering: Numbering | None) -> tuple[str, str]:
    return (_UNKNOWN, _UNKNOWN) if numbering is None else (numbering.bills or "", numbering.patients or "")


def _numbering(bills: str, patients: str) -> Numbering:
    return Numbering(bills=bills or None, patients=patients or None)
