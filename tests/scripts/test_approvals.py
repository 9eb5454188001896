"""scripts.insurer: checks before an approval in deposit, issue and recapitalise

given an account with too few tokens
    it should name the balance and the requested sum, and neither approve nor pay
given a policy that is already issued, a rerun should say so, without an error
given a policy whose start has begun, or that is too large for the pool's capital,
    or a quote signer that is not listed, paused sales, or a pool without a deficit
    it should say so, and approve nothing
given an amount of 0, or one with more decimals than the currency has
    it should be refused, and nothing should be sent; a cap of 0 should be accepted
"""

from __future__ import annotations

from typing import Any

import pytest
from brownie import accounts, chain, web3

from scripts import capital, insurer
from tests.scripts.conftest import CAPITAL, DAY, INSURER, PAYER, Clinic, draft
from tests.support.ending import ended


@pytest.fixture
def quoted(clinic: Clinic) -> tuple[str, str]:
    """Returns a policy and its quote as words, and gives a payer the premium."""
    policy, quote = draft(clinic)
    clinic.suite.stablecoin.mint(accounts[6], 120_070_000, {"from": accounts[9]})
    return f"policy={policy}", f"quote={quote}"


def allowed(clinic: Clinic, account: int) -> int:
    return int(clinic.suite.stablecoin.allowance(accounts[account], clinic.pool))


@pytest.mark.parametrize("action", [capital.deposit, insurer.issue])
def test_too_few_tokens(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], quoted: tuple[str, str], action: Any
) -> None:
    clinic.suite.stablecoin.mint(accounts[9], 1_500_000, {"from": accounts[9]})
    block = web3.eth.block_number
    words = quoted if action is insurer.issue else (f"pool={clinic.pool}", "amount=120.07")

    message = ended(capsys, action, *words, "account=9")

    field = "premium" if action is insurer.issue else "amount"
    assert message == (
        f"{field}: is 120.07 USD, and {accounts[9]} has 1.50 USD; "
        "bring the tokens first, or name another account"
    )
    assert web3.eth.block_number == block


def test_a_policy_is_issued_once(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], quoted: tuple[str, str]
) -> None:
    insurer.issue(*quoted, f"account={PAYER}")
    clinic.suite.stablecoin.mint(accounts[6], 120_070_000, {"from": accounts[9]})
    block = web3.eth.block_number

    with pytest.raises(SystemExit) as stop:
        insurer.issue(*quoted, f"account={PAYER}")

    assert stop.value.code == 0
    assert capsys.readouterr().out.endswith(" is issued already: nothing was sent.\n")
    assert (web3.eth.block_number, allowed(clinic, 6)) == (block, 0)


def test_a_quote_that_is_closed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], quoted: tuple[str, str]
) -> None:
    chain.mine(timestamp=clinic.now() + 2 * DAY)

    message = ended(capsys, insurer.issue, *quoted, f"account={PAYER}")

    assert "QuoteClosed(start " in message
    assert allowed(clinic, 6) == 0


def test_a_pool_with_too_little_capital(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], quoted: tuple[str, str]
) -> None:
    capital.give_notice(f"pool={clinic.pool}", f"account={CAPITAL}")
    chain.mine(timestamp=clinic.now() + 35 * DAY)
    capital.redeem(f"pool={clinic.pool}", f"account={CAPITAL}")
    policy, quote = draft(clinic)

    message = ended(capsys, insurer.issue, f"policy={policy}", f"quote={quote}", f"account={PAYER}")

    # The premium of other policies is still being earned, and sometimes frees a cent.
    assert message.startswith(f"the policy locks 5,000.50 USD of capital, but pool {clinic.pool} has 0.0")
    assert message.endswith(" USD free; deposit capital, or sign terms with a lower limit or solvency factor")
    assert allowed(clinic, 6) == 0


@pytest.mark.parametrize("change", ["signer", "sales"])
def test_what_the_pool_refuses(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], quoted: tuple[str, str], change: str
) -> None:
    by = (f"pool={clinic.pool}", f"account={INSURER}")
    if change == "signer":
        insurer.add_quote_signer(*by, f"signer={clinic.quotes.address}", "remove=yes")
    else:
        insurer.pause_sales(*by, "table=family")

    message = ended(capsys, insurer.issue, *quoted, f"account={PAYER}")

    assert {"signer": "NotQuoteSigner(", "sales": "SalesPaused("}[change] in message
    assert allowed(clinic, 6) == 0


def test_no_deficit(clinic: Clinic, capsys: pytest.CaptureFixture[str], quoted: tuple[str, str]) -> None:
    message = ended(capsys, capital.recapitalise, f"pool={clinic.pool}", "amount=1", f"account={PAYER}")

    assert message.endswith("there is no deficit to fill: NoDeficit()")
    assert allowed(clinic, 6) == 0


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "is 0, and would move nothing; name an amount"),
        ("0.001", "0.001 has more than the 2 decimals of USD; correct the amount"),
        ("10.123456789", "10.123456789 has more than the 2 decimals of USD; correct the amount"),
    ],
)
def test_an_invalid_amount(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], amount: str, expected: str
) -> None:
    pool, block = f"pool={clinic.pool}", web3.eth.block_number

    for action in (capital.deposit, capital.recapitalise):
        assert ended(capsys, action, pool, f"amount={amount}", f"account={CAPITAL}") == f"amount: {expected}"
    if amount != "0":
        cap = (pool, "provider=1", f"limit={amount}", f"account={INSURER}")
        assert ended(capsys, insurer.set_cap, *cap) == f"limit: {expected}"

    assert web3.eth.block_number == block


def test_a_cap_of_nothing(clinic: Clinic) -> None:
    insurer.set_cap(f"pool={clinic.pool}", "provider=1", "limit=0", f"account={INSURER}")

    assert clinic.suite.providers.dailyCapOf(clinic.pool, 1)[0] == 0
