"""scripts.governor

given contracts whose governor has no delay
    list_asset should list a token for a currency, with its exponent; delist_asset should remove it
        when it is not a token, has too few decimals or is not listed, one line should say so; nothing is sent
    list_desk should list a contract, and retire_desk should retire it
        when it is already listed, is not a contract or is not listed, one line should say so
    grant_role should give a role with a delay, and change the delay of a holder
        when the role or the delay is invalid, one line should say so
        on a live network, a governor should get the network's delay
    rrevoke_role should revoke a role
        when the account does not hold it, or is the last governor, one line should say so
    close should close a contract's governed functions, and open them again
    cancel should cancel an announced call
        when no such call is announced, one line should say so
    status should show who holds what, and what is announced
    when the answer on a live network is no, nothing should be sent
safe_mode should accept another desk
"""

from __future__ import annotations

import pytest
from brownie import TestStablecoin, accounts, web3

from salus.chain import Unlocked, network
from salus.cli.ending import NEEDS_YOU
from salus.cli.session import Session
from scripts import accreditor, governor
from tests.scripts.conftest import ACCREDITOR, DAY, Office
from tests.support.ending import answer, ended, stopped

BY = "account=1"


def listing(office: Office, asset: str) -> tuple[bytes, int]:
    currency, exponent = office.suite.factory.listingOf(asset)
    return bytes(currency).rstrip(b"\0"), exponent


