"""Attacks by accounts that hold roles

given the governor, the accreditor, the sentinel or the insurer
├── none of them, nor the access manager acting for them, should be able to move money or a counter
├── none of them should be able to settle a claim before its review window is over
├── the governor should be able to list a desk that blocks a bill line, but to move nothing with it
└── the accreditor should be able to name another admin, who can only withdraw lines under review

SPECIFICATION R3, M8, M11, I8.
"""

from __future__ import annotations

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus
from tests.support.answers import refuses
from tests.support.claims import account, ledger, settle, withdraw
from tests.support.craft import Sold, word
from tests.support.words import bill_sums
from tests.support.world import World, decided, decision

ROLES = ("governor", "accreditor", "sentinel", "insurer")


class TestPower:
    @pytest.mark.parametrize("function", ["pay", "reserve", "settle", "release"])
    def test_moves_no_money_of_a_pool(self, world: World, full: Sold, function: str) -> None:
        world.file(full.line(flags=FLAG_EMERGENCY))
        before = ledger(world)
        for role in ROLES:
            caller = getattr(world, role)
            arguments = {
                "pay": (caller, 1, 0),
                "reserve": (1, 0),
                "settle": (caller, 1),
                "release": (1, 0),
            }[function]

            with refuses("NotClaimDesk", caller):
                getattr(world.pool, function)(*arguments, {"from": caller})
            calldata = getattr(world.pool, function).encode_input(*arguments)
            if role == "governor":
                with refuses("NotClaimDesk", world.manager):
                    world.manager.execute(world.pool, calldata, {"from": caller})

        assert ledger(world) == before

    def test_moves_no_counter_of_a_policy(self, world: World, full: Sold) -> None:
        world.file(full.line(flags=FLAG_EMERGENCY))
        counters = account(world, full.line())
        for role in ROLES:
            caller = getattr(world, role)
            with refuses("NotClaimDesk", caller):
                world.book.settle(full.policy_id, 1, {"from": caller})

        assert account(world, full.line()) == counters

    def test_settles_nothing_early(self, world: World, full: Sold) -> None:
        line = full.line(flags=FLAG_EMERGENCY)
        held = decision(world.file(line))
        for role in (*ROLES, "hospital"):
            with refuses("ReviewOpen", held.release_at):
                settle(world, line, held, getattr(world, role))

    def test_a_listed_desk_can_block_a_bill_and_move_nothing(self, world: World, full: Sold) -> None:
        """The governor lists its own account as a desk, and claims the bill line for an invented policy."""
        world.providers.listDesk(world.governor, {"from": world.governor})
        line = full.line()
        name = world.provider, line.diagnosis.bill_line
        bill = (*name, word("made up"), world.pool, word("leaf"))
        before = ledger(world)

        world.providers.record(bill, bill_sums(1, "USD", 1, True), {"from": world.governor})

        assert "ClaimSkipped" in world.file(line).events
        assert ledger(world) == before
        assert decision(world.file(full.line("another"))).status is ClaimStatus.PAID

    def test_a_new_admin_can_withdraw_what_is_in_review(self, world: World, full: Sold) -> None:
        paid, in_review = full.line(1), full.line(2, flags=FLAG_EMERGENCY)
        first, second = (facts.decision for facts in decided(world.file(paid, in_review)))
        world.providers.setAdmin(world.provider, world.accreditor, {"from": world.accreditor})

        with refuses("WrongStatus", ClaimStatus.NONE):
            withdraw(world, paid, first, world.accreditor)
        withdraw(world, in_review, second, world.accreditor)

        assert world.status(paid) is ClaimStatus.PAID
        assert world.balance(world.accreditor) == 0
