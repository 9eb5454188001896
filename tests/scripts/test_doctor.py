"""salus doctor, and the fee in a plan, on a chain

given a deployed suite with an accredited provider and its key
    every check should be in order
    who is suspended, unknown or soon no longer accredited, a foreign and a revoked key should be said
given a chain on which gas costs something
    the plan should say the fee in coin, also for `--json`
given a chain on which it costs nothing
    the plan should say no fee
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from brownie import accounts, chain, web3

from salus.chain import waiting
from salus.chain.health import Check, Health, Subject, examine
from salus.cli.ending import NEEDS_YOU
from salus.cli.root import run
from scripts import accreditor, hospital
from tests.scripts.conftest import ACCREDITOR, DAY, HOSPITAL, RELAYER, Clinic


def rows(clinic: Clinic, **subject: Any) -> dict[str, Check]:
    subject = {"provider": 1, "attestor": clinic.attestor.address, **subject}
    return {check.name: check for check in examine(web3.provider.endpoint_uri, Subject(**subject))}


@pytest.fixture(autouse=True)
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)


def test_all_is_ready(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--provider", "1", "--account", RELAYER])
    waiting.watch(None)

    said = capsys.readouterr().out
    assert said.endswith("All is ready: 12 checks.\n")
    assert f"ok      attestor key: {clinic.attestor.address} may sign until 2090-01-01" in said
    assert "ok      provider: provider 1 is accredited from 2020-01-01 to 2089-12-31" in said
    assert f"ok      role ACCREDITOR: {accounts[2]}\n" in said
    assert "ok      contracts: know each other, and each governed function has its role\n" in said
    assert f"ok      balance: {accounts[int(RELAYER)]} has" in said


def test_who_is_not_accredited_is_said(clinic: Clinic) -> None:
    assert rows(clinic, provider=77)["provider"].words == "there is no provider 77"
    stranger = accounts[9].address
    foreign = rows(clinic, attestor=stranger)["attestor key"]
    assert (foreign.state, foreign.words) == (Health.FAULT, f"{stranger} is no key of provider 1")

    accreditor.suspend("provider=1", f"account={ACCREDITOR}")
    assert rows(clinic)["provider"].words == "provider 1 is suspended: every new line is held for review"
    hospital.revoke_key("provider=1", f"attestor={clinic.attestor.address}", f"account={HOSPITAL}")
    revoked = rows(clinic)["attestor key"]
    assert (revoked.state, revoked.remedy) == (Health.FAULT, "add a key: salus hospital add-key")


def test_what_ends_is_said_in_time(clinic: Clinic) -> None:
    ending = clinic.now() // DAY + 10
    clinic.suite.providers.endAccreditation(1, ending, {"from": accounts[2]})
    soon = rows(clinic)["provider"]
    assert (soon.state, soon.words.rsplit(": ", 1)[1]) == (Health.WARNING, "10 days are left")

    chain.mine(timestamp=(ending + 1) * DAY)
    over = rows(clinic)["provider"]
    assert (over.state, over.words.rsplit(": ", 1)[1]) == (Health.FAULT, "that has ended")
    assert over.remedy == "ask the accreditor to renew it"


def test_a_fault_ends_with_one(clinic: Clinic) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["doctor", "--provider", "77"])
    waiting.watch(None)

    assert stop.value.code == NEEDS_YOU


def test_a_plan_says_its_fee(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["accreditor", "suspend", "--provider", "1", "--account", ACCREDITOR, "--dry-run"]
    with pytest.raises(SystemExit):
        run(words)
    assert "ee about" not in capsys.readouterr().out

    monkeypatch.setattr("salus.chain.fees.price_of_gas", lambda _: 1_200_000_000)
    with pytest.raises(SystemExit):
        run(words)
    said = capsys.readouterr().out
    assert "  Fee about 0.0000" in said
    assert " ETH at 1.2 gwei.\nA dry run." in said
    with pytest.raises(SystemExit):
        run([*words, "--json"])
    fee = json.loads(capsys.readouterr().out)["fee"]
    assert fee["price"] == 1_200_000_000
    assert 30_000 < fee["gas"] < 100_000
