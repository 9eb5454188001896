"""salus suite, salus chain forward, and accounts by number or keystore

given a deployed suite
    status should show its contracts, and what has happened
given a local chain
    forward should move its clock; on a live one it should refuse
given an option that takes an account
    a number should be the node's account, and a keystore's name its address
    a number on a live chain, or too large a one, should be refused
given an installed library
    what needs a clone should say so
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from brownie import accounts, web3
from eth_account import Account

from salus.chain import network
from salus.cli import clone, settings
from salus.cli.ending import NEEDS_YOU, WRONG_CALL
from salus.cli.root import run
from scripts import accreditor, suite
from tests.scripts.conftest import ACCREDITOR, DAY, Clinic
from tests.support.ending import ended, stopped


def test_what_stands(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    suite.status("json=yes")

    found = json.loads(capsys.readouterr().out)
    listed = {entry["name"]: entry["address"] for entry in found["contracts"]}
    assert listed["ClaimDesk"] == clinic.suite.desk
    assert (found["PoolCreated"], found["ProviderAccredited"], found["PolicyIssued"]) == (1, 1, 4)


def test_time_passes(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)
    before = web3.eth.get_block("latest")["timestamp"]

    run(["chain", "forward", "--days", "30"])

    assert 0 <= web3.eth.get_block("latest")["timestamp"] - before - 30 * DAY < DAY
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    with pytest.raises(SystemExit) as stop:
        run(["chain", "forward", "--days", "30"])
    assert stop.value.code == NEEDS_YOU
    assert "the clock is not moved on unknown chain" in capsys.readouterr().err


def test_accounts_by_number_and_keystore(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    accreditor.set_admin("provider=1", "admin=9", f"account={ACCREDITOR}")
    assert clinic.suite.providers.providerOf(1)[0] == accounts[9]

    (clinic.work / "keystores").mkdir()
    key = Account.create()
    text = json.dumps(Account.encrypt(key.key, "password", kdf="pbkdf2", iterations=2))
    (clinic.work / "keystores" / "front-desk.json").write_text(text)
    monkeypatch.chdir(clinic.work)
    accreditor.set_admin("provider=1", "admin=front-desk", f"account={ACCREDITOR}")

    assert clinic.suite.providers.providerOf(1)[0] == key.address


def test_a_word_with_two_meanings(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic.work / "keystores").mkdir()
    text = json.dumps(Account.encrypt(Account.create().key, "password", kdf="pbkdf2", iterations=2))
    (clinic.work / "keystores" / "family.json").write_text(text)
    monkeypatch.chdir(clinic.work)
    monkeypatch.setenv("SALUS_NAMES", str(clinic.work / "names.yaml"))
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)
    run(["name", "pool", "family", clinic.pool])

    words = ("provider=1", "admin=family", f"account={ACCREDITOR}")
    message = ended(capsys, accreditor.set_admin, *words)

    assert message.startswith("admin: is the name of a keystore and one of `salus name`")
    assert clinic.suite.providers.providerOf(1)[0] == accounts[7]


@pytest.mark.usefixtures("clinic")
def test_no_such_account(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    message = ended(capsys, accreditor.set_admin, "provider=1", "admin=99", f"account={ACCREDITOR}")
    assert message.startswith(f"admin: the node has accounts 0 to {len(web3.eth.accounts) - 1}")

    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    message = ended(capsys, accreditor.set_admin, "provider=1", "admin=9", f"account={ACCREDITOR}")
    assert message.startswith("admin: is a number, which names an account on a local chain only; give its ")


@pytest.mark.parametrize("action", ["deploy", "start"])
def test_what_needs_a_clone(
    action: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(clone, "CLONE", None)
    words = ["suite", "deploy", "--network", "sepolia"] if action == "deploy" else ["chain", "start"]
    with pytest.raises(SystemExit):
        run(words)
    assert "which this installation of salus has not" in capsys.readouterr().err

    monkeypatch.setattr(clone, "CLONE", tmp_path)
    with pytest.raises(SystemExit):
        run(words)
    assert f"{tmp_path} is not set up; run `make setup` there" in capsys.readouterr().err


def test_an_unknown_network(capsys: pytest.CaptureFixture[str]) -> None:
    if settings.CLONE is None:
        pytest.skip("no clone")

    stopped(suite.deploy, code=WRONG_CALL)

    assert "needs --network" in capsys.readouterr().err
