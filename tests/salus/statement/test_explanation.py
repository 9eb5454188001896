"""salus.eob: the statement, rebuilt from events alone

given the claim events of a policy
    each bill of the member should be shown with every reduction, its reason and who bears it
    rreductions and payment should add up to the bill
    bills of other members should not be shown, but should count towards the shared limits
    used and remaining amounts should equal those of the desk
when a claim is held
    its payment should be shown as pending, not as paid
    after settlement, it should be shown as paid in the settling transaction
    while it is due but unpaid, it should still be shown as pending
when a claim is withdrawn
    its amounts should be given back, and it should no longer count
    its correction should be shown next to it
when a bill line is filed twice
    the second line should be shown and count nothing
when the out-of-pocket maximum is reached
    the statement should say that the plan bears the rest
given a plan of fixed benefits
    the billed amount should not count, and days without benefit should be named
"""

from __future__ import annotations

from salus.statement import Item, Statement, statement
from salus.types import ClaimStatus
from tests.support.decided import Desk, bill, memberships

MOTHER, FATHER = memberships()


def letter_of(desk: Desk) -> Statement:
    return statement(MOTHER, desk.events)


def only(desk: Desk) -> Item:
    (item,) = letter_of(desk).items
    return item


def reasons(item: Item) -> dict[str, int]:
    return {str(part.carc): part.amount for part in item.reductions}


def meters(letter: Statement) -> dict[str, tuple[int, int]]:
    return {meter.name: (meter.used, meter.left) for meter in letter.meters}


def test_a_bill_and_its_reductions() -> None:
    desk = Desk()
    decided = desk.file(MOTHER, bill("1", "hospital.stay", 40, 1_234_57))

    item = only(desk)

    assert item.row.title == "Hospital stay"
    assert item.status is ClaimStatus.PAID
    assert reasons(item) == {"PR-1": 500_00, "PR-2": 146_92}
    assert (item.billed, item.paid, item.owe) == (1_234_57, 587_65, 646_92)
    assert item.entry.payment == decided.transaction


def test_every_statement_adds_up() -> None:
    desk = Desk()
    for number, (benefit, day, billed) in enumerate(
        [("visit.primary", 5, 99_99), ("hospital.stay", 9, 20_000_01), ("dental.treatment", 99, 9_000_03)]
    ):
        desk.file(MOTHER, bill(str(number), benefit, day, billed))

    for item in letter_of(desk).items:
        assert item.billed == item.base == item.paid + sum(part.amount for part in item.reductions)
        assert item.owe == item.billed - item.paid


def test_a_denial_names_who_bears_it() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("early", "dental.treatment", 30, 284_00))
    desk.file(MOTHER, bill("late", "visit.primary", 40, 62_40), filed=200)

    early, late = letter_of(desk).items

    assert (reasons(early), early.owe) == ({"PR-179": 284_00}, 284_00)
    assert (reasons(late), late.owe) == ({"CO-29": 62_40}, 0)
    assert early.entry.payment is None


def test_other_members_count_but_do_not_show() -> None:
    desk = Desk()
    desk.file(FATHER, bill("1", "hospital.stay", 20, 450_00))
    desk.file(MOTHER, bill("2", "hospital.stay", 40, 100_00))

    letter = letter_of(desk)

    assert reasons(letter.items[0]) == {"PR-1": 50_00, "PR-2": 10_00}
    assert meters(letter)["Deductible"] == (500_00, 0)
    assert len(statement(FATHER, desk.events).items) == 1


def test_what_is_used_is_what_the_desk_has() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("1", "hospital.stay", 20, 900_00))
    desk.file(MOTHER, bill("2", "dental.treatment", 100, 1_000_00))
    desk.file(FATHER, bill("3", "dental.treatment", 101, 500_00))

    used = meters(letter_of(desk))

    assert used["Deductible"] == (desk.account.deductible, 0)
    assert used["Out-of-pocket maximum"][0] == desk.account.out_of_pocket
    assert used["Yearly limit of the policy"] == (desk.account.decided, 50_000_00 - desk.account.decided)
    assert used["Dental treatment"] == (700_00, 800_00)


def test_held_then_settled() -> None:
    desk = Desk()
    decided = desk.file(MOTHER, bill("1", "emergency.visit", 20, 900_00), held=True)

    waiting = letter_of(desk)
    assert (waiting.paid, waiting.coming) == (0, 320_00)
    assert waiting.items[0].entry.payment is None

    settled = desk.pay(MOTHER, decided)
    letter = letter_of(desk)
    assert (letter.paid, letter.coming) == (320_00, 0)
    assert letter.items[0].entry.payment == settled.transaction
    assert meters(letter)["Yearly limit of the policy"][0] == 320_00


def test_held_then_owed_then_collected() -> None:
    desk = Desk()
    decided = desk.file(MOTHER, bill("1", "emergency.visit", 20, 900_00), held=True)
    desk.owe(MOTHER, decided)

    assert only(desk).status is ClaimStatus.OWED
    assert letter_of(desk).coming == 320_00

    desk.pay(MOTHER, decided)
    assert letter_of(desk).paid == 320_00


def test_withdrawn_and_corrected() -> None:
    desk = Desk()
    wrong = desk.file(MOTHER, bill("1", "dental.treatment", 100, 1_000_00), held=True)
    desk.withdraw(MOTHER, wrong)

    letter = letter_of(desk)
    assert (letter.billed, letter.coming, letter.owe) == (0, 0, 0)
    assert {used for used, _ in meters(letter).values()} == {0}

    desk.account, desk.uses = type(desk.account)(), {}
    desk.file(MOTHER, bill("1", "dental.treatment", 100, 600_00), revision=1)
    gone, right = letter_of(desk).items
    assert gone.number == right.number
    assert (gone.status, right.status) == (ClaimStatus.NONE, ClaimStatus.PAID)
    assert meters(letter_of(desk))["Dental treatment"] == (420_00, 1_080_00)


def test_a_denied_line_withdrawn_changes_nothing() -> None:
    desk = Desk()
    early = desk.file(MOTHER, bill("1", "dental.treatment", 30, 284_00))
    desk.withdraw(MOTHER, early)

    assert letter_of(desk).owe == 0
    assert meters(letter_of(desk))["Yearly limit of the policy"][0] == 0


def test_a_repetition_counts_nothing() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("1", "visit.primary", 20, 100_00))
    desk.repeat(MOTHER, bill("1", "visit.primary", 20, 100_00))

    first, second = letter_of(desk).items
    assert first.counts
    assert not second.counts
    assert reasons(second) == {"OA-18": 100_00}
    assert (second.paid, second.owe) == (0, 0)
    assert letter_of(desk).billed == 100_00


def test_the_maximum_out_of_pocket() -> None:
    desk = Desk()
    desk.file(MOTHER, bill("1", "hospital.stay", 20, 40_000_00))

    item = only(desk)
    assert item.capped
    assert item.owe == 3_000_00
    assert meters(letter_of(desk))["Out-of-pocket maximum"] == (3_000_00, 0)


def test_fixed_benefits() -> None:
    (builder,) = memberships("critical-illness", 1)
    desk = Desk()
    desk.file(builder, bill("1", "cash.rehabilitation", 136, 7_932_27, nights=14))

    letter = statement(builder, desk.events)
    (item,) = letter.items

    assert (item.base, item.paid, item.owe) == (2_800_00, 2_600_00, None)
    assert reasons(item) == {"PR-78": 200_00}
    assert letter.owe == 0
    assert meters(letter) == {
        "Yearly limit of the policy": (2_600_00, 47_400_00),
        "Hospital cash (nights)": (13, 77),
    }
