"""salus.offer: the insurer signs exactly what it has priced

given an offer
    a member without details should get the policy's own days and payee
    a member's own days, payee, signer and exclusions should be kept
    when there are no members, too many, or invalid ones, it should be refused
    when the offer, or the holder's file, covers no day, or the offer more than a year, it should be refused
    the last day should be covered, and a file that names the first day after should be refused, converted
    when an amount has more decimals than the table's currency, it should be refused, not rounded
given an enrolment that the holder has written
    when days, payee, signer, exclusions or the number of members differ from the offer
        it should be refused, and the error should name member, field and both values
    when it equals the offer, it should be accepted, and the summary should state all that is signed

SPECIFICATION I9.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salus import product
from salus.base import days
from salus.base.errors import PolicyError
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.member import AgreedMember, Applicant, EnrolledMember
from salus.cover.offer import Offer, People, words_of
from salus.crypto.eip712 import Domain
from salus.types import MAX_MEMBERS

BOOK = Domain.policy_book(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
HOLDER = "0x" + "22" * 20
POOL = "0x" + "33" * 20
OTHER = "0x" + "44" * 20
FAMILY = product.shipped("family")
START, END = days.civil_day("2027-01-01"), days.civil_day("2028-01-01")
TERMS = f"""\
holder: "{HOLDER}"
pool: "{POOL}"
start: 2027-01-01
last_day: 2027-12-31
annual_limit: "100000"
premium: "3600.07"
"""
TWO = f"""\
members:
  - {{}}
  - covered_since: 2026-07-01
    last_day: 2027-09-30
    payee: "{OTHER}"
    consent_signer: "{OTHER}"
    excluded: [dental.treatment]
"""


@pytest.fixture
def offer(tmp_path: Path) -> Any:
    def load(members: str) -> Offer:
        path = tmp_path / "offer.yaml"
        path.write_text(TERMS + members)
        return Offer.load(path)

    return load


def person(**changes: Any) -> Applicant:
    facts = {"consent_signer": HOLDER, "covered_since": START, "covered_until": END}
    return Applicant(**{**facts, **changes})


def second(**changes: Any) -> Applicant:
    """Returns the offer's second member as priced."""
    facts = {
        "consent_signer": OTHER,
        "covered_since": days.civil_day("2026-07-01"),
        "covered_until": days.civil_day("2027-10-01"),
        "payee": OTHER,
        "excluded": frozenset({"dental.treatment"}),
    }
    return person(**{**facts, **changes})


def enrolled(*people: Applicant) -> tuple[EnrolledMember, ...]:
    return enrolment.enrol(PolicyKey.generate(), FAMILY, people)


# FILE


@pytest.mark.parametrize("members", ["members: 2\n", "members: [{}, {}]\n"])
def test_members_have_the_policys_days_and_payee_by_default(offer: Any, members: str) -> None:
    assert offer(members).members == [AgreedMember(covered_since=START, covered_until=END)] * 2


