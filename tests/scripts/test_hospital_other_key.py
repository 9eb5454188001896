"""salus hospital: another provider key on an outbox, and on a chain that has paid its bills

given nine bills that were signed and filed, seven of them decided
    when another key is set, attest should refuse it with both fingerprints, and sign nothing
    when the key is declared lost, it should hold back all nine, and the chain should pay nothing again
        when one is to be released by its number, it should refuse that and name the way out
given a new outbox and another key on the same chain
    attest should hold back what the chain has decided, and file should send nothing
        when one is released by its number, that one alone should be signed
        when the bill went to two policies, and one has decided it, it should hold it back under both
given an outbox of the version before, in which another key has signed the bills anew
    file should send each bill once
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from brownie import accounts, chain, web3

from salus.chain import Unlocked, claims, events
from salus.claim.provider_key import ProviderKey, short
from salus.provider.outbox import State
from tests.scripts.conftest import DAY, Clinic, box, entries, states
from tests.support.ending import ended
from tests.support.old_outbox import as_before

NINE = 9
OTHER = ProviderKey(bytes(31) + b"\1")


@pytest.fixture
def year(clinic: Clinic) -> Clinic:
    """Nine bills of a year, signed; all but the latest were filed."""
    for days in (90, 150, 210, 270, 330):
        chain.mine(timestamp=(clinic.start + days) * DAY)
        clinic.treat(0)
        clinic.attest()
        if days < 330:
            clinic.file()
    return clinic


def set_key(monkeypatch: pytest.MonkeyPatch, key: ProviderKey) -> None:
    monkeypatch.setenv("SALUS_PROVIDER_KEY", key.reveal().hex())


def paid(clinic: Clinic) -> Any:
    """What the family has been paid."""
    return int(clinic.suite.stablecoin.balanceOf(accounts[8]))


def decided(clinic: Clinic) -> Counter[bytes]:
    """How often the chain decided each record's care, as anybody can count it."""
    return Counter(
        repr((event.service.member, event.service.from_, event.service.to, event.service.billed)).encode()
        for event in clinic.chain.past(events.ClaimDecided)
    )


def bills(clinic: Clinic) -> int:
    (path,) = clinic.records.iterdir()
    document = json.loads(path.read_text())
    return sum(entry["resource"]["resourceType"] == "Claim" for entry in document["entry"])


def test_another_key_signs_nothing_and_is_paid_nothing(
    year: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, signed, block = paid(year), entries(year), web3.eth.block_number
    assert bills(year) == len(signed) == NINE
    assert 0 < Counter(states(year))[State.ATTESTED] < NINE
    own = ProviderKey.from_environment()
    set_key(monkeypatch, OTHER)

    message = ended(capsys, year.attest)
    assert f"is bound to the provider key {short(own.fingerprint)}" in message
    assert f"the key that was given is {short(OTHER.fingerprint)}" in message
    assert "--key-lost" in message
    assert entries(year) == signed

    capsys.readouterr()
    year.attest("key_lost=yes")
    captured = capsys.readouterr()
    assert "0 new and 0 corrected lines attested" in captured.out
    assert f"{NINE} held back" in captured.out
    assert f"{NINE} bills of 1 patient held back: was signed before under this number" in captured.err
    assert entries(year) == signed
    assert (paid(year), web3.eth.block_number) == (before, block)

    year.file()
    year.attest()
    assert set(decided(year).values()) == {1}
    assert len(entries(year)) == NINE
    assert f"{short(OTHER.fingerprint)}), so no key is lost" in ended(capsys, year.attest, "key_lost=yes")


def test_a_number_that_was_signed_is_not_released(
    year: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_key(monkeypatch, OTHER)
    year.attest("key_lost=yes")
    one = entries(year)[3]

    message = ended(capsys, year.attest, f"release={one.bill}")

    assert f"Claim/{one.bill}: was signed before under this number" in message
    assert "withdraw what was signed" in message
    year.file()
    assert set(decided(year).values()) == {1}


def test_one_bill_is_released_by_its_number(
    year: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    year.file()
    one = entries(year)[3]
    year.outbox.unlink()
    set_key(monkeypatch, OTHER)
    with pytest.raises(SystemExit):
        year.attest()
    capsys.readouterr()

    with pytest.raises(SystemExit):
        year.attest(f"release={one.bill}")

    assert [entry.claim for entry in entries(year)] == [one.claim]
    assert "1 new and 0 corrected lines attested" in capsys.readouterr().out
    assert "is not held back" in ended(capsys, year.attest, f"release={one.bill}")


def test_a_new_outbox_and_another_key_are_paid_nothing(
    year: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    year.file()
    before, count = paid(year), decided(year)
    year.outbox.unlink()
    set_key(monkeypatch, OTHER)

    message = ended(capsys, year.attest)

    assert message.startswith(f"{NINE} bills are held back, for the causes above; ")
    assert states(year) == []
    year.file()
    assert (paid(year), decided(year)) == (before, count)


def test_a_bill_that_one_policy_paid_is_held_back_under_the_other_too(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under another key the chain would not see that the first policy has paid a part of it."""
    clinic.treat(2)
    clinic.attest()
    with box(clinic) as opened:
        ((signed, waiting),) = opened.to_file()
        first, other = (line for line in waiting if line.claim == waiting[0].claim)
        action = claims.file(
            clinic.chain,
            attestation=signed.attestation,
            attestor=signed.attestor,
            signature=signed.signature,
            lines=[opened.line(first)],
        )
    clinic.chain.send(action, Unlocked(accounts[9].address))
    assert first.diagnosis.policy != other.diagnosis.policy
    clinic.outbox.unlink()
    set_key(monkeypatch, OTHER)

    with pytest.raises(SystemExit):
        clinic.attest()

    assert {line.claim for line in waiting} - {line.claim for line in entries(clinic)} == {first.claim}


def test_an_outbox_of_two_keys_files_each_bill_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the version before left it: the bills were signed a second time under another key."""
    clinic.attest()
    first = clinic.outbox
    clinic.file("at_once=2")
    clinic.work = clinic.work / "second"
    clinic.records.parent.mkdir()
    clinic.treat(0)
    set_key(monkeypatch, OTHER)
    with pytest.raises(SystemExit):
        clinic.attest()
    with box(clinic) as opened:
        opened.release([entry.line.bill for entry in opened.held_back()], at=1)
    assert first.exists()
    as_before(first)
    clinic.outbox.unlink(missing_ok=True)
    first.rename(clinic.outbox)
    count = decided(clinic)

    assert "which made" in ended(capsys, clinic.attest)
    clinic.file()

    assert decided(clinic) == count
