"""Describes what an insurer should know about a benefit table before selling it."""

from __future__ import annotations

from collections.abc import Iterator

from salus.product import brochure
from salus.product.lint import alike, overlaps
from salus.product.model import Table


def words_of(table: Table) -> Iterator[str]:
    """Yields the table's hash, the plan in words, the rows that overlap, and the benefits that look alike on
    the chain.

    >>> from salus.product import shipped
    >>> next(words_of(shipped("family")))
    'family 2026.1: 56 benefits, in USD.'
    """
    yield f"{table.name} {table.version}: {len(table)} benefits, in {table.currency}."
    yield f"Every policy under it names the hash 0x{table.hash.hex()}."
    yield ""
    yield from brochure.words_of(table)
    yield ""
    earlier: dict[str, list[str]] = {}
    for overlap in overlaps(table):
        earlier.setdefault(overlap.second.code, []).append(overlap.first.code)
    yield "If care matches two of these rows, the earlier one decides:" if earlier else "No benefits overlap."
    for code, codes in earlier.items():
        yield f"  {code} after {', '.join(codes)}"
    if table.plan_reveals:
        yield f"The plan itself reveals that care is {' or '.join(sorted(table.plan_reveals))}."
    yield "These look alike on the chain, which shows neither their names nor the care:"
    for finding in alike(table):
        group = f", in groups of {finding.in_group}" if finding.in_group else ""
        few = " (too few, allowed by diversity_override)" if finding.is_revealing else ""
        names = ", ".join(benefit.code for benefit in finding.benefits)
        yield f"  {len(finding.benefits)} of {len(finding.kinds)} kinds{group}{few}: {names}"
