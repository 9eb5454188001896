"""Damaged files and invalid words, for every actor

given a quote, a consent, a key or an enrolment that is damaged or of another kind
    one line should name the file, and show no key
given a number, a day or a time out of bounds
    one line should name the word and the bound
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from salus.crypto.records import RecordKey
from scripts import capital, hospital, insurer, patient
from tests.scripts.conftest import Clinic, entries
from tests.support.ending import ended

Words = Callable[[Clinic, Path], list[str]]


def issuing(clinic: Clinic, bad: Path) -> list[str]:
    return [f"policy={clinic.path('policy-0.json')}", f"quote={bad}", "account=6"]


def rechecking(clinic: Clinic, bad: Path) -> list[str]:
    clinic.attest()
    return [
        "provider=1",
        f"claim={entries(clinic)[0].claim}",
        f"patient={clinic.patients[0].patient.id}",
        f"cards={clinic.path('cards')}",
        f"outbox={clinic.outbox}",
        "table=family",
        f"record_key={bad}",
    ]


def rechecking_own(clinic: Clinic, bad: Path) -> list[str]:
    card = clinic.path("keys-0") / "member-0.card.json"
    return [
        f"card={card}",
        f"cover={card.with_name('member-0.cover.json')}",
        f"records={clinic.work}",
        "table=family",
        f"record_key={bad}",
    ]


def writing_cards(clinic: Clinic, bad: Path) -> list[str]:
    key = bad.rename(bad.with_name("policy.key"))
    key.write_bytes(b"00\xff")
    return [
        f"folder={key.parent}",
        f"policy={clinic.path('policy-0.json')}",
        f"people={clinic.path('people.yaml')}",
        "table=family",
    ]


def quoting(clinic: Clinic, bad: Path) -> list[str]:
    return [
        f"offer={clinic.path('offer.yaml')}",
        f"enrolled={bad}",
        f"record_key={clinic.path('insurer.key')}",
        "table=family",
        *(f"{name}={clinic.work / name}" for name in ("policy", "quote")),
    ]


AN_AGE_KEY = "record key: is not an age key (AGE-SECRET-KEY-1…)"
SIGNER = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


@pytest.mark.parametrize(
    ("action", "words", "content", "expected"),
    [
        (insurer.issue, issuing, "{", "is not JSON; give a quote file"),
        (insurer.issue, issuing, "[]", "is not a JSON object; give a quote file"),
        (
            insurer.issue,
            issuing,
            '{"salusQuote": 1, "signer": 5, "signature": "0x"}',
            "is not a quote file; ask the insurer for a quote",
        ),
        (
            patient.record_consent,
            lambda _, bad: [f"consent={bad}"],
            "{",
            "is not JSON; give a signed consent",
        ),
        (
            patient.record_consent,
            lambda _, bad: [f"consent={bad}"],
            f'{{"salusConsent": 1, "signer": "{SIGNER}", "signature": "0x", "consent": {{}}}}',
            "Consent.deadline: is missing",
        ),
        (
            patient.record_consent,
            lambda _, bad: [f"consent={bad}"],
            f'{{"salusConsent": 1, "signer": "{SIGNER}", "signature": 7, "consent": {{}}}}',
            "is not a signed consent; sign it again",
        ),
        (hospital.recheck, rechecking, "AGE-SECRET-KEY-1QQ", AN_AGE_KEY),
        (patient.recheck, rechecking_own, "AGE-SECRET-KEY-1QQ", AN_AGE_KEY),
        (
            insurer.quote,
            quoting,
            "sealed",
            "cannot be opened with this key; use the key that the file was sealed to",
        ),
    ],
)
def test_a_file_that_is_something_else_is_named(
    clinic: Clinic,
    capsys: pytest.CaptureFixture[str],
    action: Callable[..., None],
    words: Words,
    content: str,
    expected: str,
) -> None:
    bad = clinic.work / "bad"
    bad.write_text(content)

    assert ended(capsys, action, *words(clinic, bad)).startswith(f"{bad}: {expected}")


def test_a_damaged_policy_key_is_named(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    bad = clinic.work / "bad"
    bad.touch()

    message = ended(capsys, patient.cards, *writing_cards(clinic, bad))

    assert message == f"{bad.with_name('policy.key')}: PolicyKey: is not hexadecimal; use an exact copy of it"


def test_a_secret_in_the_place_of_an_age_key_is_not_shown(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = RecordKey.generate().reveal()

    assert ended(capsys, clinic.attest, f"readers={secret}") == (
        "readers: is not an age X25519 public key (age1…); correct it"
    )
    assert ended(capsys, clinic.attest, "readers=").startswith("readers: is not an age X25519 public key")


def test_a_patients_damaged_age_key_is_named(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    path = clinic.path("cards") / clinic.patients[0].patient.id / "record.age"
    content = path.read_bytes()
    path.write_text("age1")
    try:
        with pytest.raises(SystemExit):
            clinic.attest()
    finally:
        path.write_bytes(content)

    assert f"{path}: recipients: is not an age X25519 public key" in capsys.readouterr().err


# WORDS


@pytest.mark.parametrize(
    ("action", "word", "expected"),
    [
        (hospital.status, "provider=-5", f"is neither a number from 1 to {2**64 - 1} nor a name; correct it"),
        (
            hospital.status,
            f"provider={2**70}",
            f"is neither a number from 1 to {2**64 - 1} nor a name; correct it",
        ),
        (patient.consent, "provider=-1", f"is neither a number from 0 to {2**64 - 1} nor a name; correct it"),
        (capital.give_notice, "shares=-1", "is less than 0; correct it"),
        (
            capital.redeem,
            f"shares={2**192}",
            f"is more than {2**192 - 1}; correct it",
        ),
        (patient.consent, "from_day=1969-12-31", "lies before 1970, which no chain can count"),
        (hospital.add_key, "until=1969-12-31T12:00", "lies before 1970, which no chain"),
        (hospital.file, "at_once=0", "is less than 1; correct it"),
        (hospital.file, "at_once=-1", "is less than 1; correct it"),
        (hospital.attest, "days=91", "is more than 90; correct it"),
    ],
)
def test_a_number_out_of_bounds_is_named(
    capsys: pytest.CaptureFixture[str], action: Callable[..., None], word: str, expected: str
) -> None:
    assert ended(capsys, action, word).startswith(f"{word.partition('=')[0]}: {expected}")
