"""salus.fhir: what is not understood is a problem, never a line and never "in order"

given a code or a system that is not known, where meaning depends on it
    the bill is refused, with the path of the code
given what may change the meaning of a record
    the bill that depends on it is refused
given an order that is none
    it justifies nothing
given an element that FHIR requires and that only says why it is absent
    the record is malformed, and the other bills go on
given a diagnosis that does not reach the bill
    the bill is refused: it never falls to a lesser benefit in silence
"""

from __future__ import annotations

from typing import Any

import pytest

from salus import product
from salus.claim.bill_line import Note
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import Resource, line, outcomes, ref, refused

CASH = product.shipped("critical-illness")
ABSENT = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
    ]
}
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
INFARCTION = "I21.4"


def problem(expected: tuple[Reason, str, str], *resources: Resource, **options: Any) -> None:
    assert refused(*resources, **options) == expected
    assert not expected[0].in_order


# CODES

OTHER_SYSTEMS = [
    "http://hl7.org/fhir/sid/icd-10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "http://hl7.org/fhir/sid/icd-9-cm",
    "https://hl7.org/fhir/sid/icd-10-cm",
    "http://hl7.org/fhir/sid/icd-10-cm/",
    "ICD-10-CM",
    "urn:local",
]


@pytest.mark.parametrize("system", OTHER_SYSTEMS)
@pytest.mark.parametrize("principal", [True, False])
def test_a_diagnosis_of_an_unknown_system(system: str, principal: bool) -> None:
    mark = {"type": [build.concept("principal", build.DIAGNOSIS_TYPE)]} if principal else {}
    row = {"sequence": 1, "diagnosisCodeableConcept": build.concept(INFARCTION, system), **mark}
    of_condition = build.condition(code=build.concept(INFARCTION, system))

    problem(
        (Reason.UNKNOWN_CODE, "Claim/c1", "diagnosis[0]"),
        build.claim(diagnosis=[row]),
        build.encounter(),
    )
    problem(
        (Reason.UNKNOWN_CODE, "Condition/d1", "code"),
        build.diagnosed("Condition/d1"),
        build.encounter(),
        of_condition,
    )


@pytest.mark.parametrize("plan", [build.FAMILY, CASH])
@pytest.mark.parametrize(
    "concept",
    [{"text": "heart attack"}, {"coding": [{"code": INFARCTION}]}, {"coding": [{"display": "x"}]}, {}],
)
def test_a_diagnosis_without_a_code(concept: Resource, plan: product.Table) -> None:
    rows = [{"sequence": 1, "diagnosisCodeableConcept": concept}]

    problem(
        (Reason.UNKNOWN_CODE, "Claim/c1", "diagnosis[0]"),
        build.claim(diagnosis=rows),
        build.encounter(),
        plan=plan,
    )


def test_a_known_code_beside_others_is_enough() -> None:
    both = build.concept("J45", OTHER_SYSTEMS[0])["coding"] + build.concept(build.ASTHMA)["coding"]
    rows = [{"sequence": 1, "diagnosisCodeableConcept": {"coding": both}}]

    assert line(build.claim(diagnosis=rows), build.encounter()).benefit == "visit.chronic"


@pytest.mark.parametrize("code", ["I21.4 ", " I21.4", "I21  4", "\tI21.4", ""])
def test_a_code_with_odd_spaces_is_malformed(code: str) -> None:
    rows = [{"sequence": 1, "diagnosisCodeableConcept": build.concept(code, build.ICD10CM)}]

    field = "diagnosis[0].diagnosisCodeableConcept.coding[0].code"
    problem((Reason.MALFORMED, "Claim/c1", field), build.claim(diagnosis=rows), build.encounter())


CLASSES = [
    {"code": "AMB"},
    {"system": "urn:x", "code": "AMB"},
    {"system": "http://terminology.hl7.org/CodeSystem/v2-0004", "code": "O"},
    {"system": "urn:lakeside:class", "code": "7"},
    {"system": ACT, "code": "amb"},
    {"system": ACT, "code": "XYZ"},
    {"system": ACT},
    {"display": "ambulatory"},
]


@pytest.mark.parametrize("act", CLASSES)
def test_an_unknown_encounter_class(act: Resource) -> None:
    problem((Reason.UNKNOWN_CLASS, "Encounter/e1", "class"), build.claim(), build.encounter(**{"class": act}))


def test_an_emergency_of_another_system_is_none() -> None:
    visit = build.encounter(**{"class": {"system": "urn:x", "code": "EMER"}})
    mapped = Profile(organizations="any", payers="any", encounter_classes={"urn:x|EMER": "AMB"})

    assert refused(build.claim(), visit)[0] is Reason.UNKNOWN_CLASS
    assert not line(build.claim(), visit, profile=mapped).emergency


