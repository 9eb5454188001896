"""Creates FHIR R4 resources for the people, places and bills of the samples."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from salus.base import days
from salus.samples.care import CDT, CPT, CVX, HCPCS, ICD, RXNORM, Bill, Coded
from salus.samples.people import Patient

Resource = dict[str, Any]

_SYSTEMS = {
    ICD: "http://hl7.org/fhir/sid/icd-10-cm",
    CPT: "http://www.ama-assn.org/go/cpt",
    HCPCS: "http://terminology.hl7.org/CodeSystem/HCPCS",
    CDT: "http://terminology.hl7.org/CodeSystem/CDT",
    RXNORM: "http://www.nlm.nih.gov/research/umls/rxnorm",
    CVX: "http://hl7.org/fhir/sid/cvx",
}
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_CLASSES = {
    "AMB": "ambulatory", "EMER": "emergency", "IMP": "inpatient encounter", "NONAC": "inpatient non-acute",
}  # fmt: skip
_OFFSET = "-05:00"


def patient(person: Patient) -> Resource:
    return {
        "resourceType": "Patient",
        "id": person.id,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "gender": person.sex,
        "birthDate": person.birth.isoformat(),
        "address": [{"line": [person.street], "city": person.town, "country": "US"}],
    }


def organization(identifier: str, name: str, kind: str) -> Resource:
    return {
        "resourceType": "Organization",
        "id": identifier,
        "active": True,
        "type": [{"coding": [_coding(f"{_TERMINOLOGY}/organization-type", "prov", "Healthcare Provider")]}],
        "name": name,
        "alias": [kind],
    }


def encounter(identifier: str, bill: Bill, person: Patient, organization_id: str, start: int) -> Resource:
    resource: Resource = {
        "resourceType": "Encounter",
        "id": identifier,
        "status": "finished",
        "class": _coding(f"{_TERMINOLOGY}/v3-ActCode", bill.encounter_class, _CLASSES[bill.encounter_class]),
        "subject": _reference(person.id),
        "period": _period(bill, start),
        "serviceProvider": _reference(organization_id),
    }
    if bill.reason:
        resource["reasonCode"] = [_concept(bill.reason)]
    return resource


def condition(identifier: str, reason: Coded, person: Patient, encounter_id: str, day: int) -> Resource:
    return {
        "resourceType": "Condition",
        "id": identifier,
        "clinicalStatus": {"coding": [{"system": f"{_TERMINOLOGY}/condition-clinical", "code": "active"}]},
        "verificationStatus": {
            "coding": [{"system": f"{_TERMINOLOGY}/condition-ver-status", "code": "confirmed"}]
        },
        "category": [
            {
                "coding": [
                    _coding(
                        f"{_TERMINOLOGY}/condition-category", "encounter-diagnosis", "Encounter Diagnosis"
                    )
                ]
            }
        ],
        "code": _concept(reason),
        "subject": _reference(person.id),
        "encounter": _reference(encounter_id),
        "onsetDateTime": days.to_date(day).isoformat(),
    }


def prescription(identifier: str, bill: Bill, person: Patient, encounter_id: str, start: int) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": identifier,
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": _concept(bill.items[0].what),
        "subject": _reference(person.id),
        "encounter": _reference(encounter_id),
        "authoredOn": _moment(start + bill.day, 10),
    }


def claim(
    identifier: str,
    number: str,
    bill: Bill,
    person: Patient,
    *,
    start: int,
    organization_id: str,
    encounter_id: str,
    condition_id: str | None,
    prescription_id: str | None,
) -> Resource:
    """Creates the Claim; `number` is the provider's bill number, the same in every export."""
    total = sum(item.cents for item in bill.items)
    resource: Resource = {
        "resourceType": "Claim",
        "id": identifier,
        "identifier": [{"system": f"https://{organization_id}.example/bills", "value": number}],
        "status": "active",
        "type": {"coding": [{"system": f"{_TERMINOLOGY}/claim-type", "code": bill.claim_type}]},
        "use": "claim",
        "patient": _reference(person.id),
        "billablePeriod": _period(bill, start),
        "created": _moment(start + bill.day + bill.nights, 18),
        "provider": _reference(organization_id),
        "priority": {"coding": [{"system": f"{_TERMINOLOGY}/processpriority", "code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "Member card shown"}}],
        "item": [
            {
                "sequence": row,
                "productOrService": _concept(item.what),
                "net": _money(item.cents),
                "encounter": [_reference(encounter_id)],
            }
            for row, item in enumerate(bill.items, start=1)
        ],
        "total": _money(total),
    }
    if condition_id:
        resource["diagnosis"] = [
            {
                "sequence": 1,
                "diagnosisReference": _reference(condition_id),
                "type": [{"coding": [{"system": f"{_TERMINOLOGY}/ex-diagnosistype", "code": "principal"}]}],
            }
        ]
    if prescription_id:
        resource["prescription"] = _reference(prescription_id)
    return resource


def _coding(system: str, code: str, display: str) -> Resource:
    return {"system": system, "code": code, "display": display}


def _concept(coded: Coded) -> Resource:
    return {"coding": [_coding(_SYSTEMS[coded.system], coded.code, coded.display)], "text": coded.display}


def _reference(identifier: str) -> Resource:
    return {"reference": f"urn:uuid:{identifier}"}


def _period(bill: Bill, start: int) -> Resource:
    last = start + bill.day + bill.nights
    return {"start": _moment(start + bill.day, 9), "end": _moment(last, 11)}


def _moment(day: int, hour: int) -> str:
    return f"{days.to_date(day).isoformat()}T{hour:02}:20:00{_OFFSET}"


def _money(cents: int) -> Resource:
    return {"value": Decimal(cents).scaleb(-2), "currency": "USD"}
