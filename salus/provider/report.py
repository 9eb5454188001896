"""Reports on every bill of a run: a summary to read, and every row as a file."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path

from salus.base import files, money
from salus.base.errors import OutboxError
from salus.provider.outbox import Doubt
from salus.provider.outbox.entry import own_number

_IN_FULL = 3
"""Bills of one cause that are each said in full."""
_EXAMPLES = 2
_NAMED = 3
"""Files that hold no records and are named."""


class BillOutcome(StrEnum):
    """What became of a bill."""

    NEW = "new"
    REVISED = "corrected"
    KNOWN = "attested before"
    LEFT_OUT = "left out"
    """In order, and not for this plan."""
    HELD_BACK = "held back"
    """It may be a bill that was signed before; somebody must compare the two."""
    PROBLEM = "problem"
    """Somebody must correct it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bill, or one file that cannot be read."""

    file: str
    resource: str
    """Type and id at fault, or the bill's number."""
    outcome: BillOutcome
    reason: str
    """A word that names the cause, the same for all bills that share it; empty when there is none."""
    words: str
    """One line: file, resource, what was found there, and what to do."""
    cause: str = ""
    """What was found and what to do, the same for all bills that share it."""
    bill: str = ""
    """The bill's own number, where it has one."""
    billed: int | None = None
    """Minor units."""
    currency: str = ""
    patient: str = field(default="", repr=False)
    """The provider's id of the patient, where it is known. It is counted and never shown."""

    def __str__(self) -> str:
        return self.words

    @property
    def name(self) -> str:
        """How a list of examples names it."""
        return self.bill or self.resource or Path(self.file).name


@dataclass(frozen=True, slots=True)
class Cause:
    """What several bills share: outcome and cause, with their rows."""

    outcome: BillOutcome
    reason: str
    words: str
    rows: Sequence[Row]

    @property
    def bills(self) -> int:
        return len(self.rows)

    @property
    def patients(self) -> int | None:
        """None if the patient of one of the bills is not known."""
        named = {row.patient for row in self.rows}
        return None if "" in named else len(named)

    @property
    def billed(self) -> str:
        """The sum in words, by currency."""
        sums: dict[str, int] = defaultdict(int)
        for row in self.rows:
            if row.billed is not None:
                sums[row.currency] += row.billed
        return ", ".join(money.to_words(amount, currency) for currency, amount in sorted(sums.items()))

    def lines(self) -> list[str]:
        """The line of each bill if they are few, else one: how many bills of how many patients, why, and an
        example or two."""
        if self.bills <= _IN_FULL:
            return [str(row) for row in self.rows]
        what = "file" if self.reason == UNREADABLE else "bill"
        of = "" if self.patients is None or what == "file" else f" of {_count(self.patients, 'patient')}"
        outcome = "to correct" if self.outcome is BillOutcome.PROBLEM else str(self.outcome)
        head = f"{_count(self.bills, what)}{of} {outcome}"
        return [f"{head}: {self.words} ({_examples([row.name for row in self.rows])})"]


UNREADABLE = "UNREADABLE_FILE"
_SIGNED = (BillOutcome.NEW, BillOutcome.REVISED, BillOutcome.KNOWN)


@dataclass(frozen=True, slots=True)
class Observation:
    """Something for whoever signs to look at. The bill is correct."""

    file: str
    claim: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}: Claim/{self.claim}: {self.words}"


