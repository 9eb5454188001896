"""salus.fhir: whose bill it is

given no profile
    what it would decide is a problem of each bill
given a profile that names organizations or payers
    bills of those become lines, whichever way the record names them
    others are left out, in order, where record and profile name them in one way
    where they do not, it is not decided, and a problem
given a bill that another payer decides first, or has paid
    it is a problem
given self-pay, a coverage that ended, an accident
    each is left out, refused or shown by its own reason
"""

from __future__ import annotations

from typing import Any

import pytest

from salus import fhir
from salus.claim.bill_line import Note
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import Resource, line, outcomes, ref, refused

PAYER_IDS = "https://payers.example/id"
INCIDENT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SELF_PAY = "http://terminology.hl7.org/CodeSystem/coverage-selfpay"


def payers(*names: str) -> Profile:
    return Profile(organizations="any", payers=list(names))


def organizations(*names: str) -> Profile:
    return Profile(organizations=list(names), payers="any")


# NO PROFILE


def test_without_a_profile_provider_and_payer_are_not_decided() -> None:
    bill, visit = build.claim(), build.encounter()

    assert refused(bill, visit, profile=fhir.SAFE) == (Reason.PROVIDER_NOT_DECIDED, "Claim/c1", "provider")
    assert refused(bill, visit, profile=Profile(organizations="any")) == (
        Reason.PAYER_NOT_DECIDED,
        "Claim/c1",
        "insurance[0].coverage",
    )
    assert not Reason.PROVIDER_NOT_DECIDED.in_order
    assert not Reason.PAYER_NOT_DECIDED.in_order


def test_read_takes_the_safe_profile_when_none_is_given() -> None:
    (result,) = fhir.read(build.document(build.claim(), build.encounter()), build.FAMILY)

    assert isinstance(result, fhir.Refused)
    assert result.reason is Reason.PROVIDER_NOT_DECIDED


# PROVIDER

LAKESIDE = build.organization("o1", name="Lakeside Clinic", identifier=[build.identifier("N-1", "urn:npi")])


@pytest.mark.parametrize("name", ["Lakeside Clinic", "LAKESIDE CLINIC", "urn:npi|N-1", "Organization/o1"])
def test_a_hospital_is_known_by_each_of_its_names(name: str) -> None:
    assert line(build.claim(), build.encounter(), LAKESIDE, profile=organizations(name)).provider == "o1"


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ({"display": "Lakeside Clinic"}, "Lakeside Clinic"),
        ({"identifier": build.identifier("N-1", "urn:npi")}, "urn:npi|N-1"),
        (ref("https://east.example/Organization/o1"), "Organization/o1"),
        (ref("Organization/o1/_history/2"), "Organization/o1"),
        (ref("PractitionerRole/r1"), "PractitionerRole/r1"),
    ],
)
def test_a_hospital_is_known_by_the_reference_alone(provider: Resource, name: str) -> None:
    bill = build.claim(provider=provider)

    assert line(bill, build.encounter(), profile=organizations("Hill Hospital", name)).billed == 12_050


@pytest.mark.parametrize("name", ["Hill Hospital", "urn:npi|N-2", "Organization/o2"])
def test_the_bill_of_another_provider_is_left_out(name: str) -> None:
    found = refused(build.claim(), build.encounter(), LAKESIDE, profile=organizations(name))

    assert found == (Reason.OTHER_PROVIDER, "Claim/c1", "provider")
    assert Reason.OTHER_PROVIDER.in_order


@pytest.mark.parametrize(
    "provider", [None, {}, {"reference": "Organization/o9"}, ref("PractitionerRole/r1"), ref("#x")]
)
def test_a_provider_that_cannot_be_compared_is_not_decided(provider: Resource | None) -> None:
    bill = build.claim(provider=provider)

    found = refused(bill, build.encounter(), LAKESIDE, profile=organizations("Lakeside Clinic"))

    assert found == (Reason.PROVIDER_NOT_DECIDED, "Claim/c1", "provider")


# PAYER

