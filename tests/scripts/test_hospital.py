"""scripts.hospital: filing, settling, withdrawing

given attested records
    file should pay lines within the limits, and a rerun should file nothing
        when it is a dry run, nothing should be sent
        when the answer on a live network is no, nothing should be sent
        when the outbox is lost and its lines are attested again, it should hold them back; withdraw says why
        when a line would be denied, the plan should say so, and why
        when consent is missing, it should cost nothing, and the line should be filed after consent
        when the process dies after signing and before sending, a rerun should file once
        when the process dies after sending, a rerun should find the filing, and file nothing twice
        when another account has filed it, it should find the decision
    settle should pay a held claim when its window is over, and not before
    withdraw should withdraw a held claim; the corrected bill should follow with the next revision
        when the bill has not changed, it should be left out, unless it should be signed again on request
        when the line was paid, it should say why not
        when the bill was filed under two policies, it should ask which; both should take the corrected bill
    withdraw_root should withdraw lines that are not filed; they should be attested again
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from brownie import accounts, chain, web3

from salus.chain import Unlocked, claims, network, sending
from salus.cli.ending import NEEDS_YOU
from salus.provider import parts, submission
from salus.provider.outbox import OutboxLine, State
from salus.types import SkipReason
from scripts import hospital, keeper
from tests.scripts.conftest import DAY, READY, RELAYER, Clinic, box, entries, states
from tests.support.ending import answer, ended, stopped

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


def test_file_sends_nothing_when_the_answer_is_no(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    block = web3.eth.block_number
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())
    answer(monkeypatch, "no")

    stopped(hospital.file, "provider=1", f"outbox={clinic.outbox}", code=NEEDS_YOU)

    assert web3.eth.block_number == block
    output = capsys.readouterr().out
    assert "On unknown chain 1337" in output
    assert f"File {READY} claim lines of provider 1, billed 3,366.82 USD." in output
    assert "Nothing was sent." in output


def test_file_says_what_the_trial_found(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest("days=90")
    capsys.readouterr()

    clinic.file("dry_run=yes")
    assert "Tried one by one: 2 paid, 2 held." in capsys.readouterr().out

    chain.mine(timestamp=clinic.now() + 85 * DAY)
    clinic.file("dry_run=yes")
    assert "2 held, 2 denied (2 for CO-29, Filing time limit has passed)." in capsys.readouterr().out


def test_file_keeps_back_what_a_lost_outbox_has_filed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    clinic.file("at_once=3")
    clinic.outbox.unlink()
    clinic.attest()
    block, claim = web3.eth.block_number, entries(clinic)[2].claim
    capsys.readouterr()

    clinic.file()

    output = capsys.readouterr().out
    assert web3.eth.block_number == block
    assert f"Kept back: {READY} whose bills the chain has decided before, not from this outbox." in output
    assert "Nothing is ready to be filed." in output
    assert ended(capsys, clinic.hospital, "withdraw", f"claim={claim}", "account=7") == (
        f"Claim/{claim}: is attested in this outbox, but its bill was decided earlier: held on the chain; "
        "if it is held or denied there, withdraw it from the outbox that filed it"
    )

    file_all(clinic)
    clinic.hospital("status")
    assert states(clinic) == [State.DENIED] * READY
    output = ended(capsys, clinic.hospital, "withdraw", f"claim={claim}", "account=7")
    assert output.startswith(f"Claim/{claim}: is denied in this outbox, but its bill was decided earlier")


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
        patch.setattr(submission, "_save_outcome", dying)
        with pytest.raises(SystemExit):
            clinic.file()
    assert states(clinic) == [State.SENT] * READY
    block = web3.eth.block_number

    clinic.file()

    assert web3.eth.block_number == block
    assert states(clinic) == [State.PAID, State.PAID, State.HELD, State.HELD]


@pytest.mark.parametrize("at_once", [100, 2])
def test_file_finds_what_somebody_else_has_filed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Covers few filings, which are requested by name, and many."""
    monkeypatch.setattr(parts, "AT_ONCE", at_once)
    clinic.attest()
    file_all(clinic)

    clinic.file()

    assert states(clinic) == [State.PAID, State.PAID, State.HELD, State.HELD]
    assert claims_decided(clinic) == READY


def file_all(clinic: Clinic) -> None:
    """Files all that is attested, as another account that ignores the outbox and the cost."""
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


def clinic_sender(clinic: Clinic) -> Any:
    return Unlocked(accounts[9].address)


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


