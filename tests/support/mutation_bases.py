"""Records to mutate, and what must hold of each mutant: a bill is refused, or its line is the one before."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from salus import fhir, samples
from salus.base import days
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine, Note
from salus.fhir import Refused
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import FAMILY, ref

START = days.civil_day("2025-01-01")
TODAY = START + 365
_BILLS, _PEOPLE = "https://hospital.example/bills", "https://hospital.example/people"
_PLAN = "https://plan.example/payers"


_LINKS = (
    "Bundle.entry",
    "Bundle.entry.fullUrl",
    "Bundle.entry.resource",
    "Claim.related",
    "Claim.resourceType",
    "ExplanationOfBenefit.claim",
    "ExplanationOfBenefit.payment",
    "ExplanationOfBenefit.resourceType",
)
"""What says that one bill ends another. Without it, the other is an ordinary bill of its own."""
_VALUES = (
    "Claim.identifier[].value",
    "Encounter.id",
    "Patient.identifier[].value",
    *(
        f"{concept}.coding[].{part}"
        for concept in (
            "Claim.item[].productOrService",
            "Condition.code",
            "MedicationRequest.medicationCodeableConcept",
            "Procedure.code",
        )
        for part in ("code", "system")
    ),
)
"""Text that a line follows: other text is another record, and nothing in the input contradicts it."""
_OPTIONAL = ("Claim.diagnosis", "Claim.diagnosis[]", "Claim.procedure", "Claim.procedure[]")
"""What a bill may go without: a record without it is a good record of something else."""


def _may_differ(shape: str, kind: str) -> bool:
    return (shape in _VALUES and kind in ("text", "as text")) or (
        shape in _OPTIONAL and kind in ("drop", "list")
    )


@dataclass(frozen=True)
class Base:
    """A Bundle, and the profile that it is read under."""

    name: str
    bundle: dict[str, Any]
    profile: fhir.Profile

    @cached_property
    def lines(self) -> dict[str, BillLine]:
        """Its lines by claim number, before any change."""
        return self._lines(self.bundle)

    @cached_property
    def apart(self) -> dict[str, BillLine]:
        """The lines of its bills if no bill ended another."""
        bundle = copy.deepcopy(self.bundle)
        kept = [
            entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != "ExplanationOfBenefit"
        ]
        for entry in kept:
            entry["resource"].pop("related", None)
            entry["resource"].pop("supportingInfo", None)
        return self._lines({**bundle, "entry": kept})

    def _lines(self, bundle: dict[str, Any]) -> dict[str, BillLine]:
        results = list(self.read(json.dumps(bundle).encode()))
        return {result.claim: _bare(result) for result in results if isinstance(result, BillLine)}

    def read(self, document: bytes) -> Iterator[fhir.Result]:
        return fhir.read(document, FAMILY, profile=self.profile, today=TODAY)

    def fault(self, document: bytes, shape: str, kind: str) -> str:
        """What is wrong with the results of a mutant; empty when nothing is."""
        results = list(self.read(document))
        ended = sum(isinstance(result, BillLine | Refused) for result in results)
        if ended < _claims(document) and not any(isinstance(result, FhirError) for result in results):
            return f"{_claims(document)} bills, and {ended} results"
        if _may_differ(shape, kind):
            return ""
        before = {**self.apart, **self.lines} if shape.startswith(_LINKS) else self.lines
        for result in results:
            if isinstance(result, BillLine):
                line, old = _bare(result), before.get(result.claim)
                if shape.startswith(_LINKS) and old is not None:
                    line, old = replace(line, replaces=()), replace(old, replaces=())
                if line != old and Note.SERVICES_IN_WORDS not in result.notes:
                    return f"{old} became {line}"
        return ""


def _bare(line: BillLine) -> BillLine:
    """What the change of an element must not change. Notes and other names of the bill may come and go: they
    change no amount."""
    return replace(line, record=b"", source="", notes=(), aliases=())


def _claims(document: bytes) -> int:
    """How many bills a document has; an equal copy of a resource is the same resource."""
    entries = json.loads(document).get("entry")
    found = (
        [entry.get("resource") for entry in entries if isinstance(entry, dict)]
        if isinstance(entries, list)
        else []
    )
    claims = [one for one in found if isinstance(one, dict) and one.get("resourceType") == "Claim"]
    return len({json.dumps(one, sort_keys=True) for one in claims})


BASES = (*(f"sample {number}" for number in range(6)), "rich")


@cache
def base(name: str) -> Base:
    """One of BASES."""
    return next(one for one in bases() if one.name == name)


@cache
def bases() -> tuple[Base, ...]:
    invented = samples.generate(seed=7, start=START)
    return (*(_sample(f"sample {n}", one.bundle, one.to_json()) for n, one in enumerate(invented)), _rich())


def _sample(name: str, bundle: dict[str, Any], text: bytes) -> Base:
    """With one system for the bills, and a number for the patient: so nothing is left to be guessed."""
    changed = json.loads(text)
    for entry in changed["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Claim":
            resource["identifier"][0]["system"] = _BILLS
            resource["insurer"] = {"identifier": {"system": _PLAN, "value": "salus"}}
        if resource["resourceType"] == "Patient":
            resource["identifier"] = [{"system": _PEOPLE, "value": f"P-{name}"}]
    names = [
        f"Organization/{e['resource']['id']}"
        for e in changed["entry"]
        if e["resource"]["resourceType"] == "Organization"
    ]
    return Base(name, changed, _profile(names))


def _profile(organizations: list[str]) -> fhir.Profile:
    return fhir.Profile(
        organizations=organizations,
        payers=[f"{_PLAN}|salus"],
        bill_number=_BILLS,
        patient_number=_PEOPLE,
    )


def _rich() -> Base:
    """A bill, the bill that replaces it, and everything that a bill can refer to."""

    def number(value: str) -> list[dict[str, str]]:
        return [{"system": _BILLS, "value": value}]

    coverage = {
        "resourceType": "Coverage",
        "id": "k1",
        "status": "active",
        "type": build.concept("EHCPOL", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
        "beneficiary": ref("Patient/p1"),
        "payor": [ref("Organization/pay1")],
        "order": 1,
    }
    common: dict[str, Any] = {
        "insurance": [{"sequence": 1, "focal": True, "coverage": ref("Coverage/k1")}],
        "procedure": [{"sequence": 1, "procedureReference": ref("Procedure/x1")}],
        "diagnosis": [
            {
                "sequence": 1,
                "diagnosisReference": ref("Condition/d1"),
                "type": [build.concept("principal", build.DIAGNOSIS_TYPE)],
            },
            {"sequence": 2, "diagnosisReference": ref("Condition/d2")},
        ],
        "item": [
            {
                "sequence": 1,
                "productOrService": build.concept(build.VISIT),
                "servicedPeriod": {"start": "2025-03-10", "end": "2025-03-10"},
                "net": {"value": 120.5, "currency": "USD"},
                "encounter": [ref("Encounter/e1")],
            }
        ],
    }
    frequency = {
        "sequence": 1,
        "category": build.concept("typeofbill", "https://codes.example/info"),
        "code": build.concept("137", "https://www.nubc.org/CodeSystem/TypeOfBill"),
    }
    resources = [
        {"resourceType": "Patient", "id": "p1", "identifier": [{"system": _PEOPLE, "value": "P-1"}]},
        {"resourceType": "Organization", "id": "o1", "name": "Hospital"},
        {
            "resourceType": "Organization",
            "id": "pay1",
            "identifier": [{"system": _PLAN, "value": "salus"}],
            "name": "Plan",
        },
        coverage,
        build.encounter(diagnosis=[{"condition": ref("Condition/d1")}]),
        build.condition(),
        build.condition(id="d2", snomed="38341003"),
        build.procedure(),
        build.claim(identifier=number("1"), **common),
        build.claim(
            id="c2",
            identifier=number("2"),
            related=[
                {
                    "claim": ref("Claim/c1"),
                    "relationship": build.concept("prior", "https://codes.example/rel"),
                }
            ],
            supportingInfo=[frequency],
            **common,
        ),
        build.claim(id="c3", identifier=number("3"), status="cancelled", **common),
        build.claim(id="c4", identifier=number("4"), **common),
        {
            "resourceType": "ExplanationOfBenefit",
            "id": "b4",
            "claim": ref("Claim/c4"),
            "insurer": {"identifier": {"system": _PLAN, "value": "other"}},
            "payment": {"amount": {"value": 20, "currency": "USD"}},
        },
        build.claim(id="c5", identifier=number("5"), **common),
        build.claim(
            id="c6",
            identifier=number("6"),
            related=[
                {"claim": ref("Claim/c5"), "relationship": build.concept("void", "https://codes.example/rel")}
            ],
            **common,
        ),
    ]
    bundle = build.bundle(*resources)
    for entry in bundle["entry"]:
        entry["fullUrl"] = f"urn:uuid:{entry['resource']['id']}"
    text = json.dumps(bundle)
    for kind in {resource["resourceType"] for resource in resources}:
        text = text.replace(f'"reference": "{kind}/', '"reference": "urn:uuid:')
    return Base("rich", json.loads(text), _profile(["Organization/o1"]))
