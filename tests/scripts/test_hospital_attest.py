"""scripts.hospital: attest, and invalid commands

given records, and cards that patients have shown
    attest should sign each bill once, and a rerun should sign nothing
        when the patient has cards of two plans, it should bill under the plan of the table
        when it is a dry run, it should store and sign nothing
        when a key is only in .env, it should be found there, even on a local chain
        when the key is not the provider's, it should say so, and store nothing
        when the attestor is a contract wallet, it should be named, and accept its owner's signature
            when the wallet rejects it, or is missing, one line should say so, and nothing should be signed
        when Ctrl-C is pressed, it should end in one line, and a rerun should continue
        when the record key, the table or a number is wrong, one line should name it
given no outbox
    every action except attest should say so, and create none
given another chain's address book or outbox, or an invalid command
    it should say so in one line
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from brownie import ERC1271WalletMock, accounts
from eth_account import Account

from salus import product
from salus.cli import settings
from salus.provider.outbox import Outbox, State
from scripts import hospital
from tests.scripts.conftest import READY, Clinic, box, entries, states
from tests.support.ending import ended

# ATTEST


def test_attest_signs_each_bill_once(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    first = entries(clinic)
    captured = capsys.readouterr()
    clinic.attest()

    assert len(first) == READY
    assert {entry.state for entry in first} == {State.ATTESTED}
    assert f"{READY} new and 0 corrected lines attested" in captured.out
    assert "0 were attested before, 0 bills left out" in captured.out
    assert entries(clinic) == first
    assert f"{READY} were attested before" in capsys.readouterr().out


def test_attest_bills_a_patient_of_two_plans_under_one(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = Path(shutil.copytree(clinic.path("cards"), clinic.work / "cards"))
    clinic.show_another(cards, product.shipped("critical-illness"))

    clinic.attest(f"cards={cards}", "table=critical-illness")
    under_illness = len(entries(clinic))
    clinic.attest(f"cards={cards}")

    assert under_illness == 0
    assert f"{READY} bills left out: Claim.type matches no benefit of the plan; " in capsys.readouterr().err
    assert states(clinic) == [State.ATTESTED] * READY


def test_attest_keeps_nothing_on_a_dry_run(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest("dry_run=yes")

    assert not clinic.outbox.exists()
    assert f"{READY} new and 0 corrected lines would be attested" in capsys.readouterr().out

    clinic.attest()
    clinic.attest("dry_run=yes")

    assert f"{READY} were attested before" in capsys.readouterr().out.splitlines()[-1]


def test_attest_refuses_a_key_that_is_not_the_providers(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = Account.create()
    monkeypatch.setenv("SALUS_ATTESTOR_KEY", stranger.key.hex())

    message = ended(capsys, clinic.attest)

    assert message.startswith(f"the key {stranger.address} may not sign for provider 1 now; ")
    assert not clinic.outbox.exists()


def test_attest_finds_its_keys_in_the_environment_file(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = ("SALUS_PROVIDER_KEY", "SALUS_ATTESTOR_KEY")
    (tmp_path / ".env").write_text("".join(f"{name}={os.environ[name]}\n" for name in names))
    monkeypatch.setattr(settings, "ENVIRONMENT", tmp_path / ".env")
    for name in names:
        monkeypatch.delenv(name)

    clinic.attest()

    assert states(clinic) == [State.ATTESTED] * READY


@pytest.fixture
def wallet(clinic: Clinic) -> Any:
    """A contract wallet that accepts the seal key, listed as an attestor of the hospital."""
    made = ERC1271WalletMock.deploy(clinic.attestor.address, {"from": accounts[9]})
    times = ("from_time=2020-01-01", "until=2089-12-31")
    hospital.add_key("provider=1", f"attestor={made}", *times, "account=7")
    return made


def test_attest_in_the_name_of_a_contract_wallet(clinic: Clinic, wallet: Any) -> None:
    clinic.attest(f"attestor={wallet}")
    with box(clinic) as opened:
        ((signed, _),) = opened.to_file()
    clinic.file()

    assert signed.attestor == wallet
    assert states(clinic) == [State.PAID, State.PAID, State.HELD, State.HELD]


def test_attest_says_that_the_wallet_does_not_accept(
    clinic: Clinic, wallet: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    wallet.setOwner(accounts[9], {"from": accounts[9]})

    message = ended(capsys, clinic.attest, f"attestor={wallet}")

    assert message == (
        f"the contract {wallet} does not accept the signature of the key {clinic.attestor.address}; "
        "sign with a key that the contract accepts, or name another contract"
    )
    assert states(clinic) == [State.DRAFTED] * READY


def test_attest_says_that_there_is_no_wallet(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    times = ("from_time=2020-01-01", "until=2089-12-31")
    hospital.add_key("provider=1", f"attestor={accounts[9]}", *times, "account=7")

    message = ended(capsys, clinic.attest, f"attestor={accounts[9]}")

    assert message.startswith(f"there is no contract wallet at {accounts[9]}; name one, or leave it out")
    assert State.ATTESTED not in states(clinic)


def test_attest_goes_on_after_ctrl_c(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drafts: list[Any] = []
    real = Outbox.draft

    def interrupted(self: Outbox, *arguments: Any, **options: Any) -> None:
        if len(drafts) == 2:
            raise KeyboardInterrupt
        drafts.append(arguments)
        real(self, *arguments, **options)

    monkeypatch.setattr(Outbox, "draft", interrupted)
    with pytest.raises(SystemExit) as stop:
        clinic.attest()
    assert stop.value.code == 130
    assert "run the same command again" in capsys.readouterr().err
    assert states(clinic) == [State.DRAFTED] * 2
    monkeypatch.setattr(Outbox, "draft", real)

    clinic.attest()

    assert states(clinic) == [State.ATTESTED] * READY
    assert len({entry.attestation for entry in entries(clinic)}) == 1


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("SALUS_PROVIDER_KEY", "", "SALUS_PROVIDER_KEY: is not set; let SALUS_PROVIDER_KEY_FILE name"),
        ("SALUS_PROVIDER_KEY", "12", "SALUS_PROVIDER_KEY: is not a key of 32 bytes; set it to the same"),
        ("SALUS_PROVIDER_KEY", "abc", "SALUS_PROVIDER_KEY: is not hexadecimal; set it to the same 64"),
        ("SALUS_ATTESTOR_KEY", "", "key: no key is named; give --key <keystore>"),
        ("SALUS_ATTESTOR_KEY", "zz", "SALUS_ATTESTOR_KEY: is not a private key of 64 hexadecimal digits"),
    ],
)
def test_attest_names_a_wrong_key_and_does_not_show_it(
    clinic: Clinic,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    expected: str,
) -> None:
    monkeypatch.setenv(variable, value)

    assert ended(capsys, clinic.attest).startswith(expected)


# INVALID COMMANDS


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("status", []),
        ("file", []),
        ("settle", []),
        ("withdraw", ["claim=1"]),
        ("withdraw_root", [f"root=0x{'00' * 32}"]),
        ("export", ["folder=sealed"]),
        ("recheck", ["claim=1", "patient=1", "cards=.", "table=family", "record_key=insurer.key"]),
    ],
)
def test_says_that_the_outbox_is_not_there(
    clinic: Clinic,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    action: str,
    words: list[str],
) -> None:
    monkeypatch.chdir(clinic.work)
    (clinic.work / "insurer.key").write_bytes(clinic.path("insurer.key").read_bytes())
    before = sorted(clinic.work.iterdir())

    message = ended(capsys, getattr(hospital, action), "provider=1", "outbox=outbx.sqlite", *words)

    assert message == f"{clinic.work / 'outbx.sqlite'}: does not exist; name the outbox that `attest` wrote"
    assert sorted(clinic.work.iterdir()) == before


def test_says_which_outbox_is_meant(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()

    message = ended(capsys, hospital.status, "provider=2", f"outbox={clinic.outbox}")

    assert message == (
        f"{clinic.outbox}: provider: belongs to 1, not to 2; "
        "name the outbox of this provider and chain, or a new file"
    )


def test_says_that_the_address_book_is_of_another_chain(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    replace(clinic.chain.addresses, genesis="0x" + "00" * 32).save()

    message = ended(capsys, hospital.status, "provider=1", f"outbox={clinic.outbox}")

    assert message.startswith("the node serves chain 1337 that began as 0x")


def test_says_that_nothing_is_deployed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))

    message = ended(capsys, hospital.status, "provider=1")

    assert message.startswith(f"{tmp_path / '1337.json'}: is missing: nothing is deployed on chain 1337; ")
