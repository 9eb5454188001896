"""salus.cover.holder_folder, salus.cover.signed_file, salus.cover.membership: what holders keep and show

given an empty folder
    enrolling should make keys that only their owner can read, and an enrolment that the insurer can open
    when it is repeated, or was stopped at any point and is run again, keys and members should stay the same
given the folder of a policy
    enrolling for another year, under another table, for other people or another insurer should be refused
        the folder should stay as it was, and a new folder should give unlinkable keys
        so should enrolling with a policy key of which nothing tells what it was used for
    a lost key should be missed, not replaced; a record key may be taken along, and a folder has one
    cards should not be replaced by those of another policy that is issued
    a wrong table, file of people or folder should be refused with its reason
given the policy over those who enrolled
    each member should get a card, its QR code and its cover file, which open together
    when the policy is over others, nobody should get a card
given a card for another policy book, or with the cover file of another member
    one line should name the card
given a signed file that is damaged or of another kind
    one line should say what was wanted

SPECIFICATION X6.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from salus import product
from salus.base.errors import CardError, PolicyError
from salus.cover import enrolment
from salus.cover.card import MemberCard
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


@pytest.mark.parametrize("writes", range(7))
def test_goes_on_where_it_was_stopped(
    folder: HolderFolder, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Killed after so many files, whichever these are, and run again."""
    replaced, left = os.replace, iter([True] * writes)

    def stop(source: str, target: Path) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        replaced(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        with suppress(KeyboardInterrupt):
            enrol(folder)
    kept = {path.name: path.read_bytes() for path in folder.path.iterdir()}

    enrolled = enrol(folder)

    assert len(kept) == (0, 1, 2, 3, 4, 4, 5)[writes]
    if "unused.key" in kept:
        kept["policy.key"] = kept.pop("unused.key")
    assert set(kept) <= {"policy.key", "record.key", "record.age", "enrolled.json", "enrolment.age"}
    for name in set(kept) - {"enrolment.age"}:
        assert (folder.path / name).read_bytes() == kept[name], name
    assert not (folder.path / "unused.key").exists()
    opened = enrolment.from_json(INSURER.decrypt(folder.enrolment_file.read_bytes()))
    assert [one.member for one in opened] == [one.member for one in enrolled]


# ANOTHER POLICY

RENEWED = [replace(PEOPLE[0], covered_until=START + 730), PEOPLE[1]]
OTHERS: list[tuple[product.Table, list[Applicant], RecordKey, str]] = [
    (PLAN, RENEWED, INSURER, "with other facts of member 0 \\(last day of cover\\)"),
    (PLAN, PEOPLE[:1], INSURER, "of 2 members, not 1"),
    (
        PLAN,
        [PEOPLE[0], replace(PEOPLE[1], excluded=frozenset({"dental.treatment"}))],
        INSURER,
        "with other facts of member 1 \\(benefits left out\\)",
    ),
    (
        product.shipped("critical-illness"),
        PEOPLE,
        INSURER,
        "under family 2026.1, not under critical-illness 2026.1",
    ),
    (PLAN, PEOPLE, RecordKey.generate(), "for the insurer with the key age1[a-z0-9]+, not age1[a-z0-9]+"),
]


@pytest.mark.parametrize(("table", "people", "insurer", "expected"), OTHERS)
@pytest.mark.parametrize("with_cards", [False, True])
def test_a_folder_is_for_one_enrolment(
    folder: HolderFolder,
    table: product.Table,
    people: list[Applicant],
    insurer: RecordKey,
    expected: str,
    with_cards: bool,
) -> None:
    policy = sold(enrol(folder))
    if with_cards:
        folder.write_cards(policy, PLAN, PEOPLE)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}

    with pytest.raises(
        CardError, match=f"{folder.path}: holds an enrolment {expected}; under the same"
    ) as refusal:
        folder.enrol(table, people, insurer.recipient)

    assert (refusal.value.remedy or "").startswith("for a renewal or any other change name a new folder")
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before


def test_a_renewal_in_a_new_folder_has_nothing_in_common_but_the_record_key(folder: HolderFolder) -> None:
    first = enrol(folder)
    renewal = HolderFolder(folder.path.with_name("keys-2"))

    second = renewal.enrol(PLAN, RENEWED, INSURER.recipient, record_key=folder.record_key_file)

    for one, other in zip(first, second, strict=True):
        assert one.member.commitment != other.member.commitment
        assert one.key.blind("benefit", "visit.primary") != other.key.blind("benefit", "visit.primary")
    assert renewal.recipient_file.read_bytes() == folder.recipient_file.read_bytes()
    assert renewal.record_key_file.stat().st_mode & 0o777 == 0o600
    # and it may be run again, with the record key or without
    assert renewal.enrol(PLAN, RENEWED, INSURER.recipient) == second


UNKNOWN = "holds an enrolment that is not known any more, as enrolled.json is missing; under the same"


