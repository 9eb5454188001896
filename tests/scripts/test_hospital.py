"""scripts.hospital

given records, and cards that patients have shown
    attest signs each bill once, says which it left out and why, and a rerun signs nothing
        when it is a dry run: nothing is kept or signed
        when the key is not the provider's: it says so, and keeps nothing
        when Ctrl-C comes: it ends in one line, and a rerun goes on
        when the record key, the table or a number is wrong: one line names it
    file pays what is small and in order, and a rerun files nothing
        when it is a dry run: nothing is sent
        when the answer on a live network is no: nothing is sent
        when there is no consent: it costs nothing, and is filed once there is
        when the process dies after signing, before sending: a rerun files it once
        when the process dies after sending: a rerun finds it, and files nothing twice
        when somebody else has filed it: it finds the decision
    settle pays what was held when its window is over, and not before
    withdraw takes back what was held; the corrected bill follows one revision up
        when the line was paid: it says why not
    withdraw_root takes back what is not filed; it can be attested anew
    recheck finds nothing in an honest line, and names the field that somebody has changed
given another chain's address book, outbox or a command that makes no sense
    it says so in one line
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from brownie import accounts, chain, web3
from eth_account import Account

from salus import submission
from salus.chain import SkipReason, claims, sending
from salus.outbox import Entry, Outbox, Place, State
from scripts import _session, hospital, keeper, patient
from tests.scripts.conftest import DAY, RELAYER, Clinic

READY = 4
"""Bills of the patient's first sixty days; the other five lie ahead."""


def box(clinic: Clinic) -> Outbox:
    addresses = clinic.chain.addresses
    return Outbox(clinic.outbox, Place(1337, addresses.genesis, addresses.address("ClaimDesk"), 1))


def entries(clinic: Clinic) -> list[Entry]:
    with box(clinic) as opened:
        return opened.entries()


def states(clinic: Clinic) -> list[State]:
    return [entry.state for entry in entries(clinic)]


