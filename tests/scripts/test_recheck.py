"""scripts.insurer, scripts.patient: rechecking filed claims

given filed claims, the records that the hospital exported, and the holders' enrolments
    the insurer's recheck should report nothing for honest claims of two patients
        when a field was attested with another value, it should be named for each claim
        when one record was used for two bill lines, both claims should be named
        when a record or an enrolment is missing, it should say so
        when a folder, table or key is wrong, one line should name it
    the patient should be able to recheck their own claims with their own key
    no output should contain a name, a code, a claim number or a key

SPECIFICATION X5.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from salus import product
from salus.chain import claims
from salus.claim import attestation
from salus.cover.card import MemberCard
from salus.cover.membership import Membership, open_card
from salus.cover.policy import CoverFile
from salus.crypto.records import RecordKey
from salus.provider import drafting
from scripts import insurer, patient
from tests.scripts.conftest import DAY, READY, Clinic, entries
from tests.support import secrets_of
from tests.support.ending import ended


@pytest.fixture
def filed(clinic: Clinic) -> Clinic:
    """Files and exports the first patient's records at the hospital."""
    clinic.attest()
    clinic.file()
    return handed_over(clinic)


def handed_over(clinic: Clinic) -> Clinic:
    """Gives the insurer all enrolments, and the sealed records of the outbox."""
    folder = clinic.work / "enrolments"
    folder.mkdir(exist_ok=True)
    for path in clinic.folder.glob("keys-*/enrolment.age"):
        (folder / f"{path.parent.name}.age").write_bytes(path.read_bytes())
    clinic.hospital("export", f"folder={sealed(clinic)}")
    return clinic


def sealed(clinic: Clinic) -> Path:
    return clinic.work / "sealed"


def recheck(clinic: Clinic, *words: str) -> None:
    arguments = {
        "pool": clinic.pool,
        "records": sealed(clinic),
        "enrolments": clinic.work / "enrolments",
        "table": "family",
        "record_key": clinic.path("insurer.key"),
    }
    arguments.update(word.split("=") for word in words)
    insurer.recheck(*(f"{name}={value}" for name, value in arguments.items()))


def membership(clinic: Clinic) -> Membership:
    """Returns the first patient's membership."""
    card = clinic.path("keys-0") / "member-0.card.json"
    cover = card.with_name("member-0.cover.json")
    return open_card(MemberCard.load(card), CoverFile.load(cover), product.shipped("family"))


def bill_again(clinic: Clinic) -> None:
    """Lets the hospital attest the first bill's record again, for an invented bill line."""
    again = replace(entries(clinic)[0].diagnosis, bill_line=b"\7" * 32)
    batch = attestation.attest(
        [again],
        desk=clinic.chain.desk_domain,
        provider=1,
        issued_at=clinic.now(),
        expires_at=clinic.now() + DAY,
        signer=clinic.attestor,
    )
    action = claims.file(
        clinic.chain,
        attestation=batch.attestation,
        attestor=clinic.attestor.address,
        signature=batch.signature,
        lines=[membership(clinic).line(again, batch.proof(0))],
    )
    clinic.chain.send(action, clinic.unlocked(9))


# THE INSURER


