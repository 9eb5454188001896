"""unlock

given capital locked for a policy
├── when the book unlocks some of it
│   └── it should free exactly that, and emit an event
├── when the book unlocks more than is locked
│   └── it should revert
└── when another account calls
    └── it should revert

SPECIFICATION M11.
"""

from __future__ import annotations

from brownie import reverts

from tests.support.answers import emitted, refuses
from tests.support.bench import LOCK, Bench


def test_frees_exactly_the_amount(bench: Bench) -> None:
    bench.underwrite()
    free, worth = bench.pool.freeAssets(), bench.pool.totalAssets()

    done = bench.pool.unlock(LOCK - 7, {"from": bench.book})

    assert emitted(done, "CapitalUnlocked") == {"amount": LOCK - 7}
    assert bench.pool.locked() == 7
    assert bench.pool.freeAssets() == free + (LOCK - 7) * bench.unit
    assert bench.pool.totalAssets() == worth


def test_reverts_when_less_is_locked(bench: Bench) -> None:
    bench.underwrite()
    with reverts("Integer overflow"):
        bench.pool.unlock(LOCK + 1, {"from": bench.book})
    with refuses("SafeCastOverflowedUintDowncast", 80, 2**80 + LOCK):
        bench.pool.unlock(2**80 + LOCK, {"from": bench.book})
    assert bench.pool.locked() == LOCK


def test_reverts_when_another_than_the_book_asks(bench: Bench) -> None:
    bench.underwrite()
    for caller in (bench.stranger, bench.insurer, bench.desk):
        with refuses("NotPolicyBook", caller):
            bench.pool.unlock(1, {"from": caller})