def ended(capsys: pytest.CaptureFixture[str], action: Any, *words: str) -> str:
    """The line that a failing action ends with."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        action(*words)
    assert stop.value.code == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return last.removeprefix("Error: ")


# ATTEST


def test_attest_signs_each_bill_once(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    first = entries(clinic)
    said = capsys.readouterr()
    clinic.attest()

    assert len(first) == READY
    assert {entry.state for entry in first} == {State.ATTESTED}
    assert f"{READY} new and 0 corrected lines attested" in said.out
    assert said.err.count("lies in the future; send the bill after the service") == 5
    assert entries(clinic) == first
    assert f"{READY} were attested before" in capsys.readouterr().out


def test_attest_keeps_nothing_on_a_dry_run(clinic: Clinic) -> None:
    clinic.attest("dry_run=yes")

    assert entries(clinic) == []


def test_attest_refuses_a_key_that_is_not_the_providers(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = Account.create()
    monkeypatch.setenv("SALUS_ATTESTOR_KEY", stranger.key.hex())

    said = ended(capsys, clinic.attest)

    assert said.startswith(f"the key {stranger.address} may not sign for provider 1 now; ")
    assert not clinic.outbox.exists()


def test_attest_goes_on_after_ctrl_c(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept: list[Any] = []
    real = Outbox.draft

    def interrupted(self: Outbox, *arguments: Any) -> None:
        if len(kept) == 2:
            raise KeyboardInterrupt
        kept.append(arguments)
        real(self, *arguments)

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
    ("variable", "value", "said"),
    [
        ("SALUS_PROVIDER_KEY", "", "SALUS_PROVIDER_KEY: is not set; set it in .env"),
        ("SALUS_PROVIDER_KEY", "12", "ProviderKey: is not a key of 32 bytes"),
        ("SALUS_ATTESTOR_KEY", "", "key: no key is named; give key=<keystore>"),
        ("SALUS_ATTESTOR_KEY", "zz", "SALUS_ATTESTOR_KEY: is not a private key of 32 bytes"),
    ],
)
def test_attest_names_a_wrong_key_and_does_not_show_it(
    clinic: Clinic,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(variable, value)

    assert ended(capsys, clinic.attest).startswith(said)


# FILE


def test_file_pays_once(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    before = int(clinic.suite.stablecoin.balanceOf(accounts[8]))

    clinic.file()
    after, block = int(clinic.suite.stablecoin.balanceOf(accounts[8])), web3.eth.block_number
    clinic.file()

    paid = [entry for entry in entries(clinic) if entry.state is State.PAID]
    assert states(clinic) == [State.PAID, State.PAID, State.HELD, State.HELD]
    assert after - before == 10**4 * sum(entry.decision.remittance.paid for entry in paid if entry.decision)
    assert web3.eth.block_number == block
    assert "Nothing is ready to be filed." in capsys.readouterr().out


def test_file_sends_nothing_on_a_dry_run(clinic: Clinic) -> None:
    clinic.attest()
    block = web3.eth.block_number

    clinic.file("dry_run=yes")

    assert web3.eth.block_number == block
    assert states(clinic) == [State.ATTESTED] * READY


def test_file_sends_nothing_on_a_no(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    block = web3.eth.block_number
    monkeypatch.setattr(_session, "LOCAL_CHAINS", frozenset())
    monkeypatch.setattr("builtins.input", lambda _: "no")

    with pytest.raises(SystemExit) as stop:
        hospital.file("provider=1", f"outbox={clinic.outbox}")

    assert stop.value.code == 0
    assert web3.eth.block_number == block
    said = capsys.readouterr().out
    assert "On unknown chain 1337" in said
    assert f"File {READY} claim lines of provider 1, billed 3,366.82 USD." in said
    assert "Nothing was sent." in said


def test_file_waits_for_consent_at_no_cost(clinic: Clinic) -> None:
    clinic.treat(1)
    clinic.attest()
    block = web3.eth.block_number
    clinic.file()
    assert web3.eth.block_number == block
    assert set(states(clinic)) == {State.SKIPPED}
    assert {entry.reason for entry in entries(clinic)} == {SkipReason.NO_CONSENT}

    clinic.consent(1)
    clinic.file()

    assert State.SKIPPED not in states(clinic)


@pytest.mark.parametrize("signed", [True, False])
def test_file_once_when_the_process_dies_before_sending(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, signed: bool
) -> None:
    clinic.attest()

    def dying(w3: Any, action: Any, sender: Any, **options: Any) -> Any:
        if signed:
            options["on_signed"]("0x" + "ab" * 32)
        raise SystemExit(137)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "send", dying)
        with pytest.raises(SystemExit):
            clinic.file()
    assert states(clinic) == [State.SENT if signed else State.ATTESTED] * READY

    clinic.file()

    assert State.SENT not in states(clinic)
    assert claims_decided(clinic) == READY


def test_file_nothing_twice_when_the_process_dies_after_sending(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.attest()

    def dying(*_: Any) -> Any:
        raise SystemExit(137)

    with monkeypatch.context() as patch:
        patch.setattr(submission, "_keep_outcome", dying)
        with pytest.raises(SystemExit):
            clinic.file()
    assert states(clinic) == [State.SENT] * READY
    block = web3.eth.block_number

    clinic.file()

    assert web3.eth.block_number == block
    assert states(clinic) == [State.PAID, State.PAID, State.HELD, State.HELD]


def test_file_finds_what_somebody_else_has_filed(clinic: Clinic) -> None:
    clinic.attest()
    with box(clinic) as opened:
        ((signed, waiting),) = opened.to_file()
        action = claims.file(
            clinic.chain,
            attestation=signed.attestation,
            attestor=signed.attestor,
            signature=signed.signature,
            lines=[opened.line(entry) for entry in waiting],
        )
    clinic.chain.send(action, clinic_sender(clinic))

    clinic.file()

    assert states(clinic) == [State.PAID, State.PAID, State.HELD, State.HELD]
    assert claims_decided(clinic) == READY


def clinic_sender(clinic: Clinic) -> Any:
    return _session.Unlocked(accounts[9].address)


def claims_decided(clinic: Clinic) -> int:
    return len(list(clinic.chain.past(submission.events.ClaimDecided)))


# SETTLE, WITHDRAW


def test_settle_pays_when_the_window_is_over(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    clinic.hospital("settle", f"account={RELAYER}")
    assert "Nothing is due." in capsys.readouterr().out

    chain.mine(timestamp=clinic.now() + 4 * DAY)
    clinic.hospital("settle", f"account={RELAYER}")

    assert states(clinic) == [State.PAID] * READY


def test_a_keeper_settles_and_the_outbox_sees_it(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    chain.mine(timestamp=clinic.now() + 4 * DAY)

    keeper.settle_due(f"account={RELAYER}")
    clinic.hospital("status")

    assert "2 done, 0 refused." in capsys.readouterr().out
    assert states(clinic) == [State.PAID] * READY


def test_withdraw_lets_a_corrected_bill_follow(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    held = next(entry for entry in entries(clinic) if entry.state is State.HELD)

    clinic.hospital("withdraw", f"claim={held.claim}", "account=7")
    correct_total(clinic, held)
    clinic.attest()
    clinic.file()

    latest = entries(clinic)[-1]
    assert (latest.claim, latest.diagnosis.revision) == (held.claim, 1)
    assert latest.diagnosis.billed == held.diagnosis.billed - 1_000
    assert latest.state is State.HELD
    assert states(clinic).count(State.WITHDRAWN) == 1
    assert "0 new and 1 corrected lines attested" in capsys.readouterr().out


def correct_total(clinic: Clinic, entry: Entry) -> None:
    """Ten dollars less on one bill of the patient's records."""
    path = clinic.records / "0.json"
    document = json.loads(path.read_text())
    value = entry.claim.split("|")[1]
    for part in document["entry"]:
        resource = part["resource"]
        if resource["resourceType"] == "Claim" and resource["identifier"][0]["value"] == value:
            resource["total"]["value"] = round(resource["total"]["value"] - 10, 2)
    path.write_text(json.dumps(document))


