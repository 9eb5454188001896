"""Finds the care that reaches a row of a table, because no earlier row takes it first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import get_args

from salus.product.codesets import CodeSet
from salus.product.model import BenefitRow, ClaimType, EncounterClass, Matcher, Table

Cell = tuple[str, str]
"""Claim type and encounter class of a bill."""


def first_takers(table: Table) -> Iterator[tuple[BenefitRow, dict[Cell, BenefitRow | None]]]:
    """Yields each row with its cells, and for each cell the earlier row that takes all of the row's care
    there; None if the care reaches the row.

    A pattern of codes counts as taken only if a single earlier pattern includes it.
    """
    cells = [frozenset(cells_of(benefit.when)) for benefit in table]
    for row, benefit in enumerate(table.benefits):
        wider = [
            (earlier, cells[number])
            for number, earlier in enumerate(table.benefits[:row])
            if covers(earlier.when, benefit.when)
        ]
        yield (
            benefit,
            {
                cell: next((earlier for earlier, taken in wider if cell in taken), None)
                for cell in sorted(cells[row])
            },
        )


def cells_of(when: Matcher) -> Iterator[Cell]:
    """Yields the claim types and encounter classes that a matcher lets through."""
    return product(
        when.claim_types or get_args(ClaimType), when.encounter_classes or get_args(EncounterClass)
    )


def covers(wide: Matcher, narrow: Matcher) -> bool:
    """Returns whether the codes of one matcher include those of the other."""
    return _includes(wide.items, narrow.items) and _includes(wide.diagnoses, narrow.diagnoses)


def _includes(wide: CodeSet | None, narrow: CodeSet | None) -> bool:
    return wide is None or (narrow is not None and wide.covers(narrow))
