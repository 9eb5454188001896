"""pay

given capital, and money locked for a policy
├── when the balance suffices
│   ├── it should pay the payee exactly, in token units, and free the lock
│   └── it should pay down to the last token that earlier claims have not reserved
├── when the sum is 0
│   └── it should count as paid, even if the pool is short
├── when the balance is less than this claim and the earlier reserves together
│   └── it should book the claim, keep it outstanding, and move no money
├── when the balance is less than the only claim
│   └── it should also book the claim, and keep it outstanding
├── when the payee is the pool, the asset or the zero address
│   └── it should book the claim and keep it outstanding
├── when the call would free more than is locked
│   └── it should revert
└── when another account calls
    └── it should revert

SPECIFICATION M7, M11.
"""

from __future__ import annotations

from brownie import ZERO_ADDRESS, reverts

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, LOCK, Bench
from tests.support.craft import PREMIUM

AMOUNT = 78_633
UNLOCKED = 19_667


def test_pays_exactly_and_frees_the_lock(bench: Bench) -> None:
    bench.underwrite()
    before = bench.figures()

    paid, done = bench.pay(AMOUNT, unlocked=UNLOCKED)

    assert paid
    tokens = AMOUNT * bench.unit
    assert emitted(done, "Transfer") == {"from": bench.pool, "to": bench.payee, "value": tokens}
    assert bench.balance(bench.payee) == tokens
    after = bench.figures()
    assert after.balance == before.balance - tokens
    assert after.total_assets == before.total_assets - tokens
    assert (after.locked, after.outstanding) == (LOCK - UNLOCKED, 0)
    bench.check_law_1()


def test_pays_to_the_last_token_that_is_not_reserved(bench: Bench) -> None:
    bench.underwrite()
    bench.reserve(AMOUNT)

    paid, _ = bench.pay(CAPITAL + PREMIUM - AMOUNT)

    assert paid
    assert bench.balance(bench.pool) == AMOUNT * bench.unit
    assert bench.pool.deficit() == PREMIUM * bench.unit


def test_counts_a_sum_of_0_as_paid_even_when_short(bench: Bench) -> None:
    paid, _ = bench.pay(0)
    assert paid

    bench.underwrite(premium=0)
    bench.fall_short()
    paid, _ = bench.pay(0)
    assert paid
    assert bench.pool.outstanding() == CAPITAL + 1


def test_keeps_for_earlier_claims_what_they_reserved(bench: Bench) -> None:
    bench.underwrite()
    bench.reserve(AMOUNT)
    held = bench.balance(bench.pool)
    too_much = CAPITAL + PREMIUM - AMOUNT + 1

    paid, done = bench.pay(too_much, unlocked=UNLOCKED)

    assert not paid
    assert len(done.events) == 0
    assert bench.pool.outstanding() == AMOUNT + too_much
    assert bench.pool.locked() == LOCK - UNLOCKED
    assert (bench.balance(bench.pool), bench.balance(bench.payee)) == (held, 0)
    bench.check_law_1()


def test_owes_a_lone_claim_that_the_balance_cannot_pay(empty: Bench) -> None:
    empty.mint_tokens(empty.pool, AMOUNT * empty.unit - 1)

    paid, done = empty.pay(AMOUNT)

    assert not paid
    assert len(done.events) == 0
    assert (empty.pool.outstanding(), empty.pool.deficit()) == (AMOUNT, 1)
    assert empty.balance(empty.pool) == AMOUNT * empty.unit - 1


def test_owes_a_payee_that_cannot_be_paid(bench: Bench) -> None:
    bench.underwrite()
    held = bench.balance(bench.pool)

    for number, payee in enumerate((bench.pool, bench.asset, ZERO_ADDRESS), start=1):
        paid, _ = bench.pay(AMOUNT, payee=payee)

        assert not paid
        assert bench.pool.outstanding() == number * AMOUNT
        assert bench.balance(bench.pool) == held
    bench.check_law_1()


def test_reverts_when_less_is_locked(bench: Bench) -> None:
    bench.underwrite()
    with reverts("Integer overflow"):
        bench.pool.pay(bench.payee, AMOUNT, LOCK + 1, {"from": bench.desk})
    assert bench.pool.locked() == LOCK


def test_reverts_when_another_than_the_desk_asks(bench: Bench) -> None:
    for caller in (bench.stranger, bench.insurer, bench.book):
        with refuses("NotClaimDesk", caller):
            bench.pool.pay(bench.payee, AMOUNT, 0, {"from": caller})
