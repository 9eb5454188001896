"""salus.fhir: which diagnosis counts

given a diagnosis marked principal
    it counts, whatever its sequence
    when it is unconfirmed, late, undated or no diagnosis, the claim is refused for that one cause
    when several are marked, the claim is refused
given none marked
    the lowest sequence counts, whatever the order of the file
    it passes over what is in the ignore set
    when it is unconfirmed, late or undated, the claim is refused: it never falls to the next
given none that counts
    the encounter's first reason counts
    an ignored reason does not
given secondary diagnoses
    they never raise a benefit, neither themselves nor as items that repeat them
given ICD-10-CM on the bill itself
    both spellings are one code
"""

from __future__ import annotations

from typing import Any

import pytest

from salus.claim.bill_line import BillLine
from salus.fhir import Reason
from salus.product import Code
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import Resource, line, ref, refused

MIGRAINE = "37796009"
DIABETES = "44054006"
ORDINARY, CHRONIC = "visit.primary", "visit.chronic"


def row(sequence: int, address: str, *, principal: bool = False) -> Resource:
    marks = {"type": [build.concept("principal", build.DIAGNOSIS_TYPE)]} if principal else {}
    return {"sequence": sequence, "diagnosisReference": ref(address), **marks}


def counted(*rows: Resource, conditions: list[Resource], **encounter: Any) -> BillLine:
    return line(build.claim(diagnosis=list(rows)), build.encounter(**encounter), *conditions)


def chosen(made: BillLine) -> str | None:
    return made.diagnosis[0].code if made.diagnosis else None


def test_the_principal_counts() -> None:
    conditions = [build.condition(MIGRAINE), build.condition(DIABETES, id="d2")]

    made = counted(row(1, "Condition/d1"), row(2, "Condition/d2", principal=True), conditions=conditions)

    assert (chosen(made), made.benefit) == (DIABETES, CHRONIC)


UNSURE: list[tuple[dict[str, Any], Reason, str]] = [
    (
        {"verificationStatus": build.concept("refuted", build.VERIFICATION)},
        Reason.NOT_CONFIRMED,
        "verificationStatus",
    ),
    (
        {"verificationStatus": build.concept("provisional", build.VERIFICATION)},
        Reason.NOT_CONFIRMED,
        "verificationStatus",
    ),
    ({"verificationStatus": None}, Reason.NOT_CONFIRMED, "verificationStatus"),
    ({"onsetDateTime": "2025-03-11"}, Reason.AFTER_SERVICE, "onsetDateTime"),
    ({"onsetDateTime": "2025-03-11T00:10:00-04:00"}, Reason.AFTER_SERVICE, "onsetDateTime"),
    ({"onsetDateTime": "2025-03"}, Reason.AFTER_SERVICE, "onsetDateTime"),
    ({"onsetDateTime": "2025"}, Reason.AFTER_SERVICE, "onsetDateTime"),
    ({"onsetDateTime": None}, Reason.UNDATED, "onsetDateTime"),
    ({"onsetDateTime": None, "onsetString": "as a child"}, Reason.UNDATED, "onsetDateTime"),
    ({"onsetDateTime": None, "recordedDate": "2025-03-12"}, Reason.UNDATED, "onsetDateTime"),
]


@pytest.mark.parametrize("principal", [True, False])
@pytest.mark.parametrize(("changes", "reason", "field"), UNSURE)
def test_refuses_a_diagnosis_that_counts_and_may_not(
    changes: dict[str, Any], reason: Reason, field: str, principal: bool
) -> None:
    rows = [row(1, "Condition/d1", principal=principal), row(2, "Condition/d2")]
    conditions = [build.condition(MIGRAINE, **changes), build.condition(DIABETES, id="d2")]

    found = refused(build.claim(diagnosis=rows), build.encounter(), *conditions)

    assert found == (reason, "Condition/d1", field)


@pytest.mark.parametrize(("changes", "reason", "field"), UNSURE)
def test_an_unsure_diagnosis_that_does_not_count_is_no_fault(
    changes: dict[str, Any], reason: Reason, field: str
) -> None:
    conditions = [build.condition(MIGRAINE, **changes), build.condition(DIABETES, id="d2")]

    made = counted(row(2, "Condition/d1"), row(1, "Condition/d2"), conditions=conditions)

    assert chosen(made) == DIABETES


def test_refuses_a_principal_that_is_no_diagnosis() -> None:
    bill = build.claim(diagnosis=[row(1, "Condition/d1", principal=True)])

    found = refused(bill, build.encounter(), build.condition(build.EMPLOYMENT))

    assert found == (Reason.NOT_A_DIAGNOSIS, "Claim/c1", "diagnosis[0]")


