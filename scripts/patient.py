"""Patient and policyholder: keys, cards, consent, claims. `brownie run patient` lists the actions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field

from salus.base import files, money
from salus.base.days import to_date
from salus.base.errors import CardError, InputError, PolicyError
from salus.chain import consents, events, policies
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.offer import People
from salus.cover.policy import PolicyFile, check_place
from salus.crypto.records import RecordKey, encrypt
from salus.insurer.audit import standing
from salus.statement.ledger import Ledger
from salus.types import Consent, Member, Purpose
from scripts._cards import opened as opened_card
from scripts._cards import shown as shown_card
from scripts._recheck import key_in, recheck_all
from scripts._session import DAY, Session, signer
from scripts._signed import CONSENT
from scripts._words import AccountName, Actor, AgeKey, ContractWallet, Day, Names, TableName, out, table_of

actor = Actor("patient", "makes keys and cards, gives and takes back consent, reads and rechecks claims")

CardPath = Annotated[Path, "the member's card"]
Provider = Annotated[int, Field(ge=0, lt=2**64), "the provider's number; 0 for any accredited one"]
SignTo = Annotated[Path | None, "sign it to this file instead of sending; anyone may then record it"]
PURPOSES = {purpose.name.lower(): purpose for purpose in Purpose if purpose.name}


def main() -> None:
    actor.list()


@actor.action
def new_policy_key(
    folder: Annotated[Path, "where the keys go; made if it is not there"],
    people: Annotated[Path, "YAML: who is to be covered"],
    table: TableName,
    insurer: Annotated[AgeKey, "the insurer's age key, age1…, which the enrolment is sealed to"],
) -> None:
    """Makes the keys of a new policy and the enrolment for the insurer. Keys that exist are kept."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    policy_key = _policy_key(folder, make=True)
    record_key = folder / "record.key"
    if not record_key.exists():
        _write_private(record_key, RecordKey.generate().reveal())
    recipient = key_in(record_key).recipient
    files.write_durably(folder / "record.age", [recipient.encode(), b"\n"], fault=CardError)

    enrolled = enrolment.enrol(policy_key, table_of(table), People.load(people).members)
    sealed = encrypt(enrolment.reveal_json(enrolled), [insurer])
    files.write_durably(folder / "enrolment.age", [sealed], fault=CardError)
    out.print(f"{folder / 'policy.key'} and {record_key} are yours alone: keep copies.", markup=False)
    out.print(f"Send {folder / 'enrolment.age'} ({len(enrolled)} members) to the insurer.", markup=False)


@actor.action
def cards(
    folder: Annotated[Path, "where the keys of the policy are"],
    policy: Annotated[Path, "the policy file that the insurer sent"],
    people: Annotated[Path, "YAML: who is covered, as at enrolment"],
    table: TableName,
) -> None:
    """Writes each member's card, as a file and as a QR code, and the cover file that goes with it."""
    document = PolicyFile.load(policy)
    with files.about(policy):
        check_place(document.book, Session().chain.book_domain, fault=PolicyError)
    enrolled = enrolment.enrol(_policy_key(folder, make=False), table_of(table), People.load(people).members)
    if tuple(one.member for one in enrolled) != document.members:
        raise CardError(
            "are not those who enrolled", file=str(policy), field="members", remedy="ask the insurer"
        )
    for one in enrolled:
        card = one.card(document.book, document.policy_id)
        name = folder / f"member-{one.index}"
        card.save(name.with_suffix(".card.json"))
        document.cover(one.index).save(name.with_suffix(".cover.json"))
        card.save_qr(name.with_suffix(".svg"))
    out.print(f"{len(enrolled)} cards are in {folder}. Show a card like a bank card.", markup=False)


@actor.action
def consent(
    card: CardPath,
    cover: Annotated[Path, "the cover file of the card"],
    provider: Provider,
    from_day: Annotated[Day, "first day of care that it covers; may lie in the past"],
    until: Annotated[Day, "last day of care that it covers"],
    purposes: Annotated[Names, f"of {', '.join(PURPOSES)}"] = ["file"],  # noqa: B006 - never changed
    sign_to: SignTo = None,
    wallet: ContractWallet = None,
    account: AccountName = None,
) -> None:
    """Lets a provider file the member's claims. The account is the member's consent signer."""
    session = Session()
    member = _member(session, card, cover)
    what = _purposes(purposes)
    if sign_to is not None:
        _sign(session, sign_to, wallet, account, member, provider, what, from_day, until)
        return
    _check_no_wallet(wallet)
    sender = session.sender(account)
    _check_signer(member, sender.address, field="account", remedy="send it from that one")
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
    consent: Annotated[Path, "the signed consent or withdrawal"],
    account: AccountName = None,
) -> None:
    """Brings a signed consent or withdrawal to the chain; anyone may, and pays the fee."""
    session = Session()
    signed = CONSENT.load(consent)
    with files.about(consent):
        given = Consent.from_json(signed.content.get("consent", {}))
    action = consents.record(session.chain, signer=signed.signer, consent=given, signature=signed.signature)
    session.act(action, session.sender(account))


