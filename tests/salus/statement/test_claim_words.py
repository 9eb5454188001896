"""salus.statement.claim_words: a member's claims in words, and as JSON

given claims of every outcome
    the amounts of each should add up to what was billed, each with its code, its title and its reason
    a paid one should name the account and the transaction
        when nothing is left to pay out, it should say so
    a held one should say until when; when the review is over, that anyone may settle it
    an owed one should say to whom, and why it is not paid
    a withdrawn one should name the transaction, and whether a corrected bill was sent
    a duplicate should name the decision that is valid
given a fixed benefit
    what is billed should stand beside the benefit, and nothing should be owed to the provider
given a provider's name
    it should stand for its number
"""

from __future__ import annotations

import re

from salus.statement import Statement, statement
from salus.statement.claim_words import as_json, state_word, words_of
from salus.types import ClaimStatus
from tests.support.decided import FAMILY, START, WINDOW, Desk, bill, memberships

MOTHER, FATHER = memberships()
(BUILDER,) = memberships("critical-illness", 1)
NOW = (START + 40) * 86_400
AMOUNT = re.compile(r"^ {4}(\S.*?) {2,}(-?[\d,]+\.\d\d) USD")


def told(desk: Desk, at: int = 0, now: int = NOW) -> list[str]:
    letter = statement(MOTHER, desk.events)
    return list(words_of(letter.items[at], letter, now=now))


def amounts(lines: list[str]) -> dict[str, int]:
    found = (AMOUNT.match(line) for line in lines)
    return {match[1]: int(match[2].replace(",", "").replace(".", "")) for match in found if match}


def test_each_amount_has_its_reason() -> None:
    desk = Desk()
    desk.file(FATHER, bill("0", "hospital.stay", 3, 77_00))
    paid = desk.file(MOTHER, bill("1", "hospital.stay", 20, 1_234_57, nights=3))

    lines = told(desk)

    assert len(statement(MOTHER, desk.events).items) == 1
    assert lines[0] == "2026-01-21 to 2026-01-24  Hospital stay, provider 1: paid"
    assert amounts(lines) == {
        "billed": 1_234_57,
        "PR-1 Deductible": -423_00,
        "PR-2 Coinsurance": -162_32,
        "the plan pays": 649_25,
        "you may owe the provider": 585_32,
    }
    assert any(line.endswith("USD  This is your agreed share of the cost.") for line in lines)
    assert f"    paid to {FAMILY} in transaction {paid.transaction}" in lines


def test_a_name_for_a_number() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("1", "visit.primary", 9, 10_00))
    letter = statement(MOTHER, desk.events)

    first, *_ = words_of(letter.items[0], letter, now=NOW, name_of={1: "Saltmarsh"}.__getitem__)

    assert first == "2026-01-10  Visit to your doctor, Saltmarsh: paid"


def test_nothing_to_pay_out() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("1", "hospital.stay", 20, 100_00))

    assert "it counts towards your limits, and there is nothing to pay out" in " ".join(told(desk))


def test_held_until_when() -> None:
    desk = Desk()
    held = desk.file(MOTHER, bill("1", "visit.primary", 20, 900_00), held=True)
    released = held.service.decided_at + WINDOW

    before, after = (" ".join(told(desk, now=now)) for now in (released - 1, released))

    assert f"held for review until 2026-01-29 00:00 UTC; then paid to {FAMILY}" in before
    assert "its review ended 2026-01-29 00:00 UTC: anyone may settle it now" in after
    assert "until" not in after


def test_owed_then_paid() -> None:
    desk = Desk()
    held = desk.file(MOTHER, bill("1", "visit.primary", 20, 900_00), held=True)
    desk.owe(MOTHER, held)

    assert f"owed to {FAMILY}: the pool lacked the money" in " ".join(told(desk))

    collected = desk.pay(MOTHER, held)
    assert f"    paid to {FAMILY} in transaction {collected.transaction}" in told(desk)
    assert told(desk)[0].endswith(": paid")


