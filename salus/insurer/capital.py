"""Checks that a pool has the capital that a policy locks."""

from __future__ import annotations

from salus.base.errors import ChainError
from salus.chain.suite import Pool
from salus.claim.adjudication import lock
from salus.types import Account, Policy


def check_capital(pool: Pool, terms: Policy) -> None:
    """Checks that the pool has enough free capital for the policy. Call this before approving the premium.

    The contract checks it only when the premium is paid.
    """
    locked = lock(terms.annual_limit, terms.solvency_bps, Account())
    free = pool.contract.functions.freeAssets().call()
    if free < locked * pool.unit:
        raise ChainError(
            f"the policy locks {pool.words(locked)} of capital, but pool {pool.address} has "
            f"{pool.token_words(free)} free",
            remedy="deposit capital, or sign terms with a lower limit or solvency factor",
        )
