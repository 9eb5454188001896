"""Formats a member's claims for a reader, with a line for each claim and each reason."""

from __future__ import annotations

from collections.abc import Iterator

from salus.base import money
from salus.base.days import to_date
from salus.cover.membership import Membership
from salus.statement.ledger import LedgerEntry


def words_of(entry: LedgerEntry, membership: Membership) -> Iterator[str]:
    """Yields a line with the amounts and the status of a claim, and a line for each reason to pay less."""
    service, decision = entry.decided.service, entry.decided.decision
    code = membership.schedule.code_of(service.benefit)
    title = membership.table[code].title if code else "unknown care"
    billed = money.to_words(service.billed, service.currency)
    paid = money.to_words(decision.remittance.paid, service.currency)
    yield (
        f"{to_date(service.from_)}  {title:<32} billed {billed:>14}  plan pays {paid:>14}  "
        f"{entry.status.word}"
    )
    for reason in decision.codes:
        yield f"    {reason}  {reason.words}"
