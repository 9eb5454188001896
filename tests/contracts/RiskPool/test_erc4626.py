"""convert, preview and max: the vault as ERC-4626, in every state of a pool

given any state: empty, funded, earning, all locked, donated to, in deficit, wiped out, …
├── when assets and shares are converted
│   └── it should follow the price, rounded down, and converting there and back should gain nothing
├── when shares are sold
│   └── it should count claims held for review as money that is still there
├── when a call is previewed
│   └── it should return exactly what the call does, rounded against the caller
└── when a maximum is requested
    ├── it should return one, and a call of that much should succeed
    └── a call of one more should revert
given a pool that has lost everything again and again
└── it should not mint more shares than a notice can count

SPECIFICATION M6.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.answers import refuses
from tests.support.bench import CAPITAL, LOCK, OFFSET, Bench
from tests.support.craft import DAY

AMOUNTS = (1, 999_983, 10**18 + 9)
ENOUGH = 2**250
"""Token units: the most that any call here may cost."""


def untouched(bench: Bench) -> None:
    pass


def odd(bench: Bench) -> None:
    """Gives a share a price that divides nothing evenly."""
    bench.mint_tokens(bench.pool, 333_333_331)


def donated(bench: Bench) -> None:
    """Donates more than any such pool will ever receive."""
    bench.mint_tokens(bench.pool, 10**27)


def earning(bench: Bench) -> None:
    sale = bench.sell()
    bench.travel(sale.start * DAY + 12_345_678)
    bench.pool.accrue({"from": bench.stranger})


def leaving(bench: Bench) -> None:
    odd(bench)
    bench.deposit(1_009, bench.bob)
    bench.open_exit(bench.alice, bench.bob)


def leaving_in_part(bench: Bench) -> None:
    leaving(bench)
    bench.underwrite(lock=CAPITAL - LOCK, premium=0)


def all_locked(bench: Bench) -> None:
    bench.open_exit()
    bench.underwrite(lock=CAPITAL, premium=0)


def reviewing(bench: Bench) -> None:
    leaving(bench)
    bench.reserve(CAPITAL // 3)


def in_deficit(bench: Bench) -> None:
    leaving(bench)
    bench.fall_short(1_013)


def wiped_out(bench: Bench) -> None:
    bench.open_exit()
    bench.wipe_out()


def refounded(bench: Bench) -> None:
    """Returns a pool with shares of two generations, of which the first is worth nothing."""
    bench.wipe_out()
    bench.deposit(CAPITAL, bench.bob)
    bench.open_exit(bench.alice, bench.bob)


STATES = [untouched, odd, donated, earning, leaving, leaving_in_part, all_locked, reviewing]
STATES += [in_deficit, wiped_out, refounded]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_prices_previews_and_maxima_are_right(bench: Bench, state: Callable[[Bench], None]) -> None:
    state(bench)
    check_prices(bench)
    check_calls(bench)


@pytest.mark.parametrize("state", [untouched, odd, donated], ids=lambda state: state.__name__)
def test_they_are_right_before_the_first_deposit(empty: Bench, state: Callable[[Bench], None]) -> None:
    state(empty)
    check_prices(empty)
    check_calls(empty)


def test_makes_no_more_shares_than_a_notice_holds() -> None:
    bench = Bench(decimals=18)
    for generation in (bench.bob, bench.alice):
        bench.wipe_out()
        check_calls(bench)
        tokens = min(CAPITAL * bench.unit, bench.pool.maxDeposit(generation))
        bench.deposit_tokens(tokens, generation)

    assert bench.pool.totalSupply() > 2**170
    for owner in (bench.alice, bench.bob):
        shares = bench.pool.balanceOf(owner)
        bench.pool.giveNotice(shares, {"from": owner})
        assert bench.pool.noticeOf(owner)[0] == shares
    bench.mint_tokens(bench.pool, 10**18)
    check_calls(bench)


def check_prices(bench: Bench) -> None:
    """Checks the price: (assets + 1) / (shares + a million), rounded against whoever asks or pays.

    A buyer of shares also pays for claims that are held for review.
    """
    pool = bench.pool
    worth, supply = pool.totalAssets() + 1, pool.totalSupply() + OFFSET
    entry = worth + pool.reserved() * bench.unit
    for amount in AMOUNTS:
        shares, assets = amount * supply // worth, amount * worth // supply
        assert pool.convertToShares(amount) == shares
        assert pool.previewDeposit(amount) == amount * supply // entry <= shares
        assert pool.convertToAssets(amount) == pool.previewRedeem(amount) == assets
        assert pool.previewWithdraw(amount) == -(-amount * supply // worth) >= shares
        assert pool.previewMint(amount) == -(-amount * entry // supply) >= assets
        assert pool.convertToAssets(shares) <= amount
        assert pool.convertToShares(assets) <= amount
        assert pool.previewWithdraw(assets) <= amount <= pool.previewWithdraw(pool.previewMint(amount))
        assert pool.previewMint(pool.previewDeposit(amount)) <= amount


def check_calls(bench: Bench) -> None:
    """Checks that a call of the maximum succeeds and does what was previewed, and that one more reverts."""
    pool = bench.pool
    bench.mint_tokens(bench.alice, ENOUGH)
    calls = [(verb, bench.alice) for verb in ("Deposit", "Mint", "Withdraw", "Redeem")]
    for verb, owner in (*calls, ("Withdraw", bench.bob), ("Redeem", bench.bob)):
        call = getattr(pool, verb.lower())
        parties = (owner, owner) if verb in ("Withdraw", "Redeem") else (owner,)
        most = getattr(pool, f"max{verb}")(owner)
        for amount in {most // 3, most}:
            previewed = getattr(pool, f"preview{verb}")(amount)
            assert call.call(amount, *parties, {"from": owner}) == previewed
        with refuses(f"ERC4626ExceededMax{verb}", owner, most + 1, most):
            call.call(most + 1, *parties, {"from": owner})