@dataclass(slots=True)
class Report:
    """What became of all bills of a run."""

    rows: list[Row] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    """Files that hold no records, by their paths."""
    observations: list[Observation] = field(default_factory=list)

    @property
    def new(self) -> int:
        return self._count(BillOutcome.NEW)

    @property
    def revised(self) -> int:
        return self._count(BillOutcome.REVISED)

    @property
    def known(self) -> int:
        return self._count(BillOutcome.KNOWN)

    @property
    def left_out(self) -> list[str]:
        """Correct bills that this plan does not pay, one line each: file, bill and reason."""
        return self._lines(BillOutcome.LEFT_OUT)

    @property
    def held_back(self) -> list[str]:
        """Bills that may have been signed before, one line each: file, bill and reason."""
        return self._lines(BillOutcome.HELD_BACK)

    @property
    def to_compare(self) -> list[Row]:
        """Bills held back that somebody must compare. A number that was signed before needs nobody."""
        return [
            row
            for row in self.rows
            if row.outcome is BillOutcome.HELD_BACK and row.reason != Doubt.SAME_NUMBER.name
        ]

    @property
    def problems(self) -> list[str]:
        """Problems to correct, one line each: file, resource or claim, the problem and the remedy."""
        return self._lines(BillOutcome.PROBLEM)

    @property
    def notes(self) -> list[str]:
        """Observations for whoever signs, one line each."""
        return [str(one) for one in self.observations]

    def groups(self, *outcomes: BillOutcome) -> list[Cause]:
        """Returns the bills by outcome and cause, the most frequent first; only these outcomes, if named."""
        groups: dict[tuple[BillOutcome, str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            if not outcomes or row.outcome in outcomes:
                groups[row.outcome, row.reason, row.cause].append(row)
        return [Cause(*key, rows) for key, rows in sorted(groups.items(), key=lambda item: -len(item[1]))]

    def summary(self) -> list[tuple[str, str, int, str]]:
        """Outcome, reason, number of bills and their money by currency, the most frequent first."""
        groups: dict[tuple[BillOutcome, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            groups[row.outcome, row.reason].append(row)
        return [
            (outcome, reason, len(rows), Cause(outcome, reason, "", rows).billed)
            for (outcome, reason), rows in sorted(groups.items(), key=lambda item: -len(item[1]))
        ]

    def lines(self) -> list[str]:
        """Returns the whole report in a few lines: one for the files that were not read, one for each kind of
        observation, and those of each cause why bills were not signed, problems last."""
        order = list(BillOutcome)
        groups = [group for group in self.groups() if group.outcome not in _SIGNED]
        groups.sort(key=lambda group: (order.index(group.outcome), -group.bills))
        return [*self._foreign(), *self._observed(), *(line for group in groups for line in group.lines())]

    def save(self, path: Path) -> None:
        """Writes every row as CSV to the path, and as JSON beside it. It names bills and files, no patient
        and no code; readable by its owner only."""
        rows = [
            {name: getattr(row, name) for name in _COLUMNS} | {"outcome": str(row.outcome)}
            for row in self.rows
        ]
        text = StringIO()
        writer = csv.DictWriter(text, fieldnames=_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files.write_durably(path, [text.getvalue().encode()], fault=OutboxError, private=True)
        content = {"rows": rows, "notRead": self.not_read, "notes": self.notes}
        files.write_durably(
            path.with_suffix(".json"),
            [json.dumps(content, indent=1).encode()],
            fault=OutboxError,
            private=True,
        )

    def _foreign(self) -> list[str]:
        if not self.not_read:
            return []
        names = [Path(name).name for name in self.not_read]
        shown = _listed([*names[:_NAMED], *_more(len(names) - _NAMED)])
        one = len(names) == 1
        return [f"{_count(len(names), 'file')} that {'is' if one else 'are'} not FHIR "
                f"{'was' if one else 'were'} not read: {shown}"]  # fmt: skip

    def _observed(self) -> Iterable[str]:
        claims: dict[str, list[str]] = defaultdict(list)
        for one in self.observations:
            claims[one.words].append(own_number(one.claim))
        return [
            f"{_count(len(names), 'bill')} to look at: {words} ({_examples(names)})"
            for words, names in sorted(claims.items(), key=lambda item: -len(item[1]))
        ]

    def _lines(self, outcome: BillOutcome) -> list[str]:
        return [str(row) for row in self.rows if row.outcome is outcome]

    def _count(self, outcome: BillOutcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)


_COLUMNS = ("file", "resource", "bill", "outcome", "reason", "words", "billed", "currency")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _examples(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))[:_EXAMPLES]
    return f"such as {' and '.join(shown)}" if len(names) > len(shown) else " and ".join(shown)


def _more(count: int) -> list[str]:
    return [f"{count:,} more"] if count > 0 else []


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
