"""underwrite

given a pool with capital
├── when the book calls, and everything is valid
│   ├── it should take the premium from the payer, lock the capital, and emit an event
│   ├── it should owe the premium, so that assets and the price of a share do not change
│   └── it should also accept a premium of 0
├── when the policy locks exactly the free capital
│   └── it should accept, and revert for a minor unit more
├── when the pool is in deficit
│   └── it should revert for any premium, because a premium reduces no deficit
├── when another account calls
│   └── it should revert
├── when the signer is not, or no longer, a quote signer
│   └── it should revert
├── when sales under the table are paused
│   └── it should revert, but keep paying claims
├── when the currency is not the pool's
│   └── it should revert
├── when the payee is the asset
│   └── it should revert
└── when the payer lacks the allowance or the money for the premium
    └── it should revert

SPECIFICATION M3, M11.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, LOCK, TABLE, Bench
from tests.support.craft import PREMIUM, word


def test_takes_the_premium_and_locks_the_capital(bench: Bench) -> None:
    before = bench.figures()

    done = bench.underwrite()

    assert emitted(done, "PremiumReceived") == {"payer": bench.payer, "premium": PREMIUM, "locked": LOCK}
    after = bench.figures()
    assert after.balance == before.balance + PREMIUM * bench.unit
    assert bench.balance(bench.payer) == 0
    assert (after.locked, after.unearned, after.outstanding) == (LOCK, PREMIUM, 0)
    assert bench.pool.freeAssets() == (CAPITAL - LOCK) * bench.unit
    bench.check_law_1()


def test_owes_the_premium_until_it_is_earned(bench: Bench) -> None:
    worth = bench.pool.convertToAssets(10**12)

    bench.underwrite()

    assert bench.pool.totalAssets() == CAPITAL * bench.unit
    assert bench.pool.convertToAssets(10**12) == worth


def test_accepts_a_premium_of_nothing(bench: Bench) -> None:
    done = bench.underwrite(premium=0)

    assert emitted(done, "PremiumReceived")["premium"] == 0
    assert (bench.pool.unearned(), bench.pool.locked()) == (0, LOCK)


def test_locks_the_last_free_minor_unit_and_no_more(bench: Bench) -> None:
    bench.underwrite(lock=CAPITAL - 1)
    bench.underwrite(lock=1)
    assert bench.pool.freeAssets() == 0

    with refuses("InsufficientCapital", (CAPITAL + 1) * bench.unit, CAPITAL * bench.unit):
        bench.underwrite(lock=1)
    bench.underwrite(lock=0)


def test_reverts_in_deficit_whatever_the_premium(bench: Bench) -> None:
    bench.fall_short(13)

    for premium in (0, PREMIUM, 2**56 - 1):
        with refuses("InDeficit", 13 * bench.unit):
            bench.underwrite(premium=premium, lock=0)


def test_reverts_when_another_than_the_book_asks(bench: Bench) -> None:
    for caller in (bench.stranger, bench.insurer, bench.desk):
        with refuses("NotPolicyBook", caller):
            bench.pool.underwrite(bench.request(), {"from": caller})


def test_reverts_when_the_signer_may_not_sign_quotes(bench: Bench) -> None:
    with refuses("NotQuoteSigner", bench.insurer):
        bench.underwrite(quote_signer=bench.insurer)

    bench.pool.setQuoteSigner(bench.quote_signer, False, {"from": bench.insurer})
    with refuses("NotQuoteSigner", bench.quote_signer):
        bench.underwrite()


def test_reverts_when_sales_are_paused_and_still_pays_claims(bench: Bench) -> None:
    bench.underwrite()
    bench.pool.setSalesPaused(TABLE, True, {"from": bench.insurer})

    with refuses("SalesPaused", TABLE):
        bench.underwrite()
    bench.underwrite(benefit_table=word("another table"))
    paid, _ = bench.pay(1_003, unlocked=251)
    assert paid


def test_reverts_when_the_currency_is_another(bench: Bench) -> None:
    with refuses("WrongCurrency", b"USD", b"EUR"):
        bench.underwrite(currency=b"EUR")


def test_reverts_when_the_payee_is_the_asset(bench: Bench) -> None:
    with refuses("PayeeIsAsset", bench.asset):
        bench.underwrite(payee=bench.asset)


def test_reverts_when_the_payer_has_not_allowed_the_premium(bench: Bench) -> None:
    tokens = PREMIUM * bench.unit
    bench.asset.approve(bench.pool, tokens - 1, {"from": bench.payer})

    with refuses("ERC20InsufficientAllowance", bench.pool, tokens - 1, tokens):
        bench.underwrite()


def test_reverts_when_the_payer_has_not_got_the_premium(bench: Bench) -> None:
    with refuses("ERC20InsufficientBalance", bench.payer, 0, PREMIUM * bench.unit):
        bench.pool.underwrite(bench.request(), {"from": bench.book})
