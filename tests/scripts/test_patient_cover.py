"""salus.cli.patient, cover

given a member with claims and a consent
    the days of cover, what is left, waiting periods and the consent should be told
        what is left should be what the claim desk says
        after a withdrawal, the consent should be told until today
    as JSON the same should be told
given a card whose policy is not issued
    it should say so
"""

from __future__ import annotations

import json

import pytest

from salus import product
from salus.base.days import words_of
from salus.chain import claims
from salus.cover.card import MemberCard
from salus.cover.membership import load_membership
from scripts import patient
from tests.scripts.conftest import DAY, Clinic, drafted_card


def words(clinic: Clinic) -> list[str]:
    keys = clinic.path("keys-0")
    return [f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}", "table=family"]


def told(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    capsys.readouterr()
    patient.cover(*given)
    return " ".join(capsys.readouterr().out.split())


def test_what_is_covered_and_left(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    start, today = clinic.start, clinic.now() // DAY
    card, cover = (word.partition("=")[2] for word in words(clinic)[:2])
    member = load_membership(card, cover, product.shipped("family"), clinic.chain.book_domain)  # type: ignore[arg-type] - a path in words

    text = told(capsys, *words(clinic))

    assert f"member {MemberCard.load(card).number}" in text
    days = f"from {words_of(start)} until {words_of(start + 364)}"
    assert f"Covered {days}, the last day included: in force." in text
    inquiry = member.inquiry("dental.treatment", service_from=today, service_to=today)
    answer = claims.eligibility(clinic.chain, provider=1, line=inquiry)
    assert answer.annual_left < 100_000_00
    assert f"Yearly limit of the policy {answer.annual_left / 100:,.2f} USD of 100,000.00 USD" in text
    assert f"Dental treatment {(answer.group_left or 0) / 100:,.2f} USD of 1,500.00 USD" in text
    assert f"not yet: care is paid from {words_of(start + 90)} on" in text
    period = f"for care from {words_of(start)} until {words_of(start + 365)}"
    assert f"provider 1: file claims, {period}" in text


def test_a_consent_that_was_withdrawn(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    patient.withdraw_consent(*words(clinic)[:2], "provider=1", "account=8")
    today = clinic.now() // DAY

    assert f"until {words_of(today)}" in told(capsys, *words(clinic)).partition("Consents in force")[2]
    tomorrow = told(capsys, *words(clinic), f"on={words_of(today + 1)}")
    assert "Consents: none is in force." in tomorrow
    assert "provider 1: none, whatever any other provider may do" in tomorrow


def test_as_json(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    patient.cover(*words(clinic), "json=yes")

    found = json.loads(capsys.readouterr().out)
    assert found["last_day"] == words_of(clinic.start + 364)
    assert [consent["provider"] for consent in found["consents"]] == [1]
    assert found["shared_limits"][-1]["left"] == "100000.00"


def test_a_policy_that_is_not_issued(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    card = drafted_card(clinic)

    assert "is not issued: no claim can be paid." in told(capsys, *card, "table=family")
