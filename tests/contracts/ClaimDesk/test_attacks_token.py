"""Attacks by the asset and by payees

given an asset that calls back during a payment
├── when it files the same line again, or settles, collects or withdraws the claim that is being paid
│   └── it should find the claim already finished
├── when it files another line that would be paid, settles another claim, or moves capital
│   └── it should be refused, and the payment should go on
└── when it files another line that is held
    └── it should book that line exactly, in addition to the payment
given an asset with a block list
├── when the payee is on the list
│   ├── its claims should be owed, and no other claim should be blocked
│   ├── its claims should be collected once it is off the list
│   └── its held claim should lose the reserve when somebody settles it, and wait for money and payee
└── when the pool is on the list
    └── all claims should be owed, and paid in the end
given an asset whose transfers return false
└── a claim should be owed, and collected once transfers return true
given a payee that cannot take money: the pool, or the asset
└── a claim should be owed

SPECIFICATION F12, M7, S2.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest

from salus.types import FLAG_EMERGENCY, ClaimStatus, Line, SkipReason
from tests.support.answers import emitted, refuses
from tests.support.claims import account, collect, ledger, lock, settle, with_asset
from tests.support.craft import ANNUAL_LIMIT, BILLED, PREMIUM, Sold, word
from tests.support.world import CAPITAL, World, decided, decision

THIN = 251_003
"""Minor units of capital: enough for one policy, but with its premium not for both claims below."""
REENTRANT_CALL = "37ed32e8"
"""Selector of `ReentrantCall()`."""


def sell_full(world: World, **terms: Any) -> Sold:
    return world.sell(deductible=0, out_of_pocket=0, salt=word(world.asset.address), **terms)


@pytest.fixture(scope="module")
def hooked(world: World, ReentrantTokenMock: Any) -> World:
    return with_asset(world, ReentrantTokenMock.deploy(6, {"from": world.governor}))


@pytest.fixture(scope="module")
def insured(hooked: World) -> Sold:
    return sell_full(hooked)


@pytest.fixture(scope="module")
def blocking(world: World, BlockingTokenMock: Any) -> World:
    return with_asset(world, BlockingTokenMock.deploy(6, {"from": world.governor}))


@pytest.fixture(scope="module")
def family(blocking: World) -> Sold:
    """Sells a policy whose second member has a separate payee."""
    payees = [blocking.payee, blocking.holder.address]
    return sell_full(blocking, members=2, payees=payees)


class TestCallsBack:
    def arm(self, world: World, target: Any, calldata: str) -> None:
        world.asset.arm(target, calldata, {"from": world.stranger})

    def check_books(self, world: World, line: Line, paid: int) -> None:
        """Checks that the payment was made once, and that the pool's ledger is the sum of the decisions."""
        counters = account(world, line)
        assert world.balance(world.payee) == paid * world.unit
        assert counters.paid == paid
        assert ledger(world) == (
            lock(line, counters),
            counters.reserved,
            (CAPITAL + PREMIUM - paid) * world.unit,
        )

    def test_to_file_the_same_line(self, hooked: World, insured: Sold) -> None:
        filing = hooked.attest([insured.line()])
        self.arm(hooked, hooked.desk, hooked.desk.file.encode_input(*filing.as_arguments()))

        filed = hooked.file_signed(filing)

        assert emitted(filed, "CalledBack")["succeeded"]
        assert emitted(filed, "ClaimSkipped")["reason"] == SkipReason.ALREADY_DECIDED
        assert decision(filed).status is ClaimStatus.PAID
        self.check_books(hooked, insured.line(), BILLED)

    def test_to_file_another_line(self, hooked: World, insured: Sold) -> None:
        filing = hooked.attest([insured.line(2)])
        self.arm(hooked, hooked.desk, hooked.desk.file.encode_input(*filing.as_arguments()))

        filed = hooked.file(insured.line(1))

        self.check_refused(filed)
        self.check_books(hooked, insured.line(1), BILLED)
        assert decision(hooked.file_signed(filing)).status is ClaimStatus.PAID

    def test_to_file_another_line_that_is_held(self, hooked: World, insured: Sold) -> None:
        filing = hooked.attest([insured.line(2, billed=33_331, flags=FLAG_EMERGENCY)])
        self.arm(hooked, hooked.desk, hooked.desk.file.encode_input(*filing.as_arguments()))

        filed = hooked.file(insured.line(1))

        assert {facts.decision.status for facts in decided(filed)} == {ClaimStatus.PAID, ClaimStatus.HELD}
        assert account(hooked, insured.line()).reserved == 33_331
        self.check_books(hooked, insured.line(1), BILLED)

    @pytest.mark.parametrize("function", ["settle", "collect", "withdraw"])
    def test_to_go_on_with_the_claim_that_is_being_paid(
        self, hooked: World, insured: Sold, function: str
    ) -> None:
        line = insured.line(flags=FLAG_EMERGENCY)
        held = decision(hooked.file(line))
        hooked.travel(held.release_at)
        arguments: tuple[Any, ...] = hooked.claim(line), held.as_tuple()
        if function == "withdraw":
            hooked.providers.setAdmin(hooked.provider, hooked.asset, {"from": hooked.accreditor})
            arguments = (line.policy.as_tuple(), *arguments)
        self.arm(hooked, hooked.desk, getattr(hooked.desk, function).encode_input(*arguments))

        settled = settle(hooked, line, held)

        assert not emitted(settled, "CalledBack")["succeeded"]
        assert hooked.status(line) is ClaimStatus.PAID
        self.check_books(hooked, line, BILLED)

    def test_to_settle_another_claim(self, hooked: World, insured: Sold) -> None:
        first, second = (insured.line(bill, flags=FLAG_EMERGENCY) for bill in (1, 2))
        (one, two) = (facts.decision for facts in decided(hooked.file(first, second)))
        hooked.travel(two.release_at)
        arguments = hooked.claim(second), two.as_tuple()
        self.arm(hooked, hooked.desk, hooked.desk.settle.encode_input(*arguments))

        self.check_refused(settle(hooked, first, one))

        self.check_books(hooked, first, BILLED)
        settle(hooked, second, two)
        self.check_books(hooked, first, 2 * BILLED)

    @pytest.mark.parametrize("function", ["deposit", "redeem", "recapitalise"])
    def test_to_move_capital(self, hooked: World, insured: Sold, function: str) -> None:
        """The shares or sums are 0, which would succeed at any other time."""
        asset = hooked.asset.address
        arguments = {"deposit": (0, asset), "redeem": (0, asset, asset), "recapitalise": (1,)}[function]
        self.arm(hooked, hooked.pool, getattr(hooked.pool, function).encode_input(*arguments))

        self.check_refused(hooked.file(insured.line()))

        self.check_books(hooked, insured.line(), BILLED)

    def check_refused(self, transaction: Any) -> None:
        called = emitted(transaction, "CalledBack")
        assert not called["succeeded"]
        assert bytes(called["answer"]).hex() == REENTRANT_CALL