HARBOR = build.organization("i1", name="Harbor Health", identifier=[build.identifier("P-8", PAYER_IDS)])
WAYS: list[tuple[str, Resource, list[Resource]]] = [
    ("coverage's payor by display", build.covered("Coverage/v1"), [build.coverage("Harbor Health")]),
    ("coverage's payor by reference", build.covered("Coverage/v1"), [build.coverage(ref("Organization/i1"))]),
    (
        "coverage's payor by identifier",
        build.covered("Coverage/v1"),
        [build.coverage({"identifier": build.identifier("P-8", PAYER_IDS)})],
    ),
    ("insurer by reference", build.claim(insurer=ref("Organization/i1")), []),
    ("insurer by display", build.claim(insurer={"display": "Harbor Health"}), []),
    (
        "coverage by display",
        build.claim(insurance=[{"sequence": 1, "focal": True, "coverage": {"display": "Harbor Health"}}]),
        [],
    ),
]


@pytest.mark.parametrize(("way", "bill", "more"), WAYS, ids=[way for way, *_ in WAYS])
def test_the_payer_is_known_in_each_way(way: str, bill: Resource, more: list[Resource]) -> None:
    told = [build.encounter(), HARBOR, *more]
    ours = payers("harbor health", f"{PAYER_IDS}|P-8")
    other = payers("Summit Mutual", f"{PAYER_IDS}|P-9")

    assert line(bill, *told, profile=ours).billed == 12_050
    assert refused(bill, *told, profile=other) == (Reason.OTHER_PAYER, "Claim/c1", "insurance[0].coverage")
    assert Reason.OTHER_PAYER.in_order
    assert line(bill, *told).billed == 12_050


@pytest.mark.parametrize(
    ("bill", "more"),
    [
        (build.claim(insurance=None), []),
        (build.claim(insurance=[{"sequence": 1, "focal": True}]), []),
        (build.covered("Coverage/gone"), []),
        (build.covered("Coverage/v1"), [build.coverage(payor=[])]),
        # it is known by an address only, and the profile by names
        (build.covered("Coverage/v1"), [build.coverage(ref("Organization/i7"))]),
        (build.claim(insurer=ref("Organization/i7"), insurance=None), []),
        (
            build.covered("Coverage/v1"),
            [build.coverage({"identifier": build.identifier("P-8", "urn:another")})],
        ),
    ],
)
def test_a_payer_that_cannot_be_compared_is_not_decided(bill: Resource, more: list[Resource]) -> None:
    found = refused(bill, build.encounter(), *more, profile=payers("Harbor Health"))

    assert found == (Reason.PAYER_NOT_DECIDED, "Claim/c1", "insurance[0].coverage")


def test_the_focal_insurance_decides() -> None:
    both = [build.coverage("Summit Mutual"), build.coverage("Harbor Health", id="v2")]
    second = build.covered("Coverage/v1", "Coverage/v2", focal=2)
    first = build.covered("Coverage/v1", "Coverage/v2", focal=1)

    assert refused(first, build.encounter(), *both, profile=payers("Harbor Health"))[0] is Reason.OTHER_PAYER
    assert refused(second, build.encounter(), *both, profile=payers("Summit Mutual"))[0] is Reason.OTHER_PAYER
    assert line(first, build.encounter(), *both, profile=payers("Summit Mutual")).billed == 12_050


@pytest.mark.parametrize("marks", [(True, True), (False, False), (None, None)])
def test_one_insurance_must_be_focal(marks: tuple[bool | None, ...]) -> None:
    rows = [
        {"sequence": n, "coverage": {"display": "x"}, **({} if focal is None else {"focal": focal})}
        for n, focal in enumerate(marks, 1)
    ]

    found = refused(build.claim(insurance=rows), build.encounter())

    assert found == (Reason.MALFORMED, "Claim/c1", "insurance.focal")


# COVERAGE


@pytest.mark.parametrize("status", ["cancelled", "draft", "entered-in-error"])
def test_a_coverage_that_is_not_active_is_a_problem(status: str) -> None:
    found = refused(build.covered("Coverage/v1"), build.encounter(), build.coverage(status=status))

    assert found == (Reason.COVERAGE_NOT_ACTIVE, "Coverage/v1", "status")
    assert not Reason.COVERAGE_NOT_ACTIVE.in_order


