"""scripts: roles with a delay

given an accreditor with a delay of two days
    it should announce the call, say in words what it will do and from when, and do nothing else
    when it runs again too early, it should say when the call is possible, and send nothing
    when it runs again after the delay, it should make the call, once
    when it runs again after the call, it should name the transaction, and ask before it announces again
    when the announcement has expired, or was cancelled, it should announce again
    when the answer on a live network is no, it should announce nothing
    when the role has been revoked since, it should say so
given a governor with a delay
    a function of the manager itself should be announced too
given a role without a delay
    it should act at once
given an account without the role
    it should name account and role
    when the role starts later, it should say when
given a contract that is closed
    it should say so, and how to open it

SPECIFICATION R2.
"""

from __future__ import annotations

import pytest
from brownie import accounts, web3

from salus.base.days import moment_words
from salus.chain import Unlocked, events, network
from salus.cli.ending import DONE, NEEDS_YOU
from salus.cli.session import Session
from scripts import accreditor, governor
from tests.scripts.conftest import ACCREDITOR, DAY, Office
from tests.support.ending import answer, ended, stopped

WAITS = 2
WEEK = 7 * DAY


@pytest.fixture
def waiting(office: Office) -> Office:
    """An accreditor with a delay, which must announce its calls."""
    office.delay(1, WAITS)
    return office


