"""scripts.hospital: eligibility

given a member who has consented
    it should say that a claim would be decided and paid, and that all of each limit is left
    when claims were paid and held, it should say what is left
    when the benefit has a limit, the bill is large, or the care needs prior approval, it should say so
    when the bill is known, it should say what the plan would pay, even on a future day
    when the day is outside the cover, it should say first that a claim would be denied, consent or not
given a member who has not consented
    it should say that no claim would be decided and how to change that; an emergency would be held
given a policy that is not issued
    it should say so, and nothing about limits
given a benefit that the member does not have, a card of another patient, or an invalid number
    it should end with one line that names the value
given a claim desk that is retired
    it should end with one line
in every case it should send nothing

SPECIFICATION F16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from brownie import accounts, web3

from salus.base import money
from salus.base.days import to_date
from scripts import hospital, patient
from tests.scripts.conftest import Clinic, draft, entries
from tests.support.ending import ended

Ask = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def nothing_is_sent(clinic: Clinic) -> Iterator[None]:
    nonces = [web3.eth.get_transaction_count(account.address) for account in accounts[2:9]]
    yield
    assert [web3.eth.get_transaction_count(account.address) for account in accounts[2:9]] == nonces


def words(clinic: Clinic, member: str, benefit: str, *more: str) -> list[str]:
    keys = clinic.path(f"keys-{member}")
    arguments = [
        "provider=1",
        f"card={keys / 'member-0.card.json'}",
        f"cover={keys / 'member-0.cover.json'}",
        "table=family",
        f"benefit={benefit}",
        *more,
    ]
    day = [f"day={to_date(clinic.start + 30)}"]
    return arguments + day * (not any(word.startswith("day=") for word in more))


@pytest.fixture
def ask(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(member: str, benefit: str, *more: str) -> list[str]:
        capsys.readouterr()
        hospital.eligibility(*words(clinic, member, benefit, *more))
        return [line.strip() for line in capsys.readouterr().out.splitlines()]

    return asked


def left(lines: list[str], limit: str) -> str:
    (row,) = (line for line in lines if line.startswith(limit))
    return row.removeprefix(limit).strip()


def test_says_what_would_be_paid(clinic: Clinic, ask: Ask) -> None:
    answer = ask("0", "visit.primary", "billed=120")

    assert answer[0] == f"Visit to your doctor on {to_date(clinic.start + 30)}, at provider 1:"
    assert answer[1] == "A claim would be decided, and paid immediately."
    assert answer[2].startswith("PR-2  ")
    assert answer[3] == "Of 120.00 USD the plan would pay 96.00 USD."
    assert left(answer, "policy year") == "100,000.00 USD of 100,000.00 USD"
    assert left(answer, "out-of-pocket maximum") == "no maximum"
    assert left(answer, "benefit or its group") == left(answer, "each claim") == "no limit"


def test_says_what_is_left(clinic: Clinic, ask: Ask) -> None:
    clinic.attest()
    clinic.file()
    taken = sum(entry.decision.remittance.paid for entry in entries(clinic) if entry.decision)

    answer = ask("0", "visit.primary")

    assert left(answer, "policy year") == f"{money.to_words(10_000_000 - taken, 'USD')} of 100,000.00 USD"


def test_says_what_limits_there_are(ask: Ask) -> None:
    answer = ask("0", "vision.glasses", "billed=300")
    assert left(answer, "benefit or its group") == "1,500.00 USD of 1,500.00 USD"
    assert answer[1] == "A claim would be decided, and denied."
    assert answer[2].startswith("PR-179  ")

    assert "held for review" in ask("0", "visit.primary", "billed=4000")[1]
    assert "needs prior authorisation" in ask("0", "surgery.weight")[1]


def test_says_what_is_denied(clinic: Clinic, ask: Ask) -> None:
    answer = ask("0", "visit.primary", "day=2020-01-01", "emergency")

    assert answer[1].startswith(f"The day is outside the cover, which is from {to_date(clinic.start)} until ")
    assert answer[2] == "A claim would be decided, and denied."
    assert not [line for line in answer if "would pay" in line]
    assert left(answer, "policy year") == "100,000.00 USD of 100,000.00 USD"


@pytest.mark.parametrize("after", [0, 100])
def test_asks_for_no_consent_outside_the_cover(clinic: Clinic, ask: Ask, after: int) -> None:
    end = clinic.start + 365

    answer = ask("0", "visit.primary", f"day={to_date(end + after)}", "billed=120")

    assert answer[1] == (
        f"The day is outside the cover, which is from {to_date(clinic.start)} until {to_date(end - 1)}."
    )
    assert answer[2] == (
        "A claim would not be decided without the member's consent, and denied with it."
        if after
        else "A claim would be decided, and denied."
    )


def test_says_what_would_be_paid_for_care_to_come(clinic: Clinic, ask: Ask) -> None:
    answer = ask("0", "visit.primary", f"day={to_date(clinic.start + 300)}", "billed=4000")

    assert "Of 4,000.00 USD the plan would pay 3,200.00 USD." in answer


def test_says_that_consent_is_missing(ask: Ask) -> None:
    assert ask("1", "visit.primary")[1] == (
        "A claim would not be decided: the member has not consented for the service day; "
        "ask for consent and file again."
    )
    assert ask("1", "visit.primary", "emergency")[1] == (
        "A claim would be decided, and held for review before it is paid."
    )


def test_says_that_the_policy_is_not_issued(clinic: Clinic, ask: Ask) -> None:
    policy, _ = draft(clinic)
    people = f"people={clinic.path('people.yaml')}"
    patient.cards(f"folder={clinic.path('keys-9')}", f"policy={policy}", people, "table=family")

    answer = ask("9", "visit.primary")

    assert answer[1].startswith("A claim would not be decided: the policy was not issued")
    assert len(answer) == 2


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            ["benefit=visit.primry"],
            "benefit: visit.primry is not a benefit of the table; "
            "name a benefit that is covered, such as visit.primary",
        ),
        (["units=70000"], "units: is more than 65535; correct it"),
        (["day=1960-01-01"], "day: lies before 1970, which no chain can count; correct it"),
        (["day=tomorrow"], "day: is not a full date; correct it"),
        (["billed=-1"], "billed: is not an amount of 0 or more, such as 1200.50 or 1,200.50; correct it"),
    ],
)
def test_names_an_invalid_argument(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], more: list[str], expected: str
) -> None:
    assert ended(capsys, hospital.eligibility, *words(clinic, "0", "visit.primary", *more)) == expected


def test_names_the_card_of_another_patient(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = words(clinic, "0", "visit.primary")
    arguments[2] = f"cover={clinic.path('keys-1') / 'member-0.cover.json'}"

    message = ended(capsys, hospital.eligibility, *arguments)

    card = clinic.path("keys-0") / "member-0.card.json"
    assert message == f"{card}: policy: is for another policy than the cover file; use this card's cover file"


def test_says_that_the_desk_is_retired(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.suite.providers.retireDesk(clinic.suite.desk, {"from": accounts[1]})

    message = ended(capsys, hospital.eligibility, *words(clinic, "0", "visit.primary"))

    assert message.startswith("the contract refused: the desk is not listed")
