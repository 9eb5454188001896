"""Creates drafts in the outbox from the bills of a hospital's records, and reports on every bill.

A bill that was attested and has since been replaced, cancelled or otherwise ended is reported loudly: it must
be withdrawn. A bill that takes the place of another waits until that one is withdrawn.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path

from salus.base import files, money
from salus.base.errors import FhirError, InputError, OutboxError
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import diagnose
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.crypto.records import seal
from salus.fhir import NotRead, Refused, Result
from salus.product.naming import words_of_hash
from salus.provider.card_folder import CardFolder
from salus.provider.outbox import Added, Outbox, OutboxLine, State
from salus.provider.parts import Advance, in_parts, no_progress

_NO_RECORD = bytes(32)


class BillOutcome(StrEnum):
    """What became of a bill."""

    NEW = "new"
    REVISED = "corrected"
    KNOWN = "attested before"
    LEFT_OUT = "left out"
    """In order, and not for this plan."""
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
    billed: int | None = None
    """Minor units."""
    currency: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass(slots=True)
class Report:
    """What became of all bills of a run."""

    rows: list[Row] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    """Files that hold no records, one line each."""
    notes: list[str] = field(default_factory=list)
    """Observations for whoever signs, one line each. The bills are correct."""

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
        return [row.words for row in self.rows if row.outcome is BillOutcome.LEFT_OUT]

    @property
    def problems(self) -> list[str]:
        """Problems to correct, one line each: file, resource or claim, the problem and the remedy."""
        return [row.words for row in self.rows if row.outcome is BillOutcome.PROBLEM]

    def summary(self) -> list[tuple[str, str, int, str]]:
        """BillOutcome, reason, number of bills and their money by currency, the most frequent first."""
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            groups[row.outcome, row.reason].append(row)
        return [
            (outcome, reason, len(rows), _money(rows))
            for (outcome, reason), rows in sorted(groups.items(), key=lambda item: -len(item[1]))
        ]

    def save(self, path: Path) -> None:
        """Writes every row as CSV to the path, and as JSON beside it. It names bills and files, no patient
        and no code; readable by its owner only."""
        rows = [{**asdict(row), "outcome": str(row.outcome)} for row in self.rows]
        text = StringIO()
        writer = csv.DictWriter(text, fieldnames=list(Row.__slots__), lineterminator="\n")
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

    def _count(self, outcome: BillOutcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)


def draft(
    results: Iterable[Result],
    outbox: Outbox,
    cards: CardFolder,
    provider_key: ProviderKey,
    *,
    recipients: Sequence[str],
    advance: Advance = no_progress,
    again: bool = False,
    dry_run: bool = False,
) -> Report:
    """Saves a draft for each bill line that a card covers and that is not attested yet.

    Records are sealed to the patient's age key and to `recipients`. A line that was withdrawn and has not
    changed since is drafted only if `again`. With `dry_run`, nothing is written.

    >>> from tempfile import TemporaryDirectory
    >>> from salus import fhir, samples
    >>> from salus.provider.outbox import Place
    >>> from salus.crypto.records import RecordKey
    >>> sale, mother = samples.sell(20_454), samples.generate(seed=7, start=20_454)[0]
    >>> bills = list(fhir.read(mother.to_json(), sale.table, profile=samples.profile(), today=20_454 + 365))
    >>> place = Place(chain_id=31337, genesis="0x" + "00" * 32, desk="0x" + "de" * 20, provider=1)
    >>> with TemporaryDirectory() as folder, Outbox(f"{folder}/outbox.sqlite", place) as outbox:
    ...     cards = CardFolder(Path(folder), sale.table, sale.policy.book)
    ...     shown = cards.of(bills[0].patient)
    ...     shown.mkdir()
    ...     sale.card().save(shown / "family.card.json")
    ...     sale.policy.cover(0).save(shown / "family.cover.json")
    ...     _ = (shown / "record.age").write_text(RecordKey.generate().recipient)
    ...     key, insurer = ProviderKey.generate(), RecordKey.generate().recipient
    ...     first, again = (draft(bills, outbox, cards, key, recipients=[insurer]) for _ in range(2))
    >>> first.new, first.problems, again.known
    (9, [], 9)
    """
    drafting = _Drafting(outbox, cards, provider_key, tuple(recipients), again=again, dry_run=dry_run)
    for part in in_parts(results):
        with outbox.together():
            for result in part:
                drafting.take(result)
                # A file that cannot be read does not count as a bill.
                advance(isinstance(result, BillLine | Refused))
    drafting.finish()
    return drafting.report


class _Drafting:
    """One run over a hospital's bills."""

    def __init__(
        self,
        outbox: Outbox,
        cards: CardFolder,
        provider_key: ProviderKey,
        recipients: tuple[str, ...],
        *,
        again: bool,
        dry_run: bool,
    ) -> None:
        self.report = Report()
        self._outbox = outbox
        self._cards = cards
        self._key = provider_key
        self._recipients = recipients
        self._again = again
        self._dry_run = dry_run
        self._used = False

    def take(self, result: Result) -> None:
        match result:
            case BillLine():
                self._line(result)
            case Refused():
                self._refused(result)
            case NotRead():
                self.report.not_read.append(str(result))
            case FhirError():
                row = Row(
                    file=result.file or "",
                    resource=result.resource or "",
                    outcome=BillOutcome.PROBLEM,
                    reason="UNREADABLE_FILE",
                    words=str(result),
                )
                self.report.rows.append(row)

    def _line(self, line: BillLine) -> None:
        try:
            if self._is_blocked(line):
                return
            memberships = self._cards.covering(line.patient, line.service_from)
            if not memberships:
                self._without_card(line)
            for membership in memberships:
                self._used = True
                self._offer(line, membership)
        except OutboxError:
            raise
        except InputError as error:
            self._add(line, BillOutcome.PROBLEM, type(error).__name__, str(error))

    def _without_card(self, line: BillLine) -> None:
        others = self._cards.of_other_tables(line.patient, line.service_from)
        if others:
            tables = sorted({words_of_hash(cover.terms.benefit_table) for cover in others})
            words = f"the patient's card is of {' and '.join(tables)}; attest the bill under that table"
            self._add(line, BillOutcome.LEFT_OUT, "OTHER_PLAN", words)
        else:
            words = f"the patient has no card under {self._plan} that covers the day; ask for the card"
            self._add(line, BillOutcome.LEFT_OUT, "NO_CARD", words)

    def finish(self) -> None:
        """Reports that the table is wrong if no bill was of it and no card is."""
        if self._used or not self.report.rows:
            return
        tables = self._cards.tables()
        if not tables or self._cards.table.hash in tables:
            return
        names = " and ".join(sorted(map(words_of_hash, tables)))
        place = str(self._cards.path)
        row = Row(
            file=place,
            resource="",
            outcome=BillOutcome.PROBLEM,
            reason="WRONG_TABLE",
            words=f"{place}: no card is of {self._plan}, but of {names}; name that table",
        )
        self.report.rows.append(row)

    @property
    def _plan(self) -> str:
        return f"{self._cards.table.name} {self._cards.table.version}"

    def _offer(self, line: BillLine, membership: Membership) -> None:
        if membership.benefit(line.benefit) is None:
            words = "is not covered for this member (204); bill the patient"
            self._add(line, BillOutcome.LEFT_OUT, "EXCLUDED", words)
            return
        added = self._outbox.offer(diagnose(line, membership, self._key, record=_NO_RECORD))
        if added is Added.WITHDRAWN and self._again:
            added = Added.REVISED
        match added:
            case Added.WITHDRAWN:
                words = "was withdrawn and is unchanged; correct the bill, or attest with again=yes"
                self._add(line, BillOutcome.LEFT_OUT, "WITHDRAWN", words)
            case Added.CHANGED:
                words = "differs from the attested line; withdraw the attested line first"
                self._add(line, BillOutcome.PROBLEM, "CHANGED", words)
            case Added.KNOWN:
                self._add(line, BillOutcome.KNOWN, "", "attested before")
            case _:
                self.report.notes += [f"{_bill(line)}: {note}" for note in line.notes]
                if not self._dry_run:
                    self._save(line, membership)
                self._add(
                    line, BillOutcome.NEW if added is Added.NEW else BillOutcome.REVISED, "", str(added)
                )

    def _save(self, line: BillLine, membership: Membership) -> None:
        sealed = seal(line.record, [*self._recipients, *self._cards.recipients(line.patient)])
        diagnosis = diagnose(line, membership, self._key, record=sealed.commitment)
        self._outbox.draft(
            line.claim, line.line, diagnosis, membership, sealed.ciphertext, aliases=line.aliases
        )

    def _is_blocked(self, line: BillLine) -> bool:
        """Whether another bill that was attested must be withdrawn before this one."""
        for entry in self._outbox.live(*line.replaces):
            if entry.claim != line.claim:
                self._end(entry, f"now replaced by {line.claim}", line.source, line.billed, line.currency)
                if entry.state is not State.DRAFTED:
                    return True
        for entry in self._outbox.live(*line.aliases):
            if entry.claim != line.claim and entry.claim not in line.replaces:
                words = f"was attested under the number {entry.claim}; {_way_out(entry)}, or keep that number"
                self._add(line, BillOutcome.PROBLEM, "NUMBER_CHANGED", words)
                return True
        return False

    def _refused(self, refused: Refused) -> None:
        ended = refused.claim and refused.reason.ends
        live = self._outbox.live(refused.claim) if ended and refused.claim else []
        for entry in live:
            words = f"now {refused.reason.words}"
            self._end(entry, words, refused.source, refused.billed, refused.currency)
        if not live:
            row = Row(
                file=refused.source,
                resource=refused.resource,
                outcome=BillOutcome.LEFT_OUT if refused.reason.in_order else BillOutcome.PROBLEM,
                reason=refused.reason.name,
                words=str(refused),
                billed=refused.billed,
                currency=refused.currency,
            )
            self.report.rows.append(row)

    def _end(self, entry: OutboxLine, now: str, source: str, billed: int | None, currency: str) -> None:
        """A bill that this outbox holds is over: a draft is dropped, and what was signed must be
        withdrawn."""
        if entry.state is State.DRAFTED:
            if not self._dry_run:
                self._outbox.forget(entry)
            outcome, reason, words = BillOutcome.LEFT_OUT, "ENDED", f"{now}: dropped before it was signed"
        else:
            outcome, reason = BillOutcome.PROBLEM, "ATTESTED_AND_ENDED"
            words = f"attested, {now}: {_way_out(entry)}"
        row = Row(
            file=source,
            resource=f"Claim/{entry.claim}",
            outcome=outcome,
            reason=reason,
            words=f"{source}: Claim/{entry.claim}: {words}",
            billed=billed,
            currency=currency,
        )
        self.report.rows.append(row)

    def _add(self, line: BillLine, outcome: BillOutcome, reason: str, words: str) -> None:
        row = Row(
            file=line.source,
            resource=f"Claim/{line.claim}",
            outcome=outcome,
            reason=reason,
            words=f"{_bill(line)}: {words}",
            billed=line.billed,
            currency=line.currency,
        )
        self.report.rows.append(row)


def _way_out(entry: OutboxLine) -> str:
    decided = entry.decision
    if decided is not None and not decided.status.can_be_withdrawn:
        return f"it is {entry.state}; settle the difference with the insurer"
    if decided is None:
        return "withdraw its attestation (withdraw_root), then attest again"
    return f"withdraw claim {entry.claim}, then attest again"


def _bill(line: BillLine) -> str:
    return f"{line.source}: Claim/{line.claim}"


def _money(rows: Sequence[Row]) -> str:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.billed is not None:
            sums[row.currency] += row.billed
    return ", ".join(money.to_words(amount, currency) for currency, amount in sorted(sums.items()))
