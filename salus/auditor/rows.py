"""What an audit compares: one value by the events, one value on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from salus.base import money


class Book(StrEnum):
    """Which book a row belongs to."""

    DEPLOYMENT = "deployment"
    CODE = "code"
    EVENTS = "events"
    """Events that must agree with each other, such as a payment and the transfer of its tokens."""
    POLICIES = "policies"
    CLAIMS = "claims"
    BILLS = "bills"
    POOLS = "pools"
    SHARES = "shares"
    PROVIDERS = "providers"
    CONSENTS = "consents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison.

    >>> row = Comparison(
    ...     book=Book.POOLS, subject="0x…", what="outstanding", expected=5_00, found=7_00, unit="USD"
    ... )
    >>> row.is_difference, row.words
    (True, ('5.00 USD', '7.00 USD', '2.00 USD'))
    """

    book: Book
    subject: str
    """What the row is about: an address, `provider 1`, a policy id."""
    what: str
    expected: Any
    """By the events; in the deployment's rows, by the address book and the parameters."""
    found: Any
    """On the chain."""
    unit: str = ""
    """An ISO 4217 code for minor units; else a word, such as `token units`; empty for no amount."""

    @property
    def is_difference(self) -> bool:
        return bool(self.expected != self.found)

    @property
    def words(self) -> tuple[str, str, str]:
        """By the events, on the chain, and the difference, for a reader."""
        difference = "differs" if self.is_difference else ""
        if self.is_difference and isinstance(self.expected, int) and isinstance(self.found, int):
            both_flags = isinstance(self.expected, bool) or isinstance(self.found, bool)
            difference = "differs" if both_flags else self._value(self.found - self.expected)
        return self._value(self.expected), self._value(self.found), difference

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int) and money.is_currency(self.unit):
            return money.to_words(value, self.unit)
        if isinstance(value, int) and self.unit:
            return f"{value:,} {self.unit}"
        if isinstance(value, bytes):
            return "0x" + value.hex()
        return "none" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The rows of an audit, and what it could not compare."""

    rows: tuple[Comparison, ...]
    not_compared: tuple[str, ...] = ()
    """What was left out, and why, in words."""

    @property
    def differences(self) -> list[Comparison]:
        return [row for row in self.rows if row.is_difference]

    @property
    def passed(self) -> bool:
        return not self.differences

    def counts(self) -> dict[Book, tuple[int, int]]:
        """How many values of each book were compared, and how many of them differ."""
        found: dict[Book, tuple[int, int]] = {}
        for row in self.rows:
            compared, differ = found.get(row.book, (0, 0))
            found[row.book] = compared + 1, differ + row.is_difference
        return found

    def __add__(self, other: AuditReport) -> AuditReport:
        return AuditReport((*self.rows, *other.rows), (*self.not_compared, *other.not_compared))


def contradiction(subject: str, what: str, *, expected: Any, found: Any, unit: str = "") -> Comparison:
    """A row of two events that must agree with each other."""
    return Comparison(book=Book.EVENTS, subject=subject, what=what, expected=expected, found=found, unit=unit)