@pytest.mark.parametrize("people", [PEOPLE, RENEWED])
@pytest.mark.parametrize(
    "left", [{"policy.key"}, {"policy.key", "record.key"}, {"policy.key", "enrolment.age"}]
)
def test_a_key_is_for_one_policy_also_when_its_folder_was_tidied(
    folder: HolderFolder, left: set[str], people: list[Applicant]
) -> None:
    enrol(folder)
    for path in folder.path.iterdir():
        if path.name not in left:
            path.unlink()

    with pytest.raises(CardError, match=f"{folder.path}: {UNKNOWN}"):
        folder.enrol(PLAN, people, INSURER.recipient)

    assert {path.name for path in folder.path.iterdir()} == left


def test_a_key_that_was_taken_along_into_a_new_folder_is_refused(folder: HolderFolder) -> None:
    enrol(folder)
    renewal = HolderFolder(folder.path.with_name("keys-2"))
    renewal.path.mkdir()
    renewal.policy_key_file.write_bytes(folder.policy_key_file.read_bytes())

    with pytest.raises(CardError, match=f"{renewal.path}: {UNKNOWN}"):
        renewal.enrol(PLAN, RENEWED, INSURER.recipient)


def test_an_emptied_folder_gets_a_new_key(folder: HolderFolder) -> None:
    first = enrol(folder)
    for path in folder.path.iterdir():
        path.unlink()

    second = folder.enrol(PLAN, RENEWED, INSURER.recipient)

    assert not {one.member.commitment for one in first} & {one.member.commitment for one in second}


def test_the_cards_of_another_policy_are_no_new_folder(folder: HolderFolder) -> None:
    folder.write_cards(sold(enrol(folder)), PLAN, PEOPLE)
    for path in (folder.policy_key_file, folder.enrolled_file, folder.enrolment_file):
        path.unlink()

    with pytest.raises(CardError, match=f"{folder.path}: {UNKNOWN}"):
        folder.enrol(PLAN, RENEWED, INSURER.recipient)


def test_a_folder_has_one_record_key(folder: HolderFolder, tmp_path: Path) -> None:
    enrol(folder)
    own, other = RecordKey.load(folder.record_key_file), RecordKey.generate()
    (tmp_path / "other.key").write_text(other.reveal())

    with pytest.raises(CardError) as refusal:
        folder.enrol(PLAN, PEOPLE, INSURER.recipient, record_key=tmp_path / "other.key")

    assert refusal.value.message == (
        f"opens what is sealed to {own.recipient}, and the named record key what is sealed to "
        f"{other.recipient}"
    )
    assert other.reveal() not in str(refusal.value)
    assert RecordKey.load(folder.record_key_file).recipient == own.recipient


def test_a_replaced_record_key_is_noticed(folder: HolderFolder) -> None:
    enrol(folder)
    public = folder.recipient_file.read_text().strip()
    folder.record_key_file.write_text(RecordKey.generate().reveal())

    with pytest.raises(CardError, match=f"record.age: names {public}, but record.key belongs to age1"):
        enrol(folder)

    assert folder.recipient_file.read_text().strip() == public


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("policy.key", "is missing, and the folder holds an enrolment that was made with it; restore it"),
        (
            "record.key",
            "is missing, and hospitals may seal records to its public key, record.age; restore it",
        ),
    ],
)
def test_a_lost_key_is_not_replaced(folder: HolderFolder, name: str, expected: str) -> None:
    enrol(folder)
    (folder.path / name).unlink()

    with pytest.raises(CardError, match=f"{folder.path / name}: {expected}"):
        enrol(folder)

    assert not (folder.path / name).exists()


# CARDS


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

    with pytest.raises(
        CardError, match="members: differ from those whom this folder has enrolled; name the file"
    ):
        folder.write_cards(policy, PLAN, PEOPLE[::-1])

    assert list(folder.path.glob("member-*")) == []


def test_no_cards_for_the_policy_of_another_folder(folder: HolderFolder) -> None:
    enrol(folder)
    other = HolderFolder(folder.path.with_name("keys-2"))
    policy = sold(enrol(other))

    with pytest.raises(CardError, match="members: of the policy differ from the enrolled members; name"):
        folder.write_cards(policy, PLAN, PEOPLE)


def test_no_cards_under_a_wrong_table(folder: HolderFolder) -> None:
    policy = sold(enrol(folder))

    with pytest.raises(CardError) as refusal:
        folder.write_cards(policy, product.shipped("critical-illness"), PEOPLE)

    assert str(refusal.value) == (
        "table: is critical-illness 2026.1, but the policy is under family 2026.1; "
        "name the table of the policy"
    )
    assert list(folder.path.glob("member-*")) == []


def test_cards_of_an_issued_policy_are_not_replaced(folder: HolderFolder) -> None:
    """Under the same keys a quote may be signed again before it is issued, but not a second policy."""
    enrolled = enrol(folder)
    first, second = sold(enrolled), sold(enrolled)
    folder.write_cards(first, PLAN, PEOPLE)
    card = folder.path / "member-1.card.json"

    assert folder.write_cards(first, PLAN, PEOPLE) == 2
    with pytest.raises(
        CardError, match=f"{folder.path}: holds the cards of policy 0x{first.policy_id.hex()};"
    ):
        folder.write_cards(second, PLAN, PEOPLE)
    assert MemberCard.load(card).policy_id == first.policy_id
    folder.write_cards(second, PLAN, PEOPLE, is_issued=lambda policy: policy != first.policy_id)
    assert MemberCard.load(card).policy_id == second.policy_id


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