def test_refuses_several_principals() -> None:
    bill = build.claim(diagnosis=[row(n, "Condition/d1", principal=True) for n in (1, 2)])

    found = refused(bill, build.encounter(), build.condition())

    assert found == (Reason.SEVERAL_PRINCIPALS, "Claim/c1", "diagnosis")


def test_the_lowest_sequence_counts_whatever_the_order_of_the_file() -> None:
    conditions = [build.condition(MIGRAINE), build.condition(DIABETES, id="d2")]

    made = counted(row(2, "Condition/d1"), row(1, "Condition/d2"), conditions=conditions)

    assert chosen(made) == DIABETES


@pytest.mark.parametrize(
    "changes",
    [{"code": build.concept(build.EMPLOYMENT)}, {"code": build.concept("Z56.0", build.ICD10CM)}],
)
def test_passes_over_what_the_table_ignores(changes: dict[str, Any]) -> None:
    conditions = [build.condition(MIGRAINE, **changes), build.condition(DIABETES, id="d2")]

    made = counted(row(1, "Condition/d1"), row(2, "Condition/d2"), conditions=conditions)

    assert chosen(made) == DIABETES


@pytest.mark.parametrize(
    "changes",
    [
        {"onsetDateTime": "2025-03-10"},
        {"onsetDateTime": "2025-02"},
        {"onsetDateTime": "2024"},
        {"onsetDateTime": None, "onsetPeriod": {"start": "2025-01-31"}},
        {"onsetDateTime": None, "recordedDate": "2025-03-10T23:59:00-04:00"},
        {"onsetDateTime": None, "onsetString": "as a child", "recordedDate": "2025-03-01"},
    ],
)
def test_takes_what_is_dated_by_the_end_of_the_service(changes: dict[str, Any]) -> None:
    made = counted(row(1, "Condition/d1"), conditions=[build.condition(MIGRAINE, **changes)])

    assert chosen(made) == MIGRAINE


def test_the_first_reason_of_the_encounter_stands_in() -> None:
    reasons = [build.concept(build.EMPLOYMENT), build.concept(build.ASTHMA), build.concept(MIGRAINE)]

    made = counted(conditions=[], reasonCode=reasons)

    assert (chosen(made), made.benefit) == (build.ASTHMA, CHRONIC)


def test_a_diagnosis_that_counts_goes_before_the_reason() -> None:
    made = counted(
        row(1, "Condition/d1"),
        conditions=[build.condition(MIGRAINE)],
        reasonCode=[build.concept(build.ASTHMA)],
    )

    assert (chosen(made), made.benefit) == (MIGRAINE, ORDINARY)


def test_an_ignored_reason_is_no_diagnosis() -> None:
    made = counted(conditions=[], reasonCode=[build.concept(build.EMPLOYMENT)])

    assert (made.diagnosis, made.benefit) == ((), ORDINARY)


def test_a_secondary_diagnosis_never_raises_a_benefit() -> None:
    conditions = [build.condition(MIGRAINE), build.condition(DIABETES, id="d2")]

    made = counted(row(1, "Condition/d1"), row(2, "Condition/d2"), conditions=conditions)

    assert made.benefit == ORDINARY


def test_an_item_that_repeats_a_diagnosis_is_no_service() -> None:
    # A check-up code can be a service; put on the bill as a diagnosis it must not act as one.
    items = [
        {"sequence": 1, "productOrService": build.concept(build.VISIT), "encounter": [ref("Encounter/e1")]},
        {"sequence": 2, "productOrService": build.concept(build.CHECK_UP)},
    ]
    rows = [row(1, "Condition/d1"), row(2, "Condition/d2")]
    conditions = [build.condition(MIGRAINE), build.condition(build.CHECK_UP, id="d2")]

    made = line(build.claim(item=items, diagnosis=rows), build.encounter(), *conditions)

    assert made.benefit == ORDINARY


@pytest.mark.parametrize("spelling", ["E119", "E11.9", "e11.9"])
def test_icd_codes_on_the_bill_have_one_spelling(spelling: str) -> None:
    rows = [{"sequence": 1, "diagnosisCodeableConcept": build.concept(spelling, build.ICD10CM)}]

    made = line(build.claim(diagnosis=rows), build.encounter())

    assert (made.diagnosis, made.benefit) == ((Code("icd10cm", "E11.9"),), CHRONIC)
