"""Proposes the fewest and smallest changes that let a benefit table pass the diversity check.

Benefits that stand out are given the terms of those that are most like theirs, until enough benefits look
alike. Which of two terms is kept depends on how many benefits change and by how much; whether the change is
worth its price is the author's decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from salus.base.errors import TableError
from salus.product.lint import Alike, alike, is_small, kinds_of
from salus.product.model import BenefitRow, Table, Terms

_AMOUNTS = ("rate", "claim_limit", "group_limit", "unit_limit")
_WHOLE = 10_000
"""Weight of a difference of 100 %."""
_OTHER_GROUP = 500
_Look = tuple[Terms, str | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What a benefit should have instead of its own terms and group."""

    benefit: BenefitRow
    terms: Terms
    group: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The changes, and the table that they lead to, which passes the check."""

    table: Table
    changes: tuple[Change, ...]
    plan_reveals: tuple[str, ...]
    """Kinds to be declared, because the plan is too small to hide them; empty if it need not declare any."""


def propose(table: Table, accepted: frozenset[str] = frozenset()) -> Proposal:
    """Returns the changes after which no benefit stands out, but those that are `accepted` by their code.

    >>> from salus.product import Category, Matcher
    >>> def row(code: str, share_bps: int) -> BenefitRow:
    ...     return BenefitRow(code=code, title=code, words=code, category=Category.DENTAL, when=Matcher(),
    ...                       terms=Terms(kind="indemnity", share_bps=share_bps))
    >>> teeth = Table(name="teeth", version="1", title="Teeth", currency="EUR",
    ...               benefits=(row("check", 10_000), row("filling", 8_000), row("crown", 8_000)))
    >>> found = propose(teeth)
    >>> found.plan_reveals, [(change.benefit.code, change.terms.share_bps) for change in found.changes]
    (('dental',), [('check', 8000)])
    """
    declared = tuple(sorted(kinds_of(table))) if is_small(table) and not table.plan_reveals else ()
    current = replace(table, plan_reveals=frozenset(declared)) if declared else table
    while standing_out := [finding for finding in alike(current) if _is_at_fault(finding, accepted)]:
        weakest = min(standing_out, key=lambda finding: len(finding.benefits))
        current = _merged(current, weakest, table)
    changes = tuple(
        Change(before, after.terms, after.group)
        for before, after in zip(table, current, strict=True)
        if (before.terms, before.group) != (after.terms, after.group)
    )
    return Proposal(current, changes, declared)


def _is_at_fault(finding: Alike, accepted: frozenset[str]) -> bool:
    return finding.is_revealing and any(benefit.code not in accepted for benefit in finding.benefits)


def _merged(table: Table, weakest: Alike, original: Table) -> Table:
    """Makes the weakest benefits look like others, in the way that changes least; in the end, all alike."""
    sets = alike(table)
    candidates = [
        candidate
        for other in sets
        if other != weakest
        for candidate in _looking_alike(table, weakest.benefits + other.benefits, original)
    ]
    # Taking rows out of a group changes the look of those that stay; only what brings looks together counts.
    closer = [(cost, found) for cost, found in candidates if len(alike(found)) < len(sets)]
    # All benefits without a group look alike, whatever they were.
    whole = [
        (cost, found)
        for cost, found in _looking_alike(table, table.benefits, original)
        if len(alike(found)) == 1
    ]
    return min(closer or whole, key=lambda item: item[0])[1]


def _looking_alike(
    table: Table, rows: tuple[BenefitRow, ...], original: Table
) -> Iterator[tuple[float, Table]]:
    """Yields the ways to give the rows one look that one of them has had, with or without its group, and
    what each changes of the original."""
    codes = {row.code for row in rows}
    before = [row for row in original if row.code in codes]
    looks: dict[_Look, None] = dict.fromkeys(
        look for row in before for look in ((row.terms, row.group), (row.terms, None))
    )
    for terms, group in looks:
        cost = sum(_distance(row.terms, terms) + _OTHER_GROUP * (row.group != group) for row in before)
        benefits = tuple(
            replace(row, terms=terms, group=group) if row.code in codes else row for row in table
        )
        try:
            yield cost, replace(table, benefits=benefits)
        except TableError:
            # Others of the group have other limits.
            continue


def _distance(one: Terms, other: Terms) -> float:
    """Returns by how much terms differ, in basis points; a difference of kind outweighs all others."""
    amounts: list[tuple[int, int]] = [(getattr(one, name), getattr(other, name)) for name in _AMOUNTS]
    return (
        10 * _WHOLE * (one.kind != other.kind)
        + 5 * _WHOLE * (one.by_night != other.by_night)
        + abs(one.share_bps - other.share_bps)
        + sum(_WHOLE * abs(a - b) / max(a, b) for a, b in amounts if a != b)
        + 20 * abs(one.waiting_days - other.waiting_days)
        + 100 * abs(one.elimination_days - other.elimination_days)
        + 1_000 * (one.deductible_applies != other.deductible_applies)
        + 5_000 * (one.authorisation != other.authorisation)
    )