def test_announces(waiting: Office, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    stopped(waiting.accredit)

    output = capsys.readouterr().out
    (one,) = waiting.announced
    assert one.opens_at == waiting.chain.now() + WAITS * DAY
    assert (one.caller, one.target) == (accounts[2], waiting.suite.providers)
    assert waiting.accredited == 0
    assert "Announce this, which asks for 2 days of notice:" in output
    assert "Accredit a new provider, from 2020-01-01 until 2089-12-31." in output
    assert (
        f"It is announced. It can be done from {moment_words(one.opens_at)} "
        f"to before {moment_words(one.opens_at + WEEK)}: run the same command then."
    ) in output


def test_says_when_it_is_too_early(waiting: Office, capsys: pytest.CaptureFixture[str]) -> None:
    stopped(waiting.accredit)
    waiting.wait(WAITS - 1)
    block = web3.eth.block_number
    capsys.readouterr()

    stopped(waiting.accredit)

    (one,) = waiting.announced
    assert web3.eth.block_number == block
    assert f"This is announced. It can be done from {moment_words(one.opens_at)}" in capsys.readouterr().out


def test_does_it_when_the_time_has_come(waiting: Office, capsys: pytest.CaptureFixture[str]) -> None:
    stopped(waiting.accredit)
    waiting.wait(WAITS)

    waiting.accredit()

    assert waiting.accredited == 1
    assert waiting.announced == []
    assert "The provider's number is 1." in capsys.readouterr().out


@pytest.mark.parametrize("reply", ["no", "yes"])
def test_says_that_it_was_done(
    waiting: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reply: str
) -> None:
    stopped(waiting.accredit)
    waiting.wait(WAITS)
    waiting.accredit()
    (done,) = waiting.chain.past(events.OperationExecuted)
    answer(monkeypatch, reply)

    stopped(waiting.accredit, code=DONE if reply == "yes" else NEEDS_YOU)

    assert len(waiting.announced) == (reply == "yes")
    assert waiting.accredited == 1
    output = capsys.readouterr().out
    assert f"This was announced and done before, in transaction {done.transaction}." in output
    assert ("Nothing was sent." in output) is (reply == "no")


def test_a_dry_run_announces_nothing(waiting: Office, capsys: pytest.CaptureFixture[str]) -> None:
    words = (f"admin={accounts[7]}", "from_day=2020-01-01", "until=2090-01-01", f"licence={waiting.licence}")

    stopped(accreditor.accredit, *words, f"account={ACCREDITOR}", "dry_run=yes")

    assert waiting.announced == []
    assert "A dry run. Nothing was sent." in capsys.readouterr().out


def test_announces_again_after_expiry(waiting: Office) -> None:
    stopped(waiting.accredit)
    waiting.wait(WAITS + 7)
    assert waiting.announced == []

    stopped(waiting.accredit)

    (one,) = waiting.announced
    assert one.opens_at == waiting.chain.now() + WAITS * DAY
    assert waiting.accredited == 0


def test_announces_again_after_cancellation(waiting: Office) -> None:
    stopped(waiting.accredit)
    (one,) = waiting.announced
    governor.cancel(f"operation=0x{one.operation.hex()}", "account=1")
    assert waiting.announced == []

    stopped(waiting.accredit)

    assert len(waiting.announced) == 1


def test_announces_nothing_when_the_answer_is_no(
    waiting: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "no")
    monkeypatch.setattr(Session, "sender", lambda *_: Unlocked(accounts[2].address))
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    block = web3.eth.block_number

    stopped(waiting.accredit, code=NEEDS_YOU)

    assert web3.eth.block_number == block
    assert "Nothing was sent." in capsys.readouterr().out


def test_says_that_the_role_is_lost(waiting: Office, capsys: pytest.CaptureFixture[str]) -> None:
    stopped(waiting.accredit)
    waiting.wait(WAITS)
    waiting.suite.manager.revokeRole(1, accounts[2], {"from": accounts[1]})

    message = ended(capsys, waiting.accredit)

    assert message.startswith(f"{accounts[2]} does not hold the role ACCREDITOR, which ")


def test_the_managers_own_functions_are_announced(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.delay(0, WAITS)
    words = ("role=sentinel", f"holder={accounts[9]}", "account=1")
    stopped(governor.grant_role, *words)
    assert not office.suite.manager.hasRole(2, accounts[9])[0]
    office.wait(WAITS)

    governor.grant_role(*words)

    assert tuple(office.suite.manager.hasRole(2, accounts[9])) == (True, 0)


def test_acts_at_once_without_a_delay(office: Office) -> None:
    office.accredit()

    assert office.accredited == 1
    assert office.announced == []


def test_names_who_lacks_which_role(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    message = ended(capsys, accreditor.suspend, "provider=1", "account=9")
    assert message == (
        f"{accounts[9]} does not hold the role ACCREDITOR, which ProviderRegistry.setSuspended asks for; "
        "send it from an account that holds it, or let the governor grant it"
    )

    message = ended(capsys, governor.grant_role, "role=sentinel", f"holder={accounts[9]}", "account=9")
    assert message.startswith(
        f"{accounts[9]} does not hold the role GOVERNOR, which SalusAccessManager.grantRole"
    )


def test_says_from_when_a_role_is_held(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    manager, by = office.suite.manager, {"from": accounts[1]}
    manager.setGrantDelay(1, 3 * DAY, by)
    office.wait(5)
    manager.grantRole(1, accounts[9], 0, by)
    since = office.chain.now() + 3 * DAY

    message = ended(capsys, accreditor.suspend, "provider=1", "account=9")

    assert f"does not hold the role ACCREDITOR before {moment_words(since)}, which" in message


def test_says_that_a_contract_is_closed(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    governor.close("contract=ProviderRegistry", "account=1")

    message = ended(capsys, accreditor.safe_mode, "account=3")

    assert message == (
        f"{accounts[3]} holds the role SENTINEL, but ProviderRegistry is closed for every role; "
        "let the governor open it: salus governor close --contract ProviderRegistry --reopen"
    )
    governor.close("contract=ProviderRegistry", "reopen=yes", "account=1")
    accreditor.safe_mode("account=3")
    assert office.suite.providers.deskOf(office.suite.desk)[1] == office.chain.now() + WEEK


def test_an_account_may_have_a_delay_of_its_own(office: Office) -> None:
    """The delay belongs to the holder, not to the role."""
    governor.grant_role("role=accreditor", f"holder={accounts[9]}", "delay_days=1", "account=1")
    office.accredit()

    stopped(accreditor.suspend, "provider=1", "account=9")
    accreditor.suspend("provider=1", f"account={ACCREDITOR}")

    assert office.suite.providers.providerOf(1)[3]
    assert len(office.announced) == 1
