"""Formats the lines of an outbox for a reader."""

from __future__ import annotations

from salus.base import money
from salus.base.days import moment_words, to_date
from salus.provider.outbox.entry import OutboxLine, State
from salus.provider.outbox.store import Outbox


def words_of(line: OutboxLine) -> str:
    """Formats a line as one row: the amount billed, the state and the decision."""
    diagnosis = line.diagnosis
    billed = money.to_words(diagnosis.billed, diagnosis.currency)
    words = f"{line.claim:<38} {to_date(diagnosis.service_from)}  {billed:>16}  {line.state:<9}"
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
    return ", ".join(f"{counts[state]} {state}" for state in State if state in counts) or "nothing"
