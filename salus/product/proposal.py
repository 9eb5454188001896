"""Proposes the fewest and smallest changes that let a benefit table pass the diversity check.

Benefits that stand out are given the terms of those that are most like theirs, until enough benefits look
alike. Which of two terms is kept depends on how many benefits change and by how much; whether the change is
worth its price is the author's decision. Where too few benefits can be used at all, such as in an emergency,
terms cannot mend it, and only that is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from salus.base.errors import TableError
from salus.product.alike import Alike, Floor, Settings, alike, is_small, kinds_of
from salus.product.model import BenefitRow, Table, Terms
from salus.product.settings import Setting, settings_of

_AMOUNTS = ("rate", "claim_limit", "group_limit", "unit_limit")
_WHOLE = 10_000
"""Weight of a difference of 100 %."""
_OTHER_GROUP = 500
_Look = tuple[Terms, str | None]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A setting in which fewer benefits can be used than must look alike."""

    setting: Setting
    benefits: tuple[BenefitRow, ...]
    floor: Floor


@dataclass(frozen=True, slots=True)
class Change:
    """What a benefit should have instead of its own terms and group."""

    benefit: BenefitRow
    terms: Terms
    group: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The changes, the table that they lead to, and what they cannot mend."""

    table: Table
    changes: tuple[Change, ...]
    plan_reveals: tuple[str, ...]
    """Kinds to be declared, because the plan is too small to hide them; empty if it need not declare any."""
    shortages: tuple[Shortage, ...]
    """Where no change of terms is enough; without any, the table passes."""


def propose(table: Table, accepted: frozenset[str] = frozenset()) -> Proposal:
    """Returns the changes after which no benefit stands out, but those that are `accepted` by their code.

    >>> from salus.product import Category, CodeSet, Matcher
    >>> def row(code: str, share_bps: int) -> BenefitRow:
    ...     return BenefitRow(code=code, title=code, words=code, category=Category.DENTAL,
    ...                       terms=Terms(kind="indemnity", share_bps=share_bps),
    ...                       when=Matcher(items=CodeSet(cdt=(code,))))
    >>> teeth = Table(name="teeth", version="1", title="Teeth", currency="EUR",
    ...               benefits=(row("D0120", 10_000), row("D2140", 8_000), row("D2740", 8_000)))
    >>> found = propose(teeth)
    >>> found.plan_reveals, [(change.benefit.code, change.terms.share_bps) for change in found.changes]
    (('dental',), [('D0120', 8000)])
    """
    declared = tuple(sorted(kinds_of(table))) if is_small(table) and not table.plan_reveals else ()
    current = replace(table, plan_reveals=frozenset(declared)) if declared else table
    settings = settings_of(table)
    shortages = tuple(_shortages(alike(current, settings), accepted))
    beyond = {shortage.setting for shortage in shortages}
    while standing_out := [
        finding
        for finding in alike(current, settings)
        if _is_at_fault(finding, accepted) and finding.setting not in beyond
    ]:
        weakest = min(standing_out, key=lambda finding: len(finding.benefits))
        current = _merged(current, weakest, table, settings)
    changes = tuple(
        Change(before, after.terms, after.group)
        for before, after in zip(table, current, strict=True)
        if (before.terms, before.group) != (after.terms, after.group)
    )
    return Proposal(current, changes, declared, _without_repeats(shortages))


def _is_at_fault(finding: Alike, accepted: Collection[str]) -> bool:
    return finding.is_revealing and any(benefit.code not in accepted for benefit in finding.benefits)


def _shortages(sets: list[Alike], accepted: Collection[str]) -> Iterator[Shortage]:
    by_setting: dict[Setting, list[Alike]] = {}
    for one in sets:
        by_setting.setdefault(one.setting, []).append(one)
    for setting, found in by_setting.items():
        rows = tuple(row for one in found for row in one.benefits)
        whole = replace(found[0], benefits=rows, kinds=kinds_of(rows))
        if _is_at_fault(whole, accepted):
            yield Shortage(setting, rows, whole.floor)


def _without_repeats(shortages: tuple[Shortage, ...]) -> tuple[Shortage, ...]:
    """Leaves out a setting that tells more than an earlier one of the same benefits."""
    return tuple(
        one
        for number, one in enumerate(shortages)
        if not any(set(one.benefits) <= set(earlier.benefits) for earlier in shortages[:number])
    )


def _merged(table: Table, weakest: Alike, original: Table, settings: Settings) -> Table:
    """Makes the weakest benefits look like others, in the way that changes least; in the end, all alike."""
    before = _progress(alike(table, settings))
    others = [
        other for other in alike(table, settings) if other.setting == weakest.setting and other != weakest
    ]
    candidates = [
        candidate
        for other in others
        for rows in (weakest.benefits + other.benefits, _of_one_look(table, (weakest, other)))
        for candidate in _looking_alike(table, rows, original)
    ]
    # Taking rows out of a group changes the look of those that stay, and a benefit that changes for one
    # setting is missed in another; only what brings looks together counts.
    closer = [(cost, found) for cost, found in candidates if _progress(alike(found, settings)) < before]
    # All benefits without a group look alike, whatever they were.
    whole = [
        (cost, found)
        for cost, found in _looking_alike(table, table.benefits, original)
        if len({(row.terms, row.group) for row in found}) == 1
    ]
    return min(closer or whole, key=lambda item: item[0])[1]


def _progress(sets: list[Alike]) -> tuple[int, int]:
    """What has to fall with each change, so that the changes come to an end."""
    return len(sets), sum(one.missing for one in sets)


def _of_one_look(table: Table, sets: tuple[Alike, ...]) -> tuple[BenefitRow, ...]:
    """Returns all rows with the terms and groups of these sets, in whatever settings they can be used."""
    looks = {(row.terms, row.group) for one in sets for row in one.benefits}
    return tuple(row for row in table if (row.terms, row.group) in looks)


def _looking_alike(
    table: Table, rows: tuple[BenefitRow, ...], original: Table
) -> Iterator[tuple[float, Table]]:
    """Yields the ways to give the rows one look that one of them has had, with or without its group, and
    what each changes of the original beyond what is changed already."""
    codes = {row.code for row in rows}
    before = [row for row in original if row.code in codes]
    paid = sum(_change(row, table[row.code].terms, table[row.code].group) for row in before)
    looks: dict[_Look, None] = dict.fromkeys(
        look for row in before for look in ((row.terms, row.group), (row.terms, None))
    )
    for terms, group in looks:
        cost = sum(_change(row, terms, group) for row in before) - paid
        benefits = tuple(
            replace(row, terms=terms, group=group) if row.code in codes else row for row in table
        )
        try:
            yield cost, replace(table, benefits=benefits)
        except TableError:
            # Others of the group have other limits.
            continue


def _change(row: BenefitRow, terms: Terms, group: str | None) -> float:
    return _distance(row.terms, terms) + _OTHER_GROUP * (row.group != group)


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
