"""Sheets of claims: every decision, its adjustments, every later step, every payment, every skipped line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from salus.auditor.books import Books
from salus.auditor.sheets import Amount, Column, Day, Moment, Sheet
from salus.base.codes import Carc
from salus.chain.events import (
    ClaimDecided,
    ClaimEvent,
    ClaimOwed,
    ClaimPaid,
    ClaimSkipped,
    ClaimWithdrawn,
    Event,
)
from salus.claim.adjudication import reductions_of
from salus.types import ClaimStatus, Remittance, claim_id

Times = Mapping[int, int]
"""The second of each block, since 1970."""

_CLAIM = (
    Column("claim", "id of the claim: hash of policy, provider and bill line"),
    Column("policy", "id of the policy"),
    Column("provider", "number of the provider"),
    Column("bill_line", "blinded id of the bill line"),
)
PLACE = (
    Column("time", "when the block was made, UTC"),
    Column("block", "number of the block"),
    Column("transaction", "hash of the transaction"),
    Column("log", "place among the events of the block"),
)
CURRENCY = Column("currency", "ISO 4217 code of the amounts")


def claim_sheets(books: Books, times: Times) -> Iterator[Sheet]:
    """The sheets of claims."""
    yield _decisions(books, times)
    yield _adjustments(books)
    yield _steps(books, times)
    yield _payments(books, times)
    yield _skipped(books, times)


def _decisions(books: Books, times: Times) -> Sheet:
    splits = [field.name for field in fields(Remittance) if field.name != "units"]
    rows = []
    for event in books.history.of(ClaimDecided):
        decision, service = event.decision, event.service
        amounts = (Amount(getattr(decision.remittance, name), service.currency) for name in splits)
        rows.append(
            (
                *_claim(event),
                *place_of(event, times),
                decision.status.name,
                _status_now(books, event),
                decision.is_duplicate,
                " ".join(map(str, decision.codes)),
                service.currency,
                Amount(service.billed, service.currency),
                *amounts,
                decision.remittance.units,
                Day(service.from_),
                Day(service.to),
                service.revision,
                service.flags,
                Moment(service.issued_at),
                Moment(decision.release_at),
                decision.pool,
                decision.payee,
                service.member,
                service.benefit,
                decision.group,
                service.case_id,
                service.record,
                decision.diagnosis,
            )
        )
    columns = (
        *_CLAIM,
        *PLACE,
        Column("status", "as decided: PAID, HELD, OWED or DENIED"),
        Column("status_now", "at the block of the export; WITHDRAWN if the provider took it back"),
        Column("duplicate", "yes if it was denied as a duplicate; the earlier decision is valid"),
        Column("codes", "X12 group and reason code (CARC) of each reason"),
        CURRENCY,
        Column("billed", "amount"),
        *(Column(name, "amount, by the decision") for name in splits),
        Column("units", "counted against the limit on units"),
        Column("service_from", "first civil day of the service"),
        Column("service_to", "last civil day; of a stay, the day of leaving"),
        Column("revision", "how often a line of this bill was taken back before"),
        Column("flags", "of the diagnosis, bit by bit"),
        Column("attested", "when the provider signed, UTC"),
        Column("may_be_settled", "when a held claim may be settled, UTC"),
        Column("pool", "address of the pool that pays"),
        Column("payee", "address that is paid"),
        Column("member", "commitment to the member"),
        Column("benefit", "blinded id of the benefit"),
        Column("group", "key of the counters that it uses; zeros for none"),
        Column("case", "blinded id of the stay"),
        Column("record", "commitment to the sealed record"),
        Column("diagnosis", "leaf of the attested diagnosis"),
    )
    return Sheet(name="claims", about="Every decision on a claim.", columns=columns, rows=rows)


def _adjustments(books: Books) -> Sheet:
    rows = [
        (
            *_claim(event),
            event.transaction,
            event.log_index,
            str(carc.group),
            carc.code,
            carc.title,
            event.service.currency,
            Amount(amount, event.service.currency),
        )
        for event in books.history.of(ClaimDecided)
        for carc, amount in _reductions(event)
    ]
    columns = (
        *_CLAIM,
        Column("transaction", "of the decision, as in claims.csv"),
        Column("log", "of the decision, as in claims.csv"),
        Column("group", "who bears it: PR the patient, CO the provider, OA neither by this decision"),
        Column("code", "X12 claim adjustment reason code (CARC)"),
        Column("title", "of the code"),
        CURRENCY,
        Column("amount", "by which the plan pays less; the whole bill where it is denied"),
    )
    about = "Each reason to pay less, by decision, with its amount."
    return Sheet(name="adjustments", about=about, columns=columns, rows=rows)


def _reductions(event: ClaimDecided) -> tuple[tuple[Carc, int], ...]:
    decision = event.decision
    if decision.status is ClaimStatus.DENIED:
        return tuple((code, event.service.billed) for code in decision.codes[:1])
    return reductions_of(decision.remittance)


def _steps(books: Books, times: Times) -> Sheet:
    rows: list[tuple[Any, ...]] = []
    for event in books.history.of(ClaimEvent):
        known = books.policies.claims.get(event.claim)
        currency = known.decided.service.currency if known else ""
        step: tuple[Any, ...]
        match event:
            case ClaimOwed() | ClaimPaid():
                word = "PAID" if isinstance(event, ClaimPaid) else "OWED"
                step = word, currency, Amount(event.amount, currency), event.payee
            case ClaimWithdrawn():
                step = "WITHDRAWN", currency, None, None
            case _:
                continue
        rows.append((*_claim(event), *place_of(event, times), *step))
    columns = (
        *_CLAIM,
        *PLACE,
        Column("step", "OWED: due and not paid; PAID: paid after a review or collected; WITHDRAWN"),
        CURRENCY,
        Column("amount", "due or paid; empty for a withdrawal"),
        Column("payee", "address"),
    )
    about = "What happened to claims after their decision."
    return Sheet(name="claim_steps", about=about, columns=columns, rows=rows)


def _payments(books: Books, times: Times) -> Sheet:
    paid = [claim for claim in books.policies.claims.values() if claim.payment is not None]
    rows = []
    for claim in paid:
        event, decided = claim.payment, claim.decided
        assert event is not None, "only claims with a payment are listed"
        pool, currency = books.pools.get(decided.decision.pool), decided.service.currency
        rows.append(
            (
                *_claim(decided),
                *place_of(event, times),
                "at the decision" if event is decided else "later",
                decided.decision.pool,
                decided.decision.payee,
                currency,
                Amount(claim.remittance.paid, currency),
                claim.remittance.paid * pool.unit if pool else None,
            )
        )
    columns = (
        *_CLAIM,
        *PLACE,
        Column("when", "`at the decision`, or `later`: after a review, or collected"),
        Column("pool", "address of the pool that paid"),
        Column("payee", "address that was paid"),
        CURRENCY,
        Column("amount", "paid"),
        Column("token_units", "the same in the smallest units of the pool's token"),
    )
    return Sheet(name="payments", about="Every payment of a claim.", columns=columns, rows=rows)


def _skipped(books: Books, times: Times) -> Sheet:
    rows = [
        (*_claim(event), *place_of(event, times), event.index, event.reason.name, event.reason.cause)
        for event in books.history.of(ClaimSkipped)
    ]
    columns = (
        *_CLAIM,
        *PLACE,
        Column("line", "place of the line in the call, from 0"),
        Column("reason", "why it was left undecided"),
        Column("words", "the same in words"),
    )
    about = "Every line that was filed and left undecided; it may be filed again."
    return Sheet(name="skipped", about=about, columns=columns, rows=rows)


def _claim(event: ClaimEvent) -> tuple[bytes, bytes, int, bytes]:
    return (
        claim_id(event.policy, event.provider, event.bill_line),
        event.policy,
        event.provider,
        event.bill_line,
    )


def place_of(event: Event, times: Times) -> tuple[Moment, int, str, int]:
    """The cells of `PLACE`."""
    return Moment(times[event.block]), event.block, event.transaction, event.log_index


def _status_now(books: Books, event: ClaimDecided) -> str:
    if event.decision.is_duplicate:
        return event.decision.status.name
    claim = books.policies.claims[event.claim]
    withdrawn = claim.status is ClaimStatus.NONE or claim.decided is not event
    return "WITHDRAWN" if withdrawn else claim.status.name
