"""Says in a plan which bills it is about: number, days, amount and member.

A member is named by the number on the policy, never by name, and nothing tells what the care was for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from salus.base import money
from salus.base.days import to_date
from salus.chain.sending import Action
from salus.provider.outbox import Outbox, OutboxLine
from salus.types import ClaimStatus, Decision

MOST = 40
"""Bills that a plan lists for one transaction."""
_POLICY_DIGITS = 8


def bill_words(outbox: Outbox, *lines: OutboxLine) -> list[str]:
    """Returns for each line its bill's number, days and amount, and whose it is."""
    numbers = outbox.member_numbers()
    return [f"{line.bill}, {days_of(line)}, {billed_of(line)}, {member_of(line, numbers)}" for line in lines]


def days_of(line: OutboxLine) -> str:
    """Returns the day of the service, or its first and last day."""
    first, last = to_date(line.diagnosis.service_from), to_date(line.diagnosis.service_to)
    return f"{first}" if first == last else f"{first} to {last}"


def billed_of(line: OutboxLine) -> str:
    return money.to_words(line.diagnosis.billed, line.diagnosis.currency)


def member_of(line: OutboxLine, numbers: dict[tuple[bytes, bytes], int]) -> str:
    """Returns the member by the number on the policy: `member 0 of policy 0x12ab34cd…`."""
    number = numbers.get((line.diagnosis.policy, line.diagnosis.member))
    who = "a member" if number is None else f"member {number}"
    return f"{who} of policy 0x{line.diagnosis.policy.hex()[:_POLICY_DIGITS]}…"


def about(action: Action, outbox: Outbox, line: OutboxLine) -> Action:
    """Returns the action with words that say which bill it is about."""
    (bill,) = bill_words(outbox, line)
    return replace(action, words=(f"Bill {bill}.", *action.words))


def filed_words(outbox: Outbox, tried: Sequence[tuple[OutboxLine, Decision]]) -> list[str]:
    """Returns a row for each bill of a filing with what the trial found, and how many are not shown."""
    bills = bill_words(outbox, *(line for line, _ in tried[:MOST]))
    rows = [
        f"  {bill}: {_outcome(line, decision)}"
        for bill, (line, decision) in zip(bills, tried[:MOST], strict=True)
    ]
    more = len(tried) - MOST
    return [*rows, f"  and {more:,} more"] if more > 0 else rows


def _outcome(line: OutboxLine, decision: Decision) -> str:
    if decision.status is ClaimStatus.DENIED:
        return f"denied {' '.join(str(code) for code in decision.codes)}"
    paid = money.to_words(decision.remittance.paid, line.diagnosis.currency)
    return f"{decision.status.word} {paid}"
