"""salus.card_folder: the cards that patients have shown to a hospital

given a patient with cards of two plans in one folder
    each benefit table should find the card of its plan only
        when the day is in another policy year, it should find none
    when a card or its cover file is damaged, or of another policy book, one line should name the file
    a claim under another table should be refused, naming both tables
given a folder that does not exist, or holds no card at all
    it should be refused
given a patient without a card in the folder
    it should find none
given a patient with several record keys, in one file or in several
    records should be sealed to each; none, or anything else, should be refused by file
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salus import product
from salus.base import days
from salus.base.errors import InputError
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.policy import build_policy
from salus.crypto.eip712 import Domain
from salus.crypto.records import RecordKey
from salus.product import Table
from salus.provider.card_folder import CardFolder

BOOK = Domain.policy_book(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
HOLDER, POOL = "0x" + "22" * 20, "0x" + "33" * 20
START, END = days.civil_day("2027-01-01"), days.civil_day("2028-01-01")
TABLES = {name: product.shipped(name) for name in ("family", "critical-illness")}
PATIENT = "a/b.c"


def show(folder: CardFolder, name: str, plan: Table) -> bytes:
    """Puts a card of the plan into the patient's folder, and returns its policy's id."""
    person = Applicant(consent_signer=HOLDER, covered_since=START, covered_until=END)
    (enrolled,) = enrolment.enrol(PolicyKey.generate(), plan, [person])
    sold = build_policy(
        BOOK, plan, [enrolled], holder=HOLDER, pool=POOL, start=START, end=END, annual_limit=1, premium=1
    )
    folder.of(PATIENT).mkdir(parents=True, exist_ok=True)
    enrolled.card(BOOK, sold.policy_id).save(folder.of(PATIENT) / f"{name}.card.json")
    sold.cover(0).save(folder.of(PATIENT) / f"{name}.cover.json")
    return sold.policy_id


def folder(path: Path, plan: str, book: Domain = BOOK) -> CardFolder:
    return CardFolder(path, TABLES[plan], book)


@pytest.fixture
def sold(tmp_path: Path) -> dict[str, bytes]:
    """Sells one policy of each plan."""
    return {name: show(folder(tmp_path, name), name, plan) for name, plan in TABLES.items()}


@pytest.mark.parametrize("plan", TABLES)
def test_each_table_finds_its_own_card(tmp_path: Path, sold: dict[str, bytes], plan: str) -> None:
    shown = folder(tmp_path, plan)

    assert [card.policy_id for card in shown.covering(PATIENT, START)] == [sold[plan]]
    assert shown.covering(PATIENT, END) == []
    assert shown.covering("somebody else", START) == []


@pytest.mark.parametrize("name", [f"{plan}.{kind}.json" for plan in TABLES for kind in ("card", "cover")])
def test_a_damaged_file_is_named(tmp_path: Path, sold: dict[str, bytes], name: str) -> None:
    shown = folder(tmp_path, "family")
    (shown.of(PATIENT) / name).write_text("{")

    with pytest.raises(InputError) as refused:
        shown.covering(PATIENT, START)

    assert refused.value.file == str(shown.of(PATIENT) / name)


def test_a_card_of_another_book_is_named(tmp_path: Path, sold: dict[str, bytes]) -> None:
    shown = folder(tmp_path, "family", Domain.policy_book(1, POOL))

    with pytest.raises(
        InputError, match="is for chain 31337 and policy book 0x5FbDB2315678afecb367"
    ) as refused:
        shown.covering(PATIENT, START)

    assert refused.value.file == str(shown.of(PATIENT) / "critical-illness.card.json")


# THE WRONG TABLE


@pytest.mark.parametrize("plan", TABLES)
def test_cards_of_other_tables_are_known(tmp_path: Path, sold: dict[str, bytes], plan: str) -> None:
    (other,) = TABLES.keys() - {plan}
    shown = folder(tmp_path, plan)

    assert [cover.policy_id for cover in shown.of_other_tables(PATIENT, START)] == [sold[other]]
    assert shown.of_other_tables(PATIENT, END) == []
    assert shown.tables() == {table.hash for table in TABLES.values()}


def test_the_tables_of_a_folder(tmp_path: Path) -> None:
    shown = folder(tmp_path, "critical-illness")
    assert shown.tables() == frozenset()
    show(shown, "family", TABLES["family"])
    (shown.of(PATIENT) / "damaged.cover.json").write_text("{")

    assert shown.tables() == {TABLES["family"].hash}


def test_a_claim_under_another_table_names_both(tmp_path: Path, sold: dict[str, bytes]) -> None:
    (family,) = folder(tmp_path, "family").covering(PATIENT, START)
    diagnosis = family.inquiry("visit.primary", service_from=START, service_to=START).diagnosis

    assert folder(tmp_path, "family").membership_of(PATIENT, diagnosis).policy_id == sold["family"]
    with pytest.raises(InputError) as refused:
        folder(tmp_path, "critical-illness").membership_of(PATIENT, diagnosis)
    assert str(refused.value) == (
        "table: is critical-illness 2026.1, but the card for this claim is of family 2026.1; "
        "name the table of the card"
    )
    with pytest.raises(InputError, match="patient: has no card for this claim"):
        folder(tmp_path, "family").membership_of("somebody else", diagnosis)


# RECORD KEYS

FIRST, SECOND = (RecordKey.generate().recipient for _ in range(2))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"record.age": FIRST}, [FIRST]),
        ({"record.age": f"# of 2027\n{FIRST}\n\n{SECOND}\n"}, [FIRST, SECOND]),
        ({"record.age": SECOND, "illness.record.age": FIRST}, [FIRST, SECOND]),
        ({"record.age": FIRST, "illness.record.age": FIRST}, [FIRST]),
    ],
)
def test_records_are_sealed_to_each_key_of_a_patient(
    tmp_path: Path, files: dict[str, str], expected: list[str]
) -> None:
    shown = folder(tmp_path, "family")
    shown.of(PATIENT).mkdir()
    for name, text in files.items():
        (shown.of(PATIENT) / name).write_text(text)

    assert shown.recipients(PATIENT) == expected


@pytest.mark.parametrize(
    ("files", "name", "expected"),
    [
        ({}, "record.age", "cannot be read: No such file"),
        ({"record.age": ""}, "record.age", "is not an age X25519 public key"),
        ({"record.age": f"{FIRST} {SECOND}"}, "record.age", "is not an age X25519 public key"),
        ({"record.age": FIRST, "zz.age": "sealed"}, "zz.age", "is not an age X25519 public key"),
    ],
)
def test_what_is_no_record_key_is_named(
    tmp_path: Path, files: dict[str, str], name: str, expected: str
) -> None:
    shown = folder(tmp_path, "family")
    shown.of(PATIENT).mkdir()
    for written, text in files.items():
        (shown.of(PATIENT) / written).write_text(text)

    with pytest.raises(InputError, match=expected) as refused:
        shown.recipients(PATIENT)

    assert refused.value.file == str(shown.of(PATIENT) / name)


# OPENING


def test_a_folder_without_a_card_is_refused(tmp_path: Path, sold: dict[str, bytes]) -> None:
    (tmp_path / "empty" / "patient").mkdir(parents=True)
    (tmp_path / "empty" / "patient" / "record.age").touch()
    (tmp_path / "empty" / "-.card.json").touch()
    for name, expected in (
        ("none", "none: is not a folder; name the folder of the cards"),
        ("empty", "empty: holds no card; name the folder that has a folder for each patient"),
    ):
        with pytest.raises(InputError, match=expected):
            CardFolder.open(tmp_path / name, TABLES["family"], BOOK)

    assert CardFolder.open(tmp_path, TABLES["critical-illness"], BOOK).path == tmp_path
