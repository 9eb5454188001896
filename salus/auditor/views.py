"""What the contracts must answer, by the books that were replayed from events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from salus.auditor.asking import AnswerPart, Question
from salus.auditor.counters import Counters
from salus.auditor.history import History
from salus.auditor.policy_books import CapBook, PolicyBooks
from salus.auditor.pool_books import PoolBook
from salus.auditor.registry_books import RegistryBooks
from salus.auditor.rows import Book
from salus.chain.events import PolicyIssued
from salus.chain.suite import Chain
from salus.types import ClaimRef, ClaimStatus

TOKENS, SHARES = "token units", "shares"
_REVISION = 3
_BILLED, _CLAIMED, _CURRENCY = 0, 1, 2


def of_policies(history: History, books: PolicyBooks) -> Iterator[Question]:
    """Counters of each policy and each group, holder, and the status of each claim."""
    functions, desk = history.chain.book.functions, history.chain.desk.functions
    for policy_id, policy in books.policies.items():
        subject, currency = f"policy 0x{policy_id.hex()}", policy.terms.currency
        parts = tuple(
            AnswerPart(name, expected, _at(place), "" if isinstance(expected, bool) else currency)
            for place, (name, expected) in enumerate(zip(Counters._fields, policy.counters, strict=True))
        )
        yield Question(Book.POLICIES, subject, functions.accountOf(policy_id), parts)
        token = functions.ownerOf(int.from_bytes(policy_id, "big"))
        yield Question(Book.POLICIES, subject, token, (AnswerPart("holder", policy.issued.holder),))
        for group, use in policy.uses.items():
            about = f"group 0x{group.hex()[:16]}…"
            parts = (
                AnswerPart(f"paid of {about}", use.paid, lambda answer: answer[1][0], currency),
                AnswerPart(f"units of {about}", use.units, lambda answer: answer[1][1]),
            )
            yield Question(Book.POLICIES, subject, functions.usageOf(policy_id, group), parts)
    for ref, claim in books.claims.items():
        status = AnswerPart("status", claim.status.name, lambda answer: ClaimStatus(answer).name)
        yield Question(Book.CLAIMS, claim_words(ref), desk.statusOf(ref.as_tuple()), (status,))


def of_bills(history: History, books: PolicyBooks) -> Iterator[Question]:
    """What binds on each bill line."""
    functions = history.chain.providers.functions
    for (provider, line), bill in books.bills.items():
        parts = (
            AnswerPart("billed", bill.billed, _at(_BILLED), bill.currency),
            AnswerPart("claimed by the first payer", bill.first_claimed, _at(_CLAIMED), bill.currency),
            AnswerPart("currency", bill.currency, lambda answer: _text(answer[_CURRENCY])),
            AnswerPart("revision", bill.revision, _at(_REVISION)),
        )
        subject = f"provider {provider}, bill line 0x{line.hex()}"
        yield Question(Book.BILLS, subject, functions.billLineOf(provider, line), parts)


def of_factory(history: History, books: RegistryBooks) -> Iterator[Question]:
    """Whether each pool that an event names is one of this suite's."""
    named = {pool for pool, _ in books.caps} | {event.pool for event in history.of(PolicyIssued)}
    for pool in dict.fromkeys((*history.pools, *sorted(named))):
        question = history.chain.factory.functions.isPool(pool)
        part = AnswerPart("the factory made it", pool in history.pools)
        yield Question(Book.POOLS, f"pool {pool}", question, (part,))


def of_pool(chain: Chain, pool: PoolBook) -> Iterator[Question]:
    """The figures of a pool, its settings, and the shares and notice of each holder."""
    contract = chain.at("RiskPool", pool.address)
    asset = chain.at("Asset", pool.created.asset)
    functions, subject, currency = contract.functions, f"pool {pool.address}", pool.currency
    for what, expected, function, unit in (
        ("asset", pool.created.asset, functions.asset(), ""),
        ("insurer", pool.insurer, functions.insurer(), ""),
        ("token units to a minor unit", pool.unit, functions.unit(), ""),
        ("locked by policies", pool.locked, functions.locked(), currency),
        ("claims not yet paid", pool.outstanding, functions.outstanding(), currency),
        ("claims held for review", pool.reserved, functions.reserved(), currency),
        ("premium not yet earned", pool.unearned, functions.unearned(), currency),
        ("balance", pool.balance, asset.functions.balanceOf(pool.address), TOKENS),
        ("capital", pool.capital, functions.totalAssets(), TOKENS),
        ("free capital", pool.free, functions.freeAssets(), TOKENS),
        ("deficit", pool.deficit, functions.deficit(), TOKENS),
    ):
        yield Question(Book.POOLS, subject, function, (AnswerPart(what, expected, unit=unit),))
    code = AnswerPart("currency", pool.currency, _text)
    yield Question(Book.POOLS, subject, functions.currency(), (code,))
    for signer, allowed in pool.quote_signers.items():
        part = AnswerPart(f"{signer} may sign quotes", allowed)
        yield Question(Book.POOLS, subject, functions.isQuoteSigner(signer), (part,))
    for table, paused in pool.sales_paused.items():
        part = AnswerPart(f"sales paused under table 0x{table.hex()[:16]}…", paused)
        yield Question(Book.POOLS, subject, functions.isSalesPaused(table), (part,))
    yield from _shares(pool, functions, subject)


