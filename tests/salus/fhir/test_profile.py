"""salus.fhir.Profile: what a hospital says of its records

given hospital.yaml
    each part is read, and what it leaves out is undecided
    a fault names file, line, field and what to do
given a profile
    its mark in a record reads back as the same rules, open to every payer and provider
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import BILLS, MRN, TODAY, line, ref, refused

WHOLE = """
organizations: [Lakeside Clinic, "urn:npi|N-1", Organization/o1]
payers: any
patient_number: https://lakeside.example/mrn
bill_number: https://billing.lakeside.example/bills
time_zone: America/New_York
statutory_accidents: [WPA, SCHOOL]
encounter_classes: {"urn:lakeside:class|7": IMP}
services:
  "urn:lakeside:services|KON-12": "http://snomed.info/sct|185345009"
total_may_differ: 2.5
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hospital.yaml"


def load(path: Path, text: str) -> Profile:
    path.write_text(text)
    return Profile.load(path)


def test_each_part_is_read(path: Path) -> None:
    assert load(path, WHOLE) == Profile(
        organizations=["Lakeside Clinic", "urn:npi|N-1", "Organization/o1"],
        payers="any",
        patient_number=MRN,
        bill_number=BILLS,
        time_zone="America/New_York",
        statutory_accidents=frozenset({"WPA", "SCHOOL"}),
        encounter_classes={"urn:lakeside:class|7": "IMP"},
        services={"urn:lakeside:services|KON-12": "http://snomed.info/sct|185345009"},
        total_may_differ=2.5,
    )


@pytest.mark.parametrize("line_of_file", [line for line in WHOLE.splitlines() if line and line[0] != " "])
def test_each_part_may_be_left_out(path: Path, line_of_file: str) -> None:
    name = line_of_file.partition(":")[0]
    lines = [part for part in WHOLE.splitlines() if not part.startswith(name)]
    if name == "services":
        lines = [part for part in lines if not part.startswith("  ")]

    assert getattr(load(path, "\n".join(lines)), name) == getattr(Profile(), name)


def test_nothing_is_decided_unless_it_is_said(path: Path) -> None:
    assert load(path, "total_may_differ: 10\n") == fhir.SAFE
    assert (fhir.SAFE.organizations, fhir.SAFE.payers) == (None, None)
    assert (fhir.OPEN.organizations, fhir.OPEN.payers) == ("any", "any")
    assert load(path, "total_may_differ: off\n").total_may_differ == "off"


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        ("payers: any\norganisations: any\n", 2, "organisations"),
        ("payers: []\n", 1, "payers"),
        ("organizations: any\npayers: all\n", 2, "payers"),
        ("organizations:\n  - Lakeside\n  - 7\n", 3, "organizations.1"),
        ("payers: any\n\ntime_zone: New York\n", 3, "time_zone"),
        ("time_zone: EST5EDT/x\n", 1, "time_zone"),
        ("patient_number: [a]\n", 1, "patient_number"),
        ("encounter_classes:\n  'urn:x|1': WARD\n", 2, "encounter_classes.urn:x|1"),
        ("encounter_classes:\n  'urn:x': IMP\n", 2, "encounter_classes.urn:x.[key]"),
        ("services:\n  'urn:x|1': 'no code'\n", 2, "services.urn:x|1"),
        ("services:\n  'urn:x|1': 'urn:x|'\n", 2, "services.urn:x|1"),
        ("payers: any\ntotal_may_differ: 0.5\n", 2, "total_may_differ"),
        ("total_may_differ: 101\n", 1, "total_may_differ"),
        ("total_may_differ: never\n", 1, "total_may_differ"),
        ("statutory_accidents: WPA\n", 1, "statutory_accidents"),
    ],
)
def test_a_fault_names_its_line_and_field(path: Path, text: str, row: int, field: str) -> None:
    with pytest.raises(FhirError) as caught:
        load(path, text)

    error = caught.value
    assert (error.file, error.line) == (str(path), row)
    assert error.field is not None
    assert error.field.startswith(field.removesuffix(".[key]"))
    assert error.remedy
    assert "\n" not in str(error)


