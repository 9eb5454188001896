"""Reads the bills of many invented patients at once, for what needs more of them than six."""

from __future__ import annotations

from collections.abc import Iterator

from salus import fhir
from salus.base.days import civil_day
from salus.fhir import Result
from salus.product import Table
from salus.samples.hospital import profile
from salus.samples.writer import generate

HOUSEHOLDS = 40
"""How often six patients are invented, each time with another seed."""
_START = civil_day("2025-01-01")
_DAYS = 365


def population(table: Table) -> Iterator[Result]:
    """Yields what a table makes of the bills of 240 patients in one calendar year, always the same.

    >>> from salus import product
    >>> first = next(population(product.shipped("family")))
    >>> first.benefit, first.billed
    ('visit.chronic', 21975)
    """
    for seed in range(HOUSEHOLDS):
        records = [sample.to_json() for sample in generate(seed, _START)]
        yield from fhir.read(records, table, profile=profile(), today=_START + _DAYS)
