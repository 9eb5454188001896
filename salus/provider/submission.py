"""A provider's way from FHIR records to decided claims, step by step and each step resumable.

    draft     bill lines of a folder → diagnoses of the members whose cards cover them, sealed records
    attest    all drafts under one signature
    refresh   what the chain has decided since, also for what a process that died had sent
    file      what is signed and would be decided now
    settle    what is held and due, or owed

Each step writes what it did into the outbox (`salus.provider.outbox`) before the next begins. Running it
again does only what is left. None of them signs or files a line twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain as chain_of
from itertools import islice
from typing import Any, TypeVar

from salus.base.errors import FhirError, InputError, OutboxError
from salus.chain import Chain, Receipt, Sender, claims, events, sending
from salus.chain.keeping import sendable
from salus.claim import attestation
from salus.claim.batch import Batch
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import diagnose
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.crypto.eip712 import Signer
from salus.crypto.records import seal
from salus.fhir import Refused, Result
from salus.provider.card_folder import CardFolder
from salus.provider.outbox import OPEN, Added, Outbox, OutboxLine, State
from salus.types import ClaimStatus, Decision

FILED_AT_ONCE = 40
"""Lines in a transaction: some five million gas, which every network takes."""
_AT_ONCE = 100
"""Lines kept with one write to the disk, and bill lines that a node is asked for by name."""
_NO_RECORD = bytes(32)

T = TypeVar("T")
Advance = Callable[[int], None]


def _nobody_looks(_: int) -> None:
    pass


@dataclass(slots=True)
class Drafting:
    """What became of the bills of a folder."""

    new: int = 0
    revised: int = 0
    known: int = 0
    left_out: list[str] = field(default_factory=list)
    """Bills in order that are none for this plan, a line each: file, resource or claim, and the reason."""
    problems: list[str] = field(default_factory=list)
    """What somebody must mend, a line each: file, resource or claim, what is wrong and what to do."""


def draft(
    results: Iterable[Result],
    outbox: Outbox,
    cards: CardFolder,
    provider_key: ProviderKey,
    *,
    recipients: Sequence[str],
    advance: Advance = _nobody_looks,
    again: bool = False,
    dry_run: bool = False,
) -> Drafting:
    """Keeps each bill line that a card covers and that is not attested yet; `recipients` are the age keys
    that records are sealed to beside the patient's. A line that was withdrawn and has not changed since is
    kept only `again`. Nothing is written when `dry_run`.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from salus import fhir, samples
    >>> from salus.provider.outbox import Place
    >>> from salus.crypto.records import RecordKey
    >>> sale, mother = samples.sell(20_454), samples.generate(seed=7, start=20_454)[0]
    >>> bills = list(fhir.read(mother.to_json(), sale.table, today=20_454 + 365))
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
    >>> first
    Drafting(new=9, revised=0, known=0, left_out=[], problems=[])
    >>> again.known
    9
    """
    report = Drafting()
    for part in _in_parts(results):
        with outbox.together():
            for result in part:
                if isinstance(result, BillLine):
                    _draft(
                        result, report, outbox, cards, provider_key, recipients, again=again, dry_run=dry_run
                    )
                elif isinstance(result, Refused) and result.reason.in_order:
                    report.left_out.append(str(result))
                elif isinstance(result, Refused | FhirError):
                    report.problems.append(str(result))
                # a file that cannot be read is no bill
                advance(not isinstance(result, FhirError))
    return report


def _draft(
    line: BillLine,
    report: Drafting,
    outbox: Outbox,
    cards: CardFolder,
    provider_key: ProviderKey,
    recipients: Sequence[str],
    *,
    again: bool,
    dry_run: bool,
) -> None:
    bill = f"{line.source}: Claim/{line.claim}"
    try:
        memberships = cards.covering(line.patient, line.service_from)
        if not memberships:
            plan = f"{cards.table.name} {cards.table.version}"
            report.left_out.append(
                f"{bill}: no card of its patient under {plan} covers the day; ask for the card"
            )
        for membership in memberships:
            if membership.benefit(line.benefit) is None:
                report.left_out.append(f"{bill}: is not covered for this member (204); bill the patient")
                continue
            diagnosis = diagnose(line, membership, provider_key, record=_NO_RECORD)
            added = outbox.offer(diagnosis)
            if added is Added.WITHDRAWN and again:
                added = Added.REVISED
            if added is Added.WITHDRAWN:
                report.left_out.append(
                    f"{bill}: withdrawn and not changed: left out; correct the bill, or attest with again=yes"
                )
            if added is Added.CHANGED:
                report.problems.append(f"{bill}: differs from what was attested; withdraw that first")
            if added is Added.KNOWN:
                report.known += 1
            if added in (Added.NEW, Added.REVISED):
                report.new += added is Added.NEW
                report.revised += added is Added.REVISED
                if not dry_run:
                    readers = [*recipients, cards.recipient(line.patient)]
                    _keep(line, membership, outbox, provider_key, readers)
    except OutboxError:
        raise
    except InputError as error:
        report.problems.append(f"{bill}: {error}")


def _keep(
    line: BillLine,
    membership: Membership,
    outbox: Outbox,
    provider_key: ProviderKey,
    readers: Sequence[str],
) -> None:
    sealed = seal(line.record, readers)
    diagnosis = diagnose(line, membership, provider_key, record=sealed.commitment)
    outbox.draft(line.claim, line.line, diagnosis, membership, sealed.ciphertext)


def attest(outbox: Outbox, chain: Chain, signer: Signer, *, lifetime: int) -> Batch | None:
    """Signs all drafts at once, and again what was signed in vain (`Outbox.to_attest`), each with the
    revision that is due; None if there is nothing to sign. `lifetime` is in seconds, at most 90 days.

    Raises NotAccredited if the key may not sign for the provider now.
    """
    refresh(outbox, chain)
    now = chain.now()
    wanted = outbox.to_attest(now)[: attestation.MAX_LINES]
    if not wanted:
        return None
    entries = [_as_due(entry, outbox, chain) for entry in wanted]
    chain.check_attestor(outbox.place.provider, signer.address, now)
    batch = attestation.attest(
        [entry.diagnosis for entry in entries],
        desk=chain.desk_domain,
        provider=outbox.place.provider,
        issued_at=now,
        expires_at=now + lifetime,
        signer=signer,
    )
    outbox.attested(batch, entries, signer.address, chain.w3.eth.block_number)
    return batch


def _as_due(entry: OutboxLine, outbox: Outbox, chain: Chain) -> OutboxLine:
    """A withdrawal under one policy raises the revision for every other policy that the bill goes to."""
    if not outbox.has_past(entry):
        return entry
    due = chain.due_revision(outbox.place.provider, entry.diagnosis.bill_line)
    return replace(entry, diagnosis=replace(entry.diagnosis, revision=due))


def refresh(outbox: Outbox, chain: Chain) -> None:
    """Brings the outbox up to date with the chain: what was decided, paid and taken back, by whomever."""
    _wait_for_sent(outbox, chain)
    open_ = outbox.entries(*OPEN, State.HELD, State.OWED, State.DENIED)
    if not open_:
        return
    happened = _happened(open_, outbox, chain)
    for part in _in_parts(open_):
        with outbox.together():
            for entry in part:
                _apply(happened[entry.diagnosis.policy, entry.diagnosis.bill_line], entry, outbox)


def _wait_for_sent(outbox: Outbox, chain: Chain) -> None:
    """What is under way is waited for; what never reached the chain is as if it had not been sent."""
    sent: dict[str, list[OutboxLine]] = defaultdict(list)
    for entry in outbox.entries(State.SENT):
        sent[entry.filing or ""].append(entry)
    for transaction, entries in sent.items():
        if sending.is_known(chain.w3, transaction):
            receipt = sending.wait_for(chain.w3, transaction, confirmations=chain.confirmations)
            _keep_outcome(receipt, entries, outbox, chain)
        else:
            outbox.sent(entries, None)


def _happened(
    entries: Sequence[OutboxLine], outbox: Outbox, chain: Chain
) -> dict[tuple[bytes, bytes], list[events.ClaimEvent]]:
    """What happened to the entries' bills, each in order, by policy and bill line."""
    wanted: dict[str, Any] = {"provider": outbox.place.provider}
    if len(entries) <= _AT_ONCE:
        # of more, all of the provider's are read: one pass over the chain instead of one for each part
        wanted["bill_line"] = [entry.diagnosis.bill_line for entry in entries]
    found: dict[tuple[bytes, bytes], list[events.ClaimEvent]] = {
        (entry.diagnosis.policy, entry.diagnosis.bill_line): [] for entry in entries
    }
    for kind in (events.ClaimDecided, events.ClaimPaid, events.ClaimOwed, events.ClaimWithdrawn):
        for event in chain.past(kind, since=outbox.first_block(entries), **wanted):
            if (event.policy, event.bill_line) in found:
                found[event.policy, event.bill_line].append(event)
    for own in found.values():
        own.sort(key=lambda event: (event.block, event.log_index))
    return found


