"""Hospital, clinic, laboratory, pharmacy. `brownie run hospital` lists the actions.

What a hospital files goes through its outbox, a file on its own disk: every action can be stopped at any
point and run again, and none attests or files a line twice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from pydantic import Field
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, track

from salus import fhir
from salus.base import files, money
from salus.base.days import latest_day, moment_words, to_date
from salus.base.errors import CardError, InputError, OutboxError, RecordError
from salus.chain import Chain, accreditation, claims, forget_finished
from salus.claim.provider_key import ProviderKey
from salus.insurer.recheck import recheck as compare
from salus.provider import submission
from salus.provider.card_folder import CardFolder
from salus.provider.outbox import Outbox, OutboxLine, Place, State
from salus.types import ClaimStatus, Decision
from scripts._cards import opened as opened_card
from scripts._eligibility import words_of as eligibility_words
from scripts._recheck import key_in
from scripts._session import DAY, Session, signer
from scripts._words import (
    AccountName,
    Actor,
    Address,
    AgeKeys,
    Amount,
    ContractWallet,
    Day,
    Hex32,
    Moment,
    ProviderNumber,
    TableName,
    err,
    out,
    table_of,
)

actor = Actor("hospital", "manages its seal keys, attests FHIR records, files claims and follows them")

OutboxPath = Annotated[Path, "the outbox file that attest wrote"]
NewOutboxPath = Annotated[Path, "the outbox file; made if it is not there"]
ClaimNumber = Annotated[str, "the hospital's own number of the claim"]
ClaimPolicy = Annotated[Hex32 | None, "where the claim went to several: one policy, 0x and 64 digits"]
OUTBOX = Path("outbox.sqlite")
NOTHING = Decimal(0)


def main() -> None:
    actor.list()


@actor.action
def add_key(
    provider: ProviderNumber,
    attestor: Annotated[Address, "address of the seal key, or of a contract wallet"],
    from_time: Annotated[Moment, "first moment at which it may sign"],
    until: Annotated[Moment, "first moment at which it may not"],
    account: AccountName = None,
) -> None:
    """Lets a seal key sign attestations for a stretch of time."""
    session = Session()
    action = accreditation.add_key(
        session.chain, provider=provider, attestor=attestor, from_=from_time, until=until
    )
    session.act(action, session.sender(account))


@actor.action
def revoke_key(
    provider: ProviderNumber,
    attestor: Annotated[Address, "address of the seal key, or of a contract wallet"],
    account: AccountName = None,
) -> None:
    """Kills a seal key for good: nothing that it signed can be filed from now on."""
    session = Session()
    action = accreditation.revoke_key(session.chain, provider=provider, attestor=attestor)
    session.act(action, session.sender(account))


@actor.action
def attest(
    provider: ProviderNumber,
    records: Annotated[Path, "a FHIR R4 Bundle, or a folder of them"],
    cards: Annotated[Path, "folder with the cards that patients have shown (docs/files.md)"],
    table: TableName,
    readers: Annotated[AgeKeys, "age keys that records are sealed to beside the patient's: the insurer's"],
    outbox: NewOutboxPath = OUTBOX,
    days: Annotated[int, Field(ge=1, le=90), "for how many days the attestation is good, 1 to 90"] = 30,
    key: Annotated[str | None, "keystore of the seal key; else SALUS_ATTESTOR_KEY"] = None,
    attestor: ContractWallet = None,
    again: Annotated[bool, "sign also what was withdrawn and has not changed since"] = False,
    dry_run: Annotated[bool, "read and check everything, keep and sign nothing"] = False,
) -> None:
    """Attests the bills of a folder: reads, seals and signs what is not attested yet. Sends nothing.

    Ends with an error if a bill or a file is at fault, after the good ones are signed."""
    session = Session()
    provider_key = _provider_key()
    seal_key = signer(key, key_variable="SALUS_ATTESTOR_KEY", parameter="key")
    signing = session.signing(seal_key, attestor)
    session.chain.check_attestor(provider, signing.address, session.chain.now())

    with _dry(session, provider, outbox) if dry_run else _open(session, provider, outbox, make=True) as box:
        with _progress("bills read") as advance:
            report = submission.draft(
                fhir.read(records, table_of(table), today=latest_day(session.chain.now())),
                box,
                _cards(session, cards, table),
                provider_key,
                recipients=readers,
                advance=advance,
                again=again,
                dry_run=dry_run,
            )
        for line in (*report.left_out, *report.problems):
            err.print(f"  {line}", markup=False)
        batch = None if dry_run else submission.attest(box, session.chain, signing, lifetime=days * DAY)
    would = "would be attested" if dry_run else "attested"
    out.print(
        f"{report.new} new and {report.revised} corrected lines {would}, {report.known} were attested "
        f"before, {len(report.left_out)} bills left out for the reasons above."
    )
    if batch:
        root, until = batch.attestation.root.hex(), moment_words(batch.attestation.expires_at)
        out.print(f"One signature over {len(batch)} lines, root 0x{root}, good until {until}.")
    if report.problems:
        raise InputError(
            f"{len(report.problems)} bills or files are at fault, each named above",
            remedy="correct them and run again: what is attested stays so",
        )


@actor.action
def file(
    provider: ProviderNumber,
    outbox: OutboxPath = OUTBOX,
    at_once: Annotated[int, Field(ge=1), "lines in one transaction"] = submission.FILED_AT_ONCE,
    account: AccountName = None,
    dry_run: Annotated[bool, "say what would be filed and send nothing"] = False,
) -> None:
    """Files what is attested and would be decided now; what would be skipped waits, and costs nothing."""
    session = Session()
    with _open(session, provider, outbox) as box:
        submission.refresh(box, session.chain)
        duplicates: list[OutboxLine] = []
        with _progress("lines tried") as advance:
            planned = submission.plan_filing(
                box, session.chain, at_once=at_once, advance=advance, keep_back=duplicates.append
            )
        if duplicates:
            out.print(
                f"Kept back: {len(duplicates)} whose bills the chain has decided before, not from this "
                "outbox. Filed again they would cost a fee and be denied as duplicates (18)."
            )
        if planned and not dry_run:
            sender = session.sender(account)
            session.show([filing.action for filing in planned], sender)
            session.confirm()
            for filing in track(planned, description="filing", console=err):
                session.said(submission.file(filing, box, session.chain, sender))
        elif planned:
            for line in (line for filing in planned for line in filing.action.words):
                out.print(f"  {line}", markup=False)
        else:
            out.print("Nothing is ready to be filed.")
        _summary(box)


@actor.action
def eligibility(
    provider: ProviderNumber,
    card: Annotated[Path, "the member's card"],
    cover: Annotated[Path, "the cover file of the card"],
    table: TableName,
    benefit: Annotated[str, "a benefit of the table, such as visit.primary"],
    day: Annotated[Day, "day of the care, or its first; may lie ahead, YYYY-MM-DD"],
    to_day: Annotated[Day | None, "last day of a stay; else the same day"] = None,
    units: Annotated[int, Field(ge=1, le=65_535), "how many of what is paid by number"] = 1,
    billed: Annotated[Amount, "what the bill will be, where it is known"] = NOTHING,
    emergency: Annotated[bool, "write emergency=yes for care that asks for no consent"] = False,
) -> None:
    """Says whether a member's claim would be decided, and what is left of each limit. Sends nothing."""
    session = Session()
    opened = opened_card(session, card, cover, table)
    line = opened.inquiry(
        benefit,
        service_from=day,
        service_to=day if to_day is None else to_day,
        units=units,
        billed=money.exactly(billed, opened.currency),
        emergency=emergency,
    )
    answer = claims.eligibility(session.chain, provider=provider, line=line)
    foreseen = claims.foresee_unsigned(session.chain, provider=provider, line=line)
    out.print(f"{opened.table[benefit].title} on {to_date(day)}, at provider {provider}:", markup=False)
    for words in eligibility_words(answer, line, foreseen.decision):
        out.print(f"  {words}", markup=False)


