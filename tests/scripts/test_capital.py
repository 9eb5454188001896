"""capital give-notice and status

given a part of the shares
    all, half, 25 %, an amount, and a number of shares should each give notice for so many
    the plan should show their worth, and the notice that it takes the place of, with its date and amount
    more than there is, nonsense, or two ways at once should be refused, and nothing sent
given a shareholder
    the status should say shares, price, worth, notice, and what may leave when
    it should say why no more can leave: no notice, a notice that runs or has ended, locked capital
"""

from __future__ import annotations

from pathlib import Path

import pytest
from brownie import accounts, chain

from salus.base.days import moment_words
from salus.insurer.capital import Holding
from scripts import capital
from tests.scripts.conftest import CAPITAL, DAY, Clinic

SHARES = 500_000 * 10**12
"""Of half a million dollars in the first deposit, in a token of six decimals."""


def holding(clinic: Clinic) -> Holding:
    return Holding.of(clinic.chain.pool(clinic.pool), str(accounts[5]))


def notice(clinic: Clinic, *words: str) -> None:
    capital.give_notice(f"pool={clinic.pool}", f"account={CAPITAL}", *words)


def status(clinic: Clinic, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    capital.status(f"pool={clinic.pool}", *(words or [f"account={CAPITAL}"]))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "shares"),
    [
        ((), SHARES),
        (("part=all",), SHARES),
        (("part=half",), SHARES // 2),
        (("part=quarter",), SHARES // 4),
        (("part=12.5 %",), SHARES // 8),
        (("shares=7",), 7),
    ],
)
def test_a_part_of_the_shares(clinic: Clinic, words: tuple[str, ...], shares: int) -> None:
    notice(clinic, *words)

    assert holding(clinic).noticed == shares


def test_an_amount_at_the_price_of_today(clinic: Clinic) -> None:
    notice(clinic, "amount=1,500.00")

    found = holding(clinic)
    functions = found.pool.contract.functions
    assert functions.previewRedeem(found.noticed).call() >= 1_500 * 10**6
    assert functions.previewRedeem(found.noticed * 999 // 1_000).call() < 1_500 * 10**6


def test_the_plan_shows_the_notice_that_it_replaces(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    notice(clinic, "part=half")
    assert "No other notice is in force." in capsys.readouterr().out
    given = moment_words(int(chain[-1].timestamp))
    worth = clinic.chain.pool(clinic.pool).token_words(holding(clinic).worth // 2)

    notice(clinic, "part=25%")

    said = " ".join(capsys.readouterr().out.split())
    assert f"It REPLACES the notice of {given} for {SHARES // 2} shares, worth {worth} now" in said
    assert holding(clinic).noticed == SHARES // 4


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("part=101%",), "part: is more than what"),
        (("part=some",), "part: is no part of the shares; give all, half, 25% or an amount in USD"),
        (("part=-5",), "part: is no part of the shares"),
        (("part=nan",), "part: is no part of the shares"),
        (("amount=600000",), "amount: is more than what"),
        (("amount=0.001",), "amount: 0.001 has more than the 2 decimals of USD"),
        ((f"shares={SHARES + 1}",), "shares: is more than what"),
        (("part=half", "shares=7"), "part and shares say it twice; keep one of them"),
    ],
)
def test_what_is_refused(
    clinic: Clinic, words: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        notice(clinic, *words)

    assert stop.value.code in (1, 2)
    assert capsys.readouterr().err.splitlines()[-1].removeprefix("Error: ").startswith(expected)
    assert holding(clinic).noticed == 0


def test_status_from_notice_to_end(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    said = status(clinic, capsys)
    assert f"{SHARES:,}, 100.00 % of the pool" in said
    assert "could leave now  0 shares, 0.00 USD" in said
    assert "why not more     no notice is given: salus capital give-notice" in said

    notice(clinic)
    ready = int(chain[-1].timestamp) + 35 * DAY
    said = status(clinic, capsys)
    assert f"from {moment_words(ready)} to before {moment_words(ready + 14 * DAY)}" in said
    assert f"the notice runs until {moment_words(ready)}" in said

    chain.mine(timestamp=ready)
    found = holding(clinic)
    said = status(clinic, capsys, f"owner={accounts[5]}")
    assert 0 < found.may_leave < SHARES
    assert f"could leave now  {found.may_leave:,} shares" in said
    free, locked = (clinic.chain.pool(clinic.pool).token_words(units) for units in (found.free, found.locked))
    assert f"why not more     only {free} of the capital is free: {locked} is locked for policies" in said

    chain.mine(timestamp=ready + 14 * DAY)
    assert f"the notice ended at {moment_words(ready + 14 * DAY)}: give notice again" in status(
        clinic, capsys
    )


def test_status_of_somebody_without_shares(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = status(clinic, capsys, f"owner={accounts[3]}")

    assert "0, 0.00 % of the pool" in said
    assert "worth now        0.00 USD" in said
    assert "why not more" not in said
