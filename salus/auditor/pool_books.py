"""What the money and the shares of a pool must be, replayed from events alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from salus.auditor.policy_books import PolicyBooks
from salus.base.days import midnight
from salus.chain.events import Event, PoolCreated
from salus.chain.pool_events import (
    Deposit,
    NoticeGiven,
    OwnershipTransferred,
    PremiumReceived,
    QuoteSignerSet,
    Recapitalised,
    SalesPauseSet,
    Transfer,
    Withdraw,
)
from salus.crypto.abi import ZERO_ADDRESS
from salus.types import ClaimStatus, Policy

SCALE = 2**40
"""Premium is earned in fractions of a minor unit."""


@dataclass(slots=True)
class PoolBook:
    """A pool after the events. Amounts are minor units, or token units where it says so."""

    created: PoolCreated
    unit: int
    """Token units to a minor unit."""
    currency: str
    insurer: str = ""
    premium: int = 0
    unearned: int = 0
    outstanding: int = 0
    reserved: int = 0
    locked: int = 0
    claims_paid: int = 0
    deposited: int = 0
    """Token units, as the next three."""
    withdrawn: int = 0
    recapitalised: int = 0
    balance: int = 0
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By holder."""
    notices: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Shares of a holder's notice, and the first second at which they may leave."""
    quote_signers: dict[str, bool] = field(default_factory=dict)
    sales_paused: dict[bytes, bool] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.created.pool

    @property
    def earned(self) -> int:
        return self.premium - self.unearned

    @property
    def supply(self) -> int:
        return sum(self.shares.values())

    @property
    def owed(self) -> int:
        """Token units."""
        return (self.unearned + self.outstanding) * self.unit

    @property
    def capital(self) -> int:
        """Token units."""
        return max(0, self.balance - self.owed)

    @property
    def free(self) -> int:
        """Token units."""
        return max(0, self.capital - self.locked * self.unit)

    @property
    def deficit(self) -> int:
        """Token units."""
        return max(0, self.owed - self.balance)

    @property
    def gifts(self) -> int:
        """Token units that entered and that no event of the pool announced: anyone may send it tokens."""
        announced = self.premium * self.unit + self.deposited + self.recapitalised
        return self.balance + self.claims_paid * self.unit + self.withdrawn - announced


def replay(
    created: PoolCreated,
    events: Iterable[Event],
    books: PolicyBooks,
    *,
    unit: int,
    currency: str,
    time: int,
) -> PoolBook:
    """The book of a pool at a second since 1970. `unit` are its token units to a minor unit."""
    pool = PoolBook(created, unit, currency, insurer=created.insurer)
    for event in events:
        if event.address in (pool.address, created.asset):
            _take(pool, event)
    _sum_up(pool, books, time)
    return pool


def unearned_of(terms: Policy, time: int) -> int:
    """The premium of a policy not yet earned, in minor units times `SCALE`.

    It is earned by the second, from the first second of the start day to that of the end day.
    """
    start, end = midnight(terms.start), midnight(terms.end)
    return terms.premium * SCALE // (end - start) * max(0, end - max(time, start))


def _take(pool: PoolBook, event: Event) -> None:
    match event:
        case PremiumReceived():
            pool.premium += event.premium
        case Deposit():
            pool.deposited += event.assets
        case Withdraw():
            pool.withdrawn += event.assets
        case Recapitalised():
            pool.recapitalised += event.assets
        case NoticeGiven():
            pool.notices[event.owner] = event.shares, event.ready_at
        case QuoteSignerSet():
            pool.quote_signers[event.signer] = event.allowed
        case SalesPauseSet():
            pool.sales_paused[event.benefit_table] = event.paused
        case OwnershipTransferred():
            pool.insurer = event.new_owner
        case Transfer() if event.address == pool.address:
            _move_shares(pool, event)
        case Transfer():
            pool.balance += event.value * ((event.to == pool.address) - (event.from_ == pool.address))


def _move_shares(pool: PoolBook, event: Transfer) -> None:
    """Shares move; those that are burned leave under the holder's notice, which shrinks with them."""
    if event.from_ != ZERO_ADDRESS:
        pool.shares[event.from_] -= event.value
    if event.to != ZERO_ADDRESS:
        pool.shares[event.to] += event.value
    if event.from_ in pool.notices:
        noticed, ready_at = pool.notices[event.from_]
        used = event.value if event.to == ZERO_ADDRESS else 0
        pool.notices[event.from_] = min(noticed - used, pool.shares[event.from_]), ready_at


def _sum_up(pool: PoolBook, books: PolicyBooks, time: int) -> None:
    policies = [policy for policy in books.policies.values() if policy.terms.pool == pool.address]
    pool.locked = sum(policy.lock for policy in policies)
    pool.unearned = -(-sum(unearned_of(policy.terms, time) for policy in policies) // SCALE)
    for claim in books.claims.values():
        if claim.decided.decision.pool != pool.address:
            continue
        paid = claim.remittance.paid
        pool.outstanding += paid * claim.status.is_open
        pool.reserved += paid * (claim.status is ClaimStatus.HELD)
        pool.claims_paid += paid * (claim.status is ClaimStatus.PAID)
