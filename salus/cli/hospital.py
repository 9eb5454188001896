"""Hospital, clinic, laboratory, pharmacy. `salus hospital` lists the actions.

What a hospital files goes through its outbox, a file on its own disk: every action can be stopped at any
point and run again, and none attests or files a line twice.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from rich.markup import escape
from rich.table import Table
from typer import Option

from salus import fhir, product
from salus.base import money
from salus.base.days import DAY_SECONDS, latest_day, to_date
from salus.base.errors import RecordError
from salus.chain import accreditation, claims, forget_finished
from salus.claim.provider_key import ProviderKey
from salus.cli.actor import Actor
from salus.cli.attesting import check_report, show_held_back, show_report, show_signed
from salus.cli.options import OUTBOX, AccountName, ContractWallet, ProviderNumber, TableName
from salus.cli.output import counted, out
from salus.cli.progress import counting, track
from salus.cli.session import Session, signer
from salus.cli.values import address, age_key, amount, day, hex32, last_moment, moment, policy
from salus.cover.membership import load_membership
from salus.crypto.records import RecordKey
from salus.insurer.recheck import recheck as compare
from salus.provider import drafting, submission
from salus.provider.card_folder import CardFolder
from salus.provider.export import export_records
from salus.provider.listing import HEAD, list_claims
from salus.provider.outbox import Outbox, OutboxLine, State
from salus.provider.outbox.opening import open_outbox, outbox_for_rehearsal
from salus.provider.outbox.words import bindings_of, claim_words, counts_of, standing_of
from salus.provider.withdrawal import withdraw as withdrawal_of
from salus.provider.withdrawal import withdraw_root as root_withdrawal_of
from salus.statement import eligibility as eligibility_answer

actor = Actor("hospital")

OutboxPath = Annotated[Path, Option(help="the outbox file that attest wrote")]
NewOutboxPath = Annotated[Path, Option(help="the outbox file; made if it is not there")]
ClaimNumber = Annotated[str, Option(help="the hospital's own number of the claim")]
ClaimPolicy = Annotated[bytes | None, policy("one policy, where the claim went to several")]
CardFolderPath = Annotated[Path, Option(help="folder with the cards that patients have shown")]
NOTHING = Decimal(0)


@actor.action
def add_key(
    provider: ProviderNumber,
    attestor: Annotated[str, address("address of the seal key, or of a contract wallet")],
    from_time: Annotated[int, moment("first moment at which it may sign")],
    until: Annotated[int, last_moment("last day on which it may sign")],
    account: AccountName = None,
) -> None:
    """Lets a seal key sign attestations for a stretch of time.

    Example:
        salus hospital add-key --provider 1 --attestor 0x… --from-time 2027-01-01 --until 2028-12-31 \\
            --account front-desk
    """
    session = Session()
    action = accreditation.add_key(
        session.chain, provider=provider, attestor=attestor, from_=from_time, until=until
    )
    session.act(action, session.sender(account))


@actor.action
def revoke_key(
    provider: ProviderNumber,
    attestor: Annotated[str, address("address of the seal key, or of a contract wallet")],
    account: AccountName = None,
) -> None:
    """Revokes a seal key permanently: nothing that it signed can be filed from now on.

    Example:
        salus hospital revoke-key --provider 1 --attestor 0x… --account front-desk
    """
    session = Session()
    action = accreditation.revoke_key(session.chain, provider=provider, attestor=attestor)
    session.act(action, session.sender(account))


@actor.action
def attest(
    provider: ProviderNumber,
    records: Annotated[Path, Option(help="a FHIR R4 Bundle, or a folder of them")],
    cards: CardFolderPath,
    table: TableName,
    readers: Annotated[
        list[str], age_key("age keys that records are sealed to beside the patient's: the insurer's")
    ],
    outbox: NewOutboxPath = OUTBOX,
    profile: Annotated[
        Path | None, Option(help="hospital.yaml: what the hospital says of its records")
    ] = None,
    report: Annotated[
        Path | None, Option(help="a CSV file with a row for each bill; JSON goes beside it")
    ] = None,
    days: Annotated[int, Option(min=1, max=90, help="for how many days the attestation is good")] = 30,
    key: Annotated[str | None, Option(help="keystore of the seal key; else SALUS_ATTESTOR_KEY")] = None,
    attestor: ContractWallet = None,
    again: Annotated[bool, Option(help="sign also what was withdrawn and has not changed since")] = False,
    release: Annotated[
        list[str] | None, Option(help="number of a bill that is held back and is a bill of its own")
    ] = None,
    key_lost: Annotated[
        bool, Option(help="once: the provider key before is lost for good, and this one takes its place")
    ] = False,
    profile_changed: Annotated[
        bool, Option(help="once: the profile names bills or patients by another system for good")
    ] = False,
    dry_run: Annotated[bool, Option(help="read and check everything, keep and sign nothing")] = False,
) -> None:
    """Attests the bills of a folder: reads, seals and signs what is not attested yet. Sends nothing.

    Says what became of the bills by cause; `--report` has a row for each. Ends with an error if a bill or a
    file is at fault, or is held back because it may have been signed before, after the good ones are signed.

    Example:
        salus hospital attest --provider 1 --records fhir --cards cards --table family --readers age1… \\
            --report today.csv
    """
    session = Session()
    provider_key = ProviderKey.from_environment()
    seal_key = signer(key, key_variable="SALUS_ATTESTOR_KEY", parameter="key")
    signing = session.signing(seal_key, attestor)
    session.chain.check_attestor(provider, signing.address, session.chain.now())

    with _to_attest(session, provider, outbox, dry_run=dry_run) as box:
        plan = product.named(table)
        submission.refresh(box, session.chain)
        with counting("bills read") as advance:
            drafted = drafting.draft(
                fhir.read(
                    records,
                    plan,
                    profile=fhir.Profile.load(profile) if profile else fhir.SAFE,
                    today=latest_day(session.chain.now()),
                ),
                box,
                _cards(session, cards, plan),
                provider_key,
                recipients=readers,
                advance=advance,
                again=again,
                dry_run=dry_run,
                key_lost=key_lost,
                profile_changed=profile_changed,
                release=release or (),
            )
        if report is not None:
            drafted.save(report)
        show_report(drafted)
        batch = (
            None if dry_run else submission.attest(box, session.chain, signing, lifetime=days * DAY_SECONDS)
        )
    show_signed(drafted, batch, dry_run=dry_run)
    check_report(drafted, report)


@actor.action
def check_profile(profile: Annotated[Path, Option(help="hospital.yaml")]) -> None:
    """Reads a hospital's profile and says what it decides, and what it leaves open. Sends nothing.

    Example:
        salus hospital check-profile --profile hospital.yaml
    """
    read = fhir.Profile.load(profile)
    for name in type(read).model_fields:
        value = getattr(read, name)
        words = "not decided" if value in (None, {}, frozenset()) else value
        if isinstance(value, list | set | frozenset):
            words = ", ".join(sorted(map(str, value))) or "none"
        out.print(f"  {name:<20} {words}", markup=False)
    if read.organizations is None or read.payers is None:
        out.print("Bills stay problems until organizations and payers are decided.")


@actor.action
def file(
    provider: ProviderNumber,
    outbox: OutboxPath = OUTBOX,
    at_once: Annotated[int, Option(min=1, help="lines in one transaction")] = submission.FILED_AT_ONCE,
    account: AccountName = None,
    dry_run: Annotated[bool, Option(help="say what would be filed and send nothing")] = False,
) -> None:
    """Files what is attested and would be decided now; what would be skipped waits, and costs nothing.

    Example:
        salus hospital file --provider 1 --dry-run
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box:
        submission.refresh(box, session.chain)
        duplicates: list[OutboxLine] = []
        with counting("lines tried") as advance:
            planned = submission.plan_filing(
                box, session.chain, at_once=at_once, advance=advance, keep_back=duplicates.append
            )
        if duplicates:
            out.print(
                f"Kept back: {len(duplicates)} whose bills the chain has decided before, not from this "
                "outbox. Filed again they would cost a fee and be denied as duplicates (18)."
            )
        show_held_back(box)
        if planned and not dry_run:
            sender = session.sender(account)
            session.show([filing.action for filing in planned], sender)
            session.confirm()
            for filing in track(planned, "filing"):
                session.show_receipt(submission.file(filing, box, session.chain, sender))
        elif planned:
            for line in (line for filing in planned for line in filing.action.words):
                out.print(f"  {line}", markup=False)
        else:
            out.print("Nothing is ready to be filed.")
        _summary(box)


