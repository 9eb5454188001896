"""What a shareholder of a pool has, has given notice for, and may take out; and what a policy needs of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, Self

from salus.base import money
from salus.base.days import moment_words
from salus.base.errors import ChainError, InputError
from salus.chain.actions.pools import EXIT_WINDOW, notice_of, redeemable_shares, shares_of
from salus.chain.suite import Pool
from salus.claim.adjudication import lock
from salus.types import Account, Policy

_PARTS: Final = {"all": Fraction(1), "half": Fraction(1, 2), "quarter": Fraction(1, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A shareholder at one pool. Worth and capital are token units."""

    pool: Pool
    owner: str
    shares: int
    supply: int
    whole: int
    """Shares of which the price is told: 10 to the decimals of the pool's shares."""
    price: int
    """Of so many, at which they are redeemed now."""
    worth: int
    """Of all the shares, at the price at which they are redeemed now."""
    noticed: int
    """Shares in the notice."""
    ready_at: int
    """First second at which they may leave; 0 without a notice."""
    now: int
    free: int
    locked: int
    deficit: int
    may_leave: int
    """Shares that may leave now."""
    may_leave_worth: int

    @classmethod
    def of(cls, pool: Pool, owner: str) -> Self:
        """Reads it from the chain."""
        functions = pool.contract.functions
        shares = shares_of(pool, owner)
        noticed, ready_at = notice_of(pool, owner)
        leaving = redeemable_shares(pool, owner)
        whole = 10 ** int(functions.decimals().call())
        return cls(
            pool=pool,
            owner=owner,
            shares=shares,
            supply=functions.totalSupply().call(),
            whole=whole,
            price=functions.convertToAssets(whole).call(),
            worth=functions.convertToAssets(shares).call(),
            noticed=noticed,
            ready_at=ready_at,
            now=pool.chain.now(),
            free=functions.freeAssets().call(),
            locked=functions.locked().call() * pool.unit,
            deficit=functions.deficit().call(),
            may_leave=leaving,
            may_leave_worth=functions.previewRedeem(leaving).call(),
        )

    @property
    def closes_at(self) -> int:
        """First second at which the shares of the notice may no longer leave."""
        return self.ready_at + EXIT_WINDOW

    @property
    def is_open(self) -> bool:
        """Whether the shares of the notice may leave now, as far as capital is free."""
        return bool(self.noticed) and self.ready_at <= self.now < self.closes_at

    def rows(self) -> Iterator[tuple[str, str]]:
        """Each figure with its name, for a person."""
        words = self.pool.token_words
        part = f", {Decimal(self.shares * 100) / self.supply:.2f} % of the pool" if self.supply else ""
        yield "shares", f"{self.shares:,}{part}"
        yield "share price", f"{self._price:,f} {self.pool.currency} for {self.whole:,} shares"
        yield "worth now", words(self.worth)
        yield "notice", notice_words(self)
        yield "may leave", self._window()
        yield "could leave now", f"{self.may_leave:,} shares, {words(self.may_leave_worth)}"
        if why := self.why_not_more():
            yield "why not more", why

    def why_not_more(self) -> str:
        """What keeps the other shares in the pool; empty if all may leave."""
        words = self.pool.token_words
        if self.may_leave == self.shares:
            return ""
        if not self.noticed:
            return "no notice is given: salus capital give-notice"
        if self.now < self.ready_at:
            return f"the notice runs until {moment_words(self.ready_at)}"
        if not self.is_open:
            return f"the notice ended at {moment_words(self.closes_at)}: give notice again"
        if self.deficit:
            return f"the pool owes {words(self.deficit)} more than it has: recapitalise it"
        if self.may_leave < self.noticed:
            return (
                f"only {words(self.free)} of the capital is free: {words(self.locked)} is locked for "
                "policies until they are used or closed"
            )
        return "the notice is for no more"

    def shares_for(self, text: str, field: str = "part") -> int:
        """The shares that a person means by `all`, `half`, `quarter`, `25%`, or an amount such as `1500.00`.

        Of an amount they are as many as it takes to get it at the present price. Raises InputError, naming
        the field, if it is none of these, or more than there is.
        """
        cleaned = text.strip().lower().replace(",", "")
        with _about(field):
            found = _part_of(self.shares, cleaned)
            return self.check(self._shares_worth(cleaned) if found is None else found, field)

    def check(self, shares: int, field: str) -> int:
        """The shares. Raises InputError, naming the field, if the owner has not so many."""
        if shares > self.shares:
            raise InputError(
                f"is more than what {self.owner} has: {self.shares:,} shares, worth "
                f"{self.pool.token_words(self.worth)} now",
                field=field,
                remedy="give less, or all",
            )
        return shares

    def _shares_worth(self, text: str) -> int:
        currency = self.pool.currency
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            raise InputError(
                "is no part of the shares", remedy=f"give all, half, 25% or an amount in {currency}"
            )
        units = money.exactly(amount, currency) * self.pool.unit
        return int(self.pool.contract.functions.previewWithdraw(units).call())

    @property
    def _price(self) -> Decimal:
        """In the currency, with all decimals of the token."""
        decimals = money.exponent(self.pool.currency) + len(str(self.pool.unit)) - 1
        return Decimal(self.price).scaleb(-decimals)

    def _window(self) -> str:
        if not self.noticed:
            return "nothing: no notice is given"
        return f"from {moment_words(self.ready_at)} to before {moment_words(self.closes_at)}"


def notice_words(holding: Holding) -> str:
    """A notice for a person."""
    if not holding.noticed:
        return "none"
    worth = holding.pool.contract.functions.convertToAssets(holding.noticed).call()
    return f"{holding.noticed:,} shares, worth {holding.pool.token_words(worth)} now"


def _part_of(shares: int, text: str) -> int | None:
    if text in _PARTS:
        return int(shares * _PARTS[text])
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *%", text)
    return int(shares * Fraction(match[1]) / 100) if match else None


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Names the field in each InputError raised inside."""
    try:
        yield
    except InputError as error:
        error.field = field
        raise


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