@pytest.mark.parametrize(
    "kind",
    [
        {"text": "professional"},
        {"coding": [{"code": "professional"}]},
        build.concept("professional", "urn:x"),
        build.concept("Professional", build.CLAIM_TYPE),
        build.concept("barter", build.CLAIM_TYPE),
        {},
    ],
)
def test_an_unknown_claim_type(kind: Resource) -> None:
    problem((Reason.UNKNOWN_CLAIM_TYPE, "Claim/c1", "type"), build.claim(type=kind), build.encounter())


@pytest.mark.parametrize(
    "service", [build.concept("KON-12", "urn:lakeside:services"), {"text": "consultation"}]
)
def test_an_unknown_service_is_not_uncovered(service: Resource) -> None:
    bill = build.claim(
        item=[{"sequence": 1, "productOrService": service, "encounter": [ref("Encounter/e1")]}]
    )
    visit = build.encounter()
    mapped = Profile(
        organizations="any",
        payers="any",
        services={"urn:lakeside:services|KON-12": f"{build.SNOMED}|{build.VISIT}"},
    )

    problem((Reason.UNKNOWN_SERVICE, "Claim/c1", "item[0].productOrService"), bill, visit)
    # what is done for teeth no table of cash pays, whatever its code
    teeth = {**bill, "type": build.concept("oral", build.CLAIM_TYPE)}
    assert refused(teeth, visit, plan=CASH)[0] is Reason.NO_BENEFIT
    if "coding" in service:
        assert line(bill, visit, profile=mapped).benefit == "visit.primary"


def test_an_unknown_service_does_not_fall_to_a_lesser_benefit() -> None:
    stay = build.encounter(act="IMP", period={"start": "2025-03-02", "end": "2025-03-04"})
    kind = build.concept("institutional", build.CLAIM_TYPE)

    def bill(service: Resource) -> Resource:
        item = {"sequence": 1, "productOrService": service, "encounter": [ref("Encounter/e1")]}
        return build.claim(type=kind, item=[item], billablePeriod=stay["period"])

    # an earlier benefit of the table pays for some services of a stay, and the code may be one of them
    problem(
        (Reason.UNKNOWN_SERVICE, "Claim/c1", "item[0].productOrService"),
        bill(build.concept("KON-12", "urn:lakeside:services")),
        stay,
    )
    assert line(bill({"text": "room and board"}), stay).notes == (Note.SERVICES_IN_WORDS,)


@pytest.mark.parametrize("word", ["principal"])
def test_a_mark_without_a_system_is_a_mark(word: str) -> None:
    rows = [
        {"sequence": 1, "diagnosisReference": ref("Condition/d1")},
        {"sequence": 2, "diagnosisReference": ref("Condition/d2"), "type": [{"coding": [{"code": word}]}]},
    ]
    conditions = [build.condition("37796009"), build.condition(build.ASTHMA, id="d2")]

    assert line(build.claim(diagnosis=rows), build.encounter(), *conditions).benefit == "visit.chronic"


# MEANING

MARKS: list[tuple[dict[str, Any], str]] = [
    ({"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]}, "modifierExtension"),
    ({"implicitRules": "urn:rules"}, "implicitRules"),
]


@pytest.mark.parametrize(("mark", "field"), MARKS)
@pytest.mark.parametrize(
    "at", ["Claim", "Encounter", "Condition", "Procedure", "MedicationRequest", "Coverage"]
)
def test_what_may_change_the_meaning(at: str, mark: dict[str, Any], field: str) -> None:
    bill = build.diagnosed(
        "Condition/d1",
        procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}],
        prescription=ref("MedicationRequest/m1"),
        insurance=build.covered("Coverage/v1")["insurance"],
    )
    resources = [
        bill,
        build.encounter(),
        build.condition(),
        build.procedure(),
        build.prescription(),
        build.coverage(),
    ]
    assert line(*resources)

    (marked,) = (one for one in resources if one["resourceType"] == at)
    marked.update(mark)

    problem((Reason.MODIFIED, f"{at}/{marked['id']}", field), *resources)


def test_a_mark_deep_inside_changes_the_meaning_too() -> None:
    bill = build.claim()
    bill["item"][0]["modifierExtension"] = [{"url": "urn:not", "valueBoolean": True}]

    problem((Reason.MODIFIED, "Claim/c1", "item.modifierExtension"), bill, build.encounter())


def test_a_mark_of_a_record_that_no_bill_needs_is_no_fault() -> None:
    other = build.condition(id="d9", implicitRules="urn:rules")

    assert line(build.claim(), build.encounter(), other)