@actor.action
def eligibility(
    provider: ProviderNumber,
    card: Annotated[Path, Option(help="the member's card")],
    cover: Annotated[Path, Option(help="the cover file of the card")],
    table: TableName,
    benefit: Annotated[str, Option(help="a benefit of the table, such as visit.primary")],
    day: Annotated[int, day("day of the care, or its first; may lie ahead")],
    to_day: Annotated[int | None, day("last day of a stay; else the same day")] = None,
    units: Annotated[int, Option(min=1, max=65_535, help="how many of what is paid by number")] = 1,
    billed: Annotated[Decimal, amount("what the bill will be, where it is known")] = NOTHING,
    emergency: Annotated[bool, Option(help="for care that asks for no consent")] = False,
) -> None:
    """Says whether a member's claim would be decided, and what is left of each limit. Sends nothing.

    Example:
        salus hospital eligibility --provider 1 --card card.json --cover cover.json --table family \\
            --benefit visit.primary --day 2027-03-01
    """
    session = Session()
    opened = load_membership(card, cover, product.named(table), session.chain.book_domain)
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
    out.fact(provider=provider, benefit=benefit, day=to_date(day), units=units)
    out.fact(**eligibility_answer.as_json(answer, line, foreseen.decision))
    for words in eligibility_answer.words_of(answer, line, foreseen.decision):
        out.print(f"  {words}", markup=False)