def test_a_member_keeps_what_was_priced(offer: Any) -> None:
    plain, own = offer(TWO).members

    assert plain == AgreedMember(covered_since=START, covered_until=END)
    assert own == AgreedMember(
        covered_since=days.civil_day("2026-07-01"),
        covered_until=days.civil_day("2027-10-01"),
        payee=OTHER,
        consent_signer=OTHER,
        excluded=frozenset({"dental.treatment"}),
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("", "members: is missing"),
        ("members: 0\n", "members: is neither a list of members nor a number from 1 to 256"),
        ("members: 257\n", "members: is neither a list of members nor a number from 1 to 256"),
        ("members: yes\n", "members: is neither a list of members nor a number from 1 to 256"),
        ("members: []\n", "members: names no member"),
        ("members:\n  - name: Ann\n", r"members\.0\.name: is not a field of this file"),
        (
            "members:\n  - {}\n  - covered_since: soon\n",
            r"members\.1\.covered_since: is not a date, such as 2027-01-31",
        ),
        ("members:\n  - payee: '0x12'\n", r"members\.0\.payee: "),
    ],
)
def test_an_invalid_list_of_members_is_refused(offer: Any, members: str, expected: str) -> None:
    with pytest.raises(PolicyError, match=expected):
        offer(members)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("members: []\n", "members: names no member; correct it"),
        ("members: Ann\n", "members: is not a list; correct it"),
        (
            "members: [Ann, Ben]\n",
            'members.0: is not written as named fields; write its fields, such as consent_signer: "0x…"',
        ),
        ("members: [{}]\n", "members.0: lacks consent_signer, covered_since and last_day; correct it"),
        (
            f"members: [{{consent_signer: '{HOLDER}', covered_since: 2027-01-01}}]\n",
            "members.0.last_day: is missing; correct it",
        ),
    ],
)
def test_people_who_are_written_otherwise(tmp_path: Path, members: str, expected: str) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(members)

    with pytest.raises(PolicyError) as refusal:
        People.load(path)

    assert str(refusal.value) == f"{path}: {expected}"


def test_what_an_offer_lacks_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "offer.yaml"
    path.write_text("members: 1\nstart: 2027-01-01\nlast_day: 2027-12-31\npremium: '1'\n")

    with pytest.raises(PolicyError) as refusal:
        Offer.load(path)

    assert str(refusal.value) == f"{path}: lacks holder, pool and annual_limit; correct it"


# ENROLMENT


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "dental.treatmnt",
            "'dental.treatmnt' is not a benefit of the table; did you mean dental.treatment?",
        ),
        ("xyz", "'xyz' is not a benefit of the table"),
    ],
)
def test_an_exclusion_that_is_no_benefit_names_the_member(code: str, expected: str) -> None:
    members = [person(), person(excluded=frozenset({code}))]
    for check in (
        lambda: enrolled(*members),
        lambda: enrolment.check(enrolled(person(), person()), FAMILY, members),
        lambda: enrolment.check_excluded(members, FAMILY),
    ):
        with pytest.raises(PolicyError) as refusal:
            check()

        error = refusal.value
        assert (error.resource, error.field, error.message) == ("Member/1", "excluded", expected)


def test_what_was_priced_is_accepted(offer: Any) -> None:
    enrolment.check(enrolled(person(), second()), FAMILY, offer(TWO).members)


def test_256_people_since_1970_do_not_fit_an_offer_for_one(offer: Any) -> None:
    many = enrolled(*[person(covered_since=0, covered_until=2**32 - 1)] * MAX_MEMBERS)

    with pytest.raises(PolicyError) as refusal:
        enrolment.check(many, FAMILY, offer("members: 1\n").members)
    assert str(refusal.value) == (
        "members: are 256 instead of the 1 agreed; price each member in the offer, or let the holder enrol "
        "only the members priced"
    )


