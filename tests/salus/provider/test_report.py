"""salus.provider.report: what became of all bills of a run

given many bills that share a cause
    one line should say how many, of how many patients, why, and name an example or two
given a few bills of a cause
    each line should name file, bill, fault and remedy
given files that are not FHIR
    they should be said once, a few by name, and be no fault
given files that claim to be FHIR and cannot be read
    each cause should be said, as a problem
given observations
    each kind should be said once
given a report file
    it should have a row for each bill, whatever the summary leaves out, and no patient
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from salus import fhir
from salus.provider.drafting import draft
from salus.provider.report import BillOutcome, Observation, Report, Row
from tests.support.fhir_bundles import claim, document, encounter
from tests.support.hospital_desk import KEY, READER, START, HospitalDesk, bill


def without_card(count: int, patients: int) -> list[Row]:
    cause = "the patient has no card under family 1 that covers the day; ask for the card"
    return [
        Row(
            file=f"{number}.json",
            resource=f"Claim/urn:bills|B-{number}",
            outcome=BillOutcome.LEFT_OUT,
            reason="NO_CARD",
            words=f"{number}.json: Claim/urn:bills|B-{number}: {cause}",
            cause=cause,
            bill=f"B-{number}",
            billed=100,
            currency="USD",
            patient=f"secret-{number % patients}",
        )
        for number in range(count)
    ]


def test_many_bills_of_one_cause_are_one_line() -> None:
    report = Report(rows=without_card(552, 29))

    assert report.lines() == [
        "552 bills of 29 patients left out: the patient has no card under family 1 that covers the day; "
        "ask for the card (such as B-0 and B-1)"
    ]
    (group,) = report.groups(BillOutcome.LEFT_OUT)
    assert (group.bills, group.patients, group.billed) == (552, 29, "552.00 USD")
    assert report.groups(BillOutcome.PROBLEM) == []
    assert "secret" not in repr(report) + str(report.lines())


def test_a_few_bills_are_named_in_full() -> None:
    rows = without_card(3, 1)

    assert Report(rows=rows).lines() == [row.words for row in rows]
    assert len(Report(rows=[*rows, *rows[:1]]).lines()) == 1


def test_foreign_files_are_said_once() -> None:
    assert Report(not_read=["a/scan.pdf"]).lines() == ["1 file that is not FHIR was not read: scan.pdf"]
    names = ["a/scan.pdf", ".DS_Store", "README.md", "x.png", "y.png"]
    assert Report(not_read=names).lines() == [
        "5 files that are not FHIR were not read: scan.pdf, .DS_Store, README.md and 2 more"
    ]
    assert Report(not_read=names).problems == []


def test_observations_are_said_by_kind() -> None:
    seen = [Observation("a.json", f"urn:bills|B-{number}", "the total differs") for number in range(3)]

    report = Report(observations=seen)

    assert report.lines() == ["3 bills to look at: the total differs (such as B-0 and B-1)"]
    assert report.notes[0] == "a.json: Claim/urn:bills|B-0: the total differs"


def test_a_folder_as_hospitals_have_it(tmp_path: Path) -> None:
    """Bills of two causes, broken files and foreign files, as they are read and drafted."""
    desk = HospitalDesk(tmp_path)
    records = tmp_path / "records"
    records.mkdir()
    others = [bill(f"B-{number}", use="preauthorization") for number in range(2, 7)]
    strangers = [
        claim(id=f"S-{number}", patient={"reference": f"Patient/s{number % 2}"}) for number in range(4)
    ]
    visits = [encounter(subject={"reference": f"Patient/s{number}"}, id=f"v{number}") for number in range(2)]
    for number, stranger in enumerate(strangers):
        stranger["item"][0]["encounter"] = [{"reference": f"Encounter/v{number % 2}"}]
    (records / "bills.json").write_bytes(document(encounter(), bill("B-1"), *others))
    (records / "strangers.json").write_bytes(document(*visits, *strangers))
    for name in ("a.json", "b.json", "c.json", "d.json"):
        (records / name).write_text('{"resourceType": ')
    for name in ("scan.pdf", ".DS_Store", "hospital.yaml"):
        (records / name).write_bytes(b"\0")

    with desk.open() as outbox:
        found = fhir.read(records, desk.sale.table, profile=fhir.OPEN, today=START + 364)
        report = draft(found, outbox, desk.cards, KEY, recipients=[READER])

    foreign, not_a_bill, no_card, unreadable = report.lines()
    assert foreign == "2 files that are not FHIR were not read: .DS_Store and scan.pdf"
    assert not_a_bill.startswith("5 bills left out: Claim.use says that this is not a bill; ")
    assert not_a_bill.endswith("(such as B-2 and B-3)")
    assert no_card.startswith("4 bills of 2 patients left out: the patient has no card under")
    assert unreadable.startswith("4 files to correct: is not JSON")
    assert unreadable.endswith("(such as a.json and b.json)")
    assert (report.new, len(report.problems)) == (1, 4)

    path = tmp_path / "report.csv"
    report.save(path)
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(report.rows) == 14
    assert {row["bill"] for row in rows} >= {"B-1", "B-6", "S-2"}
    assert len(json.loads(path.with_suffix(".json").read_text())["notRead"]) == 2
    assert "s0" not in path.read_text().replace("S-0", "")