@actor.action
def status(provider: ProviderNumber, outbox: OutboxPath = OUTBOX) -> None:
    """Says where every line of the outbox stands, asking the chain first."""
    session = Session()
    with _open(session, provider, outbox) as box:
        submission.refresh(box, session.chain)
        for entry in box.entries():
            out.print(f"  {_row(entry)}", markup=False)
        _summary(box)


@actor.action
def settle(provider: ProviderNumber, outbox: OutboxPath = OUTBOX, account: AccountName = None) -> None:
    """Settles the outbox's held claims that are due, and collects its owed ones."""
    session = Session()
    with _open(session, provider, outbox) as box:
        submission.refresh(box, session.chain)
        planned = submission.plan_settling(box, session.chain)
        if planned:
            session.act(planned, session.sender(account))
            submission.refresh(box, session.chain)
        else:
            out.print("Nothing is due.")
        forget_finished(session.chain)
        _summary(box)


@actor.action
def withdraw(
    provider: ProviderNumber,
    claim: ClaimNumber,
    policy: ClaimPolicy = None,
    outbox: OutboxPath = OUTBOX,
    account: AccountName = None,
) -> None:
    """Takes a held or denied line back, so that a corrected one may follow (attest again)."""
    session = Session()
    with _open(session, provider, outbox) as box:
        submission.refresh(box, session.chain)
        forget_finished(session.chain)
        entry = box.find(claim, policy=policy)
        action = claims.withdraw(
            session.chain,
            terms=box.cover(entry).terms,
            claim=entry.ref(provider),
            decision=_takeable(session.chain, entry, provider),
        )
        session.act(action, session.sender(account))
        box.withdrawn(entry)