def test_a_changed_bill_is_not_attested_twice(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    correct_total(clinic, entries(clinic)[0])

    clinic.attest()

    assert len(entries(clinic)) == READY
    assert "differs from what was attested; withdraw that first" in capsys.readouterr().err


def test_withdraw_says_why_not(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    paid = entries(clinic)[0]

    said = ended(capsys, clinic.hospital, "withdraw", f"claim={paid.claim}", "account=7")

    assert said == f"Claim/{paid.claim}: is paid; only held and denied lines can be taken back"


def test_withdraw_root_lets_the_lines_be_attested_anew(clinic: Clinic) -> None:
    clinic.attest()
    with box(clinic) as opened:
        ((signed, _),) = opened.to_file()

    clinic.hospital("withdraw_root", f"root=0x{signed.attestation.root.hex()}", "account=7")
    assert states(clinic) == [State.WITHDRAWN] * READY
    clinic.attest()
    clinic.file()

    assert [entry.state for entry in entries(clinic)[READY:]] == [
        State.PAID,
        State.PAID,
        State.HELD,
        State.HELD,
    ]


# RECHECK


def recheck(clinic: Clinic, claim: str) -> None:
    clinic.hospital(
        "recheck",
        f"claim={claim}",
        f"patient={clinic.patients[0].patient.id}",
        f"cards={clinic.path('cards')}",
        "table=family",
        f"record_key={clinic.path('insurer.key')}",
    )


def test_recheck_passes_an_honest_line(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()

    recheck(clinic, entries(clinic)[0].claim)

    assert "The line says what the record says." in capsys.readouterr().out


def test_recheck_names_what_was_changed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = submission.diagnose

    def dearer(*arguments: Any, **options: Any) -> Any:
        diagnosis = real(*arguments, **options)
        return replace(diagnosis, billed=diagnosis.billed + 1)

    monkeypatch.setattr(submission, "diagnose", dearer)
    clinic.attest()
    claim = entries(clinic)[0].claim
    capsys.readouterr()

    with pytest.raises(SystemExit) as stop:
        recheck(clinic, claim)

    assert stop.value.code == 1
    said = capsys.readouterr()
    assert "billed is not what the record gives" in said.out
    assert f"Claim/{claim}: differs in 1 fields" in said.err


def test_the_patient_reads_the_claims(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    keys = clinic.path("keys-0")

    patient.claims(
        f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}", "table=family"
    )

    said = capsys.readouterr().out
    assert f"{READY} claims." in said
    assert "PR-2  This is your agreed share of the cost." in said


# WHAT MAKES NO SENSE


def test_says_which_outbox_is_meant(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()

    said = ended(capsys, hospital.status, "provider=2", f"outbox={clinic.outbox}")

    assert said == (
        f"{clinic.outbox}: provider: belongs to 1, not to 2; "
        "name the outbox of this provider and chain, or a new file"
    )


def test_says_that_the_address_book_is_of_another_chain(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    replace(clinic.chain.addresses, genesis="0x" + "00" * 32).save()

    said = ended(capsys, hospital.status, "provider=1", f"outbox={clinic.outbox}")

    assert said.startswith("the node serves chain 1337 that began as 0x")


def test_says_that_nothing_is_deployed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))

    said = ended(capsys, hospital.status, "provider=1")

    assert said.startswith(f"{tmp_path / '1337.json'}: is missing: nothing is deployed on chain 1337; ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["provider=1", "colour=red"], "colour is no parameter of status; it takes provider, outbox; "),
        (["outbox=x"], "status needs provider=…; "),
        (["provider=one"], "provider: 'one': input should be a valid integer"),
    ],
)
def test_says_which_word_is_wrong(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert ended(capsys, hospital.status, *words).startswith(said)


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    hospital.main()
    listed = capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        hospital.attest("help")

    assert stop.value.code == 0
    assert all(name in listed for name in ("add_key", "attest", "file", "recheck", "withdraw_root"))
    explained = capsys.readouterr().out
    assert "Attests the bills of a folder" in explained
    assert "for how many days the attestation is good, 1 to 90 (optional, else 30)" in explained
