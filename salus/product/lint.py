"""Finds the rows of a table that never match, that overlap, or that are easy to identify on the chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import get_args

from salus.product import icd10
from salus.product.codesets import CodeSet
from salus.product.model import BenefitRow, ClaimType, EncounterClass, Matcher, Table, Terms

MIN_BENEFITS = 5
"""The minimum number of benefits that must look alike on the chain."""
MIN_KINDS = 3
"""The minimum number of ICD-10-CM chapters or service categories among them."""

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Floor:
    """How many benefits, and of how many kinds, must look alike."""

    benefits: int = MIN_BENEFITS
    kinds: int = MIN_KINDS


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


Look = tuple[Terms, frozenset[tuple[Terms, int]]]
"""What an observer of the chain sees of a row: its terms, and the number of rows in its group for each terms.
The second part is empty if the row has no group."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Benefits that look alike on the chain."""

    terms: Terms
    in_group: int
    """Number of rows in the group of each benefit; 0 without a group."""
    benefits: tuple[BenefitRow, ...]
    kinds: frozenset[str]
    floor: Floor = Floor()

    @property
    def is_revealing(self) -> bool:
        """Returns whether they are so few, or of so few kinds, that an observer can guess the disease."""
        return len(self.benefits) < self.floor.benefits or len(self.kinds) < self.floor.kinds


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
    >>> [(len(finding.benefits), sorted(finding.kinds)) for finding in revealing(table)]
    [(2, ['dental', 'primary care'])]
    """
    findings = []
    for row, benefit in enumerate(table.benefits):
        matching: dict[str, BenefitRow] = {}
        wider = [
            (earlier, set(_cells(earlier.when)))
            for earlier in table.benefits[:row]
            if _covers(earlier.when, benefit.when)
        ]
        for cell in _cells(benefit.when):
            found = next((earlier for earlier, cells in wider if cell in cells), None)
            if found is None:
                break
            matching[found.code] = found
        else:
            findings.append(Unreachable(benefit, tuple(matching.values())))
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


def revealing(table: Table) -> list[Alike]:
    """Returns the groups of look-alike benefits with fewer benefits or kinds than `floor_of` asks for."""
    return [finding for finding in alike(table) if finding.is_revealing]


def is_small(table: Table) -> bool:
    """Returns whether the whole plan has fewer than 5 benefits or fewer than 3 kinds, so that no terms can
    hide a benefit among as many."""
    return len(table) < MIN_BENEFITS or len(kinds_of(table)) < MIN_KINDS


def floor_of(table: Table) -> Floor:
    """Returns how many benefits must look alike: 5 of 3 kinds.

    A small plan whose author accepts that the plan itself reveals its kinds (`plan_reveals`) needs as many as
    it has: then a claim reveals no more than the plan does.
    """
    if not table.plan_reveals:
        return Floor()
    return Floor(min(MIN_BENEFITS, len(table)), min(MIN_KINDS, len(kinds_of(table))))


def kinds_of(table: Table) -> frozenset[str]:
    """Returns the kinds of the benefits of a plan, as `alike` explains them."""
    return frozenset(map(_kind, table))


def alike(table: Table) -> list[Alike]:
    """Groups the benefits that look alike on the chain.

    When a benefit is used, the chain shows its terms and its blinded group. An observer sees whether it has a
    group and, over time, how many rows with which terms share that group. So two benefits look alike if their
    terms are equal, and if neither has a group or their groups have the same number of rows for each terms.

    Benefits are counted, not codes: two hundred diabetes codes in one benefit are one diabetes benefit. The
    kind of a benefit is the ICD-10-CM chapter of its diagnoses. If it has no diagnoses, or diagnoses of
    several chapters, the kind is its service category.
    """
    groups: dict[str, Counter[Terms]] = {}
    for benefit in table:
        if benefit.group:
            groups.setdefault(benefit.group, Counter())[benefit.terms] += 1
    looks: dict[Look, list[BenefitRow]] = {}
    for benefit in table:
        look = benefit.terms, frozenset(groups[benefit.group].items() if benefit.group else ())
        looks.setdefault(look, []).append(benefit)
    floor = floor_of(table)
    return [
        Alike(terms, sum(count for _, count in group), tuple(rows), frozenset(map(_kind, rows)), floor)
        for (terms, group), rows in looks.items()
    ]


def _kind(benefit: BenefitRow) -> str:
    codes = benefit.when.diagnoses.icd10cm if benefit.when.diagnoses else ()
    chapters = {icd10.chapter(end) for pattern in codes for end in pattern.split("-")}
    return f"ICD-10-CM chapter {chapters.pop()}" if len(chapters) == 1 else benefit.category.value


def _cells(when: Matcher) -> Iterator[Cell]:
    return product(
        when.claim_types or get_args(ClaimType), when.encounter_classes or get_args(EncounterClass)
    )


def _covers(earlier: Matcher, later: Matcher) -> bool:
    return _includes(earlier.items, later.items) and _includes(earlier.diagnoses, later.diagnoses)


def _inside(narrow: Matcher, wide: Matcher) -> bool:
    return set(_cells(narrow)) <= set(_cells(wide)) and _covers(wide, narrow)


def _overlap(first: Matcher, second: Matcher) -> bool:
    return (
        not set(_cells(first)).isdisjoint(_cells(second))
        and _codes_overlap(first.items, second.items)
        and _codes_overlap(first.diagnoses, second.diagnoses)
    )


def _includes(wide: CodeSet | None, narrow: CodeSet | None) -> bool:
    return wide is None or (narrow is not None and wide.covers(narrow))


def _codes_overlap(first: CodeSet | None, second: CodeSet | None) -> bool:
    return first is None or second is None or first.overlaps(second)
