"""reserve

given capital, and money locked for a policy
├── when the desk books a held claim
│   ├── it should convert locked capital into an outstanding claim, and move no money
│   └── it should do so even beyond the balance, because booking never fails
├── when the call would free more than is locked
│   └── it should revert
└── when another account calls
    └── it should revert

SPECIFICATION M11.
"""

from __future__ import annotations

from brownie import reverts

from tests.support.answers import refuses
from tests.support.bench import CAPITAL, LOCK, Bench

AMOUNT = 78_633
UNLOCKED = 19_667


def test_turns_lock_into_an_outstanding_claim(bench: Bench) -> None:
    bench.underwrite()
    before = bench.figures()

    bench.reserve(AMOUNT, UNLOCKED)

    after = bench.figures()
    assert (after.locked, after.outstanding, after.reserved) == (LOCK - UNLOCKED, AMOUNT, AMOUNT)
    assert after.balance == before.balance
    assert after.total_assets == before.total_assets - AMOUNT * bench.unit
    bench.check_law_1()


def test_books_the_largest_claim_beyond_the_balance(bench: Bench) -> None:
    bench.reserve(2**64 - 1)

    assert bench.pool.outstanding() == 2**64 - 1
    assert bench.pool.deficit() == (2**64 - 1 - CAPITAL) * bench.unit
    bench.check_law_1()


def test_reverts_when_less_is_locked(bench: Bench) -> None:
    bench.underwrite()
    with reverts("Integer overflow"):
        bench.reserve(AMOUNT, LOCK + 1)
    assert (bench.pool.locked(), bench.pool.outstanding()) == (LOCK, 0)


def test_reverts_when_another_than_the_desk_asks(bench: Bench) -> None:
    for caller in (bench.stranger, bench.insurer, bench.book):
        with refuses("NotClaimDesk", caller):
            bench.pool.reserve(AMOUNT, 0, {"from": caller})