@actor.action
def status(
    provider: ProviderNumber,
    outbox: OutboxPath = OUTBOX,
    claim: Annotated[str | None, Option(help="one bill, by any of its numbers")] = None,
) -> None:
    """Says where the bills of the outbox stand, asking the chain first: what is not paid yet, by cause and
    with the next step, or one bill in full. `list` shows every bill.

    Example:
        salus hospital status --provider 1 --claim 2027-0815
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box:
        submission.refresh(box, session.chain)
        for line in standing_of(box) if claim is None else claim_words(box, claim):
            out.print(f"  {line}", markup=False)
        if claim is None:
            for words in bindings_of(box):
                out.print(f"  {words}", markup=False)
        else:
            for row in list_claims(box, claim=claim):
                out.entry("claims", **row.to_json())
        _summary(box)


@actor.action
def list_(
    provider: ProviderNumber,
    outbox: OutboxPath = OUTBOX,
    state: Annotated[list[State] | None, Option(help="only bills in this state")] = None,
    claim: Annotated[str | None, Option(help="one bill, by any of its numbers")] = None,
) -> None:
    """Lists the bills of the outbox as they were when the chain was last asked (`status` asks it).

    Example:
        salus hospital list --provider 1 --state held --state denied
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box:
        rows = list_claims(box, *(state or ()), claim=claim)
        table = Table(*HEAD)
        for row in rows:
            table.add_row(*map(escape, row.cells()))
            out.entry("claims", **row.to_json())
        if rows:
            out.print(table)
        out.print(f"{counted(len(rows), 'bill')}.")