def _shares(pool: PoolBook, functions: Any, subject: str) -> Iterator[Question]:
    supply = AnswerPart("all shares", pool.supply, unit=SHARES)
    yield Question(Book.SHARES, subject, functions.totalSupply(), (supply,))
    for owner in dict.fromkeys((*pool.shares, *pool.notices)):
        part = AnswerPart(f"shares of {owner}", pool.shares.get(owner, 0), unit=SHARES)
        yield Question(Book.SHARES, subject, functions.balanceOf(owner), (part,))
        noticed, ready_at = pool.notices.get(owner, (0, 0))
        notice = (
            AnswerPart(f"shares in the notice of {owner}", noticed, _at(0), SHARES),
            AnswerPart(f"first second of the notice of {owner}", ready_at, _at(1)),
        )
        yield Question(Book.SHARES, subject, functions.noticeOf(owner), notice)


def of_caps(history: History, books: RegistryBooks, policies: PolicyBooks) -> Iterator[Question]:
    """What each pool pays each provider a day without review, and has paid on the last such day."""
    functions = history.chain.providers.functions
    for pool, provider in product(history.pools, books.providers):
        cap = policies.caps.get((pool, provider), CapBook())
        parts = (
            AnswerPart("daily cap, minor units", books.caps.get((pool, provider), 0), _at(0)),
            AnswerPart("used of the daily cap, minor units", cap.used, _at(1)),
            AnswerPart("day of the daily cap", cap.day, _at(2)),
        )
        subject = f"pool {pool}, provider {provider}"
        yield Question(Book.PROVIDERS, subject, functions.dailyCapOf(pool, provider), parts)


def of_registries(history: History, books: RegistryBooks) -> Iterator[Question]:
    """Providers, keys, desks, withdrawn roots, and how often each signer has consented or withdrawn."""
    functions = history.chain.providers.functions
    count = AnswerPart("how many there are", len(books.providers))
    yield Question(Book.PROVIDERS, "providers", functions.providerCount(), (count,))
    for number, provider in books.providers.items():
        start, end = provider.window
        parts = (
            AnswerPart("admin", provider.admin, _at(0)),
            AnswerPart("first day of the latest accreditation", start, _at(1)),
            AnswerPart("first day after it", end, _at(2)),
            AnswerPart("suspended", provider.suspended, _at(3)),
        )
        yield Question(Book.PROVIDERS, f"provider {number}", functions.providerOf(number), parts)
        for first, _ in provider.past:
            part = AnswerPart(f"accredited on day {first}", True)
            question = functions.accreditedOn(number, first)
            yield Question(Book.PROVIDERS, f"provider {number}", question, (part,))
    for (number, attestor), (start, end, revoked) in books.keys.items():
        key = (
            AnswerPart("first second of the key", start, _at(0)),
            AnswerPart("first second after the key", end, _at(1)),
            AnswerPart("revoked", revoked, _at(2)),
        )
        subject = f"provider {number}, key {attestor}"
        yield Question(Book.PROVIDERS, subject, functions.keyOf(number, attestor), key)
    for desk in dict.fromkeys((history.chain.desk.address, *books.desks, *books.safe_until)):
        desk_parts = (
            AnswerPart("status", books.desks.get(desk, 0), _at(0)),
            AnswerPart("end of safe mode", books.safe_until.get(desk, 0), _at(1)),
        )
        yield Question(Book.PROVIDERS, f"desk {desk}", functions.deskOf(desk), desk_parts)
    for number, root in sorted(books.roots):
        question = history.chain.desk.functions.isRootWithdrawn(number, root)
        part = AnswerPart(f"root 0x{root.hex()[:16]}… withdrawn", True)
        yield Question(Book.PROVIDERS, f"provider {number}", question, (part,))
    for signer, entries in books.consents.items():
        question = history.chain.consents.functions.nonces(signer)
        yield Question(Book.CONSENTS, f"signer {signer}", question, (AnswerPart("entries made", entries),))


def claim_words(ref: ClaimRef) -> str:
    """A claim for a reader."""
    return f"claim of provider {ref.provider}, bill line 0x{ref.bill_line.hex()}, policy 0x{ref.policy.hex()}"


def _at(place: int) -> Any:
    return lambda answer: answer[place]


def _text(code: Any) -> str:
    return bytes(code).rstrip(b"\0").decode("latin-1")
