"""The pool with assets that misbehave

given an asset that starts to take a fee
├── when a deposit, a premium or a recapitalisation arrives
│   └── it should revert
└── when a claim is paid
    └── it should spend and book exactly the amount, and the payee should bear the fee
given an asset whose transfers return false
├── when money arrives, or capital is redeemed
│   └── it should revert
└── when a claim is paid or settled
    └── the claim should stay outstanding until transfers return true
given an asset that blocks accounts
├── when it blocks the payee
│   └── the claim should stay outstanding until the payee is unblocked, and others should be paid
└── when it blocks the pool
    └── it should keep booking claims, and pay them later
given an asset that burns all gas when the balance is too small
└── when a new, held or owed claim is larger than the balance
    └── the asset should not be called, and the claim should stay outstanding
given an asset that calls back during a transfer
├── when it calls a function that moves money
│   └── that call should revert, and the outer transfer should be booked as usual
└── when it gives notice, or accrues premium
    └── that call should succeed

SPECIFICATION M7, M9.
"""

from __future__ import annotations

from typing import Any

import pytest
from brownie import (
    AssertTokenMock,
    BlockingTokenMock,
    FalseTokenMock,
    FeeTokenMock,
    ReentrantTokenMock,
    accounts,
)
from eth_utils import function_signature_to_4byte_selector

from tests.support import craft
from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, LOCK, Bench
from tests.support.craft import PREMIUM

AMOUNT = 78_633
FEE_BPS = 30


@pytest.fixture(scope="module")
def deployer() -> dict[str, Any]:
    return {"from": accounts[9]}


@pytest.fixture(scope="module")
def fee(module_isolation: None, deployer: dict[str, Any]) -> Bench:
    bench = Bench(asset=FeeTokenMock.deploy(deployer))
    bench.asset.setFee(FEE_BPS, deployer)
    return bench


@pytest.fixture(scope="module")
def false(module_isolation: None, deployer: dict[str, Any]) -> Bench:
    bench = Bench(asset=FalseTokenMock.deploy(deployer))
    bench.underwrite()
    bench.asset.setRefuses(True, deployer)
    return bench


@pytest.fixture(scope="module")
def blocking(module_isolation: None, deployer: dict[str, Any]) -> Bench:
    bench = Bench(asset=BlockingTokenMock.deploy(6, deployer))
    bench.underwrite()
    return bench


@pytest.fixture(scope="module")
def reentrant(module_isolation: None, deployer: dict[str, Any]) -> Bench:
    bench = Bench(asset=ReentrantTokenMock.deploy(6, deployer))
    bench.underwrite()
    bench.open_exit()
    return bench


