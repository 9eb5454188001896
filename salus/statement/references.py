"""Collects what a letter quotes only in short: hashes and addresses, each once and in full for the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from salus.statement.explanation import Item, Statement
from salus.types import ClaimStatus


def short(full: str) -> str:
    """Shortens a hash or an address for the text.

    >>> short("0x" + "ab" * 31 + "cd")
    '0xabab…abcd'
    """
    return f"{full[:6]}…{full[-4:]}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A hash or an address in full, and how the letter quotes it."""

    words: str
    quoted: str
    full: str


def references_of(letter: Statement) -> tuple[Reference, ...]:
    """Returns the policy, accounts, claims and transactions of the letter, in the order of the text."""
    found: dict[str, Reference] = {}
    for one in _all(letter):
        found.setdefault(one.full, one)
    order = {"Policy": 0, "Account": 1, "Claim": 2, "Transaction": 3}
    return tuple(sorted(found.values(), key=lambda one: order[one.words]))


def _all(letter: Statement) -> Iterator[Reference]:
    policy = "0x" + letter.membership.policy_id.hex()
    yield Reference("Policy", short(policy), policy)
    for item in letter.items:
        yield Reference("Claim", item.number, "0x" + item.claim.hex())
        if names_payee(item):
            payee = item.entry.decided.decision.payee
            yield Reference("Account", short(payee), payee)
        transactions = (item.entry.decided.transaction, item.entry.payment, item.entry.withdrawn)
        for transaction in transactions:
            if transaction:
                yield Reference("Transaction", short(transaction), transaction)


def names_payee(item: Item) -> bool:
    """Returns whether money has gone or will go to the payee of the claim."""
    return bool(item.paid) and item.status in (ClaimStatus.PAID, ClaimStatus.HELD, ClaimStatus.OWED)
