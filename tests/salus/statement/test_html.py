"""salus.eob: the letter, and the FHIR R4 output

given a statement with every kind of outcome
    the letter should say that it is not a bill, and how to object
    it should show each amount, its code, the payee and the paying transaction
    it should quote hashes in short, and list each in full at the end
    it should say what the sealed records show, where they are there
    it should load nothing external, and mark up tables, lists and headings for a screen reader
    it should escape the names of people and places
given an outcome
    its ClaimResponse and ExplanationOfBenefit should be valid FHIR R4
    their amounts should be those of the statement, with all decimals
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from fhir.resources.R4B.claimresponse import ClaimResponse
from fhir.resources.R4B.explanationofbenefit import ExplanationOfBenefit

from salus.statement import Item, Letterhead, RecordSeen, Statement, fhir, page, statement
from salus.statement.references import references_of, short
from salus.types import ClaimStatus
from tests.support.decided import FAMILY, START, Desk, bill, memberships

(MOTHER,) = memberships(members=1)
(BUILDER,) = memberships("critical-illness", 1)


def everything() -> Statement:
    desk = Desk()
    desk.file(MOTHER, bill("paid", "visit.primary", 12, 214_60))
    settled = desk.file(MOTHER, bill("settled", "hospital.surgery", 60, 9_125_30, nights=3), held=True)
    desk.pay(MOTHER, settled)
    desk.file(MOTHER, bill("denied", "dental.treatment", 30, 284_00))
    desk.file(MOTHER, bill("late", "laboratory.outpatient", 40, 62_40), filed=200)
    wrong = desk.file(MOTHER, bill("corrected", "hospital.surgery", 100, 6_500_00, nights=5), held=True)
    desk.withdraw(MOTHER, wrong)
    desk.file(MOTHER, bill("corrected", "hospital.stay", 100, 6_500_00, nights=5), held=True, revision=1)
    desk.repeat(MOTHER, bill("paid", "visit.primary", 12, 214_60))
    desk.file(MOTHER, bill("owed", "visit.primary", 200, 10_00), owed=True)
    return statement(MOTHER, desk.events)


def fixed() -> Statement:
    desk = Desk()
    desk.file(BUILDER, bill("1", "illness.heart-attack", 127, 19_639_62))
    desk.file(BUILDER, bill("2", "cash.rehabilitation", 136, 7_932_27, nights=14))
    return statement(BUILDER, desk.events)


HEAD = Letterhead(
    insurer="Harbour Mutual Health",
    contact="claims@harbour-mutual.example",
    addressee="Almira <b>Heatherbeck</b>",
    plan="Comprehensive family health plan",
    written=START + 300,
    providers={1: "Saltmarsh General Hospital"},
    payees={FAMILY: "your household's account"},
)


class Outline(HTMLParser):
    """Collects tags, and the addresses of everything that a browser would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.labels: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "data", "action")]
        self.labels += [attributes["aria-labelledby"] or ""] if "aria-labelledby" in attributes else []
        self.ids += [attributes["id"] or ""] if "id" in attributes else []


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", "", html, flags=re.DOTALL))


def test_the_letter_says_what_it_must() -> None:
    letter = everything()
    text = text_of(page(letter, HEAD))

    assert "This is not a bill." in text
    assert "Write to claims@harbour-mutual.example within 180 days" in text
    assert "1 January 2026 to 31 December 2026" in text
    for item in letter.items:
        assert item.row.title in text
        assert f"Claim {item.number}" in text
        for part in item.reductions:
            assert part.carc.words in text
            assert str(part.carc) in text
            assert f"− {Decimal(part.amount).scaleb(-2):,f}" in text
        if item.entry.payment and item.paid:
            assert f"in transaction {short(item.entry.payment)}" in text
    for words in (
        "Paid",
        "Under review",
        "Not covered",
        "Taken back by the provider",
        "Sent twice",
        "On its way",
    ):
        assert words in text
    assert "from 24 April 2026 on, without you doing anything" in text
    assert "the provider bears this" in text


def test_used_and_left() -> None:
    letter = everything()
    text = text_of(page(letter, HEAD))

    for meter in letter.meters:
        used, left = (f"{Decimal(minor).scaleb(-2):,f}" for minor in (meter.used, meter.left))
        assert re.search(rf"{meter.name} {used} used of [\d,.]+ · {left} left", text)


def test_it_needs_nothing_from_outside() -> None:
    html = page(everything(), HEAD)
    outline = Outline(html)

    assert outline.fetched == []
    assert "url(" not in html
    assert "@import" not in html
    assert "<script" not in html


