"""Lists the claims of an outbox: a row for each line, for a table, a CSV file or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from salus.base import money
from salus.base.days import moment_words, to_date
from salus.provider.outbox import Outbox, OutboxLine, State


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBill:
    """One line of an outbox as a person or a program reads it. It names no patient and no code of care."""

    bill: str
    """The bill's own number."""
    claim: str
    """The same with its system, as it names the bill everywhere."""
    first_day: date
    last_day: date
    billed: int
    """Minor units of `currency`."""
    paid: int | None
    """What the policy pays, minor units; None before a decision."""
    currency: str
    state: State
    codes: tuple[str, ...]
    """Reasons of the decision."""
    member: int | None
    """The member's number on the policy; None if the outbox does not know it."""
    policy: str
    """0x-hex."""
    due: int | None
    """Second from which a held claim can be settled."""
    why: str
    """Why it is not decided; empty if it is."""

    def to_json(self) -> dict[str, Any]:
        """Returns the row as JSON has it."""
        days = {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        return asdict(self) | days | {"state": str(self.state), "codes": list(self.codes)}

    def cells(self) -> tuple[str, ...]:
        """Returns the row as words, in the order of `HEAD`."""
        last = "" if self.first_day == self.last_day else f" to {self.last_day}"
        due = "" if self.due is None else f"from {moment_words(self.due)}"
        return (
            self.bill,
            f"{self.first_day}{last}",
            "" if self.member is None else str(self.member),
            money.to_words(self.billed, self.currency),
            self.state,
            "" if self.paid is None else money.to_words(self.paid, self.currency),
            " ".join(self.codes) or self.why or due,
        )


HEAD = ("bill", "days", "member", "billed", "state", "paid", "why")


def list_claims(outbox: Outbox, *states: State, claim: str | None = None) -> list[ListedBill]:
    """Returns the lines in these states, or all, oldest first; with `claim`, those of the bill of that name.

    Raises OutboxError if no bill has the number, or several have.
    """
    numbers = outbox.member_numbers()
    lines: Sequence[OutboxLine]
    if claim is None:
        lines = outbox.entries(*states)
    else:
        lines = [line for line in outbox.find_all(claim) if not states or line.state in states]
    return [_row(line, numbers) for line in lines]


def _row(line: OutboxLine, numbers: dict[tuple[bytes, bytes], int]) -> ListedBill:
    diagnosis, decision = line.diagnosis, line.decision
    is_skipped = line.state is State.SKIPPED and line.reason is not None
    return ListedBill(
        bill=line.bill,
        claim=line.claim,
        first_day=to_date(diagnosis.service_from),
        last_day=to_date(diagnosis.service_to),
        billed=diagnosis.billed,
        paid=None if decision is None else decision.remittance.paid,
        currency=diagnosis.currency,
        state=line.state,
        codes=() if decision is None else tuple(str(code) for code in decision.codes),
        member=numbers.get((diagnosis.policy, diagnosis.member)),
        policy=f"0x{diagnosis.policy.hex()}",
        due=decision.release_at if decision is not None and line.state is State.HELD else None,
        why=line.reason.words if is_skipped and line.reason is not None else "",
    )
