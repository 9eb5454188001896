"""collect

given an owed claim
├── when the balance covers it and everything that is reserved
│   └── it should pay exactly, and the claim should be outstanding no longer
├── when the balance is one minor unit short, or the payee cannot be paid
│   └── the claim should stay outstanding, and no money should move
├── when another owed claim is larger than the balance
│   └── it should still pay this one
├── when the sum exceeds what is outstanding
│   └── it should revert
└── when another account calls
    └── it should revert

SPECIFICATION M7, M11.
"""

from __future__ import annotations

import pytest
from brownie import reverts

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, Bench

AMOUNT = 78_633


def test_pays_beside_what_is_reserved(bench: Bench) -> None:
    bench.owe(AMOUNT)
    bench.reserve(CAPITAL - AMOUNT)
    before = bench.figures()

    paid, done = bench.collect(AMOUNT)

    assert paid
    tokens = AMOUNT * bench.unit
    assert emitted(done, "Transfer") == {"from": bench.pool, "to": bench.payee, "value": tokens}
    after = bench.figures()
    assert bench.balance(bench.payee) == tokens == before.balance - after.balance
    assert after.outstanding == after.reserved == CAPITAL - AMOUNT
    bench.check_law_1()


def test_takes_nothing_that_is_reserved(bench: Bench) -> None:
    bench.owe(AMOUNT)
    bench.reserve(CAPITAL - AMOUNT + 1)

    paid, _ = bench.collect(AMOUNT)
    assert not paid
    assert bench.balance(bench.pool) == CAPITAL * bench.unit
    assert bench.pool.outstanding() == CAPITAL + 1

    paid, _ = bench.settle(CAPITAL - AMOUNT + 1)
    assert paid
    bench.check_law_1()


def test_is_not_stopped_by_a_larger_owed_claim(bench: Bench) -> None:
    bench.owe(CAPITAL + 1)
    bench.owe(AMOUNT)

    assert not bench.collect(CAPITAL + 1)[0]
    assert bench.collect(AMOUNT)[0]
    bench.check_law_1()


@pytest.mark.parametrize("payee", ["pool", "asset"])
def test_stays_outstanding_when_the_payee_cannot_be_paid(bench: Bench, payee: str) -> None:
    bench.owe(AMOUNT)

    paid, _ = bench.collect(AMOUNT, payee=getattr(bench, payee))

    assert not paid
    assert bench.pool.outstanding() == AMOUNT
    assert bench.balance(bench.pool) == CAPITAL * bench.unit


def test_reverts_when_less_is_outstanding(bench: Bench) -> None:
    bench.owe(AMOUNT)
    with reverts("Integer overflow"):
        bench.pool.collect(bench.payee, AMOUNT + 1, {"from": bench.desk})
    assert bench.balance(bench.payee) == 0


def test_reverts_when_another_than_the_desk_asks(bench: Bench) -> None:
    bench.owe(AMOUNT)
    for caller in (bench.stranger, bench.insurer, bench.book):
        with refuses("NotClaimDesk", caller):
            bench.pool.collect(bench.payee, AMOUNT, {"from": caller})