@actor.action
def withdraw_consent(
    card: CardPath,
    cover: Annotated[Path, "the cover file of the card"],
    provider: Provider,
    sign_to: SignTo = None,
    wallet: ContractWallet = None,
    account: AccountName = None,
) -> None:
    """Takes consent back for care after today; care until today stays payable."""
    session = Session()
    member = _member(session, card, cover)
    if sign_to is not None:
        _sign(session, sign_to, wallet, account, member, provider)
        return
    _check_no_wallet(wallet)
    sender = session.sender(account)
    _check_signer(member, sender.address, field="account", remedy="send it from that one")
    session.act(consents.withdraw(session.chain, member=member.commitment, provider=provider), sender)


@actor.action
def claims(
    card: CardPath,
    cover: Annotated[Path, "the cover file of the card"],
    table: TableName,
) -> None:
    """Says what was claimed for the member of a card, what was paid, and why not more."""
    session = Session()
    opened = opened_card(session, card, cover, table)
    names = {row.code: row.title for row in opened.table}
    shown = 0
    for entry in _ledger(session, opened.policy_id).entries:
        event = entry.decided
        if event.service.member != opened.commitment:
            continue
        shown += 1
        code = opened.schedule.code_of(event.service.benefit)
        currency = event.service.currency
        billed = money.to_words(event.service.billed, currency)
        paid = money.to_words(event.decision.remittance.paid, currency)
        state = entry.status.word
        out.print(
            f"  {to_date(event.service.from_)}  {names.get(code or '', 'unknown care'):<32} "
            f"billed {billed:>14}  plan pays {paid:>14}  {state}",
            markup=False,
        )
        for reason in event.decision.codes:
            out.print(f"      {reason}  {reason.words}", markup=False)
    out.print(f"{shown} claims." if shown else "No claim yet.")


@actor.action
def recheck(
    card: CardPath,
    cover: Annotated[Path, "the cover file of the card"],
    table: TableName,
    records: Annotated[Path, "folder of the sealed records that the hospitals have handed over"],
    record_key: Annotated[Path, "file with the patient's age key, record.key"],
) -> None:
    """Opens the record of every claim of the card's member and recomputes what was attested. Sends nothing;
    ends with an error if anything differs or is missing."""
    session = Session()
    opened = opened_card(session, card, cover, table)
    decided = [
        event
        for event in session.chain.past(events.ClaimDecided, policy=opened.policy_id)
        if event.service.member == opened.commitment
    ]
    withdrawn = session.chain.past(events.ClaimWithdrawn, policy=opened.policy_id)
    recheck_all(standing(decided, withdrawn), records, record_key, lambda _: opened)


def _ledger(session: Session, policy: bytes) -> Ledger:
    """Each decision with its own outcome: the chain itself only says that of the one that stands, and a bill
    that was filed twice has two."""
    kinds = (events.ClaimDecided, events.ClaimPaid, events.ClaimOwed, events.ClaimWithdrawn)
    return Ledger.replay(event for kind in kinds for event in session.chain.past(kind, policy=policy))


def _policy_key(folder: Path, *, make: bool) -> PolicyKey:
    path = folder / "policy.key"
    if make and not path.exists():
        _write_private(path, PolicyKey.generate().reveal().hex())
    with files.about(path):
        return PolicyKey.from_hex(files.read(path, fault=CardError).decode("ascii", "replace"))


def _write_private(path: Path, text: str) -> None:
    files.write_durably(path, [text.encode(), b"\n"], fault=CardError, private=True)


def _member(session: Session, card: Path, cover: Path) -> Member:
    """The member of the cover file, which must be the card's: a consent for a wrong member is lost."""
    shown, found = shown_card(session, card, cover)
    if found.member.commitment != shown.key.commitment:
        raise CardError("is for another member than the cover file", file=str(card), remedy="use its own")
    if not policies.is_issued(session.chain, found.policy_id):
        # no error: whose consent is there when cover begins can be treated on the first day
        out.print(f"Note: policy 0x{found.policy_id.hex()} is not issued; until it is, no claim can follow.")
    return found.member


def _check_signer(member: Member, address: str, *, field: str, remedy: str) -> None:
    """Anybody may consent on the chain, but claims only ask for what the member's consent signer says."""
    if address != member.consent_signer:
        raise CardError(
            f"{address} is not the member's consent signer, {member.consent_signer}",
            field=field,
            remedy=remedy,
        )


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
    _check_signer(
        member, key.address, field="wallet" if wallet else "account", remedy="sign in the name of that one"
    )
    signed = consents.prepare(
        session.chain,
        signer=key.address,
        member=member.commitment,
        provider=provider,
        purposes=purposes,
        from_=from_,
        until=until,
        deadline=session.chain.now() + 30 * DAY,
    )
    signature = session.chain.consent_domain.sign(signed, key)
    CONSENT.save(path, key.address, signature, consent=signed.to_json())
    what = "consent" if purposes else "withdrawal"
    out.print(f"{path} holds the signed {what}; it must be recorded within 30 days.", markup=False)


def _check_no_wallet(wallet: str | None) -> None:
    if wallet is not None:
        raise InputError("signs, and sends nothing", field="wallet", remedy="name a file with sign_to=…")


def _purposes(names: list[str]) -> Purpose:
    if not names:
        # signed, no purpose at all would take consent back
        raise InputError(
            "names none", field="purposes", remedy="name one, or take consent back with withdraw_consent"
        )
    found = Purpose(0)
    for name in names:
        if name not in PURPOSES:
            raise CardError(f"{name} is none of {', '.join(PURPOSES)}", field="purposes")
        found |= PURPOSES[name]
    return found


if __name__ == "__main__":
    actor.main(sys.argv[1:], globals())
