"""Sheets of policies, pools, shares and every movement of capital."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salus.auditor.books import Books
from salus.auditor.claim_sheets import CURRENCY, PLACE, Times, place_of
from salus.auditor.pool_books import SCALE, PoolBook, unearned_of
from salus.auditor.sheets import Amount, Column, Day, Moment, Sheet, Tokens
from salus.auditor.ties import gifts_of
from salus.base import money
from salus.chain.events import Event, PolicyClosed
from salus.chain.pool_events import Deposit, NoticeGiven, PremiumReceived, Recapitalised, Transfer, Withdraw
from salus.crypto.abi import ZERO_ADDRESS

_POOL = Column("pool", "address of the pool")


def money_sheets(books: Books, times: Times, names: dict[str, tuple[str, str]]) -> Iterator[Sheet]:
    """The sheets of money. `names` gives the name and the symbol of each pool."""
    yield _policies(books, times)
    yield _capital(books, times)
    yield _holders(books)
    yield _pools(books, times, names)


def tokens(pool: PoolBook, units: int) -> Tokens:
    """Token units of a pool as a decimal of its currency."""
    exponent = money.exponent(pool.currency) if money.is_currency(pool.currency) else 0
    return Tokens(units, exponent + len(str(pool.unit)) - 1)


def _policies(books: Books, times: Times) -> Sheet:
    closed = {event.policy: times[event.block] for event in books.history.of(PolicyClosed)}
    rows = []
    for policy_id, policy in books.policies.policies.items():
        terms, counters, event = policy.terms, policy.counters, policy.issued
        unearned = -(-unearned_of(terms, books.history.time) // SCALE)
        rows.append(
            (
                policy_id,
                *place_of(event, times),
                terms.pool,
                terms.holder,
                event.payer,
                terms.payee,
                terms.benefit_table,
                terms.members,
                Day(terms.start),
                Day(terms.end - 1),
                terms.filing_days,
                terms.review_window,
                terms.solvency_bps,
                terms.currency,
                *(
                    Amount(minor, terms.currency)
                    for minor in (
                        terms.annual_limit,
                        terms.deductible,
                        terms.out_of_pocket,
                        terms.auto_pay_limit,
                        terms.premium,
                        terms.premium - unearned,
                        counters.paid,
                        counters.reserved,
                        counters.deductible,
                        counters.out_of_pocket,
                        policy.lock,
                    )
                ),
                Moment(closed.get(policy_id, 0)),
            )
        )
    columns = (
        Column("policy", "id of the policy"),
        *PLACE,
        _POOL,
        Column("holder", "address that holds the policy"),
        Column("payer", "address that paid the premium"),
        Column("payee", "address that is paid where a member names none"),
        Column("benefit_table", "hash of the benefit table"),
        Column("members", "root of the members' commitments"),
        Column("start", "first civil day of cover"),
        Column("last_day", "last civil day of cover"),
        Column("filing_days", "days after a service within which it may be filed"),
        Column("review_window", "seconds for which a claim is held"),
        Column("solvency_bps", "capital locked of the unused annual limit, in 1/100 %"),
        CURRENCY,
        Column("annual_limit", "amount"),
        Column("deductible", "amount"),
        Column("out_of_pocket", "amount, at most borne by the members"),
        Column("auto_pay_limit", "amount above which a claim is held for review"),
        Column("premium", "amount"),
        Column("premium_earned", "amount earned by the time of the export"),
        Column("paid", "amount paid or owed"),
        Column("held", "amount held for review"),
        Column("deductible_used", "amount"),
        Column("out_of_pocket_used", "amount"),
        Column("locked", "amount of capital that the pool locks for it"),
        Column("closed", "when it was closed, UTC; empty if open"),
    )
    about = "Every policy, its terms and its counters at the block of the export."
    return Sheet(name="policies", about=about, columns=columns, rows=rows)


def _capital(books: Books, times: Times) -> Sheet:
    rows: list[tuple[Any, ...]] = []
    for event in books.history.events:
        pool = books.pools.get(event.address)
        if pool is not None:
            rows += [
                (pool.address, *place_of(event, times), *movement) for movement in _movement(pool, event)
            ]
    for pool in books.pools.values():
        for gift, units in gifts_of(pool, books.history):
            rows.append(
                (
                    pool.address,
                    *place_of(gift, times),
                    *_tokens(pool, "gift", gift.from_, pool.address, units),
                )
            )
    rows.sort(key=lambda row: (row[2], row[4]))
    columns = (
        _POOL,
        *PLACE,
        Column(
            "kind",
            "premium, deposit, withdrawal, recapitalisation, gift (tokens that no event announces), "
            "shares (moved from one holder to another), or notice",
        ),
        Column("from", "address that gave"),
        Column("to", "address that got"),
        CURRENCY,
        Column("amount", "in whole tokens; empty where only shares move"),
        Column("token_units", "the same in the smallest units of the token"),
        Column("shares", "made, used, moved or noticed"),
        Column("ready", "of a notice: when the shares may leave, UTC"),
    )
    about = "Every movement of money and shares of a pool, but for claims (payments.csv)."
    return Sheet(name="capital", about=about, columns=columns, rows=rows)


def _movement(pool: PoolBook, event: Event) -> Iterator[tuple[Any, ...]]:
    here = pool.address
    match event:
        case PremiumReceived():
            yield _tokens(pool, "premium", event.payer, here, event.premium * pool.unit)
        case Deposit():
            yield _tokens(pool, "deposit", event.sender, event.owner, event.assets, event.shares)
        case Withdraw():
            yield _tokens(pool, "withdrawal", event.owner, event.receiver, event.assets, event.shares)
        case Recapitalised():
            yield _tokens(pool, "recapitalisation", event.payer, here, event.assets)
        case NoticeGiven():
            yield "notice", event.owner, None, None, None, None, event.shares, Moment(event.ready_at)
        case Transfer() if ZERO_ADDRESS not in (event.from_, event.to):
            yield "shares", event.from_, event.to, None, None, None, event.value, None


def _tokens(
    pool: PoolBook, kind: str, giver: str, getter: str, units: int, shares: int | None = None
) -> tuple[Any, ...]:
    return kind, giver, getter, pool.currency, tokens(pool, units), units, shares, None


def _holders(books: Books) -> Sheet:
    rows = [
        (pool.address, owner, shares, noticed, Moment(ready_at))
        for pool in books.pools.values()
        for owner, shares in pool.shares.items()
        for noticed, ready_at in [pool.notices.get(owner, (0, 0))]
    ]
    columns = (
        _POOL,
        Column("owner", "address"),
        Column("shares", "at the block of the export"),
        Column("noticed", "shares in the notice"),
        Column("ready", "when they may leave, UTC, for the 14 days after"),
    )
    return Sheet(name="holders", about="Everybody who has had shares.", columns=columns, rows=rows)


def _pools(books: Books, times: Times, names: dict[str, tuple[str, str]]) -> Sheet:
    rows = []
    for pool in books.pools.values():
        minor = (
            pool.premium,
            pool.earned,
            pool.unearned,
            pool.claims_paid,
            pool.outstanding,
            pool.reserved,
            pool.locked,
        )
        units = (
            pool.deposited,
            pool.withdrawn,
            pool.recapitalised,
            pool.gifts,
            pool.balance,
            pool.capital,
            pool.free,
            pool.deficit,
        )
        rows.append(
            (
                pool.address,
                *names[pool.address],
                *place_of(pool.created, times),
                pool.insurer,
                pool.created.asset,
                pool.unit,
                pool.currency,
                *(Amount(amount, pool.currency) for amount in minor),
                *(tokens(pool, amount) for amount in units),
                pool.supply,
            )
        )
    columns = (
        _POOL,
        Column("name", "of its shares"),
        Column("symbol", "of its shares"),
        *PLACE,
        Column("insurer", "address"),
        Column("asset", "address of the token that it holds"),
        Column("unit", "token units to a minor unit of the currency"),
        CURRENCY,
        Column("premium", "received"),
        Column("premium_earned", "of it"),
        Column("premium_unearned", "of it, rounded up"),
        Column("claims_paid", "amount"),
        Column("claims_open", "held for review or owed"),
        Column("claims_held", "of them, held for review"),
        Column("locked", "capital that policies lock"),
        Column("deposited", "in whole tokens, as the columns after it"),
        Column("withdrawn", "by holders of shares"),
        Column("recapitalised", "given to fill a deficit"),
        Column("gifts", "tokens that no event announces"),
        Column("balance", "of the pool"),
        Column("capital", "balance less unearned premium and open claims"),
        Column("free", "capital that is not locked"),
        Column("deficit", "what the pool owes above its balance"),
        Column("shares", "all there are"),
    )
    about = "Every pool and its figures at the block of the export."
    return Sheet(name="pools", about=about, columns=columns, rows=rows)