def test_honest_claims_pass(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    filed.treat(2)
    filed.attest()
    filed.file()
    handed_over(filed)
    capsys.readouterr()

    recheck(filed)

    output = capsys.readouterr().out
    count = len(entries(filed))
    assert count > READY
    assert f"{count} claims: {count} as the record." in output
    assert "No single record shows: member, billLine, caseId, revision." in output
    assert "To look at: records of one patient were used for members of several policies:" in output


def test_what_was_attested_otherwise_is_named(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = drafting.diagnose

    def dearer(*arguments: Any, **options: Any) -> Any:
        diagnosis = real(*arguments, **options)
        return replace(diagnosis, billed=diagnosis.billed + 1, flags=diagnosis.flags ^ 1)

    monkeypatch.setattr(drafting, "diagnose", dearer)
    clinic.attest()
    clinic.file()
    handed_over(clinic)
    capsys.readouterr()

    with pytest.raises(SystemExit) as stop:
        recheck(clinic)

    captured = capsys.readouterr()
    assert stop.value.code == 1
    for entry in entries(clinic):
        assert f"record {entry.diagnosis.record.hex()}: differs in billed, flags" in captured.out
    assert f"{READY} claims: {READY} different." in captured.out
    assert captured.err.endswith(f"Error: {READY} claims differ from their records; ask the providers\n")


def test_one_record_behind_two_lines_is_named(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    bill_again(filed)
    capsys.readouterr()

    with pytest.raises(SystemExit) as stop:
        recheck(filed)

    output = capsys.readouterr().out
    assert stop.value.code == 1
    assert f"{READY + 1} claims: {READY + 1} as the record." in output
    assert "one bill in the records was filed as several bill lines:" in output
    assert output.count(f"record {entries(filed)[0].diagnosis.record.hex()}\n") == 2
    assert f"bill line 0x{'07' * 4}…" in output


def test_what_is_missing_is_said(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    record = entries(filed)[1].diagnosis.record.hex()
    (sealed(filed) / f"{record}.age").unlink()
    capsys.readouterr()

    with pytest.raises(SystemExit):
        recheck(filed)
    output = capsys.readouterr().out
    assert f"record {record}: its sealed record is missing" in output
    assert f"{READY} claims: {READY - 1} as the record, 1 not rechecked." in output

    (filed.work / "enrolments" / "keys-0.age").unlink()
    with pytest.raises(SystemExit):
        recheck(filed)
    output = capsys.readouterr().out
    assert f"Note: no enrolment of policy 0x{membership(filed).policy_id.hex()} is in " in output
    assert output.count("its member is in no enrolment") == READY - 1


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("records=nowhere", "nowhere: is not a folder; name the folder of the sealed records"),
        ("enrolments=nowhere", "nowhere: is not a folder; name the folder of the enrolments"),
        ("record_key=nowhere", "nowhere: cannot be read: "),
        ("table=critical-illness", "which is not named; name the table of each policy of the pool"),
    ],
)
def test_what_does_not_fit_is_named(
    filed: Clinic, capsys: pytest.CaptureFixture[str], word: str, expected: str
) -> None:
    assert expected in ended(capsys, recheck, filed, word)


def test_an_enrolment_sealed_to_another_is_named(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    other = filed.work / "other.key"
    other.write_text(RecordKey.generate().reveal())

    message = ended(capsys, recheck, filed, f"record_key={other}")

    assert message.startswith(f"{filed.work / 'enrolments' / 'keys-0.age'}: cannot be opened with this key")


def test_no_output_has_a_name_a_code_or_a_key(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    bill_again(filed)
    secrets = set(secrets_of.of_bundle(filed.patients[0].bundle)) | {
        row.code for row in membership(filed).table
    }
    capsys.readouterr()

    with pytest.raises(SystemExit):
        recheck(filed)

    captured = capsys.readouterr()
    output = captured.out + captured.err
    assert not [secret for secret in secrets if len(secret) > 4 and secret not in PUBLIC and secret in output]
    assert filed.path("insurer.key").read_text().strip() not in output


PUBLIC = {"claim", "official"}


# THE PATIENT


def recheck_own(clinic: Clinic) -> None:
    keys = clinic.path("keys-0")
    patient.recheck(
        f"card={keys / 'member-0.card.json'}",
        f"cover={keys / 'member-0.cover.json'}",
        "table=family",
        f"records={sealed(clinic)}",
        f"record_key={keys / 'record.key'}",
    )


def test_the_patient_rechecks_too(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    recheck_own(filed)
    assert f"{READY} claims: {READY} as the record." in capsys.readouterr().out

    bill_again(filed)
    with pytest.raises(SystemExit) as stop:
        recheck_own(filed)
    assert stop.value.code == 1
    assert "one bill in the records was filed as several bill lines:" in capsys.readouterr().out
