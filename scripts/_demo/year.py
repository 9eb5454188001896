"""The year: month by month the hospitals sign and file their bills, and what is due is settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from salus.base.errors import ChainError
from salus.chain import Receipt, claims, events, keeping
from salus.claim import attestation
from salus.claim.batch import Batch
from salus.claim.bill_line import BillLine
from salus.crypto import records
from salus.insurer.recheck import recheck
from salus.product import Table
from salus.provider import drafting, submission
from salus.provider.outbox import OutboxLine, State
from salus.types import SkipReason
from scripts._demo.cast import YEAR
from scripts._demo.narration import Teller, dollars, words_of
from scripts._demo.scenes import Scenes
from scripts._demo.world import ANYONE, DAY, FILING_DAYS, Hospital, Insured, World

MONTH = 30
_AFTER = 3
"""Days after the end of a month on which it is filed."""
_LIFETIME = 60 * DAY
_LATE_BY = 4


@dataclass
class Shown:
    """What the story has shown, with the transactions that prove it."""

    held_and_settled: list[str] = field(default_factory=list)
    skipped_then_filed: list[str] = field(default_factory=list)
    withdrawn_and_corrected: list[str] = field(default_factory=list)
    replay_refused: list[str] = field(default_factory=list)
    billed_twice_denied: list[str] = field(default_factory=list)
    denied: dict[str, str] = field(default_factory=dict)
    """The filing of the first line that was denied with each code."""
    upcoded_found: list[str] = field(default_factory=list)
    """Fields that differed."""
    rechecked: int = 0

    @property
    def denied_with_two_codes(self) -> list[str]:
        """Two filings, each with a line denied for another reason; none while all are denied for one."""
        return list(self.denied.values())[:2] if len(self.denied) > 1 else []


@dataclass
class Year:
    """Files a year of bills and tells about it."""

    world: World
    scenes: Scenes
    tell: Teller
    shown: Shown = field(default_factory=Shown)
    _left: list[BillLine] = field(default_factory=list)

    def live(self) -> None:
        """From the first day of cover until everything is decided and settled."""
        cast = self.world.cast
        self._left = sorted(
            (line for person in cast.people for line in person.lines),
            key=lambda line: (line.service_to, line.claim),
        )
        ends = [cast.start + MONTH * number for number in range(1, YEAR // MONTH + 2)]
        late = self.scenes.late
        if late:
            ends = sorted({*ends, late.service_to + FILING_DAYS + _LATE_BY})
        with self.tell.year(len(ends)):
            for end in ends:
                self._month(end)
                self.tell.step(words_of(end))
            self.world.move_to(self.world.today + MONTH)
            self._settle()

    # A MONTH

    def _month(self, end: int) -> None:
        due = [line for line in self._left if self._is_due(line, end)]
        self._left = [line for line in self._left if not self._is_due(line, end)]
        self.world.move_to(end + _AFTER)
        self._settle()
        for hospital in self.world.hospitals:
            own = [line for line in due if self.world.hospital_of(line) is hospital]
            if own:
                self._bill(hospital, own)

    def _is_due(self, line: BillLine, end: int) -> bool:
        if line is self.scenes.late:
            return line.service_to + FILING_DAYS < end
        return line.service_to < end

    def _bill(self, hospital: Hospital, lines: Sequence[BillLine]) -> None:
        self._draft(hospital, [self._as_billed(line) for line in lines])
        batch = submission.attest(hospital.outbox, self.world.chain, hospital.seal, lifetime=_LIFETIME)
        if batch is None:
            return
        filed = self._file(hospital)
        self._tell_filed(hospital, filed)
        filed += self._heal(hospital, batch)
        self._replay(hospital, batch, filed)
        self._recheck(hospital, filed)

    def _as_billed(self, line: BillLine) -> BillLine:
        if line is self.scenes.upcoded and self.scenes.richer:
            return replace(line, benefit=self.scenes.richer)
        return line

    def _draft(self, hospital: Hospital, lines: Iterable[BillLine]) -> None:
        by_table: dict[str, list[BillLine]] = {}
        for line in lines:
            by_table.setdefault(self._table(line).name, []).append(line)
        for plan in self.world.cast.plans:
            if plan.table.name in by_table:
                report = drafting.draft(
                    by_table.pop(plan.table.name),
                    hospital.outbox,
                    hospital.folder(plan),
                    hospital.key,
                    recipients=[self.world.insurer_key.recipient],
                )
                missing = len(report.problems) + len(report.left_out)
                if missing:
                    # each names its file, and a file's name may hold a patient's
                    raise ChainError(f"{missing} bills could not be drafted")

    def _table(self, line: BillLine) -> Table:
        return self.world.who(line).membership.table

    def _file(self, hospital: Hospital) -> list[OutboxLine]:
        """Files what would be decided now, and gives the lines as they were decided."""
        filed: list[int] = []
        for filing in submission.plan_filing(hospital.outbox, self.world.chain):
            count = len(filing.entries)
            receipt = submission.file(filing, hospital.outbox, self.world.chain, hospital.admin)
            self.world.record("file claims", receipt, lines=count)
            filed += [entry.id for entry in filing.entries]
        return [entry for entry in hospital.outbox.entries() if entry.id in filed]

    # WHAT IS TOLD

    def _tell_filed(self, hospital: Hospital, filed: Sequence[OutboxLine]) -> None:
        counts = [
            f"{sum(entry.state is state for entry in filed)} {state.value}"
            for state in (State.PAID, State.HELD, State.DENIED, State.OWED)
            if any(entry.state is state for entry in filed)
        ]
        if filed:
            paid = sum(e.decision.remittance.paid for e in filed if e.decision and e.state is State.PAID)
            bills = f"{len(filed)} bill{'s' * (len(filed) != 1)}"
            self.tell.day(
                self.world.today,
                f"{hospital.name}: one signature, {bills}: {', '.join(counts)}; {dollars(paid)} paid out",
            )
        for entry in filed:
            if entry.decision is None:
                continue
            who, billed = self.world.whose(entry).person.part, dollars(entry.diagnosis.billed)
            if entry.state is State.HELD:
                why = "an emergency" if entry.diagnosis.is_emergency else "a large sum"
                held = entry.decision.remittance.paid
                what = (
                    f"{dollars(held)} are reserved and held"
                    if held
                    else "a bill within the deductible is held"
                )
                self.tell.waits(f"{who}: {what} for review ({why})")
            if entry.state is State.DENIED:
                code = entry.decision.codes[0]
                self.shown.denied.setdefault(str(code), entry.filing or "")
                self.tell.refused(f"{who}, {billed}: denied. {code.words} [{code}]")

    def _settle(self) -> None:
        """Anyone pays out what was held and is due."""
        world = self.world
        if not any(self._is_held(hospital) for hospital in world.hospitals):
            return
        for action in list(keeping.due(world.chain)):
            receipt = world.do("settle a held claim", action, world.account(ANYONE))
            for paid in world.chain.events(events.ClaimPaid, receipt):
                part = world.part_of(paid.claim)
                self.tell.done(f"{part}: the review is over, {dollars(paid.amount)} are paid out")
                self.shown.held_and_settled.append(receipt.transaction)
        for hospital in world.hospitals:
            submission.refresh(hospital.outbox, world.chain)

    def _is_held(self, hospital: Hospital) -> bool:
        return bool(hospital.outbox.entries(State.HELD))

    # SCENES

    def _heal(self, hospital: Hospital, batch: Batch) -> list[OutboxLine]:
        """A line without consent is skipped, the member consents, and the same signed line is filed again."""
        if self.shown.skipped_then_filed:
            return []
        for entry in hospital.outbox.entries(State.SKIPPED):
            insured = self.world.whose(entry)
            if entry.reason is SkipReason.NO_CONSENT and insured.person.consents_late:
                self._file_without_consent(hospital, batch, entry, insured)
                healed = self._file(hospital)
                self._tell_filed(hospital, healed)
                return healed
        return []

    def _file_without_consent(
        self, hospital: Hospital, batch: Batch, entry: OutboxLine, insured: Insured
    ) -> None:
        receipt = self._file_anyway(hospital, batch, entry, "file a line without consent")
        (skipped,) = self.world.chain.events(events.ClaimSkipped, receipt)
        part = insured.person.part
        self.tell.waits(f"{part}: skipped, nothing is decided: {skipped.reason.words}")
        given = self.world.consent(insured)
        self.tell.done(f"{part} consents with a signature, and the hospital files the same line again")
        self.shown.skipped_then_filed += [receipt.transaction, given.transaction]

    def _file_anyway(self, hospital: Hospital, batch: Batch, entry: OutboxLine, what: str) -> Receipt:
        """Files one line without asking first what would become of it."""
        action = claims.file(
            self.world.chain,
            attestation=batch.attestation,
            attestor=hospital.seal.address,
            signature=batch.signature,
            lines=[hospital.outbox.line(entry)],
        )
        return self.world.do(what, action, self.world.account(ANYONE), lines=1)

    def _replay(self, hospital: Hospital, batch: Batch, filed: Sequence[OutboxLine]) -> None:
        """Somebody files a paid line again; then the same bill comes under a new signature."""
        entry = next((found for found in filed if found.state is State.PAID), None)
        if entry is None or self.shown.replay_refused:
            return
        part = self.world.whose(entry).person.part
        receipt = self._file_anyway(hospital, batch, entry, "file a paid line again")
        (skipped,) = self.world.chain.events(events.ClaimSkipped, receipt)
        self.tell.refused(f"a stranger files {part}'s paid line once more: {skipped.reason.words}")
        self.shown.replay_refused.append(receipt.transaction)

        receipt = self._bill_twice(hospital, entry)
        (decided,) = self.world.chain.events(events.ClaimDecided, receipt)
        code = decided.decision.codes[0]
        self.tell.refused(f"the same bill comes under a new signature: {code.title.lower()} [{code}]")
        self.shown.billed_twice_denied.append(receipt.transaction)

    def _bill_twice(self, hospital: Hospital, entry: OutboxLine) -> Receipt:
        """Seals the record anew, so that the line has another leaf, and signs it alone."""
        world, insured = self.world, self.world.whose(entry)
        opened = records.unseal(hospital.outbox.sealed(entry), world.insurer_key)
        sealed = records.seal(opened.record, [world.insurer_key.recipient])
        again = replace(entry.diagnosis, record=sealed.commitment)
        now = world.chain.now()
        batch = attestation.attest(
            [again],
            desk=world.chain.desk_domain,
            provider=hospital.number,
            issued_at=now,
            expires_at=now + _LIFETIME,
            signer=hospital.seal,
        )
        action = claims.file(
            world.chain,
            attestation=batch.attestation,
            attestor=hospital.seal.address,
            signature=batch.signature,
            lines=[insured.membership.line(again, batch.proof(0))],
        )
        return world.do("bill a paid line twice", action, hospital.admin, lines=1)

    def _recheck(self, hospital: Hospital, filed: Sequence[OutboxLine]) -> None:
        """The insurer opens each sealed record and recomputes what was attested of it."""
        for entry in filed:
            insured = self.world.whose(entry)
            sealed = hospital.outbox.sealed(entry)
            found = recheck(entry.diagnosis, sealed, self.world.insurer_key, insured.membership)
            self.shown.rechecked += 1
            if found.differences:
                fields = [difference.field for difference in found.differences]
                self.shown.upcoded_found += fields
                self.tell.refused(
                    f"{insured.person.part}: the insurer's recheck of the sealed record finds another "
                    f"{' and '.join(fields)} than was attested"
                )
                self._correct(hospital, entry)

    def _correct(self, hospital: Hospital, entry: OutboxLine) -> None:
        """The hospital takes the line back and attests it rightly, a revision up."""
        if entry.state is not State.HELD or entry.decision is None:
            self.tell.say("It was not held, so it cannot be taken back any more.")
            return
        world, insured = self.world, self.world.whose(entry)
        action = claims.withdraw(
            world.chain,
            terms=insured.membership.cover.terms,
            claim=entry.ref(hospital.number),
            decision=entry.decision,
        )
        receipt = world.do("withdraw a held claim", action, hospital.admin)
        self.tell.done("the hospital takes the line back; what it had used of every limit is given back")
        submission.refresh(hospital.outbox, world.chain)
        right = next(line for line in insured.person.lines if line.claim == entry.claim)
        self._draft(hospital, [right])
        submission.attest(hospital.outbox, world.chain, hospital.seal, lifetime=_LIFETIME)
        corrected = self._file(hospital)
        self._tell_filed(hospital, corrected)
        self._recheck(hospital, corrected)
        filings = [found.filing or "" for found in corrected[:1]]
        self.shown.withdrawn_and_corrected += [receipt.transaction, *filings]
