"""scripts.hospital, attest: faulty records and cards

given a folder in which one bill, file or card is faulty
    one line should name file, field and remedy; the valid bills should be signed; the exit code should be 1
        when it is corrected, a rerun should sign the rest, and nothing twice
given a valid bill that is not for this plan or this member, or whose patient has no card
    it should be left out with its reason, and the exit code should be 0
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salus import product
from salus.cli.output import err
from salus.provider.outbox import State
from tests.scripts.conftest import READY, Clinic, states
from tests.support.ending import ended

Document = dict[str, Any]
Change = Callable[[Document], Any]


def claims(document: Document) -> list[Document]:
    resources = [entry["resource"] for entry in document["entry"]]
    return [resource for resource in resources if resource["resourceType"] == "Claim"]


def path(clinic: Clinic) -> Path:
    return clinic.records / "0.json"


def alter(clinic: Clinic, change: Change) -> str:
    """Changes the patient's first bill, and returns its name."""
    document = json.loads(path(clinic).read_text())
    bill = claims(document)[0]
    change(bill)
    path(clinic).write_text(json.dumps(document))
    return f"Claim/{bill['id']}"


def at_fault(clinic: Clinic, capsys: pytest.CaptureFixture[str], count: int = 1) -> list[str]:
    """Returns the lines in which attest reports faults."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        clinic.attest()
    *lines, last = capsys.readouterr().err.splitlines()
    assert stop.value.code == 1
    assert last == (
        f"Error: {count} bills or files are at fault, for the causes above; "
        "correct them and run again: what is attested stays so; --report gives a row for each"
    )
    return [line.strip() for line in lines if str(clinic.records) in line]


# ONE BILL


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda bill: bill["total"].update(value=-5), "total.value is negative (-5 USD); send a"),
        (
            lambda bill: bill["total"].update(value=1e40),
            "total.value is larger than a bill can be (1E+40 USD);",
        ),
        (
            lambda bill: bill["total"].update(currency="XQQ"),
            "total.currency is not the code of a currency (XQQ); use",
        ),
        (
            lambda bill: bill["total"].update(value=-int("7" * 99)),
            "total.value is negative (-7.778e+98 USD); send a",
        ),
        (
            lambda bill: bill["total"].update(currency="EUR"),
            "total.currency is not the currency of the plan (EUR, not USD); bill in the",
        ),
        (
            lambda bill: bill["total"].update(currency="Mrs Doe"),
            "total.currency is not the code of a currency; use a code",
        ),
        (
            lambda bill: bill.update(billablePeriod={"start": "2999-01-01", "end": "2999-01-01"}),
            "billablePeriod is in the future; correct the dates, or send",
        ),
        (
            lambda bill: bill["item"][0]["encounter"][0].update(reference="urn:uuid:none"),
            "item[0].encounter refers to a resource that cannot be used (an Encounter that is not in the ",
        ),
        (
            lambda bill: bill.update(item=5),
            "item does not have the form that FHIR R4 requires (a whole number in place of a list);",
        ),
    ],
)
def test_a_bill_at_fault_is_named_and_the_others_are_signed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], change: Change, expected: str
) -> None:
    good = path(clinic).read_bytes()
    bill = alter(clinic, change)

    (line,) = at_fault(clinic, capsys)

    assert line.startswith(f"{path(clinic)}: {bill}.{expected}")
    assert states(clinic) == [State.ATTESTED] * (READY - 1)
    path(clinic).write_bytes(good)
    clinic.attest()
    assert states(clinic) == [State.ATTESTED] * READY


def test_a_copy_of_a_file_changes_nothing(clinic: Clinic) -> None:
    (clinic.records / "again.json").write_bytes(path(clinic).read_bytes())

    clinic.attest()

    assert states(clinic) == [State.ATTESTED] * READY


def test_another_bill_of_the_same_number_is_named(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(path(clinic).read_text())
    bill = json.loads(json.dumps(claims(document)[0]))
    bill["id"], bill["total"]["value"] = "again", bill["total"]["value"] + 1
    document["entry"].append({"fullUrl": "urn:uuid:again", "resource": bill})
    path(clinic).write_text(json.dumps(document))

    lines = at_fault(clinic, capsys, 2)

    assert len(lines) == 2
    assert states(clinic) == [State.ATTESTED] * (READY - 1)


# A WHOLE FILE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not JSON: "),
        ("[]", "resourceType: holds no FHIR resource; send a Bundle, or one resource a line, of FHIR R4"),
        (
            '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Claim", "id": "1", '
            '"traceNumber": []}}]}',
            "Claim/1.traceNumber belongs to another release of FHIR (R5); export the records as FHIR R4",
        ),
        (
            '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Claim", "id": "1", '
            '"use": "complete"}}]}',
            "Claim/1.use belongs to another release of FHIR (STU3); export the records as FHIR R4",
        ),
    ],
)
def test_a_file_at_fault_is_named_and_the_others_are_signed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    bad = clinic.records / "bad.json"
    bad.write_text(text)

    (line,) = at_fault(clinic, capsys)

    assert line.startswith(f"{bad}: {expected}")
    assert states(clinic) == [State.ATTESTED] * READY


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_records_is_named(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    path(clinic).unlink()
    if not there:
        clinic.records.rmdir()

    (line,) = at_fault(clinic, capsys)

    reason = (
        "holds no .json, .ndjson or .jsonl file" if there else "cannot be read: no such file or directory"
    )
    assert line.startswith(f"{clinic.records}: {reason}; name ")
    assert states(clinic) == []


def test_a_file_is_not_counted_as_a_bill(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(err, "_force_terminal", True)
    path(clinic).write_text("{")
    capsys.readouterr()

    with pytest.raises(SystemExit):
        clinic.attest()

    assert "bills read: 0" in capsys.readouterr().err


# CARDS


@pytest.fixture
def cards(clinic: Clinic) -> Path:
    """Copies the cards, so that a test can damage them."""
    return Path(shutil.copytree(clinic.path("cards"), clinic.work / "cards"))


def of_patient(cards: Path, clinic: Clinic, member: int = 0) -> Path:
    return cards / clinic.patients[member].patient.id


def test_a_wrong_card_is_named(clinic: Clinic, cards: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = of_patient(cards, clinic) / "0.card.json"
    shutil.copy(of_patient(cards, clinic, 1) / "1.card.json", card)
    capsys.readouterr()

    with pytest.raises(SystemExit) as stop:
        clinic.attest(f"cards={cards}")

    output = capsys.readouterr().err
    assert stop.value.code == 1
    fault = f"{card}: policy: is for another policy than the cover file; "
    assert f"{READY} bills of 1 patient to correct: {fault}" in output
    assert states(clinic) == []


def test_a_folder_of_cards_that_is_not_there_is_named(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    message = ended(capsys, clinic.attest, "cards=nowhere")

    assert message == "nowhere: is not a folder; name the folder of the cards"


# VALID, BUT NOT FOR THIS PLAN


def test_a_bill_that_is_not_for_the_plan_is_left_out(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    bill = alter(clinic, lambda bill: bill.update(use="preauthorization"))

    clinic.attest()

    captured = capsys.readouterr()
    assert f"{bill}.use says that this is not a bill" in captured.err
    assert f"{READY - 1} new and 0 corrected lines attested, 0 were attested before, 1 bills" in captured.out


def test_bills_without_a_card_are_left_out(
    clinic: Clinic, cards: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(of_patient(cards, clinic))

    clinic.attest(f"cards={cards}")

    captured = capsys.readouterr()
    reason = "the patient has no card under family 2026.1 that covers the day; ask for the card"
    assert f"{READY} bills of 1 patient left out: {reason} (such as B-" in captured.err
    assert states(clinic) == []


def test_what_one_policy_excludes_goes_to_the_other(
    clinic: Clinic, cards: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = product.shipped("family")
    excluded = [row.code for row in list(plan)[:-11] if not row.terms.waiting_days]
    clinic.show_another(cards, plan, *excluded)

    clinic.attest(f"cards={cards}")

    captured = capsys.readouterr()
    reason = "is not covered for this member (204); bill the patient"
    assert f"{READY} bills of 1 patient left out: {reason} (such as B-" in captured.err
    assert states(clinic) == [State.ATTESTED] * READY