def test_takes_no_money_less_a_fee(fee: Bench) -> None:
    tokens = 1_000_003
    arrives = tokens - tokens * FEE_BPS // 10_000
    premium = PREMIUM * fee.unit
    with refuses("FeeOnTransfer", tokens, arrives):
        fee.deposit_tokens(tokens)
    with refuses("FeeOnTransfer", tokens, arrives):
        fee.pool.mint(fee.pool.previewDeposit(tokens), fee.alice, {"from": fee.alice})
    with refuses("FeeOnTransfer", premium, premium - premium * FEE_BPS // 10_000):
        fee.underwrite()

    fee.fall_short(1_009)
    missing = 1_009 * fee.unit
    fee.mint_tokens(fee.bob, missing)
    with refuses("FeeOnTransfer", missing, missing - missing * FEE_BPS // 10_000):
        fee.pool.recapitalise(missing, {"from": fee.bob})


def test_spends_exactly_the_amount_when_the_asset_takes_a_fee(fee: Bench) -> None:
    paid, _ = fee.pay(AMOUNT)

    assert paid
    tokens = AMOUNT * fee.unit
    assert fee.balance(fee.pool) == CAPITAL * fee.unit - tokens
    assert fee.balance(fee.payee) == tokens - tokens * FEE_BPS // 10_000
    assert fee.pool.outstanding() == 0
    fee.check_law_1()


def test_moves_no_capital_when_the_asset_answers_false(false: Bench) -> None:
    before = false.figures()
    with refuses("SafeERC20FailedOperation", false.asset):
        false.deposit_tokens(5)
    with refuses("SafeERC20FailedOperation", false.asset):
        false.underwrite()
    false.open_exit()
    false.pool.accrue({"from": false.stranger})
    with refuses("SafeERC20FailedOperation", false.asset):
        false.pool.redeem(10**12, false.alice, false.alice, {"from": false.alice})

    assert false.figures().balance == before.balance
    assert false.pool.totalSupply() == false.pool.balanceOf(false.alice)
    assert false.pool.noticeOf(false.alice)[0] == false.pool.balanceOf(false.alice)


def test_owes_claims_until_the_asset_answers_true(false: Bench, deployer: dict[str, Any]) -> None:
    held = false.balance(false.pool)
    paid, _ = false.pay(AMOUNT, unlocked=LOCK)
    assert not paid
    collected, _ = false.collect(AMOUNT)
    assert not collected
    assert (false.pool.outstanding(), false.balance(false.pool)) == (AMOUNT, held)
    false.check_law_1()

    false.asset.setRefuses(False, deployer)
    collected, _ = false.collect(AMOUNT)
    assert collected
    assert (false.pool.outstanding(), false.balance(false.payee)) == (0, AMOUNT * false.unit)


def test_owes_a_blocked_payee_and_pays_others(blocking: Bench, deployer: dict[str, Any]) -> None:
    other = craft.signer("another payee").address
    blocking.asset.block(blocking.payee, True, deployer)

    paid, _ = blocking.pay(AMOUNT)
    assert not paid
    paid, _ = blocking.pay(AMOUNT + 1, payee=other)
    assert paid
    assert blocking.pool.outstanding() == AMOUNT
    blocking.check_law_1()

    blocking.asset.block(blocking.payee, False, deployer)
    collected, _ = blocking.collect(AMOUNT)
    assert collected
    assert blocking.balance(blocking.payee) == AMOUNT * blocking.unit
    assert blocking.balance(other) == (AMOUNT + 1) * blocking.unit


def test_books_claims_while_the_pool_is_blocked(blocking: Bench, deployer: dict[str, Any]) -> None:
    blocking.asset.block(blocking.pool, True, deployer)

    paid, _ = blocking.pay(AMOUNT, unlocked=7)
    assert not paid
    blocking.reserve(5, unlocked=1)
    assert (blocking.pool.outstanding(), blocking.pool.locked()) == (AMOUNT + 5, LOCK - 8)

    blocking.asset.block(blocking.pool, False, deployer)
    settled, _ = blocking.settle(5)
    collected, _ = blocking.collect(AMOUNT)
    assert settled
    assert collected
    blocking.check_law_1()


REENTRANT_CALL = function_signature_to_4byte_selector("ReentrantCall()")


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("pay", "deposit"),
        ("pay", "redeem"),
        ("settle", "mint"),
        ("settle", "withdraw"),
        ("collect", "redeem"),
        ("deposit", "deposit"),
        ("redeem", "deposit"),
        ("redeem", "redeem"),
        ("underwrite", "redeem"),
    ],
)
def test_refuses_to_move_money_within_a_transfer(
    reentrant: Bench, deployer: dict[str, Any], outer: str, inner: str
) -> None:
    bench, pool = reentrant, reentrant.pool
    if outer == "settle":
        bench.reserve(AMOUNT)
    if outer == "collect":
        bench.owe(AMOUNT)
    bench.mint_tokens(bench.bob, 5)
    bench.mint_tokens(bench.payer, PREMIUM * bench.unit)
    owner = [bench.asset] if inner in ("withdraw", "redeem") else []
    call = getattr(pool, inner).encode_input(0, bench.asset, *owner)
    bench.asset.arm(pool, call, deployer)

    if outer in ("pay", "settle", "collect"):
        paid, done = getattr(bench, outer)(AMOUNT)
        assert paid
        assert bench.balance(bench.payee) == AMOUNT * bench.unit
        assert pool.outstanding() == 0
    elif outer == "deposit":
        done = pool.deposit(5, bench.bob, {"from": bench.bob})
    elif outer == "redeem":
        done = pool.redeem(10**12, bench.bob, bench.alice, {"from": bench.alice})
    else:
        done = pool.underwrite(bench.request(), {"from": bench.book})

    assert emitted(done, "CalledBack") == {"succeeded": False, "answer": REENTRANT_CALL}
    bench.check_law_1()
    assert pool.balanceOf(bench.asset) == 0
    bench.deposit(7, bench.bob)


def test_lets_a_notice_and_an_accrual_through(reentrant: Bench, deployer: dict[str, Any]) -> None:
    for call in (reentrant.pool.giveNotice.encode_input(0), reentrant.pool.accrue.encode_input()):
        reentrant.asset.arm(reentrant.pool, call, deployer)
        paid, done = reentrant.pay(AMOUNT)
        assert paid
        assert emitted(done, "CalledBack")["succeeded"]
        reentrant.check_law_1()


def test_never_calls_an_asset_that_burns_all_gas(module_isolation: None, deployer: dict[str, Any]) -> None:
    bench = Bench(asset=AssertTokenMock.deploy(6, deployer), capital=AMOUNT)
    most = 10**7
    paying = {"from": bench.desk, "gas_limit": most}

    for method in (bench.pool.pay, bench.pool.settle, bench.pool.collect):
        if method is not bench.pool.pay:
            bench.reserve(AMOUNT + 1)
        free = (0,) if method is bench.pool.pay else ()
        done = method(bench.payee, AMOUNT + 1, *free, paying)
        assert "Transfer" not in done.events
        assert done.gas_used < most // 50
    assert bench.balance(bench.pool) == AMOUNT * bench.unit
    assert bench.pool.outstanding() == 3 * (AMOUNT + 1)