def test_a_coverage_of_another_patient_is_a_problem() -> None:
    resources = [
        build.covered("Coverage/v1"),
        build.encounter(),
        build.coverage(beneficiary=ref("Patient/p9")),
    ]

    found = refused(*resources, build.patient(), build.patient(id="p9"))

    assert found == (Reason.OTHER_PATIENT, "Coverage/v1", "beneficiary")
    assert not Reason.OTHER_PATIENT.in_order


@pytest.mark.parametrize("changes", [{"status": None}, {"status": 7}, {"order": "1"}])
def test_a_malformed_coverage_is_a_problem(changes: dict[str, Any]) -> None:
    found = refused(build.covered("Coverage/v1"), build.encounter(), build.coverage(**changes))

    assert found[:2] == (Reason.MALFORMED, "Coverage/v1")


def test_two_coverages_of_one_id_are_ambiguous() -> None:
    both = [build.coverage("Harbor Health"), build.coverage("Summit Mutual")]

    found = refused(build.covered("Coverage/v1"), build.encounter(), *both)

    assert found[0] is Reason.AMBIGUOUS_REFERENCE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": build.concept("pay", SELF_PAY)}, "type"),
        ({"payor": [ref("Patient/p1")]}, "payor"),
        ({"payor": [ref("RelatedPerson/r1")]}, "payor"),
        ({"payor": [ref("https://east.example/fhir/Patient/p1")]}, "payor"),
    ],
)
def test_self_pay_is_left_out(changes: dict[str, Any], field: str) -> None:
    found = refused(build.covered("Coverage/v1"), build.encounter(), build.coverage(**changes))

    assert found == (Reason.SELF_PAY, "Coverage/v1", field)
    assert Reason.SELF_PAY.in_order


# ACCIDENT


@pytest.mark.parametrize("coding", [{"system": INCIDENT, "code": "WPA"}, {"code": "WPA"}])
def test_an_accident_at_work_is_left_out(coding: Resource) -> None:
    bill = build.claim(accident={"date": "2025-03-09", "type": {"coding": [coding]}})

    found = refused(bill, build.encounter())

    assert found == (Reason.STATUTORY_ACCIDENT, "Claim/c1", "accident.type")
    assert Reason.STATUTORY_ACCIDENT.in_order


@pytest.mark.parametrize(
    "accident", [{"date": "2025-03-09"}, {"date": "2025-03-09", "type": build.concept("MVA", INCIDENT)}]
)
def test_another_accident_is_shown(accident: Resource) -> None:
    assert line(build.claim(accident=accident), build.encounter()).notes == (Note.ACCIDENT,)


def test_the_profile_names_the_accidents_of_others() -> None:
    bill = build.claim(accident={"date": "2025-03-09", "type": build.concept("MVA", INCIDENT)})
    profile = Profile(organizations="any", payers="any", statutory_accidents=frozenset({"MVA"}))

    assert refused(bill, build.encounter(), profile=profile)[0] is Reason.STATUTORY_ACCIDENT


# OTHER COVER


def answer(kind: str, amount: float | None, insurer: Resource | None, **changes: Any) -> Resource:
    to = "request" if kind == "ClaimResponse" else "claim"
    paid = {} if amount is None else {"payment": {"amount": {"value": amount, "currency": "USD"}}}
    told = {} if insurer is None else {"insurer": insurer}
    return {
        "resourceType": kind,
        "id": "a1",
        "status": "active",
        to: ref("Claim/c1"),
        **paid,
        **told,
        **changes,
    }


KINDS = pytest.mark.parametrize("kind", ["ClaimResponse", "ExplanationOfBenefit"])
BENEFIT = {
    "category": build.concept("benefit", "http://terminology.hl7.org/CodeSystem/adjudication"),
    "amount": {"value": 63.4, "currency": "USD"},
}


