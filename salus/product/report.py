"""What an insurer should know of a benefit table before selling it, in words."""

from __future__ import annotations

from collections.abc import Iterator

from salus.product.lint import alike, overlaps
from salus.product.model import Table


def words_of(table: Table) -> Iterator[str]:
    """Says the table's hash, which of its rows overlap, and which benefits look alike on the chain.

    >>> from salus.product import shipped
    >>> next(words_of(shipped("family")))
    'family 2026.1: 56 benefits, in USD.'
    """
    yield f"{table.name} {table.version}: {len(table)} benefits, in {table.currency}."
    yield f"Every policy under it names the hash 0x{table.hash.hex()}."
    earlier: dict[str, list[str]] = {}
    for overlap in overlaps(table):
        earlier.setdefault(overlap.second.code, []).append(overlap.first.code)
    yield "Care that fits two of these rows is decided by the earlier:" if earlier else "No benefits overlap."
    for code, codes in earlier.items():
        yield f"  {code} after {', '.join(codes)}"
    yield "These look alike on the chain, where neither name nor care shows:"
    for found in alike(table):
        group = f", in groups of {found.in_group}" if found.in_group else ""
        few = " (few, as diversity_override allows)" if found.is_revealing else ""
        names = ", ".join(benefit.code for benefit in found.benefits)
        yield f"  {len(found.benefits)} of {len(found.kinds)} kinds{group}{few}: {names}"
