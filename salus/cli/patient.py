"""Patient and policyholder: keys, cards, consent, claims. `salus patient` lists the actions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from salus import product
from salus.base import files
from salus.base.days import to_date
from salus.base.errors import InputError, PolicyError
from salus.chain import consents, policies
from salus.chain.consent_history import ConsentHistory
from salus.cli import values
from salus.cli.actor import Actor
from salus.cli.letter_writing import AsFhir, AsPdf, LettersPath, Written, seen_in, today_of, write_letters
from salus.cli.options import AccountName, ContractWallet, TableName
from salus.cli.output import counted, out
from salus.cli.rechecking import recheck_all
from salus.cli.session import Session, signer
from salus.cli.values import age_key, day
from salus.cover.card import MemberCard
from salus.cover.card_files import draw_cards, print_cards
from salus.cover.consenting import (
    PURPOSES,
    RECORD_WITHIN_DAYS,
    check_consent_signer,
    cover_of_card,
    purposes_of,
    sign_consent,
)
from salus.cover.enrolment import check_excluded
from salus.cover.holder_folder import HolderFolder
from salus.cover.member import Applicant
from salus.cover.membership import load_membership
from salus.cover.offer import People
from salus.cover.policy import PolicyFile, check_place
from salus.cover.signed_file import CONSENT
from salus.insurer.audit import claims_of
from salus.statement import LetterFolder, LetterheadFile, claim_words, statement
from salus.statement import cover as cover_words
from salus.statement.cover import cover_of
from salus.statement.ledger import Ledger, claim_events
from salus.types import Consent, Member, Purpose

actor = Actor("patient")

CardPath = Annotated[Path, Option(help="the member's card")]
CoverPath = Annotated[Path, Option(help="the cover file of the card")]
Provider = Annotated[int, values.provider("the provider's number; 0 for any accredited one", least=0)]
SignTo = Annotated[
    Path | None, Option(help="sign it to this file instead of sending; anyone may then record it")
]


@actor.action
def new_policy_key(
    folder: Annotated[Path, Option(help="where the keys go; made if it is not there")],
    people: Annotated[Path, Option(help="YAML: who is to be covered")],
    table: TableName,
    insurer: Annotated[str, age_key("the insurer's age key, which the enrolment is sealed to")],
    record_key: Annotated[
        Path | None, Option(help="record.key of an earlier policy, to be kept; a new one without it")
    ] = None,
) -> None:
    """Makes the keys of a new policy and the enrolment for the insurer.

    Run again with the same people, table and insurer, it makes the same enrolment. A renewal, and any other
    change, needs a new folder: under one policy key, anybody could link two policies on the chain.

    Example:
        salus patient new-policy-key --folder keys-2028 --people people.yaml --table family \\
            --insurer age1… --record-key keys-2027/record.key
    """
    keys = HolderFolder(folder)
    plan = product.named(table)
    people_to_cover = _people(people, plan)
    enrolled = keys.enrol(plan, people_to_cover, insurer, record_key=record_key)
    out.print(
        f"{keys.policy_key_file} and {keys.record_key_file} are yours alone: keep copies.", markup=False
    )
    out.print(
        f"Send {keys.enrolment_file} ({counted(len(enrolled), 'member')}) to the insurer.", markup=False
    )


@actor.action
def cards(
    folder: Annotated[Path, Option(help="where the keys of the policy are")],
    policy: Annotated[Path, Option(help="the policy file that the insurer sent")],
    people: Annotated[Path, Option(help="YAML: who is covered, as at enrolment")],
    table: TableName,
    print_: Annotated[
        bool, Option("--print", help="write PDF pages to print too; needs the system library Pango")
    ] = False,
) -> None:
    """Writes each member's card, as a file, as a QR code, to print and for a phone, and the cover file that
    goes with it.

    Example:
        salus patient cards --folder keys --policy policy.json --people people.yaml --table family --print
    """
    document, plan, chain = PolicyFile.load(policy), product.named(table), Session().chain
    people_to_cover = _people(people, plan)
    with files.about(policy):
        check_place(document.book, chain.book_domain, fault=PolicyError)
        HolderFolder(folder).write_cards(
            document,
            plan,
            people_to_cover,
            is_issued=lambda earlier: policies.is_issued(chain, earlier),
        )
    faces = draw_cards(folder, document, plan)
    for face in faces:
        out.entry("cards", member=face.number, first_day=to_date(face.first), last_day=to_date(face.last))
    out.print(f"{counted(len(faces), 'card')} in {folder}. Keep a card like a bank card.", markup=False)
    if print_:
        written = print_cards(folder, faces)
        out.fact(printed=written)
        out.print(f"To print: {', '.join(path.name for path in written)}.", markup=False)


@actor.action
def consent(
    card: CardPath,
    cover: CoverPath,
    provider: Provider,
    from_day: Annotated[int, day("first day of care that it covers; may lie in the past")],
    until: Annotated[int, day("last day of care that it covers")],
    purposes: Annotated[list[str], Option(help=f"of {', '.join(PURPOSES)}")] = ["file"],  # noqa: B006 - never changed
    sign_to: SignTo = None,
    wallet: ContractWallet = None,
    account: AccountName = None,
) -> None:
    """Lets a provider file the member's claims. The account is the member's consent signer.

    Example:
        salus patient consent --card member-0.card.json --cover member-0.cover.json --provider 1 \\
            --from-day 2027-01-01 --until 2027-12-31
    """
    session = Session()
    member = _member(session, card, cover)
    what = purposes_of(purposes)
    if sign_to is not None:
        _sign(session, sign_to, wallet, account, member, provider, what, from_day, until)
        return
    _check_no_wallet(wallet)
    sender = session.sender(account)
    check_consent_signer(member, sender.address, field="account", remedy="send it from that one")
    action = consents.give(
        session.chain,
        member=member.commitment,
        provider=provider,
        purposes=what,
        from_=from_day,
        until=until,
    )
    session.act(action, sender)


@actor.action
def record_consent(
    consent: Annotated[Path, Option(help="the signed consent or withdrawal")],
    account: AccountName = None,
) -> None:
    """Brings a signed consent or withdrawal to the chain; anyone may, and pays the fee.

    Example:
        salus patient record-consent --consent consent.json --account anyone
    """
    session = Session()
    signed = CONSENT.load(consent)
    with files.about(consent):
        given = Consent.from_json(signed.content.get("consent", {}))
    action = consents.record(session.chain, signer=signed.signer, consent=given, signature=signed.signature)
    session.act(action, session.sender(account))


@actor.action
def withdraw_consent(
    card: CardPath,
    cover: CoverPath,
    provider: Provider,
    sign_to: SignTo = None,
    wallet: ContractWallet = None,
    account: AccountName = None,
) -> None:
    """Takes consent back for care after today; care until today stays payable.

    Example:
        salus patient withdraw-consent --card member-0.card.json --cover member-0.cover.json --provider 1
    """
    session = Session()
    member = _member(session, card, cover)
    if sign_to is not None:
        _sign(session, sign_to, wallet, account, member, provider)
        return
    _check_no_wallet(wallet)
    sender = session.sender(account)
    check_consent_signer(member, sender.address, field="account", remedy="send it from that one")
    session.act(consents.withdraw(session.chain, member=member.commitment, provider=provider), sender)


@actor.action
def claims(
    card: CardPath,
    cover: CoverPath,
    table: TableName,
) -> None:
    """Says what was claimed for the member of a card: each amount with its reason, and what became of it.

    Example:
        salus patient claims --card member-0.card.json --cover member-0.cover.json --table family
    """
    session = Session()
    opened = load_membership(card, cover, product.named(table), session.chain.book_domain)
    letter = statement(opened, claim_events(session.chain, opened.policy_id))
    now = session.chain.now()
    for item in letter.items:
        out.entry("claims", **claim_words.as_json(item, letter))
        for line in claim_words.words_of(item, letter, now=now):
            out.print(line, markup=False)
        out.print()
    out.print(f"{len(letter.items)} claims." if letter.items else "No claim yet.")


@actor.action
def cover(
    card: CardPath,
    cover: CoverPath,
    table: TableName,
    on: Annotated[int | None, day("the day for which it is told; today if it is not given")] = None,
) -> None:
    """Says what is covered for the member of a card: what is left of each limit, which waiting periods run,
    what is excluded, and which consents are in force.

    Example:
        salus patient cover --card member-0.card.json --cover member-0.cover.json --table family
    """
    session = Session()
    opened = load_membership(card, cover, product.named(table), session.chain.book_domain)
    if not policies.is_issued(session.chain, opened.policy_id):
        out.print(f"Note: policy 0x{opened.policy_id.hex()} is not issued: no claim can be paid.")
    member = opened.cover.member
    found = cover_of(
        opened,
        Ledger.of_policy(session.chain, opened.policy_id),
        ConsentHistory.of_member(session.chain, signer=member.consent_signer, member=member.commitment),
        number=MemberCard.load(card).number,
        today=today_of(session.chain, on),
    )
    out.fact(**cover_words.as_json(found))
    for line in cover_words.words_of(found):
        out.print(line, markup=False)


@actor.action
def letter(
    card: CardPath,
    cover: CoverPath,
    table: TableName,
    folder: LettersPath,
    letterhead: Annotated[Path | None, Option(help="YAML: names of the insurer and of providers")] = None,
    name: Annotated[str, Option(help="your name, as it should stand on the letter")] = "",
    records: Annotated[
        Path | None, Option(help="folder of the sealed records that the hospitals have handed over")
    ] = None,
    record_key: Annotated[Path | None, Option(help="file with the patient's age key, record.key")] = None,
    written: Written = None,
    pdf: AsPdf = True,
    fhir: AsFhir = False,
) -> None:
    """Writes the explanation of benefits of the member of a card, as HTML and PDF. With the sealed records,
    it says whether each agrees with its claim.

    Example:
        salus patient letter --card member-0.card.json --cover member-0.cover.json --table family \\
            --folder letters
    """
    session = Session()
    opened = load_membership(card, cover, product.named(table), session.chain.book_domain)
    chain = session.chain
    head = (
        LetterheadFile.load(letterhead)
        if letterhead
        else LetterheadFile(insurer=chain.pool(opened.cover.terms.pool).name)
    ).letterhead(
        plan=opened.table.title,
        member=MemberCard.load(card).number,
        written=today_of(chain, written),
        addressee=name,
    )
    explained = statement(opened, claim_events(chain, opened.policy_id))
    seen = seen_in(records, record_key)
    write_letters(LetterFolder(folder, as_pdf=pdf, as_fhir=fhir), [(explained, head)], seen)


@actor.action
def recheck(
    card: CardPath,
    cover: CoverPath,
    table: TableName,
    records: Annotated[Path, Option(help="folder of the sealed records that the hospitals have handed over")],
    record_key: Annotated[Path, Option(help="file with the patient's age key, record.key")],
) -> None:
    """Opens the record of every claim of the card's member and recomputes what was attested. Sends nothing;
    ends with an error if anything differs or is missing.

    Example:
        salus patient recheck --card member-0.card.json --cover member-0.cover.json --table family \\
            --records records --record-key record.key
    """
    session = Session()
    opened = load_membership(card, cover, product.named(table), session.chain.book_domain)
    recheck_all(claims_of(session.chain, opened), records, record_key, lambda _: opened)


def _people(path: Path, plan: product.Table) -> list[Applicant]:
    """Whom a file names to be covered, with what the plan has for them."""
    found = People.load(path).members
    with files.about(path):
        check_excluded(found, plan)
    return found


def _member(session: Session, card: Path, cover: Path) -> Member:
    """The member of the card; says so if the policy is not issued yet."""
    found = cover_of_card(session.chain, card, cover)
    if not policies.is_issued(session.chain, found.policy_id):
        # no error: whose consent is there when cover begins can be treated on the first day
        out.print(f"Note: policy 0x{found.policy_id.hex()} is not issued; until it is, no claim can follow.")
    return found.member


def _sign(
    session: Session,
    path: Path,
    wallet: str | None,
    account: str | None,
    member: Member,
    provider: int,
    purposes: Purpose = Purpose(0),  # noqa: B008 - a constant
    from_: int = 0,
    until: int = 0,
) -> None:
    """Signs a consent, or without purposes a withdrawal, for whoever records it."""
    key = session.signing(signer(account, key_variable="SALUS_PRIVATE_KEY", parameter="account"), wallet)
    check_consent_signer(
        member, key.address, field="wallet" if wallet else "account", remedy="sign in the name of that one"
    )
    if purposes:
        planned = consents.give(
            session.chain,
            member=member.commitment,
            provider=provider,
            purposes=purposes,
            from_=from_,
            until=until,
        )
    else:
        planned = consents.withdraw(session.chain, member=member.commitment, provider=provider)
    out.print(f"To be signed by {key.address}:", markup=False)
    for line in planned.words:
        out.print(f"  {line}", markup=False)
    session.confirm("Sign this?", otherwise="Nothing was signed.")
    sign_consent(
        session.chain, path, key, member, provider=provider, purposes=purposes, from_=from_, until=until
    )
    what = "consent" if purposes else "withdrawal"
    out.print(
        f"{path} holds the signed {what}; it must be recorded within {RECORD_WITHIN_DAYS} days.", markup=False
    )


def _check_no_wallet(wallet: str | None) -> None:
    if wallet is not None:
        raise InputError("signs, and sends nothing", field="wallet", remedy="name a file with --sign-to")
