"""scripts.patient, claims

given decided claims
    each should be shown with the billed amount, each reduction with its reason, the plan's payment, and what
    became of it; as JSON the same, and the amounts should add up
        when the same bill line was filed twice, the second decision should be a duplicate of the first
        when it was withdrawn, it should say so
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from brownie import accounts, chain

from salus.provider.outbox import State
from scripts import keeper, patient
from tests.scripts.conftest import DAY, READY, RELAYER, Clinic, box, entries


def states_shown(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Returns the status of each claim, as the patient reads it."""
    keys = clinic.path("keys-0")
    words = (f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}", "table=family")
    capsys.readouterr()
    patient.claims(*words)
    output = capsys.readouterr().out
    assert "PR-2 Coinsurance" in output
    assert "This is your agreed share of the cost." in output
    rows = [line for line in output.splitlines() if line[:2] == "20"]
    assert output.endswith(f"\n{len(rows)} claims.\n")
    assert [claim["state"] for claim in as_json(capsys, *words)] == [row.split()[-1] for row in rows]
    return [row.split()[-1] for row in rows]


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    patient.claims(*words, "json=yes")
    claims: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["claims"]
    for claim in claims:
        cut = sum(Decimal(part["amount"]) for part in claim["reductions"])
        if claim["state"] != "withdrawn":
            assert Decimal(claim["billed"]) - cut == Decimal(claim["plan_pays"])
        assert (claim["paid_in"] is not None) == (claim["state"] == "paid" and claim["plan_pays"] != "0.00")
    return claims


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

    shown = states_shown(clinic, capsys)
    assert sorted(shown) == ["duplicate"] * READY + ["held", "held", "paid", "paid"]


def test_what_was_withdrawn(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.attest()
    clinic.file()
    held = next(entry for entry in entries(clinic) if entry.state is State.HELD)

    clinic.hospital("withdraw", f"claim={held.claim}", "account=7")

    assert states_shown(clinic, capsys) == ["paid", "paid", "withdrawn", "held"]
