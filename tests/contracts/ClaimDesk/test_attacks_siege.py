"""Attack by the ADMIN role: everything that is due still goes through (law 8)

given claims that are held, owed and denied, capital under notice, and an ADMIN who closes every target,
retires the desk, delists the asset, takes every role, and starts safe mode first
├── a held claim that is due should be settled
├── an owed claim should be collected
├── a held line and a denied line should be withdrawn by their provider
├── a policy should be closed and capital should be redeemed
├── capital that nothing locks should leave, and a consent should be withdrawn
├── no new line should be filed
└── all of this should still hold when the insurer gives up the pool as well

SPECIFICATION R3, P8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus, Decision, Line
from tests.support.answers import refuses
from tests.support.claims import ask, collect, ledger, settle, with_asset, withdraw
from tests.support.craft import BILLED, DAY, MATERNITY, Sold, word
from tests.support.world import World, decided

ADMIN, ACCREDITOR, SENTINEL = 0, 1, 2


@dataclass(frozen=True)
class Besieged:
    """What was decided before ADMIN misused its power."""

    world: World
    sold: Sold
    held: tuple[Line, Decision]
    in_review: tuple[Line, Decision]
    owed: tuple[Line, Decision]
    denied: tuple[Line, Decision]


@pytest.fixture(scope="module")
def before(world: World, BlockingTokenMock: Any) -> Besieged:
    asset = BlockingTokenMock.deploy(6, {"from": world.governor})
    other = with_asset(world, asset)
    sold = other.sell(deductible=0, out_of_pocket=0, salt=word("besieged"))
    other.pool.giveNotice(other.pool.balanceOf(other.capital), {"from": other.capital})
    asset.block(other.payee, True, {"from": other.stranger})
    lines = [
        sold.line("held", flags=FLAG_EMERGENCY),
        sold.line("in review", flags=FLAG_EMERGENCY),
        sold.line("owed"),
        sold.line("denied", benefit=MATERNITY),
    ]
    made = [facts.decision for facts in decided(other.file(*lines))]
    asset.block(other.payee, False, {"from": other.stranger})
    names = ClaimStatus.HELD, ClaimStatus.HELD, ClaimStatus.OWED, ClaimStatus.DENIED
    assert tuple(each.status for each in made) == names
    return Besieged(other, sold, *zip(lines, made, strict=True))


@pytest.fixture(scope="module")
def besieged(before: Besieged) -> Besieged:
    """Lets ADMIN do all the harm it can."""
    world, power = before.world, {"from": before.world.governor}
    world.providers.enterSafeMode(world.desk, {"from": world.sentinel})
    world.providers.setSuspended(world.provider, True, {"from": world.accreditor})
    world.providers.retireDesk(world.desk, power)
    world.factory.delistAsset(world.asset, power)
    for role, holder in ((ACCREDITOR, world.accreditor), (SENTINEL, world.sentinel)):
        world.manager.revokeRole(role, holder, power)
        world.manager.grantRole(role, world.governor, 0, power)
    targets = world.providers, world.consents, world.book, world.desk, world.factory, world.pool, world.asset
    for target in targets:
        world.manager.setTargetClosed(target, True, power)
        assert world.manager.isTargetClosed(target)
    return before


class TestBesieged:
    def test_a_held_claim_is_settled(self, besieged: Besieged) -> None:
        world, (line, held) = besieged.world, besieged.held
        world.travel(held.release_at)

        settle(world, line, held)

        assert world.balance(world.payee) == BILLED * world.unit
        assert world.status(line) is ClaimStatus.PAID

    def test_an_owed_claim_is_collected(self, besieged: Besieged) -> None:
        world, (line, owed) = besieged.world, besieged.owed

        collect(world, line, owed)

        assert world.balance(world.payee) == BILLED * world.unit

    def test_lines_are_withdrawn(self, besieged: Besieged) -> None:
        world, (line, held), (other, denied) = besieged.world, besieged.in_review, besieged.denied
        outstanding = ledger(world).outstanding

        withdraw(world, line, held)
        withdraw(world, other, denied)

        assert ledger(world).outstanding == outstanding - BILLED
        assert world.status(line) is world.status(other) is ClaimStatus.NONE

    def test_claims_policy_and_capital_are_finished(self, besieged: Besieged) -> None:
        """Every claim is paid, the policy is closed, and the capital providers receive all that is left."""
        world, sold = besieged.world, besieged.sold
        terms = sold.terms.as_tuple()
        collect(world, *besieged.owed)
        for line, held in (besieged.held, besieged.in_review):
            world.travel(max(held.release_at, world.now()))
            settle(world, line, held)
        shares = world.pool.balanceOf(world.capital)
        world.travel(world.book.closableAt(terms))
        world.book.close(terms, {"from": world.stranger})
        world.pool.giveNotice(shares, {"from": world.capital})
        world.travel(world.now() + 35 * DAY)
        most = world.pool.maxRedeem(world.capital)

        world.pool.redeem(most, world.capital, world.capital, {"from": world.capital})

        assert world.balance(world.payee) == 3 * BILLED * world.unit
        assert ledger(world)[:2] == (0, 0)
        assert ledger(world).balance <= 1  # rounding leaves at most one of millions

    def test_capital_that_nothing_locks_leaves(self, besieged: Besieged) -> None:
        world = besieged.world
        world.travel(world.pool.noticeOf(world.capital)[1])
        free = world.pool.maxWithdraw(world.capital)
        assert free > 0

        world.pool.withdraw(free, world.capital, world.capital, {"from": world.capital})

        assert world.balance(world.capital) == free

    def test_a_member_withdraws_consent(self, besieged: Besieged) -> None:
        world = besieged.world
        member = besieged.sold.members[0].commitment
        signed = world.signed_consent(member, since=0, until=0, purposes=0)

        withdrawn = world.consents.withdrawBySignature(*signed, {"from": world.stranger})

        assert "ConsentWithdrawn" in withdrawn.events

    def test_nothing_new_is_filed(self, besieged: Besieged) -> None:
        world = besieged.world

        with refuses("NotDesk", world.desk):
            ask(world, world.attest([besieged.sold.line("new")]))

    def test_all_is_still_finished_when_the_insurer_leaves_too(self, besieged: Besieged) -> None:
        world = besieged.world
        mine = {"from": world.insurer}
        world.pool.setQuoteSigner(world.quote_signer.address, False, mine)
        world.pool.setSalesPaused(besieged.sold.terms.benefit_table, True, mine)
        world.providers.setDailyCap(world.pool, world.provider, 0, mine)
        world.pool.transferOwnership(world.stranger, mine)
        world.pool.acceptOwnership({"from": world.stranger})

        self.test_claims_policy_and_capital_are_finished(besieged)