def test_an_enrolment_under_another_table_names_both(offer: Any) -> None:
    members, illness = enrolled(person()), product.shipped("critical-illness")

    with pytest.raises(PolicyError) as refusal:
        enrolment.check(members, illness, offer("members: 1\n").members)

    assert str(refusal.value) == (
        f"Member/0.schedule: is of family {FAMILY.version}, not of critical-illness {illness.version}; "
        "name that table, or let the holder enrol under this one"
    )


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"covered_since": 0}, "covered_since", "is 1970-01-01, but 2026-07-01 was agreed"),
        ({"covered_since": START}, "covered_since", "is 2027-01-01, but 2026-07-01 was agreed"),
        ({"covered_until": 2**32 - 1}, "last_day", "is day 4294967294, but 2027-09-30 was agreed"),
        ({"payee": POOL}, "payee", f"is {POOL}, but {OTHER} was agreed"),
        ({"payee": "0x" + "00" * 20}, "payee", f"is the policy's payee, but {OTHER} was agreed"),
        ({"consent_signer": HOLDER}, "consent_signer", f"is {HOLDER}, but {OTHER} was agreed"),
        ({"excluded": frozenset()}, "excluded", "is nothing, but dental.treatment was agreed"),
        (
            {"excluded": frozenset({"dental.treatment", "vision.exam"})},
            "excluded",
            "is dental.treatment, vision.exam, but dental.treatment was agreed",
        ),
    ],
)
def test_what_was_not_priced_is_named(offer: Any, changes: dict[str, Any], field: str, expected: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        enrolment.check(enrolled(person(), second(**changes)), FAMILY, offer(TWO).members)

    error = refusal.value
    assert (error.resource, error.field, error.message) == ("Member/1", field, expected)
    assert error.remedy == "let the holder enrol as agreed, or change the offer"


def test_a_separate_signer_or_payee_is_refused_unless_priced(offer: Any) -> None:
    priced = offer("members: 1\n").members

    enrolment.check(enrolled(person(consent_signer=OTHER)), FAMILY, priced)
    with pytest.raises(PolicyError, match=r"Member/0\.payee: is 0x4{40}, but the policy's payee was agreed"):
        enrolment.check(enrolled(person(payee=OTHER)), FAMILY, priced)


def test_addresses_are_compared_as_addresses(offer: Any) -> None:
    mixed = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    priced = offer(f"members:\n  - payee: '{mixed.lower()}'\n").members

    enrolment.check(enrolled(person(payee=mixed)), FAMILY, priced)
    enrolment.check(
        enrolled(person(payee=mixed)),
        FAMILY,
        [AgreedMember(covered_since=START, covered_until=END, payee=mixed.lower())],
    )


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (
            "2027-01-01",
            "2026-12-31",
            "member 0 is covered from 2027-01-01 until 2026-12-31, which is no day",
        ),
        (
            "2027-01-02",
            "2027-01-01",
            "member 0 is covered from 2027-01-02 until 2027-01-01, which is no day",
        ),
        (
            "1969-12-31",
            "2027-01-01",
            "members.0.covered_since: is before 1970-01-01",
        ),
    ],
)
def test_people_who_are_covered_on_no_day(tmp_path: Path, since: str, until: str, expected: str) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(
        f"members:\n  - consent_signer: '{HOLDER}'\n    covered_since: {since}\n    last_day: {until}\n"
    )

    with pytest.raises(PolicyError) as refusal:
        People.load(path)

    assert str(refusal.value).startswith(f"{path}: {expected}")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            "members:\n  - {}\n  - {covered_since: 2028-01-01}\n",
            "member 1 is covered from 2028-01-01 until 2027-12-31, which is no day; correct it",
        ),
        (
            "members:\n  - {last_day: 2026-12-31}\n",
            "member 0 is covered from 2027-01-01 until 2026-12-31, which is no day; correct it",
        ),
    ],
)
def test_an_offer_that_covers_a_member_on_no_day(offer: Any, members: str, expected: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        offer(members)

    assert str(refusal.value).endswith(f"offer.yaml: {expected}")


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        ("2026-12-31", "no day; correct it"),
        ("2028-01-02", "367 days, and a policy covers at most 366; correct it"),
    ],
)
def test_an_offer_without_a_day_or_over_a_year(tmp_path: Path, last_day: str, expected: str) -> None:
    path = tmp_path / "offer.yaml"
    path.write_text(TERMS.replace("last_day: 2027-12-31", f"last_day: {last_day}") + "members: 1\n")

    with pytest.raises(PolicyError) as refusal:
        Offer.load(path)

    assert str(refusal.value) == f"{path}: cover is from 2027-01-01 until {last_day}, which is {expected}"