def _apply(happened: Sequence[events.ClaimEvent], entry: OutboxLine, outbox: Outbox) -> None:
    """What happened to a bill line before this diagnosis was decided happened to an earlier revision."""
    decided = False
    for event in happened:
        match event:
            case events.ClaimDecided() if event.decision.diagnosis == entry.diagnosis.hash_struct():
                decided = True
                if entry.state in OPEN:
                    outbox.decided(entry, event.decision, event.transaction)
            case events.ClaimPaid() if decided:
                outbox.moved(entry, ClaimStatus.PAID)
            case events.ClaimOwed() if decided:
                outbox.moved(entry, ClaimStatus.OWED)
            case events.ClaimWithdrawn() if decided:
                outbox.withdrawn(entry)
                return
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Filing:
    """Lines of one attestation that one transaction files."""

    action: sending.Action
    entries: Sequence[OutboxLine]


def plan_filing(
    outbox: Outbox,
    chain: Chain,
    *,
    at_once: int = FILED_AT_ONCE,
    advance: Advance = _nobody_looks,
    keep_back: Callable[[OutboxLine], None] = lambda _: None,
) -> list[Filing]:
    """What would be decided now, ready to be sent, with what the trial found in its words. A line that would
    be skipped costs no gas: its reason is kept instead. One whose bill was decided before would be denied as
    a duplicate for a fee, and goes to `keep_back`. Nothing is sent."""
    planned = []
    for signed, entries in outbox.to_file():
        if signed.attestation.expires_at < chain.now():
            continue
        ready = []
        for tried in _in_parts(entries):
            with outbox.together():
                for entry in tried:
                    line = outbox.line(entry)
                    foreseen = claims.foresee(chain, attestation=signed.attestation, line=line)
                    if foreseen.decision is None:
                        outbox.skipped(entry, foreseen.reason, None)
                    elif foreseen.decision.is_duplicate:
                        keep_back(entry)
                    else:
                        ready.append((entry, line, foreseen.decision))
                    advance(1)
        for start in range(0, len(ready), at_once):
            part = ready[start : start + at_once]
            action = claims.file(
                chain,
                attestation=signed.attestation,
                attestor=signed.attestor,
                signature=signed.signature,
                lines=[line for _, line, _ in part],
            )
            found = _trial_words([decision for _, _, decision in part])
            action = replace(action, words=(*action.words, found))
            planned.append(Filing(action, [entry for entry, _, _ in part]))
    return planned


