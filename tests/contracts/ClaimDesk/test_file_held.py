"""file: a payable line needs review

given a live attestation and a payable line
├── when it exceeds the policy's limit for automatic payment
│   └── it should be held: pay nothing, reserve its sum, free its capital, and emit the release date
├── when it exceeds what is left of the provider's daily cap
│   ├── it should be held
│   ├── it should be paid when it is filed on the next day
│   └── the cap should count claims as they were decided: a held claim never, an owed one as paid
├── when the pool has set no cap
│   └── it should be held, unless it pays 0
├── when it is an emergency
│   ├── it should be held whatever its amount, even 0
│   ├── it should need no consent
│   └── it should emit the emergency access
├── when the provider is suspended
│   └── it should be held, and paid when it is filed after the suspension
├── when the desk is in safe mode
│   └── it should be held, and paid when it is filed after safe mode has expired
└── when there are several reasons
    └── it should be held once

SPECIFICATION F10, F11, F14, P6, P7.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salus.types import FLAG_EMERGENCY, Account, ClaimStatus, GroupUse, Line
from tests.support import craft
from tests.support.answers import emitted
from tests.support.claims import account, ledger, lock, model, preview, use
from tests.support.craft import AUTO_PAY_LIMIT, DAY, IMAGING, REVIEW_WINDOW, Sold
from tests.support.world import DAILY_CAP, World, codes, decided, decision

SAFE_MODE = 7 * DAY


def suspend(world: World, value: bool = True) -> None:
    world.providers.setSuspended(world.provider, value, {"from": world.accreditor})


def enter_safe_mode(world: World) -> None:
    world.providers.enterSafeMode(world.desk, {"from": world.sentinel})


def set_cap(world: World, limit: int) -> None:
    world.providers.setDailyCap(world.pool, world.provider, limit, {"from": world.insurer})


CAUSES: dict[str, Callable[[World, Sold], Line]] = {
    "above the automatic limit": lambda world, full: full.line(billed=AUTO_PAY_LIMIT + 1),
    "above the cap": lambda world, full: (set_cap(world, 77_776), full.line(billed=77_777))[1],
    "no cap": lambda world, full: (set_cap(world, 0), full.line())[1],
    "emergency": lambda world, full: full.line(flags=FLAG_EMERGENCY),
    "suspended": lambda world, full: (suspend(world), full.line())[1],
    "safe mode": lambda world, full: (enter_safe_mode(world), full.line())[1],
}


@pytest.mark.parametrize("cause", CAUSES)
def test_holds(world: World, full: Sold, cause: str) -> None:
    line = CAUSES[cause](world, full)
    before, expected = ledger(world), model(world, line).remittance

    filed = world.file(line)

    held = decision(filed)
    assert (held.status, codes(filed)) == (ClaimStatus.HELD, ["133"])
    assert held.remittance == expected
    assert held.release_at == filed.timestamp + REVIEW_WINDOW
    assert world.status(line) is ClaimStatus.HELD

    counters = Account(reserved=expected.paid)
    assert account(world, line) == decided(filed)[0].account == counters
    after = ledger(world)
    assert (after.outstanding, after.balance) == (before.outstanding + expected.paid, before.balance)
    assert after.locked == before.locked - lock(line, Account()) + lock(line, counters)
    assert world.balance(world.payee) == 0


def test_counts_units_and_group_of_a_held_line(world: World, full: Sold) -> None:
    line = full.line(benefit=IMAGING, flags=FLAG_EMERGENCY)

    filed = world.file(line)

    paid = decision(filed).remittance.paid
    assert decided(filed)[0].use == use(world, line) == GroupUse(paid=paid, units=0)


def test_lists_133_after_the_reasons_of_the_remittance(world: World, sold: Sold) -> None:
    filed = world.file(sold.line(flags=FLAG_EMERGENCY))

    assert codes(filed) == ["1", "2", "133"]


def test_pays_up_to_the_automatic_limit(world: World, full: Sold) -> None:
    filed = world.file(full.line(billed=AUTO_PAY_LIMIT))

    assert decision(filed).status is ClaimStatus.PAID


class TestDailyCap:
    def test_is_used_up_by_what_was_paid_today(self, world: World, full: Sold) -> None:
        set_cap(world, 150_001)
        world.file(full.line(1, billed=100_000))

        most, more = (preview(world, full.line(2, billed=billed))[1].status for billed in (50_001, 50_002))

        assert (most, more) == (ClaimStatus.PAID, ClaimStatus.HELD)
        assert world.providers.dailyCapOf(world.pool, world.provider) == (150_001, 100_000, world.today())

    def test_is_whole_again_the_next_day(self, world: World, full: Sold) -> None:
        set_cap(world, 100_000)
        world.file(full.line(1, billed=100_000))
        line = full.line(2, billed=100_000)
        midnight = (world.today() + 1) * DAY

        (_, last_second), (_, midnight_itself) = (
            preview(world, line, at=midnight - 1),
            preview(world, line, at=midnight),
        )

        assert (last_second.status, midnight_itself.status) == (ClaimStatus.HELD, ClaimStatus.PAID)

    def test_is_not_used_by_what_is_held(self, world: World, full: Sold) -> None:
        world.file(full.line(1, billed=DAILY_CAP // 2, flags=FLAG_EMERGENCY))

        assert world.providers.dailyCapOf(world.pool, world.provider)[1] == 0

    def test_below_what_was_paid_leaves_nothing(self, world: World, full: Sold) -> None:
        world.file(full.line(1, billed=100_000))
        set_cap(world, 50_000)

        assert decision(world.file(full.line(2, billed=1))).status is ClaimStatus.HELD

    def test_of_nothing_lets_a_claim_of_nothing_pass(self, world: World, sold: Sold) -> None:
        set_cap(world, 0)

        assert decision(world.file(sold.line(billed=1))).status is ClaimStatus.PAID

    def test_is_each_pools_own(self, world: World, full: Sold) -> None:
        other = world.new_pool(world.asset)
        world.fund(1_000_003, pool=other)
        elsewhere = world.sell(pool=other.address, deductible=0, salt=craft.word("elsewhere"))
        day = elsewhere.terms.start + 5
        world.providers.setDailyCap(other, world.provider, 1, {"from": world.insurer})

        here = world.file(full.line(1, day=day))
        there = world.file(elsewhere.line(2, day=day))

        assert decision(here).status is ClaimStatus.PAID
        assert decision(there).status is ClaimStatus.HELD


class TestEmergency:
    def test_needs_no_consent(self, world: World) -> None:
        sold = world.sell(consent=False, salt=craft.word("unconscious"))

        filed = world.file(sold.line(flags=FLAG_EMERGENCY))

        assert decision(filed).status is ClaimStatus.HELD

    def test_announces_the_access(self, world: World, sold: Sold) -> None:
        line = sold.line(flags=FLAG_EMERGENCY)

        filed = world.file(line)

        assert emitted(filed, "EmergencyAccess") == {
            "policy": sold.policy_id,
            "provider": world.provider,
            "member": line.member.commitment,
        }

    def test_is_held_although_it_pays_nothing(self, world: World, sold: Sold) -> None:
        filed = world.file(sold.line(billed=1, flags=FLAG_EMERGENCY))

        assert (decision(filed).status, decision(filed).remittance.paid) == (ClaimStatus.HELD, 0)
        assert world.account(sold)["deductible"] == 1

    def test_is_the_lowest_bit_alone(self, world: World, sold: Sold) -> None:
        filed = world.file(sold.line(flags=0b1111_1110))

        assert decision(filed).status is ClaimStatus.PAID
        assert "EmergencyAccess" not in filed.events


def test_pays_once_the_suspension_has_ended(world: World, full: Sold) -> None:
    suspend(world)
    suspend(world, False)

    assert decision(world.file(full.line())).status is ClaimStatus.PAID


def test_pays_once_safe_mode_has_ended_by_itself(world: World, full: Sold) -> None:
    enter_safe_mode(world)
    end = world.now() + SAFE_MODE
    line = full.line()

    (_, last_second), (_, over) = preview(world, line, at=end - 1), preview(world, line, at=end)

    assert (last_second.status, over.status) == (ClaimStatus.HELD, ClaimStatus.PAID)


def test_safe_mode_of_another_desk_changes_nothing(world: World, full: Sold) -> None:
    world.providers.enterSafeMode(world.stranger, {"from": world.sentinel})

    assert decision(world.file(full.line())).status is ClaimStatus.PAID


def test_holds_once_for_many_reasons(world: World, full: Sold) -> None:
    suspend(world)
    enter_safe_mode(world)
    set_cap(world, 0)

    filed = world.file(full.line(billed=AUTO_PAY_LIMIT + 1, flags=FLAG_EMERGENCY))

    assert codes(filed) == ["133"]
    assert world.account(full)["reserved"] == AUTO_PAY_LIMIT + 1
