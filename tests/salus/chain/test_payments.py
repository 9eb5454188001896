"""salus.chain.payments, salus.chain.pool_figures

given a typed amount
    it should be converted exactly
    when it has too many decimals, or moves nothing, one line should name the parameter
given a payer
    an approval should be needed only if the allowance is too small
    when the balance is too small, one line should give both amounts
given an action whose approval is missing
    it should be refused only for another reason than the allowance
given a pool
    its figures should be in units of its token, and in words for a person
"""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from salus.base.errors import InputError, Reverted
from salus.chain import payments
from salus.chain.pool_figures import PoolFigures
from tests.support.answering import Answering, pool

PAYER = "0x" + "9a" * 20


def test_an_amount_is_exact() -> None:
    assert payments.minor_units(pool(Answering()), Decimal("1200.50")) == 120_050
    assert payments.minor_units(pool(Answering()), Decimal(0), least=0) == 0


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.001", "limit: 0.001 has more than the 2 decimals of USD"), ("0", "limit: is 0, and would move")],
)
def test_an_amount_that_cannot_be_paid(amount: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        payments.minor_units(pool(Answering()), Decimal(amount), field="limit")


def test_an_approval_is_asked_for_once() -> None:
    asset = Answering(allowance=700 * 10_000, approve=True)

    assert payments.approval_for(pool(Answering(), asset), PAYER, 700) == []
    (approval,) = payments.approval_for(pool(Answering(), asset), PAYER, 701)
    assert approval.words == (f"Let pool 0x{'aa' * 20} take 7.01 USD from this account.",)
    assert asset.asked["allowance"] == (PAYER, "0x" + "aa" * 20)


def test_a_balance_that_is_too_small() -> None:
    asset = Answering(balanceOf=150 * 10_000)

    payments.check_balance(pool(Answering(), asset), PAYER, 150 * 10_000)
    assert asset.asked["balanceOf"] == (PAYER,)
    with pytest.raises(InputError, match=f"premium: is 1.51 USD, and {PAYER} has 1.50 USD; bring the tokens"):
        payments.check_balance(pool(Answering(), asset), PAYER, 151 * 10_000, field="premium")


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        (None, False),
        ("Error", False),
        ("Panic", False),
        ("ERC20InsufficientAllowance", False),
        ("ERC20InsufficientBalance", False),
        ("SafeERC20FailedOperation", False),
        ("SalesPaused", True),
    ],
)
def test_an_action_before_its_approval(name: str | None, is_refused: bool) -> None:
    def preview(*_: Any) -> None:
        raise Reverted("refused", name=name)

    chain: Any = SimpleNamespace(preview=preview)
    action: Any = None
    if is_refused:
        with pytest.raises(Reverted, match="refused"):
            payments.preview_before_approval(chain, action, PAYER)
    else:
        payments.preview_before_approval(chain, action, PAYER)


def test_the_figures_of_a_pool() -> None:
    contract = Answering(
        outstanding=2_00, unearned=3_00, totalAssets=5_009_999, locked=4_00, freeAssets=1_000_000, deficit=0
    )
    figures = PoolFigures.of(pool(contract, Answering(balanceOf=10_000_000)))

    assert (figures.outstanding, figures.unearned, figures.locked) == (2_000_000, 3_000_000, 4_000_000)
    assert dict(figures.rows()) == {
        "insurer": "0x" + "1e" * 20,
        "balance": "10.00 USD",
        "claims not yet paid": "2.00 USD",
        "premium not yet earned": "3.00 USD",
        "capital": "5.00 USD",
        "locked by policies": "4.00 USD",
        "free capital": "1.00 USD",
        "deficit": "0.00 USD",
    }
