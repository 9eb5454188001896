"""What is wrong with a table that is well formed: rows that can never match, rows that meet, rows that look
like too few others on the chain."""

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
"""Benefits that must look alike on the chain."""
MIN_KINDS = 3
"""ICD-10-CM chapters or service categories that these must come from."""

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows that some care would match, neither inside the other: only their order decides between
    them."""

    first: BenefitRow
    second: BenefitRow


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A row that no care can reach, because the `earlier` rows take everything that it matches."""

    benefit: BenefitRow
    earlier: tuple[BenefitRow, ...]


Look = tuple[Terms, frozenset[tuple[Terms, int]]]
"""What an observer sees of a row: its terms, and how many rows of which terms its group has; the second part
is empty without a group."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Benefits that look alike on the chain."""

    terms: Terms
    in_group: int
    """Rows of each one's group; 0 for none."""
    benefits: tuple[BenefitRow, ...]
    kinds: frozenset[str]

    @property
    def is_revealing(self) -> bool:
        """Whether they are too few, or of too few kinds: who sees one can guess the disease."""
        return len(self.benefits) < MIN_BENEFITS or len(self.kinds) < MIN_KINDS


def unreachable(table: Table) -> list[Unreachable]:
    """Rows that can never be the first match.

    Claim type and encounter class are weighed exactly, also where several earlier rows close a row together;
    in code sets a pattern counts as taken when one earlier pattern holds all of it.

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
    >>> [(found.benefit.code, found.earlier[0].code) for found in unreachable(table)]
    [('teeth', 'all')]
    >>> [(len(found.benefits), sorted(found.kinds)) for found in revealing(table)]
    [(2, ['dental', 'primary care'])]
    """
    found = []
    for row, benefit in enumerate(table.benefits):
        takers: dict[str, BenefitRow] = {}
        for cell in _cells(benefit.when):
            taker = next((b for b in table.benefits[:row] if _takes_all(b.when, benefit.when, cell)), None)
            if taker is None:
                break
            takers[taker.code] = taker
        else:
            found.append(Unreachable(benefit, tuple(takers.values())))
    return found


def overlaps(table: Table) -> list[Overlap]:
    """Pairs of rows that meet without one being the special case of the other. Not an error: a note to the
    author."""
    return [
        Overlap(first, second)
        for row, second in enumerate(table.benefits)
        for first in table.benefits[:row]
        if _meet(first.when, second.when) and not _inside(first.when, second.when)
    ]


def revealing(table: Table) -> list[Alike]:
    """Benefits that fewer than 5 look like on the chain, or only benefits of fewer than 3 kinds."""
    return [found for found in alike(table) if found.is_revealing]


def alike(table: Table) -> list[Alike]:
    """The benefits by what shows of them on the chain.

    What shows when a benefit is used are its terms and its group, blinded like its name: whether it has one,
    and in time how many rows of which terms share it. So benefits are alike when they have the same terms,
    and no group or groups of the same rows by number and terms.

    Benefits are counted, not codes: two hundred diabetes codes in one benefit are still one diabetes benefit.
    A benefit is of the ICD-10-CM chapter that its diagnoses lie in or, without diagnoses or over several
    chapters, of its service category.
    """
    groups: dict[str, Counter[Terms]] = {}
    for benefit in table:
        if benefit.group:
            groups.setdefault(benefit.group, Counter())[benefit.terms] += 1
    looks: dict[Look, list[BenefitRow]] = {}
    for benefit in table:
        look = benefit.terms, frozenset(groups[benefit.group].items() if benefit.group else ())
        looks.setdefault(look, []).append(benefit)
    return [
        Alike(terms, sum(count for _, count in group), tuple(rows), frozenset(map(_kind, rows)))
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


def _takes_all(earlier: Matcher, later: Matcher, cell: Cell) -> bool:
    return cell in set(_cells(earlier)) and _covers(earlier, later)


def _covers(earlier: Matcher, later: Matcher) -> bool:
    return _holds(earlier.items, later.items) and _holds(earlier.diagnoses, later.diagnoses)


def _inside(narrow: Matcher, wide: Matcher) -> bool:
    return set(_cells(narrow)) <= set(_cells(wide)) and _covers(wide, narrow)


def _meet(one: Matcher, other: Matcher) -> bool:
    return (
        not set(_cells(one)).isdisjoint(_cells(other))
        and _touch(one.items, other.items)
        and _touch(one.diagnoses, other.diagnoses)
    )


def _holds(wide: CodeSet | None, narrow: CodeSet | None) -> bool:
    return wide is None or (narrow is not None and wide.covers(narrow))


def _touch(one: CodeSet | None, other: CodeSet | None) -> bool:
    return one is None or other is None or one.overlaps(other)