@pytest.mark.parametrize("last_day", ["2027-01-01", "2028-01-01"])
def test_the_last_day_is_covered(tmp_path: Path, last_day: str) -> None:
    """From one day to 366."""
    offer, people = tmp_path / "offer.yaml", tmp_path / "people.yaml"
    offer.write_text(TERMS.replace("last_day: 2027-12-31", f"last_day: {last_day}") + "members: 1\n")
    people.write_text(
        f"members:\n  - {{consent_signer: '{HOLDER}', covered_since: 2027-01-01, last_day: {last_day}}}\n"
    )
    last = days.civil_day(last_day)

    loaded, (person,) = Offer.load(offer), People.load(people).members

    assert (loaded.end, loaded.members[0].covered_until, person.covered_until) == (last + 1,) * 3
    terms = loaded.policy(BOOK, FAMILY, enrolled(person)).terms
    assert terms.start <= last < terms.end


# FILES OF THE EARLIER FORM


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ("end: 2028-01-01", "end: named the first day after cover; write last_day: 2027-12-31"),
        ('end: "2028-03-01"', "end: named the first day after cover; write last_day: 2028-02-29"),
        (
            "end: soon",
            "end: named the first day after cover; write last_day: the last day of cover, YYYY-MM-DD",
        ),
        (
            "last_day: 2027-12-31\nend: 2028-01-01",
            "end: named the first day after cover; write last_day: 2027-12-31",
        ),
    ],
)
def test_an_offer_with_the_first_day_after_is_refused(tmp_path: Path, old: str, expected: str) -> None:
    path = tmp_path / "offer.yaml"
    path.write_text(TERMS.replace("last_day: 2027-12-31", old) + "members: 1\n")

    with pytest.raises(PolicyError) as refusal:
        Offer.load(path)

    assert str(refusal.value) == f"{path}: {expected}"


def test_all_days_of_an_earlier_file_are_converted_at_once(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    person = f"  - {{consent_signer: '{HOLDER}', covered_since: 2027-01-01, covered_until: %s}}\n"
    path.write_text("members:\n" + person % "2028-01-01" + person % "2027-07-01")

    with pytest.raises(PolicyError) as refusal:
        People.load(path)

    assert str(refusal.value) == (
        f"{path}: members.0.covered_until: named the first day after cover; write\n"
        "  members.0.last_day: 2027-12-31\n"
        "  members.1.last_day: 2027-06-30"
    )


@pytest.mark.parametrize("field", ["premium", "deductible", "auto_pay_limit"])
def test_an_amount_is_not_rounded(offer: Any, field: str) -> None:
    terms = offer("members: 1\n").model_copy(update={field: Decimal("12.345")})

    with pytest.raises(PolicyError) as error:
        terms.policy(BOOK, FAMILY, enrolled(person()))

    assert str(error.value) == f"{field}: 12.345 has more than the 2 decimals of USD; correct the amount"


# SUMMARY


def test_the_summary_states_all_that_is_signed(offer: Any) -> None:
    members = enrolled(person(), second())

    summary = words_of(offer(TWO).policy(BOOK, FAMILY, members), members, FAMILY)

    assert summary == [
        f"Plan family {FAMILY.version}, pool {POOL}",
        f"Holder {HOLDER}, paid to {HOLDER}",
        "Cover from 2027-01-01 until 2027-12-31, bills filed within 90 days",
        "Premium 3,600.07 USD, annual limit 100,000.00 USD, deductible 0.00 USD, "
        "members' part without a maximum",
        "Paid without review up to 0.00 USD, otherwise held for 3 days; 10000 basis points of capital locked",
        "2 members:",
        "  member 0: covered from 2027-01-01 until 2027-12-31, paid to the policy's payee, consent of "
        f"{HOLDER}, benefits left out: nothing",
        "  member 1: covered from 2026-07-01 (184 days of waiting periods are over at the start) until "
        f"2027-09-30, paid to {OTHER}, consent of {OTHER}, benefits left out: dental.treatment",
    ]
    assert not any(member.key.reveal().hex() in "".join(summary) for member in members)
