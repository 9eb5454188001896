"""Refuses a benefit table whose terms reveal a benefit on the chain, and says what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from salus.base.errors import TableError
from salus.product.alike import Alike, is_small, kinds_of, revealing
from salus.product.brochure import paid_words
from salus.product.model import BenefitRow, Table, Terms
from salus.product.proposal import Change, Shortage, propose

LineOf = Callable[[int], int]
"""Returns the line of the row with that index, from 0."""


def check(table: Table, names: Mapping[str, Terms], override: frozenset[str], line_of: LineOf) -> None:
    """Checks that in every setting enough benefits look alike on the chain, but for those that the author
    accepts by name.

    `names` are the sets of terms in the file. Raises TableError, with changes to the file as its remedy.
    """
    _check_accepted(table, override)
    for finding in revealing(table):
        for benefit in finding.benefits:
            if benefit.code not in override:
                raise _refusal(finding, benefit, table, names, override, line_of)


def _check_accepted(table: Table, override: frozenset[str]) -> None:
    unknown = override - {benefit.code for benefit in table}
    if unknown:
        raise TableError(
            f"names benefits that are not in the table: {', '.join(sorted(unknown))}",
            field="diversity_override",
            remedy="remove them",
        )
    kinds = kinds_of(table)
    if table.plan_reveals and not is_small(table):
        raise TableError(
            f"is for a small plan, but this one has {len(table)} benefits of {len(kinds)} kinds",
            field="plan_reveals",
            remedy="remove it",
        )
    if table.plan_reveals and table.plan_reveals != kinds:
        raise TableError(
            "does not name the kinds of the plan's benefits",
            field="plan_reveals",
            remedy=f"write plan_reveals: {_list(sorted(kinds))}",
        )


def _refusal(
    finding: Alike,
    benefit: BenefitRow,
    table: Table,
    names: Mapping[str, Terms],
    override: frozenset[str],
    line_of: LineOf,
) -> TableError:
    group = f" and a group of {finding.in_group}" if finding.in_group else ""
    floor = finding.floor
    count, kinds = len(finding.benefits), len(finding.kinds)
    setting = f"{finding.setting.words} " if finding.setting.words else ""
    return TableError(
        f"the terms of {benefit.code}{group} are shared {setting}by {_count(count, 'benefit')} of "
        f"{_count(kinds, 'kind')}, so they reveal the benefit on the chain; at least "
        f"{_count(floor.benefits, 'benefit')} of {_count(floor.kinds, 'kind')} must share them",
        field=f"benefits.{table.benefits.index(benefit)}.{'group' if group else 'terms'}",
        remedy="\n".join(_ways_out(table, names, override, line_of)),
    )


def _ways_out(
    table: Table, names: Mapping[str, Terms], override: frozenset[str], line_of: LineOf
) -> Iterator[str]:
    proposal = propose(table, override)
    for shortage in proposal.shortages:
        yield from _what_terms_cannot_mend(shortage)
    if proposal.changes or proposal.plan_reveals:
        yield "make these changes too:" if proposal.shortages else "with these changes it passes:"
    if proposal.plan_reveals:
        size = f"{_count(len(table), 'benefit')} of {_count(len(proposal.plan_reveals), 'kind')}"
        yield f"  add the line plan_reveals: {_list(proposal.plan_reveals)}"
        yield f"    The plan has {size}, and who knows the plan knows that much."
    for change in proposal.changes:
        line = line_of(table.benefits.index(change.benefit))
        yield f"  line {line}, {change.benefit.code}: {_edit(change, names)}"
        yield from _effect(change, table.currency)
    at_fault = {row.code for found in revealing(table) for row in found.benefits} | override
    accepted = [row.code for row in table if row.code in at_fault]
    yield f"or accept that the chain reveals them: diversity_override: {_list(accepted)}"


def _what_terms_cannot_mend(shortage: Shortage) -> Iterator[str]:
    floor = shortage.floor
    yield (
        f"no change of terms is enough: {shortage.setting.words} no benefits can be used but "
        f"{', '.join(row.code for row in shortage.benefits)}"
    )
    yield (
        f"  change encounter_classes until at least {_count(floor.benefits, 'benefit')} of "
        f"{_count(floor.kinds, 'kind')} can be used there, or none"
    )


def _edit(change: Change, names: Mapping[str, Terms]) -> str:
    parts = []
    if change.terms != change.benefit.terms:
        name = next(name for name, terms in names.items() if terms == change.terms)
        parts.append(f"terms: {name}")
    if change.group != change.benefit.group:
        parts.append(f"group: {change.group}" if change.group else "no group")
    return ", ".join(parts)


def _effect(change: Change, currency: str) -> Iterator[str]:
    before, after = (paid_words(terms, currency) for terms in (change.benefit.terms, change.terms))
    if before != after:
        yield f"    {after}"
        yield f"    instead of {before}"


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