@KINDS
@pytest.mark.parametrize("insurer", [{"display": "Summit Mutual"}, ref("Organization/i9"), None])
def test_what_another_payer_has_paid_is_a_problem(kind: str, insurer: Resource | None) -> None:
    resources = [build.covered("Coverage/v1"), build.encounter(), build.coverage()]

    found = refused(*resources, answer(kind, 63.4, insurer))

    assert found == (Reason.OTHER_COVER, f"{kind}/a1", "insurer")
    assert not Reason.OTHER_COVER.in_order


@KINDS
@pytest.mark.parametrize(
    "changes",
    [
        {"total": [BENEFIT]},
        {"adjudication": [BENEFIT]},
        {"item": [{"itemSequence": 1, "sequence": 1, "adjudication": [BENEFIT]}]},
    ],
)
def test_what_another_payer_has_decided_is_a_problem(kind: str, changes: dict[str, Any]) -> None:
    other = answer(kind, None, {"display": "Summit Mutual"}, **changes)

    found = refused(build.covered("Coverage/v1"), build.encounter(), build.coverage(), other)

    assert found == (Reason.OTHER_COVER, f"{kind}/a1", "insurer")


@KINDS
def test_the_answer_may_be_in_another_file(kind: str) -> None:
    bill = build.document(build.covered("Coverage/v1"), build.encounter(), build.coverage())
    other = build.document(answer(kind, 63.4, {"display": "Summit Mutual"}))

    assert outcomes(other, bill) == {"c1": Reason.OTHER_COVER}


@KINDS
@pytest.mark.parametrize(
    ("amount", "insurer", "status"),
    [
        (63.4, {"display": "Harbor Health"}, "active"),
        (0, {"display": "Summit Mutual"}, "active"),
        (None, {"display": "Summit Mutual"}, "active"),
        (63.4, {"display": "Summit Mutual"}, "cancelled"),
    ],
)
def test_no_money_of_others_is_no_other_cover(
    kind: str, amount: float | None, insurer: Resource, status: str
) -> None:
    told = answer(kind, amount, insurer, status=status)

    assert line(build.covered("Coverage/v1"), build.encounter(), build.coverage(), told).billed == 12_050


def test_a_bill_that_names_the_answer_of_a_prior_payer_is_a_problem() -> None:
    rows = [
        {
            "sequence": 1,
            "focal": False,
            "coverage": {"display": "a"},
            "claimResponse": ref("ClaimResponse/r"),
        },
        {"sequence": 2, "focal": True, "coverage": {"display": "b"}},
    ]

    found = refused(build.claim(insurance=rows), build.encounter())

    assert found[0] is Reason.OTHER_COVER


def test_a_second_payer_waits_for_the_first() -> None:
    first, second = build.coverage(order=1), build.coverage("Summit Mutual", id="v2", order=2)
    primary = build.covered("Coverage/v1", id="c1")
    secondary = build.covered("Coverage/v1", "Coverage/v2", focal=2, id="c2")
    text = build.document(primary, secondary, build.encounter(), first, second)

    assert outcomes(text) == {"c1": 12_050, "c2": Reason.OTHER_COVER}
    assert outcomes(text, profile=payers("Harbor Health")) == {"c1": 12_050, "c2": Reason.OTHER_PAYER}
    assert outcomes(text, profile=payers("Summit Mutual")) == {
        "c1": Reason.OTHER_PAYER,
        "c2": Reason.OTHER_COVER,
    }


def test_the_turn_is_that_of_the_coverage_or_of_the_bill() -> None:
    by_coverage = build.covered("Coverage/v1")
    by_bill = build.covered("Coverage/v0", "Coverage/v1", focal=2)

    assert refused(by_coverage, build.encounter(), build.coverage(order=2)) == (
        Reason.OTHER_COVER,
        "Claim/c1",
        "insurance[0].coverage.order",
    )
    assert refused(by_bill, build.encounter(), build.coverage()) == (
        Reason.OTHER_COVER,
        "Claim/c1",
        "insurance[1].sequence",
    )


def test_a_patient_who_pays_beside_an_insurer_does_not_pay_alone() -> None:
    cover = build.coverage(payor=[ref("Patient/p1"), {"display": "Harbor Health"}])

    assert line(build.covered("Coverage/v1"), build.encounter(), cover).billed == 12_050