# ORDERS


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"doNotPerform": True}, "doNotPerform"),
        ({"intent": "proposal"}, "intent"),
        ({"intent": "plan"}, "intent"),
        ({"intent": "option"}, "intent"),
    ],
)
def test_an_order_that_is_none(changes: dict[str, Any], field: str) -> None:
    bill = build.claim(prescription=ref("MedicationRequest/m1"))

    problem(
        (Reason.NOT_AN_ORDER, "MedicationRequest/m1", field),
        bill,
        build.encounter(),
        build.prescription(**changes),
    )


@pytest.mark.parametrize("status", ["draft", "entered-in-error", "unknown"])
def test_a_draft_order_justifies_nothing(status: str) -> None:
    bill = build.claim(prescription=ref("MedicationRequest/m1"))

    found = refused(bill, build.encounter(), build.prescription(status=status))

    assert found == (Reason.NOT_FINAL_STATUS, "MedicationRequest/m1", "status")


# ABSENT

REQUIRED = [
    ("Claim", "status", "status"),
    ("Claim", "use", "use"),
    ("Claim", "type", "type"),
    ("Encounter", "status", "status"),
    ("Encounter", "class", "class"),
    ("Condition", "subject", "subject"),
    ("Procedure", "status", "status"),
    ("MedicationRequest", "status", "status"),
    ("MedicationRequest", "intent", "intent"),
]


@pytest.mark.parametrize(("kind", "element", "field"), REQUIRED)
@pytest.mark.parametrize("said", [True, False])
def test_an_absent_element_is_malformed_and_the_others_go_on(
    kind: str, element: str, field: str, said: bool
) -> None:
    bill = build.diagnosed(
        "Condition/d1",
        procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}],
        prescription=ref("MedicationRequest/m1"),
    )
    resources = [bill, build.encounter(), build.condition(), build.procedure(), build.prescription()]
    (broken,) = (one for one in resources if one["resourceType"] == kind)
    del broken[element]
    if said:
        broken[f"_{element}"] = ABSENT
    other = build.numbered("OK-1", 3, item=[{"sequence": 1, "encounter": [ref("Encounter/e9")]}])
    other["item"][0]["productOrService"] = build.concept(build.VISIT)

    problem((Reason.MALFORMED, f"{kind}/{broken['id']}", field), *resources)
    found = outcomes(build.document(*resources, other, build.encounter(id="e9")))
    assert found == {"c1": Reason.MALFORMED, "OK-1": 300}


def test_a_diagnosis_without_a_sequence() -> None:
    bill = build.diagnosed("Condition/d1")
    del bill["diagnosis"][0]["sequence"]

    problem((Reason.MALFORMED, "Claim/c1", "diagnosis.sequence"), bill, build.encounter(), build.condition())


# A DIAGNOSIS THAT IS LOST


@pytest.mark.parametrize("plan", [build.FAMILY, CASH])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"diagnosis": [{"condition": ref("Condition/d1")}]}, "diagnosis"),
        ({"reasonReference": [ref("Condition/d1")]}, "reasonReference"),
        ({"diagnosis": [{"condition": ref("Condition/gone")}]}, "diagnosis"),
    ],
)
def test_a_diagnosis_that_only_the_encounter_has(
    changes: dict[str, Any], field: str, plan: product.Table
) -> None:
    visit = build.encounter(**changes)

    problem(
        (Reason.NOT_ON_THE_BILL, "Encounter/e1", field),
        build.claim(),
        visit,
        build.condition(),
        plan=plan,
    )
    unemployed = build.condition(build.EMPLOYMENT, id="d0")
    problem(
        (Reason.NOT_ON_THE_BILL, "Encounter/e1", field),
        build.diagnosed("Condition/d0"),
        visit,
        build.condition(),
        unemployed,
    )


def test_the_encounter_may_repeat_the_diagnosis_of_the_bill() -> None:
    visit = build.encounter(
        diagnosis=[{"condition": ref("Condition/d1")}], reasonReference=[ref("Procedure/x1")]
    )

    assert line(build.diagnosed("Condition/d1"), visit, build.condition()).benefit == "visit.chronic"
    assert line(build.claim(), build.encounter(reasonReference=[ref("Procedure/x1")]), build.procedure())


def test_a_reason_of_an_unknown_system() -> None:
    visit = build.encounter(reasonCode=[build.concept("J45", OTHER_SYSTEMS[0])])

    problem((Reason.UNKNOWN_CODE, "Encounter/e1", "reasonCode"), build.claim(), visit)


def test_a_diagnosis_coded_after_discharge_began_with_the_encounter() -> None:
    late = {"onsetDateTime": None, "recordedDate": "2025-03-20"}
    bound = build.condition(**late, encounter=ref("Encounter/e1"))
    loose = build.condition(**late)

    assert line(build.diagnosed("Condition/d1"), build.encounter(), bound).benefit == "visit.chronic"
    problem(
        (Reason.UNDATED, "Condition/d1", "onsetDateTime"),
        build.diagnosed("Condition/d1"),
        build.encounter(),
        loose,
    )
