"""Finds the rows of a table that never match, and those that overlap."""

from __future__ import annotations

from dataclasses import dataclass

from salus.product.codesets import CodeSet
from salus.product.model import BenefitRow, Matcher, Table
from salus.product.reach import cells_of, covers, first_takers


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows that match some of the same care, where neither includes the other; their order decides."""

    first: BenefitRow
    second: BenefitRow


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A row that is never used, because the `earlier` rows match all of its care first."""

    benefit: BenefitRow
    earlier: tuple[BenefitRow, ...]


def unreachable(table: Table) -> list[Unreachable]:
    """Returns the rows that can never be the first match.

    Claim types and encounter classes are compared exactly, even if only several earlier rows together match
    all of them. A pattern of codes counts as matched only if a single earlier pattern includes it.

    >>> from salus.product.file import parse
    >>> table = parse('''
    ... name: small
    ... version: "1"
    ... title: Small plan
    ... currency: EUR
    ... terms:
    ...   half: {kind: indemnity, share_bps: 5000}
    ... benefits:
    ...   - {code: all, title: All, words: We pay half., category: primary care, terms: half}
    ...   - {code: teeth, title: Teeth, words: We pay half., category: dental, terms: half,
    ...      when: {claim_types: [oral]}}
    ... ''', verify=False)
    >>> [(finding.benefit.code, finding.earlier[0].code) for finding in unreachable(table)]
    [('teeth', 'all')]
    """
    findings = []
    for benefit, takers in first_takers(table):
        earlier = [taker for taker in takers.values() if taker is not None]
        if len(earlier) == len(takers):
            findings.append(Unreachable(benefit, tuple({one.code: one for one in earlier}.values())))
    return findings


def overlaps(table: Table) -> list[Overlap]:
    """Returns pairs of rows that overlap, where neither includes the other.

    This is not an error, but a note to the author of the table.
    """
    return [
        Overlap(first, second)
        for row, second in enumerate(table.benefits)
        for first in table.benefits[:row]
        if _overlap(first.when, second.when) and not _inside(first.when, second.when)
    ]


def _inside(narrow: Matcher, wide: Matcher) -> bool:
    return set(cells_of(narrow)) <= set(cells_of(wide)) and covers(wide, narrow)


def _overlap(first: Matcher, second: Matcher) -> bool:
    return (
        not set(cells_of(first)).isdisjoint(cells_of(second))
        and _codes_overlap(first.items, second.items)
        and _codes_overlap(first.diagnoses, second.diagnoses)
    )


def _codes_overlap(first: CodeSet | None, second: CodeSet | None) -> bool:
    return first is None or second is None or first.overlaps(second)
