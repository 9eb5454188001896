"""salus.fhir.patient_names

given Bundles with Claims of patients
    it should list each patient by the id used for the bill line, however the Claim refers to the Patient
given a Patient that is missing, invalid or nameless, or a document that is not a Bundle
    it should skip it, and continue
given several names, or a name that is only a text
    it should use the first name that is not empty
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from salus import fhir
from tests.support import fhir_bundles as build

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"given": ["Anna", "B"], "family": "Smith"}]}


def document(patient: dict[str, Any] | None, reference: Any, url: str = "", number: str = "c1") -> bytes:
    claim = build.claim(id=number) | {"patient": reference}
    resources = [claim] if patient is None else [claim, patient]
    entries = [{"resource": resource} for resource in resources]
    if url:
        entries[-1]["fullUrl"] = url
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


@pytest.mark.parametrize(
    ("reference", "url", "number"),
    [
        ("Patient/p1", "", "p1"),
        ("urn:uuid:7", "urn:uuid:7", "p1"),
        ("https://clinic.example/Patient/p1", "https://clinic.example/Patient/p1", "p1"),
    ],
)
def test_by_the_id_of_the_bill_line(reference: str, url: str, number: str) -> None:
    assert fhir.names(document(PATIENT, {"reference": reference}, url)) == {number: "Anna B Smith"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ([{"family": "Smith"}], "Smith"),
        ([{"given": ["Anna"]}], "Anna"),
        ([{"text": "Anna Smith, Dr"}], "Anna Smith, Dr"),
        ([{"use": "old"}, {"family": "Jones"}], "Jones"),
    ],
)
def test_what_a_name_says(name: Any, words: str) -> None:
    assert fhir.names(document({**PATIENT, "name": name}, {"reference": "Patient/p1"})) == {"p1": words}


@pytest.mark.parametrize(
    "odd", [None, {"name": "Smith"}, {"name": [{"given": [None]}]}, {"name": []}, {"link": 7}]
)
def test_leaves_out_who_has_none(odd: dict[str, Any] | None) -> None:
    patient = None if odd is None else {**PATIENT, **odd}
    good = document({**PATIENT, "id": "p2"}, {"reference": "Patient/p2"}, number="c2")

    assert fhir.names(
        [document(patient, {"reference": "Patient/p1"}), b"{", b'{"resourceType": "Patent"}', good]
    ) == {"p2": "Anna B Smith"}


@pytest.mark.parametrize("reference", [None, 7, [], {}, {"reference": 7}, {"reference": "#x"}])
def test_leaves_out_a_claim_of_nobody(reference: Any) -> None:
    assert fhir.names(document(PATIENT, reference)) == {}