@pytest.mark.parametrize("text", ["", "- any\n", "payers: [\n", "payers: any\npayers: any\n", "any"])
def test_what_is_no_profile_is_named(path: Path, text: str) -> None:
    with pytest.raises(FhirError) as caught:
        load(path, text)

    assert caught.value.file == str(path)
    assert caught.value.remedy


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(FhirError) as caught:
        Profile.load(path)

    assert caught.value.file == str(path)


# IN A RECORD

RULES: list[dict[str, Any]] = [
    {},
    {"patient_number": MRN},
    {"bill_number": BILLS},
    {"time_zone": "America/New_York"},
    {"encounter_classes": {"urn:lakeside:class|7": "IMP", "urn:x|a=b": "AMB"}},
    {"services": {"urn:lakeside:services|KON=12": "http://snomed.info/sct|185345009"}},
]


@pytest.mark.parametrize("rules", RULES)
def test_a_mark_reads_back_as_the_same_rules(rules: dict[str, Any]) -> None:
    profile = Profile(organizations=["Lakeside"], payers=["Harbor Health"], total_may_differ=3, **rules)
    again = Profile.of_mark(json.loads(json.dumps(profile.mark())))

    assert again == Profile(organizations="any", payers="any", total_may_differ="off", **rules)


@pytest.mark.parametrize("meta", [None, {}, 7, [], {"tag": []}, {"tag": [{"system": "urn:x", "code": "a"}]}])
def test_no_mark_is_an_open_profile(meta: Any) -> None:
    found = Profile.of_mark(meta)
    assert (found.organizations, found.payers) == ("any", "any")


@pytest.mark.parametrize(
    "record", [b"", b"[]", b"{}", b'{"meta": 7}', b'{"meta": {"tag": 7}}', b'{"meta": {"tag": [7]}}']
)
def test_a_broken_record_is_a_fault_and_no_traceback(record: bytes) -> None:
    assert not any(isinstance(one, BillLine) for one in fhir.read_record(record, build.FAMILY))


def test_a_line_reads_back_as_its_profile_had_it_read() -> None:
    profile = Profile(
        organizations=["Lakeside"],
        payers=["Harbor Health"],
        patient_number=MRN,
        bill_number=BILLS,
        time_zone="America/New_York",
        encounter_classes={"urn:lakeside:class|7": "AMB"},
        services={"urn:lakeside:services|KON-12": f"{build.SNOMED}|{build.VISIT}"},
    )
    late = {"start": "2025-04-03T01:00:00Z", "end": "2025-04-03T02:00:00Z"}
    bill = build.numbered(
        "L-9",
        provider={"display": "Lakeside"},
        insurer={"display": "Harbor Health"},
        billablePeriod=late,
        item=[
            {
                "sequence": 1,
                "productOrService": build.concept("KON-12", "urn:lakeside:services"),
                "encounter": [ref("Encounter/e1")],
            }
        ],
    )
    bill["identifier"].append(build.identifier("X-9", "urn:other"))
    visit = build.encounter(period=late, **{"class": {"system": "urn:lakeside:class", "code": "7"}})
    person = build.patient(identifier=[build.identifier("M-3", MRN)])

    made = line(bill, visit, person, profile=profile)
    (again,) = fhir.read_record(made.record, build.FAMILY, today=TODAY)

    assert isinstance(again, BillLine)
    for name in made.__slots__:
        assert name in ("source", "record") or getattr(again, name) == getattr(made, name)
    assert (made.claim, made.patient, made.benefit) == (f"{BILLS}|L-9", "M-3", "visit.primary")
    assert refused(bill, visit, person)[0] is Reason.SEVERAL_NUMBERS
