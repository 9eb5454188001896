"""What a payment into a pool needs: an exact amount, the tokens, and an approval.

Each is checked before the approval is sent. An approval that is given for a payment that fails stays.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from salus.base import money
from salus.base.errors import InputError, Reverted
from salus.chain.actions import pools
from salus.chain.sending import Action
from salus.chain.suite import Chain, Pool

NO_ALLOWANCE_ERRORS: Final = frozenset(
    {
        None,
        "Error",
        "Panic",
        "ERC20InsufficientAllowance",
        "ERC20InsufficientBalance",
        "SafeERC20FailedOperation",
    }
)
"""The errors with which tokens refuse a payment without an allowance. Older tokens have no typed error."""


def minor_units(pool: Pool, amount: Decimal, *, field: str = "amount", least: int = 1) -> int:
    """Converts a typed amount to minor units of the pool's currency. Raises InputError, naming the field, if
    the amount would be rounded, or is less than `least` minor units."""
    try:
        minor = money.exactly(amount, pool.currency)
    except InputError as error:
        error.field = field
        raise
    if minor < least:
        raise InputError("is 0, and would move nothing", field=field, remedy="name an amount")
    return minor


def approval_for(pool: Pool, payer: str, amount: int) -> list[Action]:
    """Returns the approval that a payment of so many minor units needs, or nothing if the allowance
    suffices."""
    allowed = pool.asset.functions.allowance(payer, pool.address).call()
    return [] if allowed >= amount * pool.unit else [pools.approve(pool, amount=amount)]


def check_balance(pool: Pool, payer: str, tokens: int, *, field: str = "amount") -> None:
    """Checks that the payer has so many token units. Raises InputError with both amounts."""
    held = pool.asset.functions.balanceOf(payer).call()
    if held < tokens:
        raise InputError(
            f"is {pool.token_words(tokens)}, and {payer} has {pool.token_words(held)}",
            field=field,
            remedy="bring the tokens first, or name another account",
        )


def preview_before_approval(chain: Chain, action: Action, sender: str) -> None:
    """Tries an action whose approval is not given yet. Raises Reverted if the chain would refuse it with the
    approval too."""
    try:
        chain.preview(action, sender)
    except Reverted as error:
        if error.name not in NO_ALLOWANCE_ERRORS:
            raise
