"""salus.statement.cover: a member's cover in words, and as JSON

given a member with claims, on a day of the policy year
    the days of cover should be told, the last one included, and whether it is in force
    of each limit, what is left should be that of the letter, for limits that were never touched too
    a limit that several benefits share should be told once
    a waiting period should be told while it runs, with the first day that is paid
    benefits that do not cover the member should be listed as such, and nowhere else
    consents should be told with provider, purposes, and days, the last one included
        when a provider was taken out of a consent for any, it should say so
        when there is none, it should say what that means
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from salus import product
from salus.chain.consent_history import ConsentHistory
from salus.chain.events import ConsentGiven
from salus.cover.enrolment import enrol
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.membership import Membership, open_card
from salus.cover.policy import build_policy
from salus.statement import statement
from salus.statement.cover import Cover, as_json, cover_of, words_of
from salus.statement.ledger import Ledger
from salus.types import Purpose
from tests.support.decided import BOOK, FAMILY, POOL, SIGNER, START, Desk, bill, memberships

MOTHER, FATHER = memberships()
(BUILDER,) = memberships("critical-illness", 1)
NONE = ConsentHistory()


def given(provider: int, first: int, last: int, purposes: Purpose = Purpose.FILE) -> ConsentGiven:
    return ConsentGiven(
        address=POOL, block=1, transaction="0x", log_index=0, signer=SIGNER, member=MOTHER.commitment,
        provider=provider, purposes=int(purposes), from_=START + first, until=START + last,
    )  # fmt: skip


def cover(
    membership: Membership = MOTHER, desk: Desk | None = None, day: int = 40, consents: ConsentHistory = NONE
) -> Cover:
    ledger = Ledger.replay((desk or Desk()).events)
    return cover_of(membership, ledger, consents, number="3F9A-12C0-77AB-0", today=START + day)


def text(told: Cover) -> str:
    return "\n".join(words_of(told))


@pytest.mark.parametrize(
    ("day", "state"), [(-1, "it has not begun"), (0, "in force"), (364, "in force"), (365, "it has ended")]
)
def test_days_of_cover(day: int, state: str) -> None:
    expected = f"Covered from 2026-01-01 until 2026-12-31, the last day included: {state}."

    assert expected in text(cover(day=day))


def test_a_cover_without_a_day() -> None:
    never = replace(cover(), last=START - 1)

    assert "the last day included: it has no day." in text(never)
    assert as_json(never)["state"] == "it has no day"


def test_left_is_that_of_the_letter() -> None:
    desk = Desk()
    desk.file(FATHER, bill("1", "hospital.stay", 20, 900_00))
    desk.file(MOTHER, bill("2", "dental.treatment", 100, 1_000_00))
    desk.file(MOTHER, bill("3", "hospital.stay", 120, 50_000_00))

    told = cover(desk=desk)
    shown = {meter.name: meter.left for meter in told.meters}
    own = {meter.name: meter.left for benefit in told.benefits for meter in benefit.meters}

    letter = {meter.name: meter.left for meter in statement(MOTHER, desk.events).meters}
    assert letter.items() <= (shown | own).items()
    assert own["Dental treatment"] == 800_00
    assert own["Glasses and contact lenses"] == 1_500_00
    lines = [" ".join(line.split()) for line in words_of(told)]
    assert "Deductible 0.00 USD of 500.00 USD: used up" in lines
    assert "Dental treatment 800.00 USD of 1,500.00 USD" in lines


def test_a_shared_limit_is_told_once() -> None:
    desk = Desk()
    desk.file(BUILDER, bill("1", "cash.rehabilitation", 136, 7_932_27, nights=14))

    told = cover(BUILDER, desk)

    assert sum(benefit.row.group == "hospital-cash" for benefit in told.benefits) > 1
    assert [line.split() for line in words_of(told) if "(nights)" in line] == [
        ["Hospital", "cash", "(nights)", "77", "of", "90"]
    ]


def test_waiting_periods() -> None:
    waits = {benefit.row.code: benefit.paid_from for benefit in cover(day=40).waiting}
    assert waits["dental.treatment"] == START + 90
    assert "not yet: care is paid from 2026-04-01 on" in text(cover(day=89))

    over = {benefit.row.code for benefit in cover(day=90).waiting}
    assert "dental.treatment" not in over


def test_exclusions() -> None:
    benefits = product.shipped("family")
    person = Applicant(
        consent_signer=SIGNER,
        covered_since=START - 30,
        covered_until=START + 300,
        excluded=frozenset({"dental.treatment"}),
    )
    (enrolled,) = enrol(PolicyKey(bytes(31) + b"\7"), benefits, [person])
    sold = build_policy(
        BOOK, benefits, [enrolled], holder=FAMILY, pool=POOL, start=START, end=START + 365,
        premium=1, annual_limit=50_000_00, salt=bytes(32),
    )  # fmt: skip
    member = open_card(enrolled.card(BOOK, sold.policy_id), sold.cover(0), benefits)

    told = cover(member)

    assert [row.code for row in told.excluded] == ["dental.treatment"]
    lines = text(told)
    assert lines.count("dental.treatment") == 1
    assert "Not covered for you:\n    Dental treatment (dental.treatment)" in lines
    assert "from 2026-01-01 until 2026-10-27, the last day included" in lines
    # waiting periods count from the member's own first day
    assert dict.fromkeys(
        benefit.paid_from for benefit in told.waiting if benefit.row.terms.waiting_days == 90
    ) == {START + 60: None}


def test_consents() -> None:
    both = Purpose.FILE | Purpose.DISCLOSE
    history = ConsentHistory.replay(
        [(given(0, 0, 99, both), START), (given(2, 10, 50), START), (given(3, 0, 20), START)]
    )

    told = text(cover(consents=history))

    assert (
        "any accredited provider: file claims, disclose the record, for care from 2026-01-01 until 2026-04-10"
        in told
    )
    assert "provider 2: file claims, for care from 2026-01-11 until 2026-02-20" in told
    assert "provider 3: none, whatever any other provider may do" in told


def test_without_consent() -> None:
    assert "Consents: none is in force. Without one, a provider can file nothing but an emergency." in text(
        cover()
    )


def test_as_json() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("2", "dental.treatment", 100, 1_000_00))
    history = ConsentHistory.replay([(given(0, 0, 99), START)])

    told = json.loads(json.dumps(as_json(cover(desk=desk, consents=history))))

    limits = {limit["name"]: limit for limit in told["own_limits"]}
    assert limits["Dental treatment"]["left"] == "800.00"
    assert (told["first_day"], told["last_day"], told["state"]) == ("2026-01-01", "2026-12-31", "in force")
    assert told["consents"] == [
        {
            "provider": None,
            "name": "any accredited provider",
            "purposes": ["file"],
            "first_day": "2026-01-01",
            "last_day": "2026-04-10",
        }
    ]
    assert len(told["benefits"]) == len(MOTHER.table)


def test_a_name_for_a_number() -> None:
    history = ConsentHistory.replay([(given(2, 0, 99), START)])

    told = words_of(replace(cover(), consents=cover(consents=history).consents), {2: "Saltmarsh"}.__getitem__)

    assert any(line.startswith("    Saltmarsh: file claims") for line in told)