@actor.action
def settle(provider: ProviderNumber, outbox: OutboxPath = OUTBOX, account: AccountName = None) -> None:
    """Settles the outbox's held claims that are due, and collects its owed ones.

    Example:
        salus hospital settle --provider 1
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box:
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
    """Takes a held or denied line back, so that a corrected one may follow (attest again).

    Example:
        salus hospital withdraw --provider 1 --claim 2027-0815
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box:
        submission.refresh(box, session.chain)
        forget_finished(session.chain)
        entry = box.find(claim, policy=policy)
        session.act(withdrawal_of(session.chain, box, entry), session.sender(account))
        box.withdrawn(entry)
        submission.refresh(box, session.chain)


@actor.action
def withdraw_root(
    provider: ProviderNumber,
    root: Annotated[bytes, hex32("of the attestation")],
    outbox: OutboxPath = OUTBOX,
    account: AccountName = None,
) -> None:
    """Takes back a whole attestation: what is not filed yet can never be.

    Example:
        salus hospital withdraw-root --provider 1 --root 0x…
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box:
        submission.refresh(box, session.chain)
        session.act(root_withdrawal_of(session.chain, box, root), session.sender(account))
        # what somebody filed in between is decided, and not taken back
        submission.refresh(box, session.chain)
        box.root_withdrawn(root)


@actor.action
def export(
    provider: ProviderNumber,
    folder: Annotated[Path, Option(help="where the sealed records go; made if it is not there")],
    outbox: OutboxPath = OUTBOX,
) -> None:
    """Writes each line's sealed record as a file, to be handed to insurer and patient. Its name is the
    record's hash, which the claim's event carries.

    Example:
        salus hospital export --provider 1 --folder records
    """
    session = Session()
    with open_outbox(session.chain, provider, outbox) as box, counting("records") as advance:
        count = export_records(box, folder, advance=advance)
    out.fact(records=count, folder=folder)
    out.print(f"{count} sealed records are in {folder}.", markup=False)


@actor.action
def recheck(
    provider: ProviderNumber,
    claim: ClaimNumber,
    patient: Annotated[str, Option(help="the hospital's own id of the patient")],
    cards: CardFolderPath,
    table: TableName,
    record_key: Annotated[Path, Option(help="file with an age key that the record was sealed to")],
    policy: ClaimPolicy = None,
    outbox: OutboxPath = OUTBOX,
) -> None:
    """Opens a line's record and recomputes every field that was attested.

    Example:
        salus hospital recheck --provider 1 --claim 2027-0815 --patient 4711 --cards cards \\
            --table family --record-key record.key
    """
    session = Session()
    opener = RecordKey.load(record_key)
    with open_outbox(session.chain, provider, outbox) as box:
        entry = box.find(claim, policy=policy)
        sealed = box.sealed(entry)
    membership = _cards(session, cards, product.named(table)).membership_of(patient, entry.diagnosis)
    provider_key = ProviderKey.from_environment()
    found = compare(entry.diagnosis, sealed, opener, membership, patient=patient, provider_key=provider_key)
    for difference in found.differences:
        out.print(f"  {difference.field} is not what the record gives", markup=False)
    out.print(
        f"Not checked: {', '.join(found.unchecked)}." if found.unchecked else "Every field was checked."
    )
    if not found.passed:
        raise RecordError(f"differs in {len(found.differences)} fields", resource=f"Claim/{claim}")
    out.print("The line says what the record says.")


def _to_attest(
    session: Session, provider: int, path: Path, *, dry_run: bool
) -> AbstractContextManager[Outbox]:
    if dry_run:
        return outbox_for_rehearsal(session.chain, provider, path)
    return open_outbox(session.chain, provider, path, make=True)


def _cards(session: Session, folder: Path, plan: product.Table) -> CardFolder:
    return CardFolder.open(folder, plan, session.chain.book_domain)


def _summary(box: Outbox) -> None:
    out.fact(counts={str(state): count for state, count in box.counts().items()})
    out.print(f"In the outbox: {counts_of(box)}.")
