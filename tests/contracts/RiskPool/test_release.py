"""release

given a held claim
├── when the desk releases it
│   └── it should lock the sum again, and move no money
├── when the sum exceeds what is outstanding
│   └── it should revert
└── when another account calls
    └── it should revert

SPECIFICATION M11.
"""

from __future__ import annotations

from brownie import reverts

from tests.support.answers import refuses
from tests.support.bench import Bench

AMOUNT = 78_633
UNLOCKED = 19_667


def test_gives_back_what_the_reservation_took(bench: Bench) -> None:
    bench.underwrite()
    before = bench.figures()
    bench.reserve(AMOUNT, UNLOCKED)

    bench.release(AMOUNT, UNLOCKED)

    assert bench.figures() == before
    bench.check_law_1()


def test_reverts_when_less_is_reserved(bench: Bench) -> None:
    bench.owe(1)
    bench.reserve(AMOUNT)
    with reverts("Integer overflow"):
        bench.release(AMOUNT + 1)
    assert bench.pool.outstanding() == AMOUNT + 1


def test_reverts_when_another_than_the_desk_asks(bench: Bench) -> None:
    bench.reserve(AMOUNT)
    for caller in (bench.stranger, bench.insurer, bench.book):
        with refuses("NotClaimDesk", caller):
            bench.pool.release(AMOUNT, 0, {"from": caller})