def test_withdrawn_and_corrected() -> None:
    desk = Desk()
    wrong = desk.file(MOTHER, bill("1", "visit.primary", 20, 900_00), held=True)
    gone = desk.withdraw(MOTHER, wrong)

    lines = told(desk)
    assert lines[0].endswith(": withdrawn")
    assert f"took it back in transaction {gone.transaction}; your limits were restored" in " ".join(lines)
    assert "    no corrected bill was sent yet" in lines
    assert amounts(lines)["the plan pays"] == 0

    desk.file(MOTHER, bill("1", "visit.primary", 20, 600_00), revision=1)
    assert "    a corrected bill was sent" in told(desk, at=0)


def test_a_duplicate_names_the_valid_decision() -> None:
    desk = Desk()
    first = desk.file(MOTHER, bill("1", "visit.primary", 20, 100_00))
    desk.repeat(MOTHER, bill("1", "visit.primary", 20, 100_00))
    desk.file(MOTHER, bill("2", "visit.primary", 20, 100_00))

    lines = told(desk, at=1)

    assert lines[0].endswith(": duplicate")
    assert amounts(lines) == {
        "billed": 100_00,
        "OA-18 Duplicate of a bill line already decided": -100_00,
        "the plan pays": 0,
    }
    assert f"    the first decision is valid: paid, {first.transaction}" in lines


def test_a_denial() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("1", "dental.treatment", 20, 284_00))

    lines = told(desk)

    assert lines[0].endswith("Dental treatment, provider 1: denied")
    assert amounts(lines)["PR-179 Waiting period not over"] == -284_00
    assert amounts(lines)["you may owe the provider"] == 284_00


def test_a_fixed_benefit() -> None:
    desk = Desk()
    desk.file(BUILDER, bill("1", "cash.rehabilitation", 136, 7_932_27, nights=14))
    letter = statement(BUILDER, desk.events)

    lines = list(words_of(letter.items[0], letter, now=NOW))

    assert amounts(lines) == {
        "billed": 7_932_27,
        "fixed benefit, whatever is billed": 2_800_00,
        "PR-78 First nights without benefit": -200_00,
        "the plan pays": 2_600_00,
    }


def everything() -> Statement:
    desk = Desk()
    for number, (care, day) in enumerate(
        [("visit.primary", 9), ("dental.treatment", 20), ("hospital.stay", 30)]
    ):
        desk.file(MOTHER, bill(str(number), care, day, 500_00))
    held = desk.file(MOTHER, bill("7", "visit.primary", 31, 900_00), held=True)
    desk.file(MOTHER, bill("8", "visit.primary", 32, 900_00), held=True)
    desk.withdraw(MOTHER, held)
    desk.repeat(MOTHER, bill("0", "visit.primary", 9, 500_00))
    return statement(MOTHER, desk.events)


def test_words_and_json_add_up() -> None:
    letter = everything()
    states = [state_word(item) for item in letter.items]
    assert states == ["paid", "duplicate", "denied", "paid", "withdrawn", "held"]

    for item in letter.items:
        lines = list(words_of(item, letter, now=NOW))
        shown, row = amounts(lines), as_json(item, letter)
        cut = sum(value for name, value in shown.items() if name[:3] in ("PR-", "CO-", "OA-"))
        if item.status is not ClaimStatus.NONE:
            assert shown["billed"] + cut == shown["the plan pays"]
        assert row["billed"] == f"{shown['billed'] / 100:.2f}"
        assert row["plan_pays"] == f"{shown['the plan pays'] / 100:.2f}"
        assert {part["code"] for part in row["reductions"]} == {str(part.carc) for part in item.reductions}
        assert f"0x{item.claim.hex()}" == row["claim"]
        assert lines[-1].endswith(row["claim"])
        assert (row["held_until"] is not None) == (row["state"] == "held")
        assert (row["duplicate_of"] is not None) == (row["state"] == "duplicate")
        assert (row["withdrawn_in"] is not None) == (row["state"] == "withdrawn")
