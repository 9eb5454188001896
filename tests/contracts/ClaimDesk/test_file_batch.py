"""file: many lines in one call

given one attestation of many lines
├── when all lines are valid
│   ├── it should decide each with the counters that the one before left, and emit the events in order
│   └── it should pay their sum
├── when some lines are faulty, in every way at once
│   └── it should skip those, each with its index, and decide the others as if they were alone
├── when a payee refuses the money
│   └── it should owe that line, and pay the others
├── when a line is in the call twice
│   └── it should decide it once
├── when two lines claim one bill line
│   └── it should decide the first, and deny the other as a duplicate
├── when the lines belong to two policies of two pools
│   └── it should pay each from its own pool
└── when fifty lines are filed
    └── each should cost no more than a line in a call of two

SPECIFICATION F5, F6.
"""

from __future__ import annotations

from salus.types import ClaimStatus, SkipReason
from tests.support.answers import emitted
from tests.support.claims import account, ledger, model_each
from tests.support.craft import MATERNITY, Sold, word
from tests.support.poison import POISON, together
from tests.support.world import World, codes, decided, skipped

LINES = 5


def test_decides_each_after_the_one_before(world: World, sold: Sold) -> None:
    lines = [sold.line(number, billed=30_011 + number) for number in range(LINES)]
    expected = model_each(world, lines)
    before = ledger(world)

    filed = world.file(*lines)

    facts = decided(filed)
    assert [fact.decision.remittance for fact in facts] == [outcome.remittance for outcome in expected]
    assert [fact.account for fact in facts] == [outcome.account for outcome in expected]
    assert [bytes(event["billLine"]) for event in filed.events["ClaimDecided"]] == [
        line.diagnosis.bill_line for line in lines
    ]
    paid = expected[-1].account.paid
    assert account(world, lines[0]) == expected[-1].account
    assert world.balance(world.payee) == before.balance - ledger(world).balance == paid * world.unit


def test_skips_every_kind_of_poison_and_decides_the_others(world: World, sold: Sold) -> None:
    good = [sold.line(("good", number)) for number in range(4)]
    denied = sold.line("denied", benefit=MATERNITY)
    poisoned = [(reason, poison(world, sold)) for reason, poison in POISON.values()]
    half = len(poisoned) // 2
    healthy = [world.attest([line]) for line in (*good, denied)]
    bad = [filing for _, filing in poisoned]
    filing = together(world, [healthy[0], *bad[:half], *healthy[1:3], *bad[half:], *healthy[3:]])
    expected = model_each(world, [*good, denied])

    filed = world.file_signed(filing)

    assert skipped(filed) == [reason for reason, _ in poisoned]
    places = [*range(1, half + 1), *range(half + 3, len(poisoned) + 3)]
    assert [event["index"] for event in filed.events["ClaimSkipped"]] == places
    assert [fact.decision.remittance for fact in decided(filed)] == [each.remittance for each in expected]
    assert [world.status(line) for line in good] == [ClaimStatus.PAID] * len(good)
    assert world.status(denied) is ClaimStatus.DENIED
    assert account(world, denied) == expected[-1].account


def test_owes_one_and_pays_the_others(world: World) -> None:
    """The payee is the pool itself, which makes no payment to itself."""
    family = world.sell(members=2, payees=[world.pool.address, world.payee], salt=word("family"))
    lines = [family.line(number, member=number % 2) for number in range(4)]

    filed = world.file(*lines)

    statuses = [fact.decision.status for fact in decided(filed)]
    assert statuses == [ClaimStatus.OWED, ClaimStatus.PAID] * 2
    owed, paid = (sum(fact.decision.remittance.paid for fact in decided(filed)[at::2]) for at in (0, 1))
    assert ledger(world).outstanding == owed > 0
    assert world.balance(world.payee) == paid * world.unit > 0


def test_decides_a_line_once(world: World, sold: Sold) -> None:
    line = sold.line()

    filed = world.file(line, sold.line(2), line)

    assert len(decided(filed)) == 2
    assert emitted(filed, "ClaimSkipped")["index"] == 2
    assert skipped(filed) == [SkipReason.ALREADY_DECIDED]


def test_denies_the_second_claim_on_a_bill_line(world: World, sold: Sold) -> None:
    filed = world.file(sold.line(units=1), sold.line(units=2))

    first, second = decided(filed)
    assert first.decision.status is ClaimStatus.PAID
    assert second.decision.status is ClaimStatus.DENIED
    assert [code.code for code in second.decision.codes] == ["18"]
    assert second.account == first.account == account(world, sold.line())


def test_pays_each_from_its_own_pool(world: World, sold: Sold) -> None:
    pool = world.new_pool(world.asset)
    world.fund(2_000_003, pool=pool)
    world.providers.setDailyCap(pool, world.provider, 2**64 - 1, {"from": world.insurer})
    other = world.sell(pool=pool.address, salt=word("other pool"))
    here, there = ledger(world), ledger(world, pool)

    filed = world.file(sold.line(1), other.line(2))

    first, second = (fact.decision for fact in decided(filed))
    assert (first.pool, second.pool) == (world.pool.address, pool.address)
    assert here.balance - ledger(world).balance == first.remittance.paid * world.unit
    assert there.balance - ledger(world, pool).balance == second.remittance.paid * world.unit


def test_costs_no_more_for_a_line_of_many(world: World, full: Sold) -> None:
    many, few = ([full.line((size, number), billed=101) for number in range(size)] for size in (50, 2))
    assert codes(world.file(full.line("first ever", billed=101))) == []

    gas_of_few, gas_of_many = world.file(*few).gas_used, world.file(*many).gas_used

    assert gas_of_many / len(many) < gas_of_few / len(few)
