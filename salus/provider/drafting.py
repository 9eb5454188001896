"""Creates drafts in the outbox from the bills of a hospital's records, and reports on every bill.

A bill that was attested and has since been replaced, cancelled or otherwise ended is reported loudly: it must
be withdrawn. A bill that takes the place of another waits until that one is withdrawn.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext

from salus.base.errors import FhirError, InputError, OutboxError, SalusError
from salus.claim.bill_line import BillLine, Numbering
from salus.claim.diagnosis import diagnose
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.crypto.records import seal
from salus.fhir import NotRead, Refused, Result
from salus.product.naming import words_of_hash
from salus.provider.card_folder import CardFolder
from salus.provider.outbox import Added, HeldBack, Outbox, OutboxLine, State
from salus.provider.outbox.entry import own_number
from salus.provider.parts import Advance, in_parts, no_progress
from salus.provider.report import UNREADABLE, BillOutcome, Observation, Report, Row

__all__ = ["BillOutcome", "Report", "Row", "draft"]

_NO_RECORD = bytes(32)
_NUMBER_CHANGED = "was attested under another number; keep that number, or take the other bill back first"
_ENDED = "is over, and was dropped before it was signed"
_ATTESTED_AND_ENDED = (
    "was attested and is over now; withdraw it, or settle the difference with the insurer if it is paid"
)


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
    key_lost: bool = False,
    profile_changed: bool = False,
    release: Sequence[str] = (),
) -> Report:
    """Saves a draft for each bill line that a card covers and that is not attested yet.

    Records are sealed to the patient's age key and to `recipients`. A line that was withdrawn and has not
    changed since is drafted only if `again`. With `dry_run`, everything is done and nothing is kept.

    The outbox takes only the provider key, and the numbering of bills and patients, that it began with;
    another is declared by `key_lost` or `profile_changed`. A bill that may have been signed before is held
    back: it is listed in the report and not kept, unless its number is in `release`. What other outboxes have
    filed is known after `following.follow`.

    Raises OutboxError if the outbox is bound to another key or numbering, or if a bill to release is not held
    back.

    >>> from pathlib import Path
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
    now = int(time.time())
    with outbox.rehearsal() if dry_run else nullcontext():
        outbox.bind(provider_key, at=now, key_lost=key_lost)
        drafting = _Drafting(
            outbox,
            cards,
            provider_key,
            tuple(recipients),
            again=again,
            profile_changed=profile_changed,
            now=now,
        )
        for part in in_parts(results):
            with outbox.together():
                for result in part:
                    drafting.take(result)
                    # A file that cannot be read does not count as a bill.
                    advance(isinstance(result, BillLine | Refused))
        outbox.release(release, at=now)
        drafting.hold_back()
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
        profile_changed: bool,
        now: int,
    ) -> None:
        self.report = Report()
        self._outbox = outbox
        self._cards = cards
        self._key = provider_key
        self._recipients = recipients
        self._again = again
        self._profile_changed = profile_changed
        self._now = now
        self._used = False
        self._identities: dict[Numbering, int] = {}
        self._rows: dict[str, list[int]] = defaultdict(list)
        """Places in the report of bills that are in the outbox, by claim number."""

    def take(self, result: Result) -> None:
        match result:
            case BillLine():
                self._line(result)
            case Refused():
                self._refused(result)
            case NotRead():
                self.report.not_read.append(result.file)
            case FhirError():
                row = Row(
                    file=result.file or "",
                    resource=result.resource or "",
                    outcome=BillOutcome.PROBLEM,
                    reason=UNREADABLE,
                    words=str(result),
                    cause=str(SalusError(result.message, remedy=result.remedy)),
                )
                self.report.rows.append(row)

    def _line(self, line: BillLine) -> None:
        identity = self._identity(line.numbering)
        try:
            if self._is_blocked(line):
                return
            memberships = self._cards.covering(line.patient, line.service_from)
            if not memberships:
                self._without_card(line)
            for membership in memberships:
                self._used = True
                self._offer(line, membership, identity)
        except OutboxError:
            raise
        except InputError as error:
            self._add(line, BillOutcome.PROBLEM, type(error).__name__, str(error), cause=str(error))

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

    def _identity(self, numbering: Numbering) -> int:
        known = self._identities.get(numbering)
        if known is None:
            known = self._outbox.take(numbering, at=self._now, profile_changed=self._profile_changed)
            self._identities[numbering] = known
        return known

    def _offer(self, line: BillLine, membership: Membership, identity: int) -> None:
        if membership.benefit(line.benefit) is None:
            words = "is not covered for this member (204); bill the patient"
            self._add(line, BillOutcome.LEFT_OUT, "EXCLUDED", words)
            return
        added = self._outbox.offer(diagnose(line, membership, self._key, record=_NO_RECORD))
        if added is Added.WITHDRAWN and self._again:
            added = Added.REVISED
        match added:
            case Added.WITHDRAWN:
                words = "was withdrawn and is unchanged; correct the bill, or attest with --again"
                self._add(line, BillOutcome.LEFT_OUT, "WITHDRAWN", words)
            case Added.CHANGED:
                words = "differs from the attested line; withdraw the attested line first"
                self._add(line, BillOutcome.PROBLEM, "CHANGED", words)
            case Added.KNOWN:
                self._outbox.know(membership)
                self._rows[line.claim].append(len(self.report.rows))
                self._add(line, BillOutcome.KNOWN, "", "attested before")
            case _:
                self.report.observations += [
                    Observation(line.source, line.claim, str(note)) for note in line.notes
                ]
                self._save(line, membership, identity)
                self._rows[line.claim].append(len(self.report.rows))
                self._add(
                    line, BillOutcome.NEW if added is Added.NEW else BillOutcome.REVISED, "", str(added)
                )

    def hold_back(self) -> None:
        """Drops the drafts of bills that may have been signed before, and reports them."""
        held_back: dict[str, HeldBack] = {}
        with self._outbox.together():
            for held in self._outbox.held_back():
                held_back.setdefault(held.line.claim, held)
                if held.line.state is State.DRAFTED:
                    self._outbox.forget(held.line)
        for claim, held in held_back.items():
            self._tell_held(claim, held)

    def _tell_held(self, claim: str, held: HeldBack) -> None:
        """In place of what was said of the bill, if it was read in this run."""
        billed, currency = held.line.diagnosis.billed, held.line.diagnosis.currency
        for place in self._rows[claim] or [len(self.report.rows)]:
            told = self.report.rows[place] if self._rows[claim] else None
            file = told.file if told else str(self._outbox.path)
            row = Row(
                file=file,
                resource=f"Claim/{claim}",
                outcome=BillOutcome.HELD_BACK,
                reason=held.doubt.name,
                words=f"{file}: Claim/{claim}: {held.doubt.words}",
                cause=held.doubt.words,
                bill=held.line.bill,
                billed=billed,
                currency=currency,
                patient=told.patient if told else "",
            )
            self.report.rows[place : place + 1] = [row]

    def _save(self, line: BillLine, membership: Membership, identity: int) -> None:
        sealed = seal(line.record, [*self._recipients, *self._cards.recipients(line.patient)])
        diagnosis = diagnose(line, membership, self._key, record=sealed.commitment)
        self._outbox.draft(
            line.claim,
            line.line,
            diagnosis,
            membership,
            sealed.ciphertext,
            aliases=line.aliases,
            identity=identity,
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
                self._add(line, BillOutcome.PROBLEM, "NUMBER_CHANGED", words, cause=_NUMBER_CHANGED)
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
                cause=_cause(refused),
                bill=own_number(refused.claim or ""),
                billed=refused.billed,
                currency=refused.currency,
            )
            self.report.rows.append(row)

    def _end(self, entry: OutboxLine, now: str, source: str, billed: int | None, currency: str) -> None:
        """A bill that this outbox holds is over: a draft is dropped, and what was signed must be
        withdrawn."""
        if entry.state is State.DRAFTED:
            self._outbox.forget(entry)
            outcome, reason, words = BillOutcome.LEFT_OUT, "ENDED", f"{now}: dropped before it was signed"
            cause = _ENDED
        else:
            outcome, reason, cause = BillOutcome.PROBLEM, "ATTESTED_AND_ENDED", _ATTESTED_AND_ENDED
            words = f"attested, {now}: {_way_out(entry)}"
        row = Row(
            file=source,
            resource=f"Claim/{entry.claim}",
            outcome=outcome,
            reason=reason,
            words=f"{source}: Claim/{entry.claim}: {words}",
            cause=cause,
            bill=entry.bill,
            billed=billed,
            currency=currency,
        )
        self.report.rows.append(row)

    def _add(self, line: BillLine, outcome: BillOutcome, reason: str, words: str, *, cause: str = "") -> None:
        row = Row(
            file=line.source,
            resource=f"Claim/{line.claim}",
            outcome=outcome,
            reason=reason,
            words=f"{_bill(line)}: {words}",
            cause=cause or words,
            bill=own_number(line.claim),
            billed=line.billed,
            currency=line.currency,
            patient=line.patient,
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


def _cause(refused: Refused) -> str:
    kind = refused.resource.partition("/")[0]
    return f"{kind}.{refused.field} {refused.reason.words}; {refused.reason.remedy}"
