"""settle

given a held claim
├── when the balance suffices
│   └── it should pay exactly, and the claim should no longer be outstanding or reserved
├── when the claim is of 0
│   └── it should settle
├── when the balance is short, or the payee cannot be paid
│   └── the claim should stay outstanding but not reserved, and no money should move
├── when the sum exceeds what is reserved
│   └── it should revert
└── when another account calls
    └── it should revert

SPECIFICATION M11.
"""

from __future__ import annotations

import pytest
from brownie import reverts

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, Bench

AMOUNT = 78_633


def test_pays_what_was_reserved(bench: Bench) -> None:
    bench.reserve(2 * AMOUNT)
    before = bench.figures()

    paid, done = bench.settle(AMOUNT)

    assert paid
    tokens = AMOUNT * bench.unit
    assert emitted(done, "Transfer") == {"from": bench.pool, "to": bench.payee, "value": tokens}
    after = bench.figures()
    assert bench.balance(bench.payee) == tokens == before.balance - after.balance
    assert (after.outstanding, after.reserved) == (AMOUNT, AMOUNT)
    assert after.total_assets == before.total_assets
    bench.check_law_1()


def test_settles_a_claim_of_nothing(bench: Bench) -> None:
    bench.fall_short()
    paid, done = bench.settle(0)

    assert paid
    assert len(done.events) == 0
    assert bench.pool.outstanding() == CAPITAL + 1


def test_stays_outstanding_while_short(bench: Bench) -> None:
    bench.fall_short()

    paid, _ = bench.settle(CAPITAL + 1)

    assert not paid
    after = bench.figures()
    assert after.balance == CAPITAL * bench.unit
    assert (after.outstanding, after.reserved) == (CAPITAL + 1, 0)
    bench.check_law_1()


@pytest.mark.parametrize("payee", ["pool", "asset"])
def test_stays_outstanding_when_the_payee_cannot_be_paid(bench: Bench, payee: str) -> None:
    bench.reserve(AMOUNT)

    paid, _ = bench.settle(AMOUNT, payee=getattr(bench, payee))

    assert not paid
    assert bench.pool.outstanding() == AMOUNT
    assert bench.balance(bench.pool) == CAPITAL * bench.unit


def test_reverts_when_less_is_reserved(bench: Bench) -> None:
    bench.owe(1)
    bench.reserve(AMOUNT)
    with reverts("Integer overflow"):
        bench.pool.settle(bench.payee, AMOUNT + 1, {"from": bench.desk})
    assert bench.balance(bench.payee) == 0


def test_reverts_when_another_than_the_desk_asks(bench: Bench) -> None:
    bench.reserve(AMOUNT)
    for caller in (bench.stranger, bench.insurer, bench.book):
        with refuses("NotClaimDesk", caller):
            bench.pool.settle(bench.payee, AMOUNT, {"from": caller})
