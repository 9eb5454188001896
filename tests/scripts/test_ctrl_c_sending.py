"""Transactions of an actor in a separate process that Ctrl-C stops

given an insurer that deposits with a local key, and an accreditor whose key the node has
    when SIGINT arrives before the transaction is sent, before its answer, or while it waits for the block
        it should end with 130 and one line
        the same command should then finish: exactly one deposit, one accreditation
        the same command after that should be a new deposit or accreditation
"""

from __future__ import annotations

import os
import sys

import pytest
from brownie import accounts

from salus.chain import events
from scripts import accreditor, capital
from tests.scripts.conftest import ACCREDITOR, Clinic, Office
from tests.support.ending import flags
from tests.support.stopping import PATIENCE, between, start, stop

MOMENTS = [("{}", False, 0), ("{}", True, 1), ("eth_getTransactionReceipt", False, 1)]


def stop_at(method: str, passes: bool, actor: str, action: str, *words: str) -> None:
    with between(method, passes=passes) as node:
        command = [sys.executable, "-m", "salus.cli", actor, action, *flags(*words)]
        process = start(command, SALUS_RPC_URL=node.url)
        assert node.reached.wait(PATIENCE)
        stop(process, node.leave.set)


@pytest.mark.parametrize(("method", "passes", "sent"), MOMENTS)
def test_while_capital_is_deposited(clinic: Clinic, method: str, passes: bool, sent: int) -> None:
    tokens, pool = clinic.suite.stablecoin, clinic.chain.pool(clinic.pool)
    depositor = accounts.add(os.environ["SALUS_PRIVATE_KEY"])
    accounts[9].transfer(depositor, "1 ether")
    tokens.mint(depositor, 2_000 * 10**6, {"from": accounts[9]})
    tokens.approve(clinic.pool, 2_000 * 10**6, {"from": depositor})
    words = (f"pool={clinic.pool}", "amount=750.25")

    def deposits() -> int:
        return len(pool.contract.events.Deposit.get_logs({"owner": depositor.address}, from_block=0))

    stop_at(method.format("eth_sendRawTransaction"), passes, "capital", "deposit", *words)
    assert deposits() == sent

    capital.deposit(*words)
    assert deposits() == 1
    assert tokens.balanceOf(depositor) == 2_000_000_000 - 750_250_000

    capital.deposit(*words)
    assert deposits() == 2


@pytest.mark.parametrize(("method", "passes", "sent"), MOMENTS)
def test_while_a_provider_is_accredited(
    office: Office, capsys: pytest.CaptureFixture[str], method: str, passes: bool, sent: int
) -> None:
    words = (
        f"admin={accounts[7]}",
        "from_day=2020-01-01",
        "until=2089-12-31",
        f"licence={office.licence}",
        f"account={ACCREDITOR}",
    )

    stop_at(method.format("eth_sendTransaction"), passes, "accreditor", "accredit", *words)
    assert office.accredited == sent

    accreditor.accredit(*words)
    assert office.accredited == 1
    assert "The provider's number is 1." in capsys.readouterr().out

    accreditor.accredit(*words)
    assert office.accredited == 2
    assert [event.provider for event in office.chain.past(events.ProviderAccredited)] == [1, 2]
