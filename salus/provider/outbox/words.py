"""Formats the lines of an outbox for a reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from salus.base import money
from salus.base.days import moment_words, to_date
from salus.claim.provider_key import short
from salus.provider.outbox.entry import OPEN, OutboxLine, State
from salus.provider.outbox.store import Outbox
from salus.types import Decision

_WAITING = (State.DRAFTED, *OPEN, State.HELD, State.OWED, State.DENIED)
_EXAMPLES = 2


def words_of(line: OutboxLine) -> str:
    """Formats a line as one row: the amount billed, the state and the decision."""
    diagnosis = line.diagnosis
    billed = money.to_words(diagnosis.billed, diagnosis.currency)
    words = f"{line.bill:<38} {to_date(diagnosis.service_from)}  {billed:>16}  {line.state:<9}"
    if line.state is State.SKIPPED and line.reason is not None:
        return f"{words} {line.reason.words}"
    if line.decision is None:
        return words
    paid = money.to_words(line.decision.remittance.paid, diagnosis.currency)
    codes = " ".join(str(code) for code in line.decision.codes)
    due = f" from {moment_words(line.decision.release_at)}" if line.state is State.HELD else ""
    return f"{words} {paid} {codes}{due}"


def counts_of(outbox: Outbox) -> str:
    """Formats the number of lines in each state, such as `2 paid, 1 held`."""
    counts = outbox.counts()
    return ", ".join(f"{counts[state]:,} {state}" for state in State if state in counts) or "nothing"


def bindings_of(outbox: Outbox) -> list[str]:
    """Formats since when the outbox takes which provider key, and why, oldest first."""
    return [
        f"provider key {short(one.key)} since {moment_words(one.at)}: {one.reason}"
        for one in outbox.bindings()
    ]


def standing_of(outbox: Outbox) -> list[str]:
    """Formats what is not paid yet: a line for each state and cause, with an example and the next step.

    What is held back comes last.
    """
    held_back = outbox.held_back()
    kept = {held.line.id for held in held_back}
    groups: dict[tuple[State, str], list[OutboxLine]] = defaultdict(list)
    for line in outbox.entries(*_WAITING):
        if line.id not in kept:
            groups[line.state, _cause(line)].append(line)
    for held in held_back:
        groups[held.line.state, f"held back: {held.doubt.words}"].append(held.line)
    return [_group(state, cause, lines) for (state, cause), lines in groups.items()]


def claim_words(outbox: Outbox, claim: str) -> list[str]:
    """Formats one bill, which `claim` is a number of: a few lines for each line of it.

    Raises OutboxError if no bill has the number, or several have.
    """
    numbers = outbox.member_numbers()
    words = []
    for line in outbox.find_all(claim):
        diagnosis = line.diagnosis
        number = numbers.get((diagnosis.policy, diagnosis.member))
        member = "a member" if number is None else f"member {number}"
        first, last = to_date(diagnosis.service_from), to_date(diagnosis.service_to)
        billed = money.to_words(diagnosis.billed, diagnosis.currency)
        words += [
            f"Bill {line.claim}: {first}{'' if first == last else f' to {last}'}, {billed}",
            f"  {member} of policy 0x{diagnosis.policy.hex()}, bill line 0x{diagnosis.bill_line.hex()}",
            f"  {line.state}{f': {cause}' if (cause := _cause(line)) else ''}",
        ]
        if line.decision is not None:
            words += _decision_words(line, line.decision)
        if line.filing:
            words.append(f"  transaction {line.filing}")
    return words


def _decision_words(line: OutboxLine, decision: Decision) -> list[str]:
    paid = money.to_words(decision.remittance.paid, line.diagnosis.currency)
    reasons = [f"  {code}: {code.title}" for code in decision.codes]
    return [f"  the policy pays {paid} of {decision.pool} to {decision.payee}", *reasons]


def _cause(line: OutboxLine) -> str:
    """Why a line is not paid yet, and what to do; the same words for lines that share it."""
    if line.state is State.SKIPPED and line.reason is not None:
        return line.reason.words
    if line.state is State.DRAFTED:
        return "not signed yet; attest"
    if line.state is State.ATTESTED:
        return "signed and not filed yet; file"
    if line.state is State.SENT:
        return "in a transaction of unknown outcome; run status again"
    if line.decision is None or line.state in (State.PAID, State.WITHDRAWN):
        return ""
    codes = ", ".join(f"{code}, {code.title}" for code in line.decision.codes)
    remedy = line.decision.status.remedy
    return "; ".join(part for part in (codes, remedy) if part)


def _group(state: State, cause: str, lines: Sequence[OutboxLine]) -> str:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.diagnosis.currency] += line.diagnosis.billed
    billed = ", ".join(money.to_words(amount, currency) for currency, amount in sorted(sums.items()))
    shown = " and ".join(dict.fromkeys(line.bill for line in lines[:_EXAMPLES]))
    examples = shown if len(lines) <= _EXAMPLES else f"such as {shown}"
    due = min((line.decision.release_at for line in lines if line.decision is not None), default=0)
    first = f", the first due {moment_words(due)}" if state is State.HELD and due else ""
    return f"{len(lines):,} {state}, billed {billed}{first}: {cause} ({examples})"