def test_an_asset_is_listed_and_taken_off(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    yen = TestStablecoin.deploy(18, {"from": accounts[9]})
    capsys.readouterr()

    governor.list_asset(f"asset={yen}", "currency=JPY", BY)
    assert listing(office, yen) == (b"JPY", 0)
    governor.delist_asset(f"asset={yen}", BY)

    assert listing(office, yen) == (b"", 0)
    output = capsys.readouterr().out
    assert f"List the asset {yen} ({yen.symbol()}, 18 decimals) for JPY (now: not listed)." in output
    assert f"Take the asset {yen}, listed for JPY, off the list." in output


def test_names_an_asset_that_cannot_be_listed(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    coarse = TestStablecoin.deploy(1, {"from": accounts[9]})
    block = web3.eth.block_number

    message = ended(capsys, governor.list_asset, f"asset={accounts[9]}", "currency=USD", BY)
    assert message == f"asset: there is no token at {accounts[9]}; name an ERC-20"
    message = ended(capsys, governor.list_asset, f"asset={coarse}", "currency=USD", BY)
    assert message.startswith(
        f"asset: {coarse} ({coarse.symbol()}) has 1 decimals, fewer than USD, which has 2"
    )
    message = ended(capsys, governor.list_asset, f"asset={coarse}", "currency=gold", BY)
    assert message.startswith("currency: 'gold' is not a currency")
    message = ended(capsys, governor.delist_asset, f"asset={coarse}", BY)
    assert message == f"asset: {coarse} is not listed; nothing is to be done"

    assert web3.eth.block_number == block


def test_a_desk_is_listed_and_retired(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    other, providers = office.suite.consents, office.suite.providers

    governor.list_desk(f"desk={other}", BY)
    assert providers.deskOf(other)[0] == 1
    governor.retire_desk(f"desk={other}", BY)
    assert providers.deskOf(other)[0] == 2
    governor.list_desk(f"desk={other}", BY)
    governor.retire_desk(f"desk={office.suite.desk}", BY)

    assert (providers.deskOf(other)[0], providers.deskOf(office.suite.desk)[0]) == (1, 2)
    output = capsys.readouterr().out
    assert f"List the desk {other}, which was retired." in output
    assert "It is the claim desk of this suite." in output


def test_names_an_invalid_desk(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    block = web3.eth.block_number

    message = ended(capsys, governor.list_desk, f"desk={office.suite.desk}", BY)
    assert message == f"desk: {office.suite.desk} is listed already; nothing is to be done"
    message = ended(capsys, governor.list_desk, f"desk={accounts[9]}", BY)
    assert message == f"desk: there is no contract at {accounts[9]}; name a claim desk"
    message = ended(capsys, governor.retire_desk, f"desk={accounts[9]}", BY)
    assert message == f"desk: {accounts[9]} is not listed; name a listed desk"

    assert web3.eth.block_number == block


def test_a_role_is_granted_changed_and_taken(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    manager, holder = office.suite.manager, f"holder={accounts[9]}"

    governor.grant_role("role=accreditor", holder, "delay_days=2", BY)
    assert tuple(manager.hasRole(1, accounts[9])) == (True, 2 * DAY)
    governor.grant_role("role=accreditor", holder, "delay_days=3", BY)
    assert tuple(manager.hasRole(1, accounts[9])) == (True, 3 * DAY)
    governor.grant_role("role=accreditor", holder, BY)
    governor.revoke_role("role=accreditor", holder, BY)

    assert not manager.hasRole(1, accounts[9])[0]
    output = capsys.readouterr().out
    assert f"Give the role ACCREDITOR to {accounts[9]} (it holds it now)." in output
    assert "wait 3 days after they are announced (now: wait 2 days after they are announced)." in output
    assert "A shorter delay takes effect 3 days after the grant." in output
    assert f"Take the role ACCREDITOR from {accounts[9]}." in output
    assert "1 other account holds it." in output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("role=admin",), "role: is not one of 'governor', 'accreditor', 'sentinel'"),
        (("role=sentinel", "delay_days=366"), "delay_days: is more than 365"),
        (("role=sentinel", "delay_days=-1"), "delay_days: is less than 0"),
    ],
)
def test_names_an_invalid_grant(
    office: Office, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], expected: str
) -> None:
    assert ended(capsys, governor.grant_role, *words, f"holder={accounts[9]}", BY).startswith(expected)


def test_a_governor_of_a_live_network_gets_its_delay(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live(monkeypatch, "no")

    stopped(governor.grant_role, "role=governor", f"holder={accounts[9]}", code=NEEDS_YOU)

    output = capsys.readouterr().out
    assert "On unknown chain 1337" in output
    assert "Its actions wait 2 days after they are announced." in output
    assert "Nothing was sent." in output
    assert not office.suite.manager.hasRole(0, accounts[9])[0]


def live(monkeypatch: pytest.MonkeyPatch, reply: str) -> None:
    """Makes the chain count as live, with the governor's key available."""
    monkeypatch.setattr(Session, "sender", lambda *_: Unlocked(accounts[1].address))
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    answer(monkeypatch, reply)


def test_the_last_governor_stays(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("role=governor", f"holder={accounts[1]}", BY)
    message = ended(capsys, governor.revoke_role, *words)
    assert message == (f"holder: {accounts[1]} is the last governor; grant the role to the next one first")
    message = ended(capsys, governor.revoke_role, "role=governor", f"holder={accounts[9]}", BY)
    assert message == f"holder: {accounts[9]} does not hold the role GOVERNOR; see `governor status`"

    governor.grant_role("role=governor", f"holder={accounts[9]}", BY)
    governor.revoke_role(*words)

    assert not office.suite.manager.hasRole(0, accounts[1])[0]


def test_close_and_reopen(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    factory = office.suite.factory
    governor.close("contract=RiskPoolFactory", BY)
    assert office.suite.manager.isTargetClosed(factory)
    governor.status()
    governor.close("contract=RiskPoolFactory", "reopen=yes", BY)

    assert not office.suite.manager.isTargetClosed(factory)
    output = capsys.readouterr().out
    assert "Close RiskPoolFactory for every role: listAsset, delistAsset." in output
    assert "RiskPoolFactory is closed for every role." in output


def test_what_is_announced_is_shown_and_cancelled(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    governor.status()
    assert "Nothing is announced." in capsys.readouterr().out
    office.delay(1, 2)
    stopped(accreditor.suspend, "provider=4", f"account={ACCREDITOR}")
    (one,) = office.announced
    capsys.readouterr()

    governor.status()
    output = capsys.readouterr().out
    assert f"ACCREDITOR   {accounts[2]}  announces 2 days ahead" in output
    assert f"GOVERNOR     {accounts[1]}  acts at once" in output
    assert "setSuspended(provider 4, suspended True)" in output
    assert f"operation=0x{one.operation.hex()}" in output
    output = ended(capsys, governor.cancel, f"operation=0x{one.operation.hex()}", "account=9")
    assert "AccessManagerUnauthorizedCancel(" in output
    governor.cancel(f"operation=0x{one.operation.hex()}", BY)

    assert office.announced == []
    output = ended(capsys, governor.cancel, f"operation=0x{one.operation.hex()}", BY)
    assert output == f"operation: 0x{one.operation.hex()} is not announced; see `governor status`"


def test_safe_mode_of_another_desk(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    accreditor.safe_mode(f"desk={office.suite.consents}", "account=3")

    assert office.suite.providers.deskOf(office.suite.consents)[1] == office.chain.now() + 7 * DAY
    assert office.suite.providers.deskOf(office.suite.desk)[1] == 0
    assert f"for review at the desk {office.suite.consents}, for seven days." in capsys.readouterr().out
