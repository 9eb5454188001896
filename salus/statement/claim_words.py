"""Formats a member's claims for a reader: each amount with its reason, and what has become of the claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from salus.base import money
from salus.base.days import moment_words, to_date
from salus.statement.explanation import Item, Statement
from salus.types import ClaimStatus

NameOf = Callable[[int], str]
"""Returns the name of a provider by its number."""


def words_of(
    item: Item, letter: Statement, *, now: int, name_of: NameOf = "provider {}".format
) -> Iterator[str]:
    """Yields a claim in lines: what it is, each amount with its reason, and what has become of it.

    `now` is the second for which the state is told.
    """
    event, currency = item.entry.decided, letter.currency
    service = event.service
    until = f" to {to_date(service.to)}" if service.to > service.from_ else ""
    yield f"{to_date(service.from_)}{until}  {item.row.title}, {name_of(event.provider)}: {state_word(item)}"

    def line(name: str, minor: int, words: str = "") -> str:
        return f"    {name:<44} {money.to_words(minor, currency):>18}{'  ' if words else ''}{words}"

    yield line("billed", item.billed)
    if item.fixed and item.base != item.billed:
        yield line("fixed benefit, whatever is billed", item.base)
    for part in item.reductions:
        yield line(f"{part.carc} {part.carc.title}", -part.amount, part.carc.words)
    yield line("the plan pays", item.paid)
    if item.owe is not None and item.counts:
        yield line("you may owe the provider", item.owe)
    for words in _state(item, letter, now):
        yield f"    {words}"
    yield f"    claim {item.number}, 0x{item.claim.hex()}"


def state_word(item: Item) -> str:
    """Returns what has become of a claim in one word.

    A duplicate is called so, because it was denied only since an earlier decision on its bill is valid.
    """
    return "duplicate" if item.entry.is_duplicate else item.status.word


def _state(item: Item, letter: Statement, now: int) -> Iterator[str]:
    """Yields what has become of a claim, with its transactions."""
    entry, decision = item.entry, item.entry.decided.decision
    decided = f"in transaction {entry.decided.transaction}"
    if entry.is_duplicate:
        first = first_of(item, letter)
        yield f"denied {decided}: its bill was already decided"
        if first is not None:
            yield f"the first decision is valid: {first.status.word}, {first.entry.decided.transaction}"
    elif item.status is ClaimStatus.PAID and item.paid:
        yield f"paid to {decision.payee} in transaction {entry.payment}"
    elif item.status is ClaimStatus.PAID:
        yield f"decided {decided}: it counts towards your limits, and there is nothing to pay out"
    elif item.status is ClaimStatus.HELD and now < decision.release_at:
        yield f"held for review until {moment_words(decision.release_at)}; then paid to {decision.payee}"
        yield f"decided {decided}"
    elif item.status is ClaimStatus.HELD:
        yield f"its review ended {moment_words(decision.release_at)}: anyone may settle it now"
        yield f"decided {decided}, to be paid to {decision.payee}"
    elif item.status is ClaimStatus.OWED:
        yield f"owed to {decision.payee}: the pool lacked the money or the account refused it; it follows"
        yield f"decided {decided}"
    elif item.status is ClaimStatus.NONE:
        yield f"the provider took it back in transaction {entry.withdrawn}; your limits were restored"
        yield "a corrected bill was sent" if _is_corrected(item, letter) else "no corrected bill was sent yet"
    else:
        yield f"denied {decided}"


def first_of(item: Item, letter: Statement) -> Item | None:
    """Returns the decision that is valid for the bill of a duplicate: the latest one before it."""
    earlier = [
        other
        for other in letter.items
        if other.claim == item.claim
        and not other.entry.is_duplicate
        and other.entry.decided.place < item.entry.decided.place
    ]
    return max(earlier, key=lambda other: other.entry.decided.place, default=None)


def _is_corrected(item: Item, letter: Statement) -> bool:
    return any(
        other.claim == item.claim
        and not other.entry.is_duplicate
        and other.entry.decided.place > item.entry.decided.place
        for other in letter.items
    )


def as_json(item: Item, letter: Statement) -> dict[str, Any]:
    """Returns a claim as a JSON object: amounts are decimals in text, days are dates."""
    event, currency = item.entry.decided, letter.currency
    decision, first = event.decision, first_of(item, letter) if item.entry.is_duplicate else None

    def amount(minor: int) -> str:
        return str(money.to_decimal(minor, currency))

    return {
        "claim": "0x" + item.claim.hex(),
        "number": item.number,
        "provider": event.provider,
        "benefit": item.row.code,
        "first_day": to_date(event.service.from_).isoformat(),
        "last_day": to_date(event.service.to).isoformat(),
        "state": state_word(item),
        "currency": currency,
        "billed": amount(item.billed),
        "reductions": [
            {"code": str(part.carc), "title": part.carc.title, "amount": amount(part.amount)}
            for part in item.reductions
        ],
        "plan_pays": amount(item.paid),
        "member_may_owe": None if item.owe is None else amount(item.owe),
        "payee": decision.payee if item.paid else None,
        "held_until": moment_words(decision.release_at) if item.status is ClaimStatus.HELD else None,
        "decided_in": event.transaction,
        "paid_in": item.entry.payment if item.paid else None,
        "withdrawn_in": item.entry.withdrawn,
        "duplicate_of": None if first is None else first.entry.decided.transaction,
    }
