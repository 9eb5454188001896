"""salus patient, insurer and hospital: a second year, a wrong table, a second record key

given a policy that is issued, whose cards are in the holder's folder
    enrolling for the next year in that folder should be refused
    the enrolment that was sold should not be quoted again
    enrolling in a new folder, with the record key of the old one, should lead to a policy that nothing links
given a quote that was signed again before it was issued
    the cards of the first one, which nobody can use, should be replaced
given a wrong table
    patient cards and hospital attest should say which table is the right one
given a record key that a claim's record was not sealed to
    patient recheck should say so

SPECIFICATION X6.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from brownie import accounts

from salus.base.days import to_date
from salus.cover.card import MemberCard
from salus.cover.policy import PolicyFile
from salus.crypto.records import RecordKey
from scripts import hospital, insurer, patient
from tests.scripts.conftest import PAYER, Clinic, draft
from tests.support.ending import ended

YEAR = 365


def next_year(clinic: Clinic) -> None:
    """Files of people and offer for the year after the first patient's policy."""
    start, last = to_date(clinic.start + YEAR), to_date(clinic.start + 2 * YEAR - 1)
    clinic.path("people.yaml").write_text(
        f"members:\n- consent_signer: '{accounts[8]}'\n  covered_since: {to_date(clinic.start)}\n"
        f"  last_day: {last}\n"
    )
    clinic.path("offer.yaml").write_text(
        f"holder: '{accounts[8]}'\npool: '{clinic.pool}'\nstart: {start}\nlast_day: {last}\n"
        f"members: [{{covered_since: {to_date(clinic.start)}}}]\nannual_limit: '9000'\npremium: '360'\n"
    )


def enrolling(clinic: Clinic, folder: Path, *words: str) -> list[str]:
    people = f"people={clinic.path('people.yaml')}"
    return [f"folder={folder}", people, "table=family", f"insurer={clinic.reader}", *words]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_folder_of_last_year_is_refused(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    keys = clinic.path("keys-0")
    before = content(keys)
    next_year(clinic)

    message = ended(capsys, patient.new_policy_key, *enrolling(clinic, keys))

    assert message == (
        f"{keys}: holds an enrolment with other facts of member 0 (last day of cover); under the same policy "
        "key, anybody could link the two on the chain; for a renewal or any other change name a new folder, "
        "and this folder's record.key as its record key"
    )
    assert content(keys) == before


def test_an_enrolment_that_was_sold_is_not_quoted_again(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    policy, quote = draft(clinic)
    clinic.suite.stablecoin.mint(accounts[6], 121 * 10**6, {"from": accounts[6]})
    insurer.issue(f"policy={policy}", f"quote={quote}", f"account={PAYER}")
    first = PolicyFile.load(policy)
    policy.unlink()
    quote.unlink()

    message = ended(capsys, clinic.quote, "9")

    assert message.startswith(
        f"enrolled: was sold as policy 0x{first.policy_id.hex()} before; under the same"
    )
    assert not quote.exists()


def test_a_renewal_in_a_new_folder(clinic: Clinic) -> None:
    old, new = clinic.path("keys-0"), clinic.path("keys-next")
    next_year(clinic)
    clinic.suite.stablecoin.mint(accounts[6], 360 * 10**6, {"from": accounts[6]})
    words = enrolling(clinic, new, f"record_key={old / 'record.key'}")

    for _ in range(2):
        patient.new_policy_key(*words)
    clinic.quote("next")
    policy, quote = clinic.path("policy-next.json"), clinic.path("quote-next.json")
    insurer.issue(f"policy={policy}", f"quote={quote}", f"account={PAYER}")
    for _ in range(2):
        patient.cards(f"folder={new}", f"policy={policy}", words[1], "table=family")

    first, second = (MemberCard.load(keys / "member-0.card.json") for keys in (old, new))
    assert first.policy_id != second.policy_id == PolicyFile.load(policy).policy_id
    assert first.key.commitment != second.key.commitment
    assert (old / "record.age").read_bytes() == (new / "record.age").read_bytes()


def test_cards_of_a_quote_that_was_signed_again(clinic: Clinic) -> None:
    policy, quote = draft(clinic)
    keys, people = clinic.path("keys-9"), f"people={clinic.path('people.yaml')}"
    shown = [f"folder={keys}", f"policy={policy}", people, "table=family"]
    patient.cards(*shown)
    first = MemberCard.load(keys / "member-0.card.json")
    policy.unlink()
    quote.unlink()

    clinic.quote("9")
    patient.cards(*shown)

    assert MemberCard.load(keys / "member-0.card.json").policy_id != first.policy_id


# THE TABLE


def test_cards_under_a_wrong_table(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    policy, _ = draft(clinic)
    keys, people = clinic.path("keys-9"), f"people={clinic.path('people.yaml')}"

    message = ended(
        capsys, patient.cards, f"folder={keys}", f"policy={policy}", people, "table=critical-illness"
    )

    assert message == (
        f"{policy}: table: is critical-illness 2026.1, but the policy is under family 2026.1; "
        "name the table of the policy"
    )


def test_bills_under_a_wrong_table(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    cards = clinic.path("cards")
    with pytest.raises(SystemExit) as stop:
        hospital.attest(
            "provider=1",
            f"records={clinic.records}",
            f"cards={cards}",
            "table=critical-illness",
            f"readers={clinic.reader}",
            f"outbox={clinic.outbox}",
            f"profile={clinic.profile}",
        )

    assert stop.value.code == 1
    told = capsys.readouterr().err
    assert f"{cards}: no card is of critical-illness 2026.1, but of family 2026.1; name that table" in told


def test_a_card_under_a_wrong_table(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    card = clinic.path("keys-0") / "member-0.card.json"
    cover = card.with_name("member-0.cover.json")

    message = ended(capsys, patient.claims, f"card={card}", f"cover={cover}", "table=critical-illness")

    assert message.startswith(
        f"{card}: table: is critical-illness 2026.1, but the policy is under family 2026.1"
    )


# THE RECORD KEY


def test_records_that_the_key_does_not_open(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    """The key of another folder says what is wrong; a file of both keys opens all."""
    clinic.attest()
    clinic.file()
    sealed, keys = clinic.work / "sealed", clinic.path("keys-0")
    sealed.mkdir()
    clinic.hospital("export", f"folder={sealed}")
    other, both = clinic.work / "other.key", clinic.work / "both.key"
    other.write_text(RecordKey.generate().reveal())
    both.write_text(other.read_text() + "\n" + (keys / "record.key").read_text())
    words = [
        f"card={keys / 'member-0.card.json'}",
        f"cover={keys / 'member-0.cover.json'}",
        "table=family",
        f"records={sealed}",
    ]

    with pytest.raises(SystemExit) as stop:
        patient.recheck(*words, f"record_key={other}")

    assert stop.value.code == 1
    told = capsys.readouterr().out
    assert "its record cannot be opened with this key: it was sealed to others, or is damaged" in told
    patient.recheck(*words, f"record_key={both}")
    assert "as the record." in capsys.readouterr().out
