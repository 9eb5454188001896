"""scripts.hospital: recheck; scripts.patient: claims

given attested records
    rrecheck should report nothing for an honest line, and name the field that was changed
        when the key file has age-keygen's format, it should open the record too
given filed claims
    the patient should be able to read them
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from salus.crypto.records import RecordKey
from salus.provider import drafting
from scripts import patient
from tests.scripts.conftest import READY, Clinic, entries


def recheck(clinic: Clinic, claim: str, record_key: Path | None = None) -> None:
    clinic.hospital(
        "recheck",
        f"claim={claim}",
        f"patient={clinic.patients[0].patient.id}",
        f"cards={clinic.path('cards')}",
        "table=family",
        f"record_key={record_key or clinic.path('insurer.key')}",
    )


def test_recheck_passes_an_honest_line(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()

    recheck(clinic, entries(clinic)[0].claim)

    assert "The line says what the record says." in capsys.readouterr().out


def test_recheck_takes_a_key_as_age_keygen_writes_it(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    key = RecordKey(clinic.path("insurer.key").read_text())
    written = clinic.work / "age.key"
    written.write_text(f"# created: 2026-01-01T12:00:00Z\n# public key: {key.recipient}\n\n{key.reveal()}\n")
    clinic.attest()

    recheck(clinic, entries(clinic)[0].claim, written)

    assert "The line says what the record says." in capsys.readouterr().out


def test_recheck_names_what_was_changed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = drafting.diagnose

    def dearer(*arguments: Any, **options: Any) -> Any:
        diagnosis = real(*arguments, **options)
        return replace(diagnosis, billed=diagnosis.billed + 1)

    monkeypatch.setattr(drafting, "diagnose", dearer)
    clinic.attest()
    claim = entries(clinic)[0].claim
    capsys.readouterr()

    with pytest.raises(SystemExit) as stop:
        recheck(clinic, claim)

    assert stop.value.code == 1
    captured = capsys.readouterr()
    assert "billed is not what the record gives" in captured.out
    assert f"Claim/{claim}: differs in 1 fields" in captured.err


def test_the_patient_reads_the_claims(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    keys = clinic.path("keys-0")

    patient.claims(
        f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}", "table=family"
    )

    output = capsys.readouterr().out
    assert f"{READY} claims." in output
    assert "This is your agreed share of the cost." in output
