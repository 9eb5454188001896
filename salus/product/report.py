"""Describes what an insurer should know about a benefit table before selling it."""

from __future__ import annotations

from collections.abc import Iterator

from salus.product import brochure
from salus.product.alike import Alike, alike
from salus.product.lint import overlaps
from salus.product.model import Table
from salus.product.settings import Provider, Setting


def words_of(table: Table) -> Iterator[str]:
    """Yields the table's hash, the plan in words, the rows that overlap, and the benefits that look alike on
    the chain.

    >>> from salus.product import shipped
    >>> next(words_of(shipped("family")))
    'family 2026.1: 67 benefits, in USD.'
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
    for heading, findings in _by_setting(alike(table)):
        if heading:
            yield f"{heading}:"
        yield from (f"  {_words_of(finding)}" for finding in findings)


def _by_setting(findings: list[Alike]) -> Iterator[tuple[str, list[Alike]]]:
    """Yields the findings under the setting that the chain shows, each setting once: an emergency that looks
    like any other care of the provider is not told again."""
    at: dict[Setting, list[Alike]] = {}
    for finding in findings:
        at.setdefault(finding.setting, []).append(finding)
    for setting, found in at.items():
        otherwise = at.get(setting._replace(emergency=False), [])
        if setting.emergency and _rows(found) == _rows(otherwise):
            continue
        also = not setting.emergency and _rows(at.get(setting._replace(emergency=True), [])) == _rows(found)
        if setting.provider is Provider.GENERAL and not setting.emergency:
            yield "", found
        else:
            yield f"{setting.words[0].upper()}{setting.words[1:]}{', in an emergency too' * also}", found


def _rows(findings: list[Alike]) -> list[tuple[str, ...]]:
    return [tuple(benefit.code for benefit in finding.benefits) for finding in findings]


def _words_of(finding: Alike) -> str:
    group = f", in groups of {finding.in_group}" if finding.in_group else ""
    few = " (too few, allowed by diversity_override)" if finding.is_revealing else ""
    names = ", ".join(benefit.code for benefit in finding.benefits)
    return f"{len(finding.benefits)} of {len(finding.kinds)} kinds{group}{few}: {names}"
