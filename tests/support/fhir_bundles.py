"""Small FHIR R4 records: one clinic visit of an invented patient, which each test changes."""

from __future__ import annotations

import copy
import json
from typing import Any

from salus import fhir, product
from salus.base import days
from salus.claim.bill_line import BillLine

SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
DIAGNOSIS_TYPE = "http://terminology.hl7.org/CodeSystem/ex-diagnosistype"

VISIT = "185345009"
CHECK_UP = "185349003"
ASTHMA = "195967001"
EMPLOYMENT = "160903007"

FAMILY = product.shipped("family")
TODAY = days.civil_day("2025-12-31")

Resource = dict[str, Any]


def read_one(*resources: Resource, plan: product.Table = FAMILY) -> fhir.Result:
    """Returns what the only Claim among the resources becomes, read on the last day of 2025."""
    (result,) = fhir.read(document(*resources), plan, today=TODAY)
    return result


def line(*resources: Resource, plan: product.Table = FAMILY) -> BillLine:
    result = read_one(*resources, plan=plan)
    assert isinstance(result, BillLine), result
    return result


def refused(*resources: Resource, plan: product.Table = FAMILY) -> tuple[fhir.Reason, str, str]:
    """Returns reason, resource and field of the refusal."""
    result = read_one(*resources, plan=plan)
    assert isinstance(result, fhir.Refused), result
    return result.reason, result.resource, result.field


def concept(code: str, system: str = SNOMED) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def ref(address: str) -> Resource:
    return {"reference": address}


def claim(**changes: Any) -> Resource:
    """Returns a bill of 120.50 USD for a visit on 2025-03-10, late in the evening of New York; `None` removes
    an element."""
    return _with(
        {
            "resourceType": "Claim",
            "id": "c1",
            "status": "active",
            "type": concept("professional", CLAIM_TYPE),
            "use": "claim",
            "patient": ref("Patient/p1"),
            "billablePeriod": {"start": "2025-03-10T22:30:00-04:00", "end": "2025-03-10T23:10:00-04:00"},
            "created": "2025-03-10T23:10:00-04:00",
            "provider": ref("Organization/o1"),
            "priority": concept("normal", "http://terminology.hl7.org/CodeSystem/processpriority"),
            "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "plan"}}],
            "item": [{"sequence": 1, "productOrService": concept(VISIT), "encounter": [ref("Encounter/e1")]}],
            "total": {"value": 120.5, "currency": "USD"},
        },
        changes,
    )


def encounter(**changes: Any) -> Resource:
    act = changes.pop("act", "AMB")
    return _with(
        {
            "resourceType": "Encounter",
            "id": "e1",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": act},
            "subject": ref("Patient/p1"),
            "period": {"start": "2025-03-10T22:30:00-04:00", "end": "2025-03-10T23:10:00-04:00"},
        },
        changes,
    )


def condition(snomed: str = ASTHMA, **changes: Any) -> Resource:
    return _with(
        {
            "resourceType": "Condition",
            "id": "d1",
            "verificationStatus": concept("confirmed", VERIFICATION),
            "code": concept(snomed),
            "subject": ref("Patient/p1"),
            "onsetDateTime": "2025-03-10T22:30:00-04:00",
        },
        changes,
    )


def diagnosed(*addresses: str, **changes: Any) -> Resource:
    """Returns a bill with diagnoses in the order given."""
    rows = [{"sequence": n, "diagnosisReference": ref(a)} for n, a in enumerate(addresses, 1)]
    return claim(diagnosis=rows, **changes)


def prescription(**changes: Any) -> Resource:
    return _with(
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept("313782", RXNORM),
            "subject": ref("Patient/p1"),
            "encounter": ref("Encounter/e1"),
        },
        changes,
    )


def procedure(**changes: Any) -> Resource:
    return _with(
        {
            "resourceType": "Procedure",
            "id": "x1",
            "status": "completed",
            "code": concept("73761001"),
            "subject": ref("Patient/p1"),
        },
        changes,
    )


def bundle(*resources: Resource, kind: str = "collection") -> Resource:
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [{"resource": resource} for resource in resources],
    }


def document(*resources: Resource) -> bytes:
    """Returns a Bundle of the resources as JSON bytes."""
    return json.dumps(bundle(*resources)).encode()


def _with(resource: Resource, changes: Resource) -> Resource:
    changed = {**copy.deepcopy(resource), **copy.deepcopy(changes)}
    return {key: value for key, value in changed.items() if value is not None}
