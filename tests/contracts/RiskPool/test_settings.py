"""setQuoteSigner, setSalesPaused, transferOwnership, acceptOwnership, renounceOwnership

given an insurer's pool
├── when the insurer adds or removes a quote signer
│   └── it should emit an event, and apply the change
├── when the insurer pauses or resumes sales under a table
│   └── it should emit an event, and leave other tables unchanged
├── when a stranger, the book or the desk calls
│   └── it should revert
├── when the insurer transfers ownership
│   ├── it should keep the old owner until the new one accepts
│   └── it should obey only the new owner from then on
└── when the insurer renounces ownership
    └── it should revert

SPECIFICATION M10.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bench import TABLE, Bench
from tests.support.craft import word


def test_names_and_dismisses_a_quote_signer(bench: Bench) -> None:
    for allowed in (True, False):
        done = bench.pool.setQuoteSigner(bench.bob, allowed, {"from": bench.insurer})

        assert emitted(done, "QuoteSignerSet") == {"signer": bench.bob, "allowed": allowed}
        assert bench.pool.isQuoteSigner(bench.bob) is allowed
    assert bench.pool.isQuoteSigner(bench.quote_signer)


def test_pauses_and_resumes_sales_under_a_table(bench: Bench) -> None:
    for paused in (True, False):
        done = bench.pool.setSalesPaused(TABLE, paused, {"from": bench.insurer})

        assert emitted(done, "SalesPauseSet") == {"benefitTable": TABLE, "paused": paused}
        assert bench.pool.isSalesPaused(TABLE) is paused
        assert not bench.pool.isSalesPaused(word("another table"))


def test_reverts_when_another_than_the_insurer_sets(bench: Bench) -> None:
    for caller in (bench.stranger, bench.book, bench.desk):
        with refuses("OwnableUnauthorizedAccount", caller):
            bench.pool.setQuoteSigner(caller, True, {"from": caller})
        with refuses("OwnableUnauthorizedAccount", caller):
            bench.pool.setSalesPaused(TABLE, True, {"from": caller})
        with refuses("OwnableUnauthorizedAccount", caller):
            bench.pool.transferOwnership(caller, {"from": caller})


def test_changes_hands_in_two_steps(bench: Bench) -> None:
    bench.pool.transferOwnership(bench.bob, {"from": bench.insurer})
    assert bench.pool.insurer() == bench.insurer
    assert bench.pool.pendingOwner() == bench.bob
    with refuses("OwnableUnauthorizedAccount", bench.stranger):
        bench.pool.acceptOwnership({"from": bench.stranger})

    bench.pool.acceptOwnership({"from": bench.bob})

    assert bench.pool.insurer() == bench.bob
    bench.pool.setSalesPaused(TABLE, True, {"from": bench.bob})
    with refuses("OwnableUnauthorizedAccount", bench.insurer):
        bench.pool.setSalesPaused(TABLE, False, {"from": bench.insurer})


def test_reverts_when_the_insurer_would_give_the_pool_up(bench: Bench) -> None:
    with refuses("InsurerNeeded"):
        bench.pool.renounceOwnership({"from": bench.insurer})
    assert bench.pool.insurer() == bench.insurer
