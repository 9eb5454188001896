"""Writes the statement as a letter: one HTML file that prints on A4 and loads no other files.

`salus.base.pdf` makes a PDF of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from salus.base import days, money
from salus.base.codes import Group
from salus.statement.explanation import Item, Statement
from salus.statement.letterhead import Letterhead
from salus.statement.meters import Meter
from salus.statement.references import references_of, short
from salus.types import ClaimStatus

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSeen:
    """What a sealed record shows of the claim that was attested from it."""

    readable: bool = True
    """Whether it can be opened and gives exactly one bill line."""
    bill: str = field(default="", repr=False)
    """The provider's own number of the bill."""
    differing: tuple[str, ...] = ()
    """Fields of the diagnosis that differ from the record, by their names in Solidity."""


_BADGES = {
    ClaimStatus.PAID: ("paid", "✓", "Paid"),
    ClaimStatus.HELD: ("held", "◷", "Under review"),
    ClaimStatus.OWED: ("held", "→", "On its way"),
    ClaimStatus.DENIED: ("denied", "✕", "Not covered"),
    ClaimStatus.NONE: ("gone", "↺", "Taken back by the provider"),
}


_FIELDS = {
    "benefit": "kind of care",
    "billed": "amount",
    "currency": "currency",
    "flags": "emergency or not",
    "member": "patient",
    "serviceFrom": "first day",
    "serviceTo": "last day",
    "units": "number of units",
}
"""Fields of a diagnosis, for a reader."""


def page(letter: Statement, head: Letterhead, records: Mapping[bytes, RecordSeen] | None = None) -> str:
    """Returns the letter as HTML. It names the member and the care, so only the member may read it.

    `records` gives what sealed records show, by their hash.

    >>> from salus import samples
    >>> from salus.statement import statement
    >>> letter = statement(samples.sell(20_454).membership(), [])
    >>> head = Letterhead(insurer="Harbour Mutual", contact="1 Quay Street", plan="Family", written=20_500)
    >>> "16 February 2026" in page(letter, head)
    True
    """
    return _template().render(
        letter=letter,
        head=head,
        records=records or {},
        references=references_of(letter),
        amount=_amounts(letter.currency),
        badge=_badge,
    )


def _badge(item: Item) -> tuple[str, str, str]:
    """Returns style, sign and words, because not everybody can see the colour."""
    if item.entry.is_duplicate:
        return "gone", "↺", "Sent twice"
    if item.status is ClaimStatus.PAID and not item.paid:
        return "paid", "✓", "Counted, nothing to pay out"
    return _BADGES[item.status]


@cache
def _template() -> Template:
    # Imported here because only writing a letter needs it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("salus.statement"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=_day, iso=days.words_of, moment=_moment, bearer=_bearer, share=_share, short=short, field=_field
    )
    return environment.get_template("eob.html.j2")


def _amounts(currency: str) -> Callable[[int], str]:
    return lambda minor: f"{money.to_decimal(minor, currency):,f}"


def _day(day: int) -> str:
    date = days.to_date(day)
    return f"{date.day} {date:%B} {date.year}"


def _moment(second: int) -> str:
    return _day(days.utc_day(second))


def _bearer(group: Group) -> str:
    return {
        Group.PATIENT: "you may owe this",
        Group.CONTRACT: "the provider bears this",
        Group.OTHER: "nobody owes this",
    }[group]


def _share(meter: Meter) -> str:
    """Returns the filled part of the bar in per cent."""
    return f"{min(100.0, 100 * meter.used / meter.limit) if meter.limit else 100.0:.1f}"


def _field(name: str) -> str:
    return _FIELDS.get(name, name)
