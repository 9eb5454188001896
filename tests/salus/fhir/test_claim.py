"""salus.fhir: one Claim to one line

given a complete record
    it becomes one line with the bill's own number, days, amount and codes
    its repr shows nothing clinical and no patient
    its record holds what justifies it and nothing else, and reads back as the same line
when the total is not an amount that can be paid
    it is refused by name: missing, negative, zero, too large, unknown or other currency, no number
when the days are not days of a finished service
    it is refused by name: missing, imprecise, reversed, before 1970, in the future
given offsets
    the day is the day as written, not the day in UTC
when a status says that it is not final
    it is refused
when references do not lead to one resource of the right kind and patient
    it is refused by name
given urn:uuid, relative, absolute, versioned and contained references
    all resolve
given pharmacy
    the prescription gives drug and encounter
given a benefit by night
    units are nights, and a stay without a night is refused
when the items do not add up
    the total stands, with a note
when no benefit matches
    it is refused with reason code 204
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from salus import fhir, product
from salus.base import codes, days
from salus.claim.bill_line import BillLine, Note
from salus.fhir import Reason, Refused
from salus.product import Code
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import FAMILY, TODAY, Resource, line, read_one, ref, refused

CASH = product.shipped("critical-illness")


def test_a_complete_record_becomes_one_line() -> None:
    bill = build.diagnosed("Condition/d1", identifier=[{"system": "https://bills.example", "value": "17"}])

    made = line(bill, build.encounter(), build.condition())

    assert made.claim == "https://bills.example|17"
    assert (made.line, made.units, made.emergency) == (1, 1, False)
    assert (made.patient, made.provider, made.encounter) == ("p1", "o1", "e1")
    assert made.benefit == "visit.chronic"
    assert made.service_from == made.service_to == days.civil_day("2025-03-10")
    assert (made.billed, made.currency) == (12_050, "USD")
    assert made.diagnosis == (Code("snomed", build.ASTHMA),)


def test_an_emergency_is_flagged() -> None:
    made = line(build.claim(), build.encounter(act="EMER"))

    assert (made.emergency, made.benefit) == (True, "emergency.visit")


def test_repr_shows_nothing_clinical_and_no_patient() -> None:
    made = line(build.diagnosed("Condition/d1"), build.encounter(), build.condition())

    assert not [secret for secret in ("p1", build.ASTHMA, "chronic", "snomed") if secret in repr(made)]


def test_the_record_holds_what_justifies_the_line_and_reads_back_as_it() -> None:
    stranger = build.condition("73211009", id="d9")
    made = line(
        build.diagnosed(
            "Condition/d1", procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}]
        ),
        build.encounter(),
        build.condition(),
        build.procedure(),
        stranger,
        {"resourceType": "Patient", "id": "p1", "name": [{"family": "Nobody"}]},
    )

    names = [entry["resource"]["resourceType"] for entry in json.loads(made.record)["entry"]]
    (again,) = fhir.read_record(made.record, FAMILY, today=TODAY)

    assert names == ["Claim", "Encounter", "Procedure", "Condition", "Patient"]
    assert isinstance(again, BillLine)
    assert {**_fields(again), "source": ""} == {**_fields(made), "source": ""}


def test_the_record_keeps_amounts_as_written() -> None:
    text = build.document(build.claim(), build.encounter()).replace(b"120.5,", b"786.3299999999999,")

    (made,) = fhir.read(text, FAMILY, profile=fhir.OPEN, today=TODAY)

    assert isinstance(made, BillLine)
    assert made.billed == 78_633
    assert b'"value": 786.3299999999999,' in made.record


@pytest.mark.parametrize(
    ("total", "reason", "field"),
    [
        (None, Reason.NO_AMOUNT, "total.value"),
        ({"value": 10}, Reason.NO_AMOUNT, "total.currency"),
        ({"currency": "USD"}, Reason.NO_AMOUNT, "total.value"),
        ({"value": -0.01, "currency": "USD"}, Reason.NEGATIVE_AMOUNT, "total.value"),
        ({"value": -1e300, "currency": "USD"}, Reason.NEGATIVE_AMOUNT, "total.value"),
        ({"value": 0, "currency": "USD"}, Reason.ZERO_AMOUNT, "total.value"),
        ({"value": 0.005, "currency": "USD"}, Reason.ZERO_AMOUNT, "total.value"),
        ({"value": 1e13 + 1, "currency": "USD"}, Reason.AMOUNT_TOO_LARGE, "total.value"),
        ({"value": 2**64, "currency": "USD"}, Reason.AMOUNT_TOO_LARGE, "total.value"),
        ({"value": 1e300, "currency": "USD"}, Reason.AMOUNT_TOO_LARGE, "total.value"),
        ({"value": 10, "currency": "ZZZ"}, Reason.UNKNOWN_CURRENCY, "total.currency"),
        ({"value": 10, "currency": "usd"}, Reason.UNKNOWN_CURRENCY, "total.currency"),
        ({"value": 10, "currency": "EUR"}, Reason.OTHER_CURRENCY, "total.currency"),
        ({"value": "10", "currency": "USD"}, Reason.MALFORMED, "total.value"),
    ],
)
def test_refuses_a_total_that_cannot_be_paid(total: Any, reason: Reason, field: str) -> None:
    assert refused(build.claim(total=total), build.encounter()) == (reason, "Claim/c1", field)


def test_bills_up_to_the_bound() -> None:
    assert line(build.claim(total={"value": 10**13, "currency": "USD"}), build.encounter()).billed == 10**15


@pytest.mark.parametrize(
    ("period", "reason", "field"),
    [
        ({"start": "2025-03", "end": "2025-03-10"}, Reason.IMPRECISE_DATE, "billablePeriod.start"),
        ({"start": "2025-03-10", "end": "2025-03-09"}, Reason.END_BEFORE_START, "billablePeriod"),
        ({"start": "1969-12-31", "end": "1970-01-02"}, Reason.BEFORE_1970, "billablePeriod"),
        ({"start": "2025-12-31", "end": "2026-01-01"}, Reason.FUTURE_DATE, "billablePeriod"),
    ],
)
def test_refuses_days_that_are_no_finished_service(period: Resource, reason: Reason, field: str) -> None:
    assert refused(build.claim(billablePeriod=period), build.encounter()) == (reason, "Claim/c1", field)


def test_refuses_a_bill_without_days() -> None:
    found = refused(build.claim(billablePeriod=None), build.encounter(period=None))

    assert found == (Reason.NO_DATE, "Encounter/e1", "period.start")


def test_serves_on_today_and_takes_missing_days_from_the_encounter() -> None:
    stay = {"start": "2025-12-30", "end": "2025-12-31"}
    made = line(build.claim(billablePeriod={"start": "2025-12-30"}), build.encounter(period=stay))

    assert (made.service_from, made.service_to) == (TODAY - 1, TODAY)


def test_today_is_the_latest_day_on_earth_when_nobody_says() -> None:
    today = days.to_date(days.latest_day()).isoformat()
    tomorrow = days.to_date(days.latest_day() + 1).isoformat()

    (served,) = fhir.read(build.document(_on(today), build.encounter(period=None)), FAMILY, profile=fhir.OPEN)
    (future,) = fhir.read(
        build.document(_on(tomorrow), build.encounter(period=None)), FAMILY, profile=fhir.OPEN
    )

    assert isinstance(served, BillLine)
    assert isinstance(future, Refused)
    assert future.reason is Reason.FUTURE_DATE


@pytest.mark.parametrize(
    ("written", "day", "utc"),
    [
        ("2025-03-10T23:30:00-04:00", "2025-03-10", "2025-03-11"),
        ("2025-03-10T00:30:00+13:00", "2025-03-10", "2025-03-09"),
        ("2025-03-10T23:59:59.999Z", "2025-03-10", "2025-03-10"),
    ],
)
def test_the_day_is_the_day_as_written(written: str, day: str, utc: str) -> None:
    moment = {"start": written, "end": written}
    made = line(build.claim(billablePeriod=moment), build.encounter(period=moment))

    assert made.service_from == made.service_to == days.civil_day(day)
    assert (made.service_from == days.civil_day(utc)) == (day == utc)


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([build.claim(status="draft"), build.encounter()], (Reason.NOT_FINAL_STATUS, "Claim/c1", "status")),
        (
            [build.claim(status="cancelled"), build.encounter()],
            (Reason.NOT_FINAL_STATUS, "Claim/c1", "status"),
        ),
        (
            [build.claim(status="entered-in-error"), build.encounter()],
            (Reason.NOT_FINAL_STATUS, "Claim/c1", "status"),
        ),
        ([build.claim(use="preauthorization"), build.encounter()], (Reason.NOT_A_BILL, "Claim/c1", "use")),
        (
            [build.claim(), build.encounter(status="cancelled")],
            (Reason.NOT_FINAL_STATUS, "Encounter/e1", "status"),
        ),
        (
            [
                build.claim(procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}]),
                build.encounter(),
                build.procedure(status="not-done"),
            ],
            (Reason.NOT_FINAL_STATUS, "Procedure/x1", "status"),
        ),
        (
            [
                build.claim(prescription=ref("MedicationRequest/m1")),
                build.encounter(),
                build.prescription(status="cancelled"),
            ],
            (Reason.NOT_FINAL_STATUS, "MedicationRequest/m1", "status"),
        ),
    ],
)
def test_refuses_what_is_not_final(resources: list[Resource], expected: tuple[Reason, str, str]) -> None:
    assert refused(*resources) == expected


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([build.claim()], (Reason.MISSING_REFERENCE, "Claim/c1", "item[0].encounter")),
        (
            [build.claim(item=None), build.encounter()],
            (Reason.NO_ENCOUNTER, "Claim/c1", "item.encounter"),
        ),
        (
            [build.diagnosed("Condition/gone"), build.encounter()],
            (Reason.MISSING_REFERENCE, "Claim/c1", "diagnosis[0].diagnosisReference"),
        ),
        (
            [build.diagnosed("Encounter/e1"), build.encounter()],
            (Reason.MISSING_REFERENCE, "Claim/c1", "diagnosis[0].diagnosisReference"),
        ),
        (
            [build.claim(prescription=ref("MedicationRequest/gone")), build.encounter()],
            (Reason.MISSING_REFERENCE, "Claim/c1", "prescription"),
        ),
        (
            [build.claim(), build.encounter(), build.encounter(act="EMER")],
            (Reason.AMBIGUOUS_REFERENCE, "Claim/c1", "item[0].encounter"),
        ),
        (
            [build.claim(), build.encounter(subject=ref("Patient/p2"))],
            (Reason.OTHER_PATIENT, "Encounter/e1", "subject"),
        ),
        (
            [build.diagnosed("Condition/d1"), build.encounter(), build.condition(subject=ref("Patient/p2"))],
            (Reason.OTHER_PATIENT, "Condition/d1", "subject"),
        ),
        (
            [build.claim(patient={"display": "x"}), build.encounter()],
            (Reason.NO_PATIENT, "Claim/c1", "patient"),
        ),
        ([build.claim(id=None), build.encounter()], (Reason.NO_IDENTIFIER, "Claim/?", "id")),
        (
            [build.claim(type=build.concept("barter", build.CLAIM_TYPE)), build.encounter()],
            (Reason.UNKNOWN_CLAIM_TYPE, "Claim/c1", "type"),
        ),
        ([build.claim(item=[7]), build.encounter()], (Reason.MALFORMED, "Claim/c1", "item[0]")),
        ([build.claim(), build.encounter(status=None)], (Reason.MALFORMED, "Encounter/e1", "status")),
    ],
)
def test_refuses_what_contradicts_itself(
    resources: list[Resource], expected: tuple[Reason, str, str]
) -> None:
    assert refused(*resources) == expected


def test_refuses_a_bill_for_several_encounters() -> None:
    visit = build.concept(build.VISIT)
    items = [
        {"sequence": n, "productOrService": visit, "encounter": [ref(f"Encounter/e{n}")]} for n in (1, 2)
    ]

    found = refused(build.claim(item=items), build.encounter(), build.encounter(id="e2"))

    assert found == (Reason.SEVERAL_ENCOUNTERS, "Claim/c1", "item.encounter")


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("urn:uuid:2f4c9f0e-0001", "urn:uuid:2f4c9f0e-0001"),
        ("https://clinic.example/fhir/Encounter/e1", "https://clinic.example/fhir/Encounter/e1"),
        ("Encounter/e1", "https://clinic.example/fhir/Encounter/e1"),
        ("Encounter/e1", "urn:uuid:2f4c9f0e-0001"),
        ("Encounter/e1/_history/3", ""),
    ],
)
def test_references_resolve(address: str, url: str) -> None:
    item = {"sequence": 1, "productOrService": build.concept(build.VISIT), "encounter": [ref(address)]}
    message = {
        "resourceType": "Bundle",
        "type": "message",
        "entry": [
            {"fullUrl": "https://clinic.example/fhir/Claim/c1", "resource": build.claim(item=[item])},
            {**({"fullUrl": url} if url else {}), "resource": build.encounter()},
        ],
    }

    (made,) = fhir.read(json.dumps(message).encode(), FAMILY, profile=fhir.OPEN, today=TODAY)

    assert isinstance(made, BillLine)
    assert made.encounter == "e1"


def test_a_relative_reference_prefers_the_server_of_the_bill() -> None:
    def entry(server: str, resource: Resource) -> Resource:
        return {
            "fullUrl": f"https://{server}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
        }

    entries = [
        entry("a.example", build.encounter(act="EMER")),
        entry("b.example", build.encounter()),
        entry("b.example", build.claim()),
    ]
    text = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()

    (made,) = fhir.read(text, FAMILY, profile=fhir.OPEN, today=TODAY)

    assert isinstance(made, BillLine)
    assert not made.emergency


def test_contained_resources_resolve_and_stay_inside_the_claim() -> None:
    item = {"sequence": 1, "productOrService": build.concept(build.VISIT), "encounter": [ref("#e1")]}
    bill = build.claim(
        item=[item],
        diagnosis=[{"sequence": 1, "diagnosisReference": ref("#d1")}],
        contained=[build.encounter(), build.condition()],
    )

    made = line(bill)

    assert (made.encounter, made.benefit) == ("Claim/c1#e1", "visit.chronic")
    assert len(json.loads(made.record)["entry"]) == 1


def test_a_prescription_gives_drug_and_encounter() -> None:
    contraceptive = {"medicationCodeableConcept": None, "medicationReference": ref("#drug")}
    drug = {"resourceType": "Medication", "id": "drug", "code": build.concept("751905", build.RXNORM)}
    bill = build.claim(
        type=build.concept("pharmacy", build.CLAIM_TYPE), item=None, prescription=ref("MedicationRequest/m1")
    )

    plain = line(bill, build.encounter(), build.prescription())
    special = line(bill, build.encounter(), build.prescription(contained=[drug], **contraceptive))

    assert (plain.encounter, plain.benefit) == ("e1", "drugs.acute")
    assert (special.encounter, special.benefit) == ("e1", "drugs.contraceptive")


def test_a_benefit_by_night_counts_nights() -> None:
    stay = {"start": "2025-03-10T14:00:00-04:00", "end": "2025-03-14T09:00:00-04:00"}
    bill = build.claim(type=build.concept("institutional", build.CLAIM_TYPE), billablePeriod=stay)

    made = line(bill, build.encounter(act="IMP", period=stay), plan=CASH)

    assert (made.benefit, made.units) == ("cash.illness", 4)


def test_a_stay_without_a_night_has_no_nights() -> None:
    bill = build.claim(type=build.concept("institutional", build.CLAIM_TYPE))

    found = refused(bill, build.encounter(act="IMP"), plan=CASH)

    assert found == (Reason.NO_NIGHTS, "Claim/c1", "billablePeriod")
    assert Reason.NO_NIGHTS.carc is codes.NO_BENEFIT


@pytest.mark.parametrize(
    ("net", "notes"),
    [
        (120.5, ()),
        (121, (Note.ITEMS_DIFFER,)),
        (119.2, (Note.TOTAL_DIFFERS,)),
        (99, (Note.TOTAL_DIFFERS,)),
        (1e300, (Note.TOTAL_DIFFERS,)),
    ],
)
def test_where_the_profile_allows_it_the_total_stands_whatever_the_items_say(
    net: float, notes: tuple[Note, ...]
) -> None:
    item = {
        "sequence": 1,
        "productOrService": build.concept(build.VISIT),
        "encounter": [ref("Encounter/e1")],
        "net": {"value": net, "currency": "USD"},
    }

    lenient = fhir.Profile(organizations="any", payers="any", total_may_differ="off")
    made = line(build.claim(item=[item]), build.encounter(), profile=lenient)

    assert (made.billed, made.notes) == (12_050, notes)


def test_no_benefit_is_a_reason_with_a_code() -> None:
    item = {"sequence": 1, "productOrService": build.concept("308646001"), "encounter": [ref("Encounter/e1")]}

    found = refused(build.claim(item=[item]), build.encounter())

    assert found == (Reason.NO_BENEFIT, "Claim/c1", "type")
    assert Reason.NO_BENEFIT.carc is codes.NO_BENEFIT


def test_a_refusal_names_place_and_remedy_and_nothing_clinical() -> None:
    result = read_one(build.diagnosed("Condition/d1", total=None), build.encounter(), build.condition())

    assert str(result) == "<input>: Claim/c1.total.value is missing; write the total and its currency"


def _on(day: str) -> Resource:
    return build.claim(billablePeriod={"start": day, "end": day})


def _fields(made: BillLine) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__slots__}
