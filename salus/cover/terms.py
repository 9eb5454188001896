"""Defines the bounds and defaults of a policy's terms, whose fields are in `salus.types.Policy`.

The policy book enforces the same bounds when a policy is issued. A test compares them with the contracts.
"""

from __future__ import annotations

from typing import Final

from salus.base.days import DAY_SECONDS
from salus.base.errors import PolicyError
from salus.base.money import BPS
from salus.crypto.abi import ZERO_ADDRESS
from salus.crypto.eip712 import Domain
from salus.types import MAX_AMOUNT, MAX_MEMBERS, Policy

__all__ = [
    "DEFAULT_FILING_DAYS",
    "DEFAULT_REVIEW_DAYS",
    "DEFAULT_SOLVENCY_BPS",
    "MAX_AMOUNT",
    "MAX_FILING_DAYS",
    "MAX_MEMBERS",
    "MAX_REVIEW_DAYS",
    "MAX_REVIEW_WINDOW",
    "MAX_YEAR_DAYS",
    "NO_MAXIMUM",
    "check_terms",
]

MAX_YEAR_DAYS: Final = 366
"""Longest cover of one policy, in days."""
MAX_FILING_DAYS: Final = 366
"""Latest filing after the end of a service, in days."""
MAX_REVIEW_DAYS: Final = 30
MAX_REVIEW_WINDOW: Final = MAX_REVIEW_DAYS * DAY_SECONDS
"""Longest time that a claim is held, in seconds."""
NO_MAXIMUM: Final = MAX_AMOUNT
"""An out-of-pocket maximum that is never reached, in minor units."""

DEFAULT_FILING_DAYS: Final = 90
DEFAULT_REVIEW_DAYS: Final = 3
DEFAULT_SOLVENCY_BPS: Final = 10_000
"""The whole unused annual limit is backed by capital."""


def check_terms(book: Domain, terms: Policy) -> None:
    """Checks that the terms are within the bounds that the policy book enforces.

    Raises PolicyError, naming the field.

    >>> from dataclasses import replace
    >>> from salus import samples
    >>> sold = samples.sell(20_454).policy
    >>> check_terms(sold.book, replace(sold.terms, end=20_454 + 400))
    Traceback (most recent call last):
        ...
    salus.base.errors.PolicyError: Policy.end: is not 1 to 366 days after start; correct the terms
    """
    amounts = ("annual_limit", "deductible", "out_of_pocket", "premium")
    bounds = [
        (
            "end",
            terms.start < terms.end <= terms.start + MAX_YEAR_DAYS,
            f"is not 1 to {MAX_YEAR_DAYS} days after start",
        ),
        ("annual_limit", terms.annual_limit > 0, "is 0"),
        *((name, getattr(terms, name) <= MAX_AMOUNT, "is above 2^56 − 1 minor units") for name in amounts),
        ("filing_days", terms.filing_days <= MAX_FILING_DAYS, f"is more than {MAX_FILING_DAYS}"),
        ("review_window", terms.review_window <= MAX_REVIEW_WINDOW, f"is longer than {MAX_REVIEW_DAYS} days"),
        ("solvency_bps", 1 <= terms.solvency_bps <= BPS, f"is not 1 to {BPS} basis points"),
        (
            "payee",
            terms.payee not in (ZERO_ADDRESS, terms.pool, book.verifying_contract),
            "is the zero address, the pool or the policy book",
        ),
        ("holder", terms.holder != ZERO_ADDRESS, "is the zero address"),
        ("account", not any(terms.account), "is not 0, which means the policy's own account"),
    ]
    names = {part.name: part.solidity for part in terms.parts}
    for name, is_met, problem in bounds:
        if not is_met:
            raise PolicyError(problem, resource="Policy", field=names[name], remedy="correct the terms")