class TestBlocks:
    def block(self, world: World, who: Any, value: bool) -> None:
        world.asset.block(who, value, {"from": world.stranger})

    def test_a_payee(self, blocking: World, family: Sold) -> None:
        self.block(blocking, blocking.payee, True)
        blocked, other = family.line(1, member=0), family.line(2, member=1)

        filed = blocking.file(blocked, other)

        owed, paid = (facts.decision for facts in decided(filed))
        assert (owed.status, paid.status) == (ClaimStatus.OWED, ClaimStatus.PAID)
        assert blocking.balance(blocking.holder) == BILLED * blocking.unit
        assert ledger(blocking).outstanding == BILLED
        with refuses("StillOwed", blocking.payee, BILLED):
            collect(blocking, blocked, owed)

        self.block(blocking, blocking.payee, False)
        collect(blocking, blocked, owed)
        assert blocking.balance(blocking.payee) == BILLED * blocking.unit
        assert ledger(blocking).outstanding == 0

    def test_a_payee_of_a_held_claim(self, blocking: World, family: Sold) -> None:
        line = family.line(flags=FLAG_EMERGENCY)
        held = decision(blocking.file(line))
        blocking.travel(held.release_at)
        self.block(blocking, blocking.payee, True)

        assert "ClaimOwed" in settle(blocking, line, held).events

        self.block(blocking, blocking.payee, False)
        collect(blocking, line, held)
        assert blocking.balance(blocking.payee) == BILLED * blocking.unit

    def test_a_payee_whose_claim_is_settled_then(self, blocking: World) -> None:
        """Settling the claim meanwhile releases its reserve, so owed claims of others may be paid first."""
        thin = copy(blocking)
        thin.pool = thin.new_pool(thin.asset)
        thin.fund(THIN)
        thin.providers.setDailyCap(thin.pool, thin.provider, 2**64 - 1, {"from": thin.insurer})
        family = sell_full(thin, members=2, payees=[thin.payee, thin.holder.address])
        first, second = family.line(1, billed=300_007, flags=FLAG_EMERGENCY), family.line(2, member=1)
        held, later = (decision(thin.file(line)) for line in (first, second))
        with refuses("StillOwed", thin.holder, BILLED):
            collect(thin, second, later)

        thin.travel(held.release_at)
        self.block(thin, thin.payee, True)
        assert "ClaimOwed" in settle(thin, first, held).events
        assert (thin.pool.reserved(), thin.pool.outstanding()) == (0, 300_007 + BILLED)
        collect(thin, second, later)

        self.block(thin, thin.payee, False)
        with refuses("StillOwed", thin.payee, 300_007):
            collect(thin, first, held)
        thin.mint(thin.pool, 300_007 + BILLED - THIN - PREMIUM)
        collect(thin, first, held)
        assert thin.balance(thin.payee) == 300_007 * thin.unit
        assert thin.pool.outstanding() == 0 == thin.balance(thin.pool)

    def test_the_pool(self, blocking: World, family: Sold) -> None:
        self.block(blocking, blocking.pool, True)
        lines = [family.line(number) for number in range(2)]

        owed = [facts.decision for facts in decided(blocking.file(*lines))]
        assert [made.status for made in owed] == [ClaimStatus.OWED] * 2

        self.block(blocking, blocking.pool, False)
        for line, made in zip(lines, owed, strict=True):
            collect(blocking, line, made)
        assert blocking.balance(blocking.payee) == 2 * BILLED * blocking.unit

    def test_an_owed_claim_counts_as_paid(self, blocking: World, family: Sold) -> None:
        self.block(blocking, blocking.payee, True)
        cap = blocking.pool, blocking.provider, 2**64 - 1
        blocking.providers.setDailyCap(*cap, {"from": blocking.insurer})
        for number in range(3):
            blocking.file(family.line(number, billed=ANNUAL_LIMIT // 3))

        filed = blocking.file(family.line("more", billed=ANNUAL_LIMIT))

        assert decision(filed).remittance.paid == ANNUAL_LIMIT % 3
        assert ledger(blocking).outstanding == ANNUAL_LIMIT


def test_an_asset_that_answers_false(world: World, FalseTokenMock: Any) -> None:
    false = with_asset(world, FalseTokenMock.deploy({"from": world.governor}))
    line = sell_full(false).line()
    false.asset.setRefuses(True, {"from": world.stranger})

    owed = decision(false.file(line))

    assert owed.status is ClaimStatus.OWED
    with refuses("StillOwed", false.payee, BILLED):
        collect(false, line, owed)
    false.asset.setRefuses(False, {"from": world.stranger})
    collect(false, line, owed)
    assert false.balance(false.payee) == BILLED * false.unit


@pytest.mark.parametrize("payee", ["pool", "asset"])
def test_a_payee_that_cannot_take_money(world: World, payee: str) -> None:
    """No policy terms can name such a payee; a member's leaf may, and then only that member waits."""
    address = getattr(world, payee).address
    sold = world.sell(payees=[address], deductible=0, out_of_pocket=0, salt=word(payee))
    before = ledger(world)

    filed = world.file(sold.line())

    assert decision(filed).status is ClaimStatus.OWED
    assert ledger(world).balance == before.balance
    assert world.asset.balanceOf(world.asset) == 0
