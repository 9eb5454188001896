"""scripts.patient, claims

given decided claims
    each should be shown with the billed amount, the plan's payment, its reasons and its status
        when the same bill line was filed twice, the second decision should be denied, whatever the first was
        when it was withdrawn, it should say so
"""

from __future__ import annotations

import pytest
from brownie import accounts, chain

from salus.provider.outbox import State
from scripts import keeper, patient
from tests.scripts.conftest import DAY, READY, RELAYER, Clinic, box, entries


def states_shown(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Returns the status of each claim, as the patient reads it."""
    keys = clinic.path("keys-0")
    capsys.readouterr()
    patient.claims(
        f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}", "table=family"
    )
    output = capsys.readouterr().out
    assert "PR-2  This is your agreed share of the cost." in output
    rows = [line for line in output.splitlines() if " billed " in line]
    assert output.endswith(f"{len(rows)} claims.\n")
    return [row.split()[-1] for row in rows]


def test_the_patient_reads_the_claims(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()

    assert states_shown(clinic, capsys) == ["paid", "paid", "held", "held"]

    chain.mine(timestamp=clinic.now() + 4 * DAY)
    keeper.settle_due(f"account={RELAYER}")
    assert states_shown(clinic, capsys) == ["paid"] * READY


def test_what_was_filed_twice_is_denied_once(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    again = clinic.work / "again.sqlite"
    clinic.attest(f"outbox={again}")
    with box(clinic, again) as opened:
        ((signed, waiting),) = opened.to_file()
        lines = [opened.line(entry).as_tuple() for entry in waiting]

    # Another account files, because the hospital's script holds duplicates back.
    attestation, key = signed.attestation.as_tuple(), signed.attestor
    clinic.suite.desk.file(attestation, key, signed.signature, lines, {"from": accounts[int(RELAYER)]})

    assert states_shown(clinic, capsys) == ["paid", "paid", "held", "held"] + ["denied"] * READY


def test_what_was_withdrawn(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    held = next(entry for entry in entries(clinic) if entry.state is State.HELD)

    clinic.hospital("withdraw", f"claim={held.claim}", "account=7")

    assert states_shown(clinic, capsys) == ["paid", "paid", "withdrawn", "held"]
