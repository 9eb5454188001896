"""salus: --dry-run, --yes, --json and settings, on a chain

given an action that sends
    with --dry-run it should show and try the plan, and send nothing, keep no note and sign nothing
given a live network
    with --yes it should send without a question
    where nobody can answer it should send nothing and end with 2
given --json
    it should say the plan, the transactions and what was made
given salus.toml with a network, an account and defaults
    an action should need nothing more
given a node of another chain than the network's
    it should say so
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from brownie import accounts, web3
from eth_account import Account

from salus.chain import accreditation, events, network
from salus.cli.ending import NEEDS_YOU, REFUSED, WRONG_CALL
from salus.cli.root import run
from salus.cli.session import Session
from salus.cli.settings import Settings
from scripts import accreditor, hospital, insurer, patient
from tests.scripts.conftest import ACCREDITOR, INSURER, RELAYER, Clinic, day, drafted_card
from tests.support.ending import stopped


def salus(*words: Any) -> None:
    run([str(word) for word in words])


@pytest.fixture(autouse=True)
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain counts as live, where only keys of one's own send."""
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    monkeypatch.setattr(network, "_CONFIRMATIONS", 1)


def test_a_dry_run_sends_nothing(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    block, notes = web3.eth.block_number, set(clinic.folder.rglob("pending/**/*.json"))

    stopped(accreditor.suspend, "provider=1", "dry_run=yes", f"account={ACCREDITOR}")

    said = capsys.readouterr().out
    assert "Hold every new line of provider 1 for review." in said
    assert "A dry run. Nothing was sent." in said
    assert web3.eth.block_number == block
    assert set(clinic.folder.rglob("pending/**/*.json")) == notes


def test_a_dry_run_tries_the_plan(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    stopped(accreditor.suspend, "provider=77", "dry_run=yes", f"account={ACCREDITOR}", code=REFUSED)

    assert "provider 77" in capsys.readouterr().err


def test_a_dry_run_signs_no_quote(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.path("policy-0.json").rename(clinic.path("before.json"))
    clinic.path("quote-0.json").unlink()

    with pytest.raises(SystemExit):
        clinic.quote("0", "dry-run=yes")

    assert not clinic.path("quote-0.json").exists()


def test_a_dry_run_makes_no_money(clinic: Clinic) -> None:
    block = web3.eth.block_number
    words = (f"asset={clinic.suite.stablecoin}", "amount=10", f"to={accounts[9]}", "dry_run=yes")

    stopped(insurer.mint, *words, f"account={INSURER}")

    assert web3.eth.block_number == block


def consent_words(clinic: Clinic) -> tuple[str, ...]:
    card = drafted_card(clinic)
    return (*card, "provider=1", f"from_day={day(clinic, 0)}", f"until={day(clinic, 9)}")


def test_a_dry_run_signs_no_consent(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    file = clinic.work / "consent.json"

    stopped(patient.consent, *consent_words(clinic), f"sign_to={file}", "dry_run=yes")

    said = capsys.readouterr().out
    assert f"To be signed by {clinic.parent.address}" in said
    assert "A dry run. Nothing was signed." in said
    assert not file.exists()


def test_a_consent_is_signed_with_a_yes_on_a_live_network(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, words = clinic.work / "consent.json", consent_words(clinic)
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())

    stopped(patient.consent, *words, f"sign_to={file}", code=WRONG_CALL)
    assert not file.exists()
    patient.consent(*words, f"sign_to={file}", "yes=yes")

    assert file.exists()


def test_what_forgets_the_dry_run_sends_nothing(clinic: Clinic) -> None:
    action = accreditation.suspend(clinic.chain, provider=1, suspended=True)
    block = web3.eth.block_number
    with Settings(node=web3.provider.endpoint_uri, dry_run=True).in_force():
        session = Session()
        with pytest.raises(SystemExit):
            session.chain.send(action, clinic.unlocked(2))

    assert web3.eth.block_number == block


def test_a_dry_run_files_nothing(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    block = web3.eth.block_number

    clinic.file("dry_run=yes")

    assert web3.eth.block_number == block


@pytest.mark.usefixtures("live")
def test_yes_sends_without_a_question(clinic: Clinic) -> None:
    clinic.attest()
    accounts[9].transfer(clinic.parent.address, "1 ether")

    salus("hospital", "file", "--provider", 1, "--outbox", clinic.outbox, "--yes")

    assert len(list(clinic.chain.past(events.ClaimDecided))) == 4


@pytest.mark.usefixtures("live")
def test_nobody_can_say_yes(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    block = web3.eth.block_number

    stopped(hospital.file, "provider=1", f"outbox={clinic.outbox}", code=WRONG_CALL)

    assert "Error: nothing was sent: there is nobody to say yes; add --yes" in capsys.readouterr().err
    assert web3.eth.block_number == block


def test_nobody_can_say_a_password(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic.work / "keystores").mkdir()
    text = json.dumps(Account.encrypt(Account.create().key, "password", kdf="pbkdf2", iterations=2))
    (clinic.work / "keystores" / "desk.json").write_text(text)
    monkeypatch.chdir(clinic.work)
    monkeypatch.delenv("SALUS_PASSWORD", raising=False)

    stopped(accreditor.suspend, "provider=1", "account=desk", code=WRONG_CALL)

    assert (
        "there is nobody to say the password of keystore desk; set SALUS_PASSWORD" in capsys.readouterr().err
    )


def test_no_account_is_a_wrong_call(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SALUS_PRIVATE_KEY")

    stopped(accreditor.suspend, "provider=1", code=WRONG_CALL)
    stopped(accreditor.suspend, "provider=1", "account=nobody", code=WRONG_CALL)


def test_json(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = clinic.suite.stablecoin
    words = ("--asset", tokens, "--name", "Dental Pool", "--symbol", "sDEN", "--account", INSURER, "--json")

    salus("insurer", "create-pool", *words)

    found = json.loads(capsys.readouterr().out)
    ((transaction,), (plan,)) = found["transactions"], found["plan"]
    assert web3.eth.get_transaction_receipt(transaction["transaction"])["blockNumber"] == transaction["block"]
    assert plan["call"] == "createPool"
    assert found["pool"] == list(clinic.chain.past(events.PoolCreated))[-1].pool


def test_json_of_an_error(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    stopped(accreditor.suspend, "provider=77", "json=yes", f"account={ACCREDITOR}", code=REFUSED)

    found = json.loads(capsys.readouterr().out)
    assert found["code"] == REFUSED
    assert "provider 77" in found["error"]


def test_settings_of_a_folder(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    capsys.readouterr()
    for name in ("SALUS_RPC_URL", "SALUS_NETWORK"):
        monkeypatch.delenv(name)
    monkeypatch.delenv("SALUS_DEPLOYMENTS")
    folder = clinic.outbox.parent / "desk"
    folder.mkdir()
    (folder.parent / "salus.toml").write_text(
        f'network = "ours"\naccount = "{RELAYER}"\ndeployments = "{clinic.folder}/deployments"\n'
        f'[networks.ours]\nchain_id = 1337\nnode = "{web3.provider.endpoint_uri}"\n'
        '[hospital]\nprovider = 1\noutbox = "outbox.sqlite"\n'
    )
    monkeypatch.chdir(folder)

    salus("hospital", "file")

    assert len(list(clinic.chain.past(events.ClaimDecided))) == 4


def test_another_chain_than_the_networks(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEPOLIA_RPC_URL", web3.provider.endpoint_uri)

    with pytest.raises(SystemExit) as stop:
        salus("hospital", "status", "--provider", 1, "--outbox", clinic.outbox, "--network", "sepolia")

    assert stop.value.code == NEEDS_YOU
    assert "serves chain 1337, not 11155111" in capsys.readouterr().err
