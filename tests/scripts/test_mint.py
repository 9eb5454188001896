"""scripts.insurer, mint

given a local chain and its test stablecoin, it should mint the amount for the named account
given a live network, a token that is not listed, or no amount
    it should say so, and mint nothing
"""

from __future__ import annotations

import pytest
from brownie import accounts, web3

from salus.chain import network
from scripts import insurer
from tests.scripts.conftest import Office
from tests.support.ending import ended


def words(office: Office, amount: str = "1,200.50", asset: object = None) -> list[str]:
    return [f"asset={asset or office.suite.stablecoin}", f"amount={amount}", f"to={accounts[6]}", "account=9"]


def test_makes_test_money(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    insurer.mint(*words(office))

    assert office.suite.stablecoin.balanceOf(accounts[6]) == 1_200_500_000
    assert f"Make 1,200.50 USD of test money for {accounts[6]}." in capsys.readouterr().out


def test_never_on_a_live_network(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    block = web3.eth.block_number

    message = ended(capsys, insurer.mint, *words(office))

    assert message == (
        "test money is not made on unknown chain 1337 (chain 1337), which counts as live; "
        "use a local chain: salus chain start"
    )
    assert web3.eth.block_number == block


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "amount: is 0, and would make nothing; name an amount"),
        ("0.001", "amount: 0.001 has more than the 2 decimals of USD; correct the amount"),
    ],
)
def test_no_amount(office: Office, capsys: pytest.CaptureFixture[str], amount: str, expected: str) -> None:
    assert ended(capsys, insurer.mint, *words(office, amount)) == expected


def test_another_token(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    unlisted = ended(capsys, insurer.mint, *words(office, asset=accounts[5]))

    assert unlisted == (f"asset: {accounts[5]} is not listed; name the test stablecoin that the deploy made")
