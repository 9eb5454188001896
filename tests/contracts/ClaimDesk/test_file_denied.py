"""file: a gate denies the line

given a live attestation
├── when a gate fails (B7, 26, 27, 29, 179, 119 for year, group and units)
│   ├── it should deny the line with that code only, and an empty remittance
│   ├── it should move no counter and no money
│   └── it should store the decision, and bind the amount of the bill
├── when two gates fail
│   └── it should name the first
├── when the policy has another decision on the bill line
│   ├── it should deny the line as a duplicate
│   └── it should leave the first decision unchanged, whether Paid, Held or Denied
└── when it is an emergency
    └── it should still emit the emergency access

SPECIFICATION F8, F9, A1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus, Line, Remittance, SkipReason
from tests.support import craft
from tests.support.claims import account, hold, ledger, use
from tests.support.craft import (
    ANNUAL_LIMIT,
    AUTO_PAY_LIMIT,
    BILLED,
    DAY,
    FILING_DAYS,
    GROUP_LIMIT,
    IMAGING,
    MATERNITY,
    PHYSIOTHERAPY,
    UNIT_LIMIT,
    VISIT,
    Sold,
)
from tests.support.world import World, codes, decision, skipped


@dataclass(frozen=True)
class Gate:
    code: str
    line: Callable[[World, Sold], Line]


def not_accredited(world: World, sold: Sold) -> Line:
    """Ends the accreditation as of yesterday."""
    today = world.today()
    world.providers.endAccreditation(world.provider, today, {"from": world.accreditor})
    return sold.line(day=today)


def too_late(world: World, sold: Sold) -> Line:
    line = sold.line()
    world.travel((line.diagnosis.service_to + FILING_DAYS + 1) * DAY)
    return line


def used_up(world: World, sold: Sold, benefit: int, each: int, units: int = 1) -> Line:
    """Files two bills that use up the limit."""
    for bill in ("first", "second"):
        world.file(sold.line(bill, benefit=benefit, billed=each, units=units))
    return sold.line(benefit=benefit, billed=1)


def year_used_up(world: World, sold: Sold) -> Line:
    for bill, billed in enumerate((AUTO_PAY_LIMIT, AUTO_PAY_LIMIT, ANNUAL_LIMIT)):
        world.file(sold.line(("year", bill), billed=billed))
    return sold.line(billed=1)


GATES = {
    "not accredited": Gate("B7", not_accredited),
    "before cover": Gate("26", lambda world, sold: sold.line(day=sold.terms.start - 1)),
    "after cover": Gate("27", lambda world, sold: (world.travel_to_day(sold.terms.end), sold)[1].line(
        day=sold.terms.end)),
    "filed late": Gate("29", too_late),
    "waiting": Gate("179", lambda world, sold: sold.line(benefit=MATERNITY)),
    "year used up": Gate("119", year_used_up),
    "group used up": Gate("119", lambda world, sold: used_up(world, sold, IMAGING, GROUP_LIMIT // 2 + 1)),
    "units used up": Gate("119", lambda world, sold: used_up(world, sold, PHYSIOTHERAPY, 5, UNIT_LIMIT)),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES)
def test_denies(world: World, full: Sold, gate: str) -> None:
    line = GATES[gate].line(world, full)
    counters, group, money = account(world, line), use(world, line), ledger(world)
    received = world.balance(world.payee)

    filed = world.file(line)

    denied = decision(filed)
    assert (denied.status, codes(filed)) == (ClaimStatus.DENIED, [GATES[gate].code])
    assert denied.remittance == Remittance()
    assert denied.release_at == 0
    assert world.status(line) is ClaimStatus.DENIED
    assert (account(world, line), use(world, line), ledger(world)) == (counters, group, money)
    assert world.balance(world.payee) == received
    bound = world.providers.billLineOf(world.provider, line.diagnosis.bill_line)
    assert (bound[0], bound[1], bytes(bound[2])) == (line.diagnosis.billed, 0, b"USD")


def test_names_the_first_gate_that_fails(world: World, sold: Sold) -> None:
    not_accredited(world, sold)
    early_and_late = sold.line(day=sold.terms.start - 1)
    today = sold.line(2, benefit=MATERNITY, day=world.today())
    world.travel((early_and_late.diagnosis.service_to + FILING_DAYS + 1) * DAY)

    assert codes(world.file(early_and_late)) == ["26"]
    assert codes(world.file(today)) == ["B7"]


FIRST = {
    ClaimStatus.PAID: lambda world, sold: world.file(sold.line()),
    ClaimStatus.HELD: lambda world, sold: hold(world, sold.line()),
    ClaimStatus.DENIED: lambda world, sold: world.file(sold.line(benefit=MATERNITY)),
}


@pytest.mark.parametrize("status", FIRST)
def test_a_duplicate_leaves_the_first_decision(world: World, sold: Sold, status: ClaimStatus) -> None:
    FIRST[status](world, sold)
    first = sold.line()
    counters, money = account(world, first), ledger(world)

    filed = world.file(sold.line(units=2))

    assert (decision(filed).status, codes(filed)) == (ClaimStatus.DENIED, ["18"])
    assert decision(filed).remittance == Remittance()
    assert world.status(first) is status
    assert (account(world, first), ledger(world)) == (counters, money)


def test_a_duplicate_is_one_whatever_gate_it_fails(world: World, full: Sold) -> None:
    world.file(full.line(benefit=VISIT))

    assert codes(world.file(full.line(benefit=MATERNITY))) == ["18"]
    world.providers.endAccreditation(world.provider, world.today(), {"from": world.accreditor})
    world.travel_to_day(full.terms.end + FILING_DAYS + 1)

    assert codes(world.file(full.line(units=3))) == ["18"]
    assert world.status(full.line()) is ClaimStatus.PAID


def test_a_denied_line_is_not_decided_twice(world: World, sold: Sold) -> None:
    line = sold.line(benefit=MATERNITY)
    world.file(line)

    assert skipped(world.file(line)) == [SkipReason.ALREADY_DECIDED]


def test_a_denied_line_binds_the_bill(world: World, sold: Sold) -> None:
    world.file(sold.line(benefit=MATERNITY))

    assert skipped(world.file(sold.line(billed=BILLED + 1))) == [SkipReason.BILL_MISMATCH]


def test_announces_the_access_of_a_denied_emergency(world: World) -> None:
    sold = world.sell(consent=False, salt=craft.word("denied emergency"))

    filed = world.file(sold.line(benefit=MATERNITY, flags=FLAG_EMERGENCY))

    assert codes(filed) == ["179"]
    assert "EmergencyAccess" in filed.events