@actor.action
def withdraw_root(
    provider: ProviderNumber,
    root: Annotated[Hex32, "of the attestation"],
    outbox: OutboxPath = OUTBOX,
    account: AccountName = None,
) -> None:
    """Takes back a whole attestation: what is not filed yet can never be."""
    session = Session()
    with _open(session, provider, outbox) as box:
        submission.refresh(box, session.chain)
        session.act(
            claims.withdraw_root(session.chain, provider=provider, root=root), session.sender(account)
        )
        # what somebody filed in between is decided, and not taken back
        submission.refresh(box, session.chain)
        box.root_withdrawn(root)


@actor.action
def export(
    provider: ProviderNumber,
    folder: Annotated[Path, "where the sealed records go; made if it is not there"],
    outbox: OutboxPath = OUTBOX,
) -> None:
    """Writes each line's sealed record as a file, to be handed to insurer and patient. Its name is the
    record's hash, which the claim's event carries."""
    session = Session()
    with _open(session, provider, outbox) as box:
        folder.mkdir(parents=True, exist_ok=True)
        entries = box.entries()
        for entry in track(entries, description="records", console=err):
            name = f"{entry.diagnosis.record.hex()}.age"
            files.write_durably(folder / name, [box.sealed(entry)], fault=RecordError, private=True)
    out.print(f"{len(entries)} sealed records are in {folder}.", markup=False)


@actor.action
def recheck(
    provider: ProviderNumber,
    claim: ClaimNumber,
    patient: Annotated[str, "the hospital's own id of the patient"],
    cards: Annotated[Path, "folder with the cards that patients have shown"],
    table: TableName,
    record_key: Annotated[Path, "file with an age key that the record was sealed to"],
    policy: ClaimPolicy = None,
    outbox: OutboxPath = OUTBOX,
) -> None:
    """Opens a line's record and recomputes every field that was attested."""
    session = Session()
    opener = key_in(record_key)
    with _open(session, provider, outbox) as box:
        entry = box.find(claim, policy=policy)
        sealed = box.sealed(entry)
    memberships = _cards(session, cards, table).covering(patient, entry.diagnosis.service_from)
    membership = next((one for one in memberships if one.policy_id == entry.diagnosis.policy), None)
    if membership is None:
        raise InputError(
            "no card of the patient opens this claim", field="patient", remedy="name the patient"
        )
    found = compare(
        entry.diagnosis, sealed, opener, membership, patient=patient, provider_key=_provider_key()
    )
    for difference in found.differences:
        out.print(f"  {difference.field} is not what the record gives", markup=False)
    out.print(
        f"Not checked: {', '.join(found.unchecked)}." if found.unchecked else "Every field was checked."
    )
    if not found.passed:
        raise RecordError(f"differs in {len(found.differences)} fields", resource=f"Claim/{claim}")
    out.print("The line says what the record says.")


