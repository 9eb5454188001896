"""Letters of one member with as many claims as a test needs, of every kind of outcome."""

from __future__ import annotations

from dataclasses import replace

from salus.base.codes import BY_NAME
from salus.statement import Letterhead, Statement, statement
from salus.statement.explanation import Reduction
from salus.types import ClaimStatus
from tests.support.decided import FAMILY, START, Desk, bill, memberships

(MOTHER,) = memberships(members=1)
HEAD = Letterhead(
    insurer="Harbour Mutual Health",
    contact="claims@harbour-mutual.example",
    addressee="Almira Heatherbeck",
    member="3F9A-12C0-77AB-0",
    plan=MOTHER.table.title,
    written=START + 340,
    providers={1: "Saltmarsh General Hospital"},
    payees={FAMILY: "the policyholder’s account"},
)
_CARE = ("visit.primary", "hospital.surgery", "dental.treatment", "laboratory.outpatient", "hospital.stay")
_SUMS = (214_60, 9_125_30, 284_00, 62_40)


def letter_with(claims: int) -> Statement:
    """Every fifth claim is held; of these some are paid later, and some taken back; others come twice."""
    desk = Desk()
    for number in range(claims):
        care, nights = _CARE[number % 5], 3 if number % 5 in (1, 4) else 0
        line = bill(
            str(number), care, min(12 + 5 * number, 320), _SUMS[number % 4] + 101 * number, nights=nights
        )
        decided = desk.file(
            MOTHER, line, held=number % 5 == 1, filed=310 if number % 9 == 8 and number < 30 else None
        )
        if decided.decision.status is ClaimStatus.HELD and number % 10 == 1:
            desk.pay(MOTHER, decided)
        elif decided.decision.status is ClaimStatus.HELD and number % 15 == 6:
            desk.withdraw(MOTHER, decided)
        if number % 13 == 5:
            desk.repeat(MOTHER, line)
    return statement(MOTHER, desk.events)


def with_many_reasons(letter: Statement) -> Statement:
    """Gives two claims of three the six longest reasons, as no real claim has."""
    longest = sorted(BY_NAME.values(), key=lambda carc: -len(carc.words))[:6]
    many = tuple(Reduction(carc, 10_00) for carc in longest)
    items = (replace(item, reductions=many) if at % 3 else item for at, item in enumerate(letter.items))
    return replace(letter, items=tuple(items))
