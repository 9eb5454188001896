"""What is wrong with a table that is well formed: rows that can never match, rows that meet, terms that give
away too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import get_args

from salus import icd10
from salus.table.codesets import CodeSet
from salus.table.model import Benefit, ClaimType, EncounterClass, Matcher, Table, Terms

MIN_BENEFITS = 5
"""Benefits that must share one set of revealed terms."""
MIN_KINDS = 3
"""ICD-10-CM chapters or service categories that these must come from."""

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows that some care would match, neither inside the other: only their order decides between
    them."""

    first: Benefit
    second: Benefit


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A row that no care can reach, because the `earlier` rows take everything that it matches."""

    benefit: Benefit
    earlier: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Revealing:
    """Terms that too few benefits, or benefits of too few kinds, share: who sees the terms can guess the
    disease."""

    terms: Terms
    benefits: tuple[Benefit, ...]
    kinds: frozenset[str]


def unreachable(table: Table) -> list[Unreachable]:
    """Rows that can never be the first match.

    Claim type and encounter class are weighed exactly, also where several earlier rows close a row together;
    in code sets a pattern counts as taken when one earlier pattern holds all of it.
    """
    found = []
    for row, benefit in enumerate(table.benefits):
        takers: dict[str, Benefit] = {}
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


def revealing(table: Table) -> list[Revealing]:
    """Sets of terms that fewer than 5 benefits share, or only benefits of fewer than 3 kinds.

    Benefits are counted, not codes: two hundred diabetes codes in one benefit are still one diabetes benefit.
    A benefit is of the ICD-10-CM chapter that its diagnoses lie in or, without diagnoses or over several
    chapters, of its service category.
    """
    rows: dict[Terms, list[Benefit]] = {}
    for benefit in table:
        rows.setdefault(benefit.terms, []).append(benefit)
    sets = (Revealing(terms, tuple(shared), frozenset(map(_kind, shared))) for terms, shared in rows.items())
    return [s for s in sets if len(s.benefits) < MIN_BENEFITS or len(s.kinds) < MIN_KINDS]


def _kind(benefit: Benefit) -> str:
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
