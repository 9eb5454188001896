"""Small FHIR R4 records to read: one clinic visit, to be altered by each test. Nobody stands behind them."""

from __future__ import annotations

import copy
import json
from itertools import permutations
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

BILLS = "https://billing.lakeside.example/bills"
MRN = "https://lakeside.example/mrn"

VISIT = "185345009"
CHECK_UP = "185349003"
ASTHMA = "195967001"
EMPLOYMENT = "160903007"

FAMILY = product.shipped("family")
TODAY = days.civil_day("2025-12-31")

Resource = dict[str, Any]


def read_one(
    *resources: Resource, plan: product.Table = FAMILY, profile: fhir.Profile = fhir.OPEN
) -> fhir.Result:
    """What the one Claim among the resources becomes, read on the last day of 2025."""
    (result,) = fhir.read(document(*resources), plan, profile=profile, today=TODAY)
    return result


def line(*resources: Resource, plan: product.Table = FAMILY, profile: fhir.Profile = fhir.OPEN) -> BillLine:
    result = read_one(*resources, plan=plan, profile=profile)
    assert isinstance(result, BillLine), result
    return result


def refused(
    *resources: Resource, plan: product.Table = FAMILY, profile: fhir.Profile = fhir.OPEN
) -> tuple[fhir.Reason, str, str]:
    """Reason, resource and field of the refusal."""
    result = read_one(*resources, plan=plan, profile=profile)
    assert isinstance(result, fhir.Refused), result
    return result.reason, result.resource, result.field


def outcomes(
    *sources: fhir.Source, plan: product.Table = FAMILY, profile: fhir.Profile = fhir.OPEN
) -> dict[str, int | fhir.Reason]:
    """By the number of each Claim of all sources: the amount of its line, or the reason why it has none.

    A second Claim of a number has a `+` behind it."""
    found: dict[str, int | fhir.Reason] = {}
    for result in fhir.read(sources, plan, profile=profile, today=TODAY):
        assert isinstance(result, BillLine | fhir.Refused), result
        number = (result.claim or "").rpartition("|")[2]
        while number in found:
            number += "+"
        found[number] = result.billed if isinstance(result, BillLine) else result.reason
    return found


def all_ways(*bills: Resource, profile: fhir.Profile = fhir.OPEN) -> dict[str, int | fhir.Reason]:
    """What becomes of the bills of one visit, which is the same in every order and over files."""
    first, *others = [outcomes(*way, profile=profile) for way in _orders(*bills)]
    assert all(other == first for other in others)
    return first


def _orders(*bills: Resource) -> list[list[bytes]]:
    """All orders of the bills, in one document each and in one document for all."""
    ways = [[document(bill) for bill in order] for order in permutations(bills)]
    return [[*way, document(encounter())] for way in ways] + [
        [document(*order, encounter())] for order in permutations(bills)
    ]


def numbered(number: str, amount: float = 120.5, **changes: Any) -> Resource:
    """A bill with a number of the hospital's own, whose id is the same in lower case."""
    defaults = {
        "id": number.lower(),
        "identifier": [identifier(number)],
        "total": {"value": amount, "currency": "USD"},
    }
    return claim(**{**defaults, **changes})


def identifier(value: str, system: str = BILLS) -> Resource:
    return {"system": system, "value": value}


def relation(to: Resource, words: str, system: str = "https://codes.example/relations") -> Resource:
    """One `Claim.related`; `to` is a reference."""
    return {"claim": to, "relationship": concept(words, system)}


def type_of_bill(code: str) -> Resource:
    """One `Claim.supportingInfo` with the NUBC type of bill."""
    return {
        "sequence": 1,
        "category": concept("typeofbill", "https://codes.example/info"),
        "code": concept(code, "https://www.nubc.org/CodeSystem/TypeOfBill"),
    }


def patient(own: str = "p1", **changes: Any) -> Resource:
    return _with({"resourceType": "Patient", "id": own}, changes)


def coverage(by: str | Resource = "Harbor Health", **changes: Any) -> Resource:
    """A coverage by a payer, written as a display or as a reference."""
    return _with(
        {
            "resourceType": "Coverage",
            "id": "v1",
            "status": "active",
            "beneficiary": ref("Patient/p1"),
            "payor": [{"display": by} if isinstance(by, str) else by],
        },
        changes,
    )


def covered(*addresses: str, focal: int = 1, **changes: Any) -> Resource:
    """A bill under coverages, in the order given; the one of that rank is billed."""
    rows = [
        {"sequence": n, "focal": n == focal, "coverage": ref(address)}
        for n, address in enumerate(addresses, 1)
    ]
    return claim(insurance=rows, **changes)


def organization(own: str, **changes: Any) -> Resource:
    return _with({"resourceType": "Organization", "id": own}, changes)


def served(server: str, *resources: Resource) -> bytes:
    """A Bundle of the resources as a server sends them."""
    entries = [
        {"fullUrl": f"{server}{resource['resourceType']}/{resource['id']}", "resource": resource}
        for resource in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def entries(*pairs: tuple[str, Resource], kind: str = "transaction") -> bytes:
    """A Bundle of resources, each with its fullUrl."""
    rows = [{"fullUrl": url, "resource": resource} for url, resource in pairs]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": rows}).encode()


def lines_of(*resources: Resource) -> bytes:
    """NDJSON, as Bulk Data exports it."""
    return b"\n".join(json.dumps(resource).encode() for resource in resources) + b"\n"


def concept(code: str, system: str = SNOMED) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def ref(address: str) -> Resource:
    return {"reference": address}


def claim(**changes: Any) -> Resource:
    """A bill of 120.50 USD for a visit on 2025-03-10, late in the evening of New York; `None` takes an
    element out."""
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
    """A bill with diagnoses in the order given."""
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
    """A Bundle of the resources as JSON bytes."""
    return json.dumps(bundle(*resources)).encode()


def _with(resource: Resource, changes: Resource) -> Resource:
    changed = {**copy.deepcopy(resource), **copy.deepcopy(changes)}
    return {key: value for key, value in changed.items() if value is not None}
