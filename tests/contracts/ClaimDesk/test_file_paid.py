"""file: the line is payable

given a live attestation and a policy with unused limits
├── when the line is within every limit for automatic payment
│   ├── it should pay the policy's payee exactly the sum of the model
│   ├── it should move the counters of the policy by the remittance
│   ├── it should free the capital that the claim no longer needs
│   ├── it should emit service, times, amounts, codes and counters
│   └── it should have status Paid, and store nothing but its bill line
├── when the member names a payee
│   └── it should pay that payee
├── when the benefit pays a sum per night
│   └── it should pay the nights after the elimination days, and leave the deductible unchanged
├── when the benefit belongs to a group
│   └── it should count for the group, and cut the payment to what the group has left
├── when the whole bill is within the deductible
│   └── it should pay 0, and credit the deductible
└── when another account relays the call
    └── it should pay the same payee

SPECIFICATION F1, F12, F13.
"""

from __future__ import annotations

import pytest

from salus.types import ClaimStatus, GroupUse
from tests.support import craft
from tests.support.claims import account, ledger, lock, model, use
from tests.support.craft import (
    BILLED,
    DEDUCTIBLE,
    GROUP_LIMIT,
    HOSPITAL_CASH,
    IMAGING,
    RATE,
    Sold,
)
from tests.support.world import World, codes, decided, decision

COINSURANCE = (BILLED - DEDUCTIBLE) - (BILLED - DEDUCTIBLE) * 8_000 // 10_000
PAID = BILLED - DEDUCTIBLE - COINSURANCE
SHOWN = ("member", "benefit", "case_id", "record", "revision", "flags", "units", "billed", "currency")


def test_pays_what_the_model_says(world: World, sold: Sold) -> None:
    line = sold.line()
    expected = model(world, line).remittance
    before = ledger(world)

    filed = world.file(line)

    assert decision(filed).remittance == expected
    assert (expected.deductible, expected.coinsurance, expected.paid) == (DEDUCTIBLE, COINSURANCE, PAID)
    assert world.balance(world.payee) == PAID * world.unit
    assert ledger(world).balance == before.balance - PAID * world.unit
    assert ledger(world).outstanding == 0


def test_moves_the_counters(world: World, sold: Sold) -> None:
    world.file(sold.line())

    assert world.account(sold) == {
        "paid": PAID,
        "reserved": 0,
        "deductible": DEDUCTIBLE,
        "outOfPocket": DEDUCTIBLE + COINSURANCE,
        "issued": True,
        "closed": False,
    }


def test_frees_capital(world: World, sold: Sold) -> None:
    line = sold.line()
    before, unused = ledger(world), account(world, line)

    world.file(line)

    assert ledger(world).locked == before.locked - lock(line, unused) + lock(line, account(world, line))
    assert ledger(world).locked < before.locked


def test_announces_everything(world: World, sold: Sold) -> None:
    line = sold.line()
    expected = model(world, line)
    filing = world.attest([line])

    filed = world.file_signed(filing)

    (event,) = filed.events["ClaimDecided"]
    assert (bytes(event["policy"]), event["provider"]) == (sold.policy_id, world.provider)
    assert bytes(event["billLine"]) == line.diagnosis.bill_line
    ((announced, service, counters, group),) = decided(filed)
    assert announced.status is ClaimStatus.PAID
    assert announced.diagnosis == line.diagnosis.hash_struct()
    assert (announced.pool, announced.payee, announced.release_at) == (world.pool.address, world.payee, 0)
    assert codes(filed) == ["1", "2"] == [code.code for code in expected.codes]
    for name in SHOWN:
        assert getattr(service, name) == getattr(line.diagnosis, name), name
    assert (service.from_, service.to) == (line.diagnosis.service_from, line.diagnosis.service_to)
    assert (service.issued_at, service.decided_at) == (filing.attestation.issued_at, filed.timestamp)
    assert counters == expected.account == account(world, line)
    assert group == GroupUse()
    assert "EmergencyAccess" not in filed.events


def test_is_known_as_paid(world: World, sold: Sold) -> None:
    line = sold.line()

    world.file(line)

    assert world.status(line) is ClaimStatus.PAID
    arguments = world.provider, line.diagnosis.bill_line, world.desk, sold.policy_id
    assert world.providers.isRecorded(*arguments)


def test_pays_the_payee_that_the_member_names(world: World) -> None:
    child = craft.signer("child").address
    sold = world.sell(payees=[child], salt=craft.word("named"))

    filed = world.file(sold.line())

    assert decision(filed).payee == child
    assert world.balance(child) == PAID * world.unit
    assert world.balance(world.payee) == 0


def test_pays_nights(world: World, sold: Sold) -> None:
    day = sold.terms.start + 5
    line = sold.line(benefit=HOSPITAL_CASH, day=day, service_to=day + 4)

    filed = world.file(line)

    remittance = decision(filed).remittance
    assert (remittance.paid, remittance.eliminated, remittance.units) == (3 * RATE, RATE, 3)
    assert codes(filed) == ["78"]
    assert world.balance(world.payee) == 3 * RATE * world.unit
    assert world.account(sold)["deductible"] == 0
    assert use(world, line) == GroupUse(paid=3 * RATE, units=3)


def test_counts_for_the_group(world: World) -> None:
    sold = world.sell(deductible=0, out_of_pocket=0, salt=craft.word("group"))
    first, second = (sold.line(bill, benefit=IMAGING, billed=200_003) for bill in (1, 2))
    world.file(first)

    filed = world.file(second)

    left = GROUP_LIMIT - 200_003
    remittance = decision(filed).remittance
    assert (remittance.paid, remittance.over_limit) == (left, 200_003 - left)
    assert codes(filed) == ["119"]
    assert decided(filed)[0].use == use(world, second) == GroupUse(paid=GROUP_LIMIT, units=0)


@pytest.mark.parametrize("billed", [0, 1, DEDUCTIBLE])
def test_pays_nothing_inside_the_deductible(world: World, sold: Sold, billed: int) -> None:
    line = sold.line(billed=billed)
    before = ledger(world)

    filed = world.file(line)

    assert decision(filed).status is ClaimStatus.PAID
    assert decision(filed).remittance.paid == 0
    assert "Transfer" not in filed.events
    assert ledger(world) == before
    assert world.account(sold)["deductible"] == billed
    assert world.status(line) is ClaimStatus.PAID


def test_pays_the_same_whoever_relays(world: World, sold: Sold) -> None:
    world.file(sold.line(), sender=world.hospital)

    assert world.balance(world.payee) == PAID * world.unit
    assert world.balance(world.hospital) == 0
