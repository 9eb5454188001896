"""salus.cover.holder_folder, salus.cover.signed_file, salus.cover.membership: what holders keep and show

given an empty folder
    enrolling should make keys that only their owner can read, and an enrolment that the insurer can open
    when it is repeated, the keys should stay the same
given the policy over those who enrolled
    each member should get a card, its QR code and its cover file, which open together
    when the policy is over others, nobody should get a card
given a card for another policy book, or with the cover file of another member
    one line should name the card
given a signed file that is damaged or of another kind
    one line should say what was wanted
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salus import product
from salus.base.errors import CardError, PolicyError
from salus.cover import enrolment
from salus.cover.consenting import check_consent_signer, purposes_of
from salus.cover.holder_folder import HolderFolder
from salus.cover.member import Applicant, EnrolledMember
from salus.cover.membership import load_card, load_membership
from salus.cover.policy import PolicyFile, build_policy
from salus.cover.signed_file import CONSENT, QUOTE
from salus.crypto.eip712 import Domain
from salus.crypto.records import RecordKey
from salus.types import Purpose
from tests.support.decided import BOOK, FAMILY, POOL, SIGNER, START

PLAN = product.shipped("family")
INSURER = RecordKey.generate()
PEOPLE = [
    Applicant(consent_signer=SIGNER, covered_since=START, covered_until=START + days) for days in (365, 364)
]


@pytest.fixture
def folder(tmp_path: Path) -> HolderFolder:
    return HolderFolder(tmp_path / "keys")


def sold(enrolled: tuple[EnrolledMember, ...]) -> PolicyFile:
    return build_policy(
        BOOK,
        PLAN,
        enrolled,
        holder=FAMILY,
        pool=POOL,
        start=START,
        end=START + 365,
        annual_limit=1_000,
        premium=1,
    )


def enrol(folder: HolderFolder) -> tuple[EnrolledMember, ...]:
    return folder.enrol(PLAN, PEOPLE, INSURER.recipient)


def test_enrols(folder: HolderFolder) -> None:
    enrolled = enrol(folder)

    opened = enrolment.from_json(INSURER.decrypt(folder.enrolment_file.read_bytes()))
    assert [one.member for one in opened] == [one.member for one in enrolled]
    assert folder.path.stat().st_mode & 0o777 == 0o700
    for path in (folder.policy_key_file, folder.record_key_file):
        assert path.stat().st_mode & 0o777 == 0o600
    assert RecordKey.load(folder.record_key_file).recipient in (folder.path / "record.age").read_text()


def test_keys_stay_the_same(folder: HolderFolder) -> None:
    first = enrol(folder)
    recipient = RecordKey.load(folder.record_key_file).recipient

    again = enrol(folder)

    assert [one.member for one in again] == [one.member for one in first]
    assert RecordKey.load(folder.record_key_file).recipient == recipient


def test_cards_open_with_their_cover_files(folder: HolderFolder) -> None:
    policy = sold(enrol(folder))

    assert folder.write_cards(policy, PLAN, PEOPLE) == 2

    for index in range(2):
        card = folder.path / f"member-{index}.card.json"
        cover = folder.path / f"member-{index}.cover.json"
        opened = load_membership(card, cover, PLAN, BOOK)
        assert opened.commitment == policy.members[index].commitment
        assert card.with_name(f"member-{index}.svg").stat().st_mode & 0o777 == 0o600


def test_no_cards_for_others(folder: HolderFolder) -> None:
    policy = sold(enrol(folder))

    with pytest.raises(CardError, match="members: differ from the enrolled members; ask the insurer"):
        folder.write_cards(policy, PLAN, PEOPLE[::-1])

    assert list(folder.path.glob("member-*")) == []


def test_a_card_of_another_place_or_member(folder: HolderFolder) -> None:
    folder.write_cards(sold(enrol(folder)), PLAN, PEOPLE)
    card, other = folder.path / "member-0.card.json", folder.path / "member-1.cover.json"

    with pytest.raises(CardError, match=f"{card}: book: is for chain 1337"):
        load_card(card, card.with_name("member-0.cover.json"), Domain.policy_book(1, BOOK.verifying_contract))
    with pytest.raises(CardError, match=f"{card}: member: is for another member than the cover file"):
        load_membership(card, other, PLAN, BOOK)


# SIGNED FILES


def test_a_signed_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    QUOTE.save(tmp_path / "quote", "0x" + "ab" * 20, b"\7" * 65, policy="0x01")

    quote = QUOTE.load(tmp_path / "quote")

    assert (quote.signer.lower(), quote.signature, quote.content["policy"]) == (
        "0x" + "ab" * 20,
        b"\7" * 65,
        "0x01",
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "is not JSON; give a quote file"),
        ("{}", "is not a quote file; ask the insurer"),
        (f'{{"salusConsent": 1, "signer": "0x{"ab" * 20}", "signature": "0x"}}', "is not a quote file"),
        (f'{{"salusQuote": 1, "signer": "0x{"ab" * 20}", "signature": "zz"}}', "is not a quote file"),
        (f'{{"salusQuote": 2, "signer": "0x{"ab" * 20}", "signature": "0x"}}', "is not a quote file"),
    ],
)
def test_a_damaged_signed_file_is_named(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "quote"
    path.write_text(content)

    with pytest.raises(PolicyError, match=f"{path}: {expected}"):
        QUOTE.load(path)
    with pytest.raises(CardError):
        CONSENT.load(tmp_path / "nowhere")


# CONSENT


def test_purposes_are_named() -> None:
    assert purposes_of(["file", "research"]) == Purpose.FILE | Purpose.RESEARCH
    for nothing in ([], [""]):
        with pytest.raises(Exception, match="purposes: names no purpose; name one, or withdraw consent"):
            purposes_of(nothing)


def test_only_the_members_signer_may_consent(folder: HolderFolder) -> None:
    (member, _) = (one.member for one in enrol(folder))

    check_consent_signer(member, member.consent_signer, field="account", remedy="use that one")
    with pytest.raises(CardError, match=f"wallet: {POOL} is not the member's consent signer"):
        check_consent_signer(member, POOL, field="wallet", remedy="use that one")
