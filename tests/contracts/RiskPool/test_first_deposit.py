"""deposit: an attack by the first depositor

given an empty pool whose first depositor deposits one token unit and donates a fortune
├── when the next depositor comes
│   ├── it should give them their deposit's worth, less at most a millionth of the donation
│   └── it should cost the attacker a million times what the victim lost
└── when the donation comes before any deposit
    └── it should belong to nobody, and cost the first depositor a negligible sum
"""

from __future__ import annotations

import pytest

from tests.support.bench import OFFSET, Bench


@pytest.mark.parametrize(
    ("donation", "brought"),
    [(10**6 + 7, 1), (10**12 + 39, 10**6 + 3), (10**12 + 39, 10**12 - 11), (10**18 + 9, 10**12 - 11)],
)
def test_costs_the_attacker_a_million_times_what_the_victim_loses(
    empty: Bench, donation: int, brought: int
) -> None:
    attacker, victim = empty.bob, empty.alice
    empty.deposit_tokens(1, attacker)
    empty.mint_tokens(empty.pool, donation)

    empty.deposit_tokens(brought, victim)

    lost = brought - empty.pool.previewRedeem(empty.pool.balanceOf(victim))
    spent = 1 + donation - empty.pool.previewRedeem(empty.pool.balanceOf(attacker))
    assert 0 <= lost <= donation // OFFSET + 1
    assert spent >= OFFSET * (lost - 1)
    assert spent > lost


def test_lets_the_first_depositor_in_after_a_donation(empty: Bench) -> None:
    empty.mint_tokens(empty.pool, 10**9)

    empty.deposit_tokens(10**12, empty.alice)

    assert 10**12 - empty.pool.previewRedeem(empty.pool.balanceOf(empty.alice)) <= 10**3 + 1