def test_it_can_be_read_aloud() -> None:
    html = page(everything(), HEAD)
    outline = Outline(html)

    assert html.startswith("<!doctype html>")
    assert '<html lang="en">' in html
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("table") == outline.tags.count("caption") == len(everything().items) + 2
    assert outline.tags.count("table") == outline.tags.count("thead")
    assert set(outline.labels) <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    assert not re.search(r"<th\b(?![^>]*scope)", html)


def test_hashes_stand_in_full_at_the_end() -> None:
    letter = everything()
    html = page(letter, HEAD)
    body, full = html.split('<section aria-labelledby="full">')

    for reference in references_of(letter):
        assert text_of(full).count(reference.full) == 1
        assert f"{reference.quoted}</code>" in body
        assert reference.full not in text_of(body)
    hashes = {reference.full for reference in references_of(letter)}
    for item in letter.items:
        entry = item.entry
        assert {entry.decided.transaction, "0x" + item.claim.hex()} <= hashes
        assert {entry.payment, entry.withdrawn} - {None} <= hashes


def test_what_the_records_show() -> None:
    letter = everything()
    hashes = [item.entry.decided.service.record for item in letter.items]
    seen = {
        hashes[0]: RecordSeen(bill="INV-77"),
        hashes[1]: RecordSeen(bill="INV-78", differing=("benefit", "billed")),
        hashes[2]: RecordSeen(readable=False),
    }

    text = text_of(page(letter, HEAD, seen))

    assert text.count("bill number:") == 2
    assert "bill number: INV-77. The provider’s sealed record agrees with this claim." in text
    assert "bill number: INV-78. The provider’s sealed record does not agree" in text
    assert "with this claim: kind of care, amount. Ask the provider" in text
    assert text.count("sealed record of this claim cannot be opened") == 1
    assert "INV-77" not in repr(seen)


def test_what_is_not_known_is_left_out() -> None:
    text = text_of(page(everything(), Letterhead(insurer="Family Pool", plan="Family", written=START)))

    assert "Write to your insurer within 180 days" in text
    assert "For " not in text.split("Plan year")[0].split("Plan ")[0]
    assert "Member number" not in text
    assert "provider 1" in text
    assert f"account {short(FAMILY)}" in text


def test_names_are_text() -> None:
    html = page(everything(), HEAD)

    assert "<b>Heatherbeck" not in html
    assert "&lt;b&gt;Heatherbeck" in html


def test_fixed_benefits_leave_the_bill_alone() -> None:
    text = text_of(page(fixed(), HEAD))

    assert "Fixed benefit: 200.00 for each night" in text
    assert "Fixed benefit: sum agreed in the policy" in text
    assert "You may owe the provider" not in text
    assert "13 used of 90 · 77 left" in text


def test_an_empty_year() -> None:
    assert "No bill was decided for you" in text_of(page(statement(MOTHER, []), HEAD))


def test_the_head_hides_the_name() -> None:
    assert "Heatherbeck" not in repr(HEAD)


ITEMS = [(letter, item) for letter in (everything(), fixed()) for item in letter.items]


@pytest.mark.parametrize(("letter", "item"), ITEMS)
def test_fhir_is_valid(letter: Statement, item: Item) -> None:
    ClaimResponse.model_validate_json(fhir.to_json(fhir.claim_response(item, letter)))
    ExplanationOfBenefit.model_validate_json(fhir.to_json(fhir.explanation_of_benefit(item, letter)))


@pytest.mark.parametrize(("letter", "item"), ITEMS)
def test_fhir_amounts(letter: Statement, item: Item) -> None:
    document = json.loads(fhir.to_json(fhir.explanation_of_benefit(item, letter)), parse_float=str)

    adjudication = {
        (
            part["category"]["coding"][0]["code"],
            part.get("reason", {}).get("coding", [{}])[0].get("code"),
        ): part
        for part in document["item"][0]["adjudication"]
    }
    assert adjudication["submitted", None]["amount"]["value"] == f"{Decimal(item.billed).scaleb(-2)}"
    assert adjudication["benefit", None]["amount"]["value"] == f"{Decimal(item.paid).scaleb(-2)}"
    reasons = {code: part["amount"]["value"] for (_, code), part in adjudication.items() if code}
    assert reasons == {part.carc.code: f"{Decimal(part.amount).scaleb(-2)}" for part in item.reductions}
    assert ("payment" in document) == (item.status is ClaimStatus.PAID and item.paid > 0)
    assert document["status"] == ("cancelled" if item.status is ClaimStatus.NONE else "active")


def test_fhir_names_nobody() -> None:
    for letter, item in ITEMS:
        text = fhir.to_json(fhir.explanation_of_benefit(item, letter)) + fhir.to_json(
            fhir.claim_response(item, letter)
        )
        assert b"Heatherbeck" not in text
        assert letter.membership.policy_id.hex().encode() in text
