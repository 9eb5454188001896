"""What there is in a suite, as rows for a list: providers, pools, policies, claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from salus.auditor import registry_books
from salus.auditor.policy_books import PolicyBooks
from salus.auditor.registry_books import Window
from salus.base.days import midnight
from salus.chain import events, registry_events
from salus.chain.events import Event
from salus.chain.suite import Chain
from salus.types import ClaimStatus, claim_id

_PROVIDER_EVENTS: tuple[type[Event], ...] = (
    events.ProviderAccredited,
    events.AdminChanged,
    events.KeyAdded,
    registry_events.AccreditationEnded,
    registry_events.ProviderSuspended,
    registry_events.KeyRevoked,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRow:
    """An accredited provider."""

    number: int
    admin: str
    windows: tuple[Window, ...]
    """First civil day of each accreditation, and the first day after it."""
    suspended: bool
    keys: int
    """That may sign now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """A risk pool. Free and locked capital are token units."""

    address: str
    name: str
    symbol: str
    insurer: str
    asset: str
    currency: str
    unit: int
    free: int
    locked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A policy. Amounts are minor units."""

    policy: bytes
    pool: str
    holder: str
    start: int
    end: int
    """First civil day after cover."""
    premium: int
    annual_limit: int
    currency: str
    state: str
    """`not begun`, `in force`, `over` (claims may still be filed), or `closed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim that was decided. Amounts are minor units."""

    claim: bytes
    policy: bytes
    provider: int
    bill_line: bytes
    status: ClaimStatus
    """NONE if it was withdrawn."""
    service_from: int
    billed: int
    paid: int
    """Paid, reserved or owed."""
    currency: str
    codes: tuple[str, ...]
    release_at: int
    """First second at which it may be settled; 0 if it was not held."""


def providers(chain: Chain) -> Iterator[ProviderRow]:
    """Every provider, by number."""
    books, now = registry_books.replay(chain.past(_PROVIDER_EVENTS)), chain.now()
    for number, provider in sorted(books.providers.items()):
        keys = [
            attestor
            for (owner, attestor), (start, end, revoked) in books.keys.items()
            if owner == number and start <= now < end and not revoked
        ]
        yield ProviderRow(
            number=number,
            admin=provider.admin,
            windows=tuple(provider.windows),
            suspended=provider.suspended,
            keys=len(keys),
        )


def pools(chain: Chain) -> Iterator[PoolRow]:
    """Every pool, oldest first."""
    for created in chain.past(events.PoolCreated):
        pool = chain.pool(created.pool)
        functions = pool.contract.functions
        yield PoolRow(
            address=pool.address,
            name=functions.name().call(),
            symbol=functions.symbol().call(),
            insurer=pool.insurer,
            asset=created.asset,
            currency=pool.currency,
            unit=pool.unit,
            free=functions.freeAssets().call(),
            locked=functions.locked().call() * pool.unit,
        )


def policies(chain: Chain, *, pool: str | None = None, holder: str | None = None) -> Iterator[PolicyRow]:
    """Every policy, or those of a pool, of a holder or of both; oldest first."""
    named: dict[str, Any] = {"pool": pool, "holder": holder}
    filters = {name: value for name, value in named.items() if value is not None}
    closed = {event.policy for event in chain.past(events.PolicyClosed)}
    now = chain.now()
    for event in chain.past(events.PolicyIssued, **filters):
        terms = event.terms
        yield PolicyRow(
            policy=event.policy,
            pool=event.pool,
            holder=event.holder,
            start=terms.start,
            end=terms.end,
            premium=terms.premium,
            annual_limit=terms.annual_limit,
            currency=terms.currency,
            state=_state(event, closed, now),
        )


def claims(
    chain: Chain,
    *,
    policy: bytes | None = None,
    provider: int | None = None,
    status: ClaimStatus | None = None,
) -> Iterator[ClaimRow]:
    """Every claim, or those of a policy, of a provider or of both, in the order of their decisions; with a
    `status`, those that have it now."""
    filters: dict[str, Any] = {"policy": policy, "provider": provider}
    filters = {name: value for name, value in filters.items() if value is not None}
    books = PolicyBooks(chain.past(events.CLAIM_EVENTS, **filters), chain.book_domain)
    for ref, claim in sorted(books.claims.items(), key=lambda item: item[1].decided.place):
        if status not in (None, claim.status):
            continue
        service, decision = claim.decided.service, claim.decided.decision
        yield ClaimRow(
            claim=claim_id(ref.policy, ref.provider, ref.bill_line),
            policy=ref.policy,
            provider=ref.provider,
            bill_line=ref.bill_line,
            status=claim.status,
            service_from=service.from_,
            billed=service.billed,
            paid=claim.remittance.paid if claim.status is not ClaimStatus.NONE else 0,
            currency=service.currency,
            codes=tuple(map(str, decision.codes)),
            release_at=decision.release_at,
        )


def _state(event: events.PolicyIssued, closed: set[bytes], now: int) -> str:
    if event.policy in closed:
        return "closed"
    if now < midnight(event.terms.start):
        return "not begun"
    return "in force" if now < midnight(event.terms.end) else "over"
