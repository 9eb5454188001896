"""The message of a refused Claim: what stands at fault is shown where it tells nothing of the patient

given a status, a code system, a claim type, a currency, a payer or another bill at fault
└── it should be named in the message
given a diagnosis, a name or free text at fault
└── it should not be in the message
given a resource that a bill leads to and that was deleted
└── it should be a problem, and not left out in order
given a Claim, or what it leads to, of a status or use that FHIR does not have
└── it should be a problem, and not left out in order
given a diagnosis that only the encounter refers to
└── it should be a problem, unless the encounter gives its reason as a code
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from salus import fhir
from salus.fhir import OPEN, Profile, Reason, Refused
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import FAMILY, TODAY, Resource, ref

ICD10 = "http://hl7.org/fhir/sid/icd-10"


def refusals(*resources: Resource, profile: Profile = OPEN) -> list[Refused]:
    found = list(fhir.read(build.document(*resources), FAMILY, profile=profile, today=TODAY))
    return [one for one in found if isinstance(one, Refused)]


def message(*resources: Resource, profile: Profile = OPEN) -> str:
    first, *_ = refusals(*resources, profile=profile)
    return str(first).removeprefix("<input>: ")


def coded(system: str) -> list[Resource]:
    return [{"sequence": 1, "diagnosisCodeableConcept": build.concept("J45.9", system)}]


def numbered(own: str, **changes: Any) -> Resource:
    return build.claim(id=own, identifier=[{"system": "urn:bills", "value": "7"}], **changes)


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ([build.claim(status="cancelled")],
         "Claim/c1.status is not the status of care or of a bill that counts "
         "(cancelled); leave"),
        ([build.claim(use="preauthorization")],
         "Claim/c1.use says that this is not a bill (preauthorization);"),
        ([build.claim(status=None)],
         "Claim/c1.status does not have the form that FHIR R4 requires (it is missing);"),
        ([build.claim(item=7)], "Claim/c1.item does not have the form that FHIR R4 requires "
         "(a whole number in place of a list); correct"),
        ([build.claim(type=build.concept("lab", "urn:ours")), build.encounter()],
         "Claim/c1.type has no code of FHIR's claim types (urn:ours|lab); use"),
        ([build.claim(), build.encounter(act="101")], "Encounter/e1.class is not a known encounter class "
         "(http://terminology.hl7.org/CodeSystem/v3-ActCode|101); map"),
        ([build.claim(), build.encounter(status="planned")],
         "Encounter/e1.status is not the status of care or of a bill that counts (planned); leave"),
        ([build.claim()], "Claim/c1.item[0].encounter refers to a resource that cannot be used "
         "(an Encounter that is not in the input); send"),
        ([build.claim(diagnosis=coded(ICD10)), build.encounter()],
         f"Claim/c1.diagnosis[0] has no code of ICD-10-CM or SNOMED CT ({ICD10}); code"),
        ([numbered("c1"), numbered("c2", total={"value": 7, "currency": "USD"})],
         "Claim/c1.identifier is the number of several bills that differ (Claim/c2); keep"),
        ([numbered("c1"), build.claim(id="c2", related=[{"claim": ref("Claim/c1"),
          "relationship": build.concept("replaces", "urn:x")}])],
         "Claim/c1.identifier shows that another bill replaces this one (Claim/c2); leave"),
    ],
)  # fmt: skip
def test_names_what_is_at_fault(resources: list[Resource], said: str) -> None:
    assert message(*resources).startswith(said)


def test_names_the_provider_and_the_payer_by_address() -> None:
    bill = build.claim(provider=ref("Organization/o1"), insurer=ref("Organization/o9"))
    ours = Profile(organizations=["Organization/o2"], payers="any")
    theirs = Profile(organizations="any", payers=["Organization/o2"])

    assert "is another provider (Organization/o1);" in message(bill, profile=ours)
    assert "are not meant for Salus (Organization/o9);" in message(bill, profile=theirs)
    assert "organizations (Organization/o1); list them in hospital.yaml" in message(bill, profile=Profile())


def test_shows_no_name_and_no_diagnosis() -> None:
    person = {"reference": "RelatedPerson/r1", "display": "Mrs Doe"}
    bill = build.claim(insurer=person, insurance=None, status="active")

    shown = [
        message(bill, profile=Profile(organizations="any", payers=["plan"])),
        message(build.claim(status="Mrs Doe")),
        message(build.claim(diagnosis=coded("Mrs Doe"), encounter=None), build.encounter()),
    ]

    assert not any(words in text for text in shown for words in ("Doe", "J45", "r1"))


def test_a_deleted_coverage_is_a_problem() -> None:
    bill = build.claim(insurance=[{"sequence": 1, "focal": True, "coverage": ref("Coverage/k1")}])
    entries: list[Resource] = [{"resource": bill}, {"resource": build.encounter()}]
    entries.append({"request": {"method": "DELETE", "url": "Coverage/k1"}})
    bundle = {"resourceType": "Bundle", "type": "history", "entry": entries}

    (found,) = fhir.read(json.dumps(bundle).encode(), FAMILY, profile=OPEN, today=TODAY)

    assert isinstance(found, Refused)
    assert (found.reason, found.reason.in_order) == (Reason.MISSING_REFERENCE, False)


@pytest.mark.parametrize(
    ("bill", "visit"),
    [({"status": "final"}, {}), ({"use": "bill"}, {}), ({}, {"status": "completed"})],
)
def test_an_unknown_status_or_use_is_a_problem(bill: Resource, visit: Resource) -> None:
    (found,) = refusals(build.claim(**bill), build.encounter(**visit))

    assert (found.reason, found.reason.in_order) == (Reason.MALFORMED, False)


@pytest.mark.parametrize(
    ("visit", "is_lost"),
    [
        ({"reasonReference": [ref("Condition/d1")]}, True),
        ({"reasonReference": [ref("urn:uuid:unknown")]}, True),
        ({"reasonReference": [ref("Observation/o1")]}, False),
        ({"reasonReference": [ref("Condition/d1")], "reasonCode": [build.concept(build.ASTHMA)]}, True),
    ],
)
def test_a_diagnosis_that_only_the_encounter_refers_to_is_a_problem(visit: Resource, is_lost: bool) -> None:
    found = refusals(build.claim(), build.encounter(**visit), build.condition())

    assert [one.reason for one in found] == [Reason.NOT_ON_THE_BILL] * is_lost