def _trial_words(decisions: Sequence[Decision]) -> str:
    """What each line would become if it were the next that the chain decides."""
    counts = Counter(decision.status for decision in decisions)
    words = [f"{counts[status]} {status.word}" for status in ClaimStatus if counts[status]]
    denied = [decision for decision in decisions if decision.status is ClaimStatus.DENIED]
    reasons = Counter(f"{code}, {code.title}" for decision in denied for code in decision.codes)
    why = "; ".join(f"{count} for {reason}" for reason, count in reasons.items())
    return f"Tried one by one: {', '.join(words)}{f' ({why})' if why else ''}."


def file(filing: Filing, outbox: Outbox, chain: Chain, sender: Sender) -> Receipt:
    """Sends one filing and keeps what was decided. The transaction's hash is on disk before it leaves."""
    receipt = chain.send(
        filing.action, sender, on_signed=lambda transaction: outbox.sent(filing.entries, transaction)
    )
    _keep_outcome(receipt, filing.entries, outbox, chain)
    return receipt


def _keep_outcome(receipt: Receipt, entries: Sequence[OutboxLine], outbox: Outbox, chain: Chain) -> None:
    with outbox.together():
        _keep_decisions(receipt, entries, outbox, chain)


def _keep_decisions(receipt: Receipt, entries: Sequence[OutboxLine], outbox: Outbox, chain: Chain) -> None:
    leaves = {entry.diagnosis.hash_struct(): entry for entry in entries}
    for decided in chain.events(events.ClaimDecided, receipt):
        if decided.decision.diagnosis in leaves:
            outbox.decided(leaves.pop(decided.decision.diagnosis), decided.decision, receipt.transaction)
    bills = {(entry.diagnosis.policy, entry.diagnosis.bill_line): entry for entry in leaves.values()}
    for skipped in chain.events(events.ClaimSkipped, receipt):
        entry = bills.pop((skipped.policy, skipped.bill_line), None)
        if entry is not None:
            outbox.skipped(entry, skipped.reason, receipt.transaction)
    if bills:
        outbox.sent(list(bills.values()), None)


def plan_settling(outbox: Outbox, chain: Chain) -> list[sending.Action]:
    """The held claims that are due and the owed ones that can be paid now, ready to be sent."""
    now, planned = chain.now(), []
    for entry in outbox.entries(State.HELD, State.OWED):
        if entry.decision is None:
            continue
        claim, currency = entry.ref(outbox.place.provider), entry.diagnosis.currency
        if entry.state is State.HELD and entry.decision.release_at <= now:
            planned.append(claims.settle(chain, claim=claim, decision=entry.decision, currency=currency))
        if entry.state is State.OWED:
            action = claims.collect(chain, claim=claim, decision=entry.decision, currency=currency)
            if sendable(chain, action):
                planned.append(action)
    return planned


def _in_parts(items: Iterable[T]) -> Iterator[Iterator[T]]:
    """The items in order, `_AT_ONCE` at a time and none read ahead."""
    rest = iter(items)
    for first in rest:
        yield chain_of((first,), islice(rest, _AT_ONCE - 1))