def _open(session: Session, provider: int, path: Path, *, make: bool = False) -> Outbox:
    """The outbox; only attesting makes one, as a mistyped path would else be an outbox with nothing in it."""
    chain = session.chain
    place = Place(chain.chain_id, chain.addresses.genesis, chain.desk.address, provider)
    return Outbox(path, place, make=make)


@contextmanager
def _dry(session: Session, provider: int, path: Path) -> Iterator[Outbox]:
    """The outbox to compare with; in place of one that is not there yet, an empty one that goes again."""
    with TemporaryDirectory() as folder:
        there = path.exists()
        with _open(session, provider, path if there else Path(folder) / path.name, make=not there) as box:
            yield box


def _cards(session: Session, folder: Path, table: str) -> CardFolder:
    if not folder.is_dir():
        raise CardError("is not a folder", file=str(folder), remedy="name the folder of the cards")
    return CardFolder(folder, table_of(table), session.chain.book_domain)


def _provider_key() -> ProviderKey:
    digits = os.environ.get("SALUS_PROVIDER_KEY")
    if not digits:
        raise InputError(
            "is not set", field="SALUS_PROVIDER_KEY", remedy="set it in .env: 64 hexadecimal digits, for good"
        )
    try:
        return ProviderKey.from_hex(digits)
    except InputError as error:
        # the value is a key, be it a mistyped one, and is not shown
        raise InputError(
            error.message, field="SALUS_PROVIDER_KEY", remedy="set it to the 64 hexadecimal digits of before"
        ) from None


def _takeable(chain: Chain, entry: OutboxLine, provider: int) -> Decision:
    """The decision on a line, if the chain would take it back; it is the chain that must hold it so."""
    resource, decision = f"Claim/{entry.claim}", entry.decision
    standing = claims.status_of(chain, entry.ref(provider))
    words = standing.word
    is_elsewhere = decision is None or decision.is_duplicate
    if is_elsewhere and standing is not ClaimStatus.NONE:
        raise OutboxError(
            f"is {entry.state} in this outbox, and the chain has decided its bill before: {words}",
            resource=resource,
            remedy="that decision stands; only the outbox that filed it can take it back, if held or denied",
        )
    if decision is None or entry.state != decision.status.word or not decision.status.can_be_withdrawn:
        raise OutboxError(
            f"is {entry.state}", resource=resource, remedy="only held and denied lines can be taken back"
        )
    if standing is not decision.status:
        raise OutboxError(
            f"is {entry.state} in this outbox, but {words} on the chain",
            resource=resource,
            remedy="look at `status`; only held and denied lines can be taken back",
        )
    return decision


def _row(entry: OutboxLine) -> str:
    diagnosis = entry.diagnosis
    billed = money.to_words(diagnosis.billed, diagnosis.currency)
    words = f"{entry.claim:<38} {to_date(diagnosis.service_from)}  {billed:>16}  {entry.state:<9}"
    if entry.state is State.SKIPPED and entry.reason is not None:
        return f"{words} {entry.reason.words}"
    if entry.decision is None:
        return words
    paid = money.to_words(entry.decision.remittance.paid, diagnosis.currency)
    codes = " ".join(str(code) for code in entry.decision.codes)
    due = f" from {moment_words(entry.decision.release_at)}" if entry.state is State.HELD else ""
    return f"{words} {paid} {codes}{due}"


def _summary(box: Outbox) -> None:
    counts = box.counts()
    words = ", ".join(f"{counts[state]} {state}" for state in State if state in counts)
    out.print(f"In the outbox: {words or 'nothing'}.")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int], None]]:
    """Counts on stderr what comes in unknown number."""
    columns = (SpinnerColumn(), TextColumn(what + ": {task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)


if __name__ == "__main__":
    actor.main(sys.argv[1:], globals())
