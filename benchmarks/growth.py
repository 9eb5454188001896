"""What one more policy and one more claim cost when there are 10, 1,000 and 10,000 of each.

Every policy is quoted, issued and consented to by a signer of its own, and has a paid claim; only the
blocks are filled up, instead of a block for each transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.scenarios import LINES, claim_paid_existing, policy_issue
from benchmarks.stage import Stage

SIZES = (10, 1_000, 10_000)
AT_ONCE = 500
"""Policies to a block."""


def grown(stage: Stage) -> Iterator[tuple[int, dict[str, int]]]:
    """For each size, gas by scenario."""
    standing = 0
    for size in SIZES:
        while standing < size:
            standing += grow(stage, standing, min(AT_ONCE, size - standing))
        figures = {}
        for measure in (claim_paid_existing, policy_issue):
            with stage.undone():
                figures[measure.__name__] = measure(stage)
        yield size, figures


def grow(stage: Stage, standing: int, count: int) -> int:
    """Sells policies, moves time to their cover and files a claim for each. How many."""
    policies = [stage.draft(1_000 + standing + number) for number in range(count)]
    stage.issue(*policies)
    stage.consent(*policies)
    stage.begin(policies[0])
    for first in range(0, count, LINES):
        stage.file_unseen(*(sold.line(sold.terms.salt) for sold in policies[first : first + LINES]))
    return count
