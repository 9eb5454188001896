"""Events of different contracts that must agree with each other, transaction by transaction.

Tokens are counted twice: by the transfers of the asset, and by what pool and claim desk say they were for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from salus.auditor.counters import Counters
from salus.auditor.history import History
from salus.auditor.policy_books import PolicyBooks
from salus.auditor.pool_books import PoolBook
from salus.auditor.rows import Book, Comparison
from salus.chain.events import PolicyClosed, PolicyIssued
from salus.chain.pool_events import (
    CapitalUnlocked,
    Deposit,
    PremiumReceived,
    Recapitalised,
    Transfer,
    Withdraw,
)
from salus.crypto.abi import ZERO_ADDRESS

Counted = Counter[tuple[Any, ...]]
"""Events, or token units, by transaction and what else must agree."""


def ties(pool: PoolBook, history: History, books: PolicyBooks) -> Iterator[Comparison]:
    """What must agree about a pool."""
    own = [event for event in history.events if event.address == pool.address]
    moved = [event for event in history.of(Transfer) if event.address == pool.created.asset]
    yield from _policies(pool, own, history, books)
    yield from _shares(own)
    yield from _tokens_in(pool, own, moved)
    yield from _tokens_out(pool, own, moved, books)


def _policies(pool: PoolBook, own: list[Any], history: History, books: PolicyBooks) -> Iterator[Comparison]:
    issued, paid, closed, unlocked = Counted(), Counted(), Counted(), Counted()
    for event in history.of(PolicyIssued):
        if event.pool == pool.address:
            lock = Counters().lock(event.terms)
            issued[event.transaction, event.payer, event.terms.premium, lock] += 1
    for closing in history.of(PolicyClosed):
        policy = books.policies.get(closing.policy)
        if policy is not None and policy.terms.pool == pool.address:
            closed[closing.transaction, closing.released] += 1
    for event in own:
        if isinstance(event, PremiumReceived):
            paid[event.transaction, event.payer, event.premium, event.locked] += 1
        elif isinstance(event, CapitalUnlocked):
            unlocked[event.transaction, event.amount] += 1
    yield from _same("premiums received, by policies issued and by the pool", issued, paid, "events")
    yield from _same("locks released, by policies closed and by the pool", closed, unlocked, "events")


def _shares(own: list[Any]) -> Iterator[Comparison]:
    deposits, minted, withdrawals, burned = Counted(), Counted(), Counted(), Counted()
    for event in own:
        match event:
            case Deposit():
                deposits[event.transaction, event.owner, event.shares] += 1
            case Withdraw():
                withdrawals[event.transaction, event.owner, event.shares] += 1
            case Transfer() if event.from_ == ZERO_ADDRESS:
                minted[event.transaction, event.to, event.value] += 1
            case Transfer() if event.to == ZERO_ADDRESS:
                burned[event.transaction, event.from_, event.value] += 1
    yield from _same("deposits, and the shares made for them", deposits, minted, "events")
    yield from _same("withdrawals, and the shares used for them", withdrawals, burned, "events")


def _tokens_in(pool: PoolBook, own: list[Any], moved: list[Transfer]) -> Iterator[Comparison]:
    announced, arrived = announced_of(pool, own), Counted()
    for transfer in moved:
        if transfer.to == pool.address:
            arrived[transfer.transaction, transfer.from_] += transfer.value
    # more than was announced is a gift
    found = Counted({place: min(arrived[place], tokens) for place, tokens in announced.items()})
    yield from _same("tokens received, by the pool and by transfers", announced, found, "token units")


def announced_of(pool: PoolBook, own: list[Any]) -> Counted:
    """Token units that a pool says it has received, by transaction and giver."""
    announced = Counted()
    for event in own:
        match event:
            case PremiumReceived():
                announced[event.transaction, event.payer] += event.premium * pool.unit
            case Deposit():
                announced[event.transaction, event.sender] += event.assets
            case Recapitalised():
                announced[event.transaction, event.payer] += event.assets
    return announced


def _tokens_out(
    pool: PoolBook, own: list[Any], moved: list[Transfer], books: PolicyBooks
) -> Iterator[Comparison]:
    due, left = Counted(), Counted()
    for claim in books.claims.values():
        decision = claim.decided.decision
        if claim.payment is not None and decision.pool == pool.address:
            due[claim.payment.transaction, decision.payee] += claim.remittance.paid * pool.unit
    for event in own:
        if isinstance(event, Withdraw):
            due[event.transaction, event.receiver] += event.assets
    for transfer in moved:
        if transfer.from_ == pool.address:
            left[transfer.transaction, transfer.to] += transfer.value
    yield from _same("tokens paid out, by claims and withdrawals and by transfers", due, left, "token units")


def _same(what: str, expected: Counted, found: Counted, unit: str) -> Iterator[Comparison]:
    for place in dict.fromkeys((*expected, *found)):
        transaction, *about = place
        yield Comparison(
            book=Book.EVENTS,
            subject=f"transaction {transaction}",
            what=": ".join((what, ", ".join(map(str, about)))),
            expected=expected[place],
            found=found[place],
            unit=unit,
        )


def gifts_of(pool: PoolBook, history: History) -> list[tuple[Transfer, int]]:
    """Token units that entered a pool and that none of its events announces, each with its transfer."""
    own = [event for event in history.events if event.address == pool.address]
    left = announced_of(pool, own)
    found = []
    for transfer in history.of(Transfer):
        if transfer.address != pool.created.asset or transfer.to != pool.address:
            continue
        place = transfer.transaction, transfer.from_
        used = min(left[place], transfer.value)
        left[place] -= used
        if transfer.value > used:
            found.append((transfer, transfer.value - used))
    return found
