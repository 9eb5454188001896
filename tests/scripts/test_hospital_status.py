"""scripts.hospital: status, list, and plans that name each bill

given an outbox with attested and filed bills
    status should say what waits, by cause, or one bill in full; list should show every bill
        a second status should ask the node for nothing that was read
        when the chain leaves the block of a filing, its bills should be filed again
    plans should name each bill by number, days, amount and member
"""

from __future__ import annotations

from typing import Any

import pytest
from brownie import chain, web3

from salus.base.days import to_date
from salus.chain.http_node import Node
from salus.claim.provider_key import ProviderKey, short
from salus.provider.outbox import State
from tests.scripts.conftest import DAY, READY, RELAYER, Clinic, box, entries, states


def test_status_says_what_waits_and_list_shows_every_bill(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    clinic.file()
    capsys.readouterr()

    clinic.hospital("status")
    told = capsys.readouterr().out
    assert "  2 held, billed " in told
    assert "In the outbox: 2 paid, 2 held." in told
    assert "2 paid, billed" not in told
    assert f"provider key {short(ProviderKey.from_environment().fingerprint)} since 20" in told

    clinic.hospital("list")
    listed = capsys.readouterr().out
    assert all(entry.bill in listed for entry in entries(clinic))
    assert f"{READY} bills." in listed
    clinic.hospital("list", "state=held")
    assert "2 bills." in capsys.readouterr().out


def test_one_bill_is_found_by_the_hospitals_own_number(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    clinic.file()
    held = entries(clinic)[2]
    assert held.bill != held.claim
    capsys.readouterr()

    clinic.hospital("status", f"claim={held.bill}")
    told = capsys.readouterr().out
    assert f"Bill {held.claim}: " in told
    assert "member 0 of policy 0x" in told
    assert "  held: " in told
    clinic.hospital("withdraw", f"claim={held.bill}", "account=7")

    plan = capsys.readouterr().out
    assert f"Bill {held.bill}, " in plan
    assert "USD, member 0 of policy 0x" in plan
    assert states(clinic)[2] is State.WITHDRAWN


def test_a_plan_names_every_bill(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    lines = entries(clinic)
    capsys.readouterr()
    clinic.file()
    filed = capsys.readouterr().out
    with box(clinic) as opened:
        ((root,),) = opened._db.execute("SELECT hex(root) FROM attestation").fetchall()
    clinic.hospital("withdraw_root", f"root=0x{root}", "account=7")
    withdrawn = capsys.readouterr().out
    chain.mine(timestamp=clinic.now() + 4 * DAY)
    clinic.hospital("settle", f"account={RELAYER}")
    settled = capsys.readouterr().out

    for line in lines:
        assert f"{line.bill}, {to_date(line.diagnosis.service_from)}" in filed
        assert (f"Bill {line.bill}, " in settled) is (line in lines[2:])
    assert ": paid " in filed
    assert ": held " in filed
    assert f"It has {READY} bills, and 0 of them are not decided" in withdrawn
    assert clinic.patients[0].patient.id not in filed + settled


def test_status_reads_only_what_is_new(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.attest()
    clinic.file()
    asked: list[str] = []
    ask = Node.make_request

    def noting(self: Node, method: Any, params: Any) -> Any:
        asked.append(method)
        return ask(self, method, params)

    monkeypatch.setattr(Node, "make_request", noting)
    clinic.hospital("status")
    first = asked.count("eth_getLogs")
    asked.clear()
    clinic.hospital("status")

    assert first > 0
    assert "eth_getLogs" not in asked


def test_what_a_change_of_the_chain_undoes_is_filed_again(clinic: Clinic) -> None:
    clinic.attest()
    snapshot = web3.provider.make_request("evm_snapshot", [])["result"]
    clinic.file()
    decided, height = states(clinic), web3.eth.block_number
    assert set(decided) != {State.ATTESTED}

    web3.provider.make_request("evm_revert", [snapshot])
    while web3.eth.block_number <= height:
        chain.mine(timestamp=chain.time() + 60)
    clinic.hospital("status")
    assert set(states(clinic)) == {State.ATTESTED}

    clinic.file()
    assert states(clinic) == decided