def test_what_was_withdrawn_and_has_not_changed_is_left_out(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.attest()
    clinic.file()
    held = entries(clinic)[2]
    clinic.hospital("withdraw", f"claim={held.claim}", "account=7")
    capsys.readouterr()

    clinic.attest()
    captured = capsys.readouterr()
    assert len(entries(clinic)) == READY
    assert f"Claim/{held.claim}: was withdrawn and is unchanged; correct the bill, or " in captured.err
    assert f"{READY - 1} were attested before, 1 bills left out" in captured.out

    clinic.attest("again=yes")
    clinic.file()
    assert (entries(clinic)[-1].diagnosis.revision, states(clinic)[-1]) == (1, State.HELD)


def correct_total(clinic: Clinic, entry: OutboxLine) -> None:
    """Reduces one bill of the patient's records by ten dollars."""
    (path,) = clinic.records.iterdir()
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
    capsys.readouterr()

    with pytest.raises(SystemExit) as stop:
        clinic.attest()

    assert stop.value.code == 1
    assert len(entries(clinic)) == READY
    assert "differs from the attested line; withdraw the attested line first" in capsys.readouterr().err


def test_withdraw_says_why_not(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    paid = entries(clinic)[0]

    message = ended(capsys, clinic.hospital, "withdraw", f"claim={paid.claim}", "account=7")

    assert message == f"Claim/{paid.claim}: is paid; withdraw only lines that are held or denied"


def test_withdraw_root_lets_the_lines_be_attested_anew(clinic: Clinic) -> None:
    clinic.attest()
    with box(clinic) as opened:
        ((signed, _),) = opened.to_file()

    clinic.hospital("withdraw_root", f"root=0x{signed.attestation.root.hex()}", "account=7")
    assert states(clinic) == [State.WITHDRAWN] * READY
    clinic.attest()
    clinic.file()

    again = entries(clinic)[READY:]
    assert [entry.state for entry in again] == [State.PAID, State.PAID, State.HELD, State.HELD]
    assert {entry.diagnosis.revision for entry in again} == {0}


def test_a_bill_of_two_policies_is_corrected_under_both(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.treat(2)
    clinic.attest()
    first, other = file_first_bill(clinic)
    assert first.claim == other.claim
    message = ended(capsys, clinic.hospital, "withdraw", f"claim={first.claim}", "account=7")
    policies = [f"0x{entry.diagnosis.policy.hex()}" for entry in (first, other)]
    assert message.endswith(
        f"went to more than one policy; name one: --policy {policies[0]} or {policies[1]}"
    )

    for policy in policies:
        clinic.hospital("withdraw", f"claim={first.claim}", f"policy={policy}", "account=7")
    correct_total(clinic, first)
    clinic.attest()
    clinic.file()

    corrected = [entry for entry in entries(clinic) if entry.claim == first.claim][2:]
    assert [entry.diagnosis.revision for entry in corrected] == [2, 2]
    assert [entry.state for entry in corrected] == [first.state] * 2


def test_a_withdrawal_under_one_policy_strands_nothing_under_the_other(clinic: Clinic) -> None:
    clinic.treat(2)
    clinic.attest()
    first, other = file_first_bill(clinic, policies=1)
    clinic.hospital(
        "withdraw", f"claim={first.claim}", f"policy=0x{first.diagnosis.policy.hex()}", "account=7"
    )

    clinic.file()
    assert reloaded(clinic, other).reason is SkipReason.SUPERSEDED
    clinic.attest()
    clinic.file()

    assert reloaded(clinic, other).diagnosis.revision == 1
    assert reloaded(clinic, other).state is first.state


def reloaded(clinic: Clinic, entry: OutboxLine) -> OutboxLine:
    """Returns the entry in its present state."""
    return next(one for one in entries(clinic) if one.id == entry.id)


def file_first_bill(clinic: Clinic, policies: int = 2) -> tuple[OutboxLine, OutboxLine]:
    """Files the first or both lines of the patient's first bill, so that they can be withdrawn."""
    with box(clinic) as opened:
        ((signed, waiting),) = opened.to_file()
        lines = [entry for entry in waiting if entry.claim == waiting[0].claim]
        action = claims.file(
            clinic.chain,
            attestation=signed.attestation,
            attestor=signed.attestor,
            signature=signed.signature,
            lines=[opened.line(entry) for entry in lines[:policies]],
        )
    clinic.chain.send(action, clinic_sender(clinic))
    clinic.hospital("status")
    first, other = (reloaded(clinic, line) for line in lines)
    assert first.state in (State.HELD, State.DENIED)
    return first, other
