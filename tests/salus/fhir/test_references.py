"""salus.fhir: references as values

given a patient named in each way that FHIR allows
    the line has that patient's number, and never the version or the end of an address
given a patient number that two servers use
    both bills are refused, unless the profile says which number names a patient
given a reference to another type, to nothing, or that is a search
    the bill is refused by name
given two resources of one identity
    equal ones are one, a later version counts, and others are ambiguous
given a record that is about another patient
    the bill is refused, however the two are written
"""

from __future__ import annotations

from typing import Any

import pytest

from salus import fhir
from salus.fhir import Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import MRN, TODAY, Resource, line, outcomes, ref, refused

EAST, WEST = "https://east.example/fhir/", "https://west.example/r4/"
BY_MRN = fhir.Profile(organizations="any", payers="any", patient_number=MRN)


def of_patient(reference: Resource, **changes: Any) -> list[Resource]:
    """A bill and its encounter, of a patient written in one way."""
    return [build.claim(patient=reference, **changes), build.encounter(subject=reference)]


# PATIENT


@pytest.mark.parametrize(
    "address",
    [
        "Patient/614",
        "Patient/614/_history/3",
        "https://east.example/fhir/Patient/614",
        "https://east.example/fhir/Patient/614/_history/3",
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_the_id_of_an_address_is_the_patient(address: str, known: bool) -> None:
    # another patient's id is the version of this one
    others = [build.patient("614"), build.patient("3")] if known else []

    assert line(*of_patient(ref(address)), *others).patient == "614"


@pytest.mark.parametrize(
    "url", ["urn:uuid:9d2f6a10-6d11-4b53-a1c1-30a1f54c9a10", "urn:oid:2.16.840.1.5883.7"]
)
def test_an_entry_may_have_an_address_of_its_own(url: str) -> None:
    bill, visit = of_patient(ref(url))
    text = build.entries(("urn:uuid:c", bill), ("urn:uuid:e", visit), (url, build.patient("614")))
    visit["id"] = "e1"

    (made,) = fhir.read(text, build.FAMILY, profile=fhir.OPEN, today=TODAY)

    assert getattr(made, "patient", made) == "614"


def test_a_urn_reaches_each_kind_of_resource() -> None:
    bill = build.claim(
        item=[
            {
                "sequence": 1,
                "productOrService": build.concept(build.VISIT),
                "encounter": [ref("urn:oid:1.2.3")],
            }
        ],
        diagnosis=[{"sequence": 1, "diagnosisReference": ref("urn:uuid:d")}],
    )
    text = build.entries(
        ("urn:uuid:c", bill), ("urn:oid:1.2.3", build.encounter()), ("urn:uuid:d", build.condition())
    )

    (made,) = fhir.read(text, build.FAMILY, profile=fhir.OPEN, today=TODAY)

    assert getattr(made, "benefit", made) == "visit.chronic"


@pytest.mark.parametrize(
    "reference",
    [
        {"identifier": build.identifier("M-41", MRN)},
        {"identifier": build.identifier("M-41", MRN), "display": "the patient of bed 3"},
        ref(f"Patient?identifier={MRN}|M-41"),
    ],
)
def test_an_identifier_or_a_search_for_it_names_the_patient(reference: Resource) -> None:
    assert line(*of_patient(reference), profile=BY_MRN).patient == "M-41"


def test_an_identifier_alone_names_the_patient_with_its_system() -> None:
    assert line(*of_patient({"identifier": build.identifier("M-41", MRN)})).patient == f"{MRN}|M-41"


def test_a_contained_patient_is_known_by_the_identifier() -> None:
    inside = [build.patient("x", identifier=[build.identifier("M-42", MRN)])]
    bill = build.claim(patient=ref("#x"), contained=inside)
    visit = build.encounter(subject=ref("#x"), contained=inside)

    assert line(bill, visit).patient == f"{MRN}|M-42"
    assert line(bill, visit, profile=BY_MRN).patient == "M-42"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ({}, Reason.NO_PATIENT),
        ({"display": "Mr Smith"}, Reason.NO_PATIENT),
        (ref("#gone"), Reason.NO_PATIENT),
        (ref("Patient/614?_format=json"), Reason.NO_PATIENT),
        (ref(f"Patient?identifier={MRN}|M-41"), Reason.NO_PATIENT),
        (ref("Patient?name=smith"), Reason.NO_PATIENT),
        (ref("Group/614"), Reason.MISSING_REFERENCE),
        (ref("Practitioner/614"), Reason.MISSING_REFERENCE),
        (ref("Encounter/e1"), Reason.MISSING_REFERENCE),
        (ref("https://east.example/614"), Reason.MISSING_REFERENCE),
    ],
)
def test_refuses_a_patient_that_is_not_named(reference: Resource, reason: Reason) -> None:
    found = refused(build.claim(patient=reference), build.encounter())

    assert found == (reason, "Claim/c1", "patient")


def test_a_contained_patient_without_a_number_is_nobody() -> None:
    found = refused(build.claim(patient=ref("#x"), contained=[build.patient("x")]), build.encounter())

    assert found == (Reason.NO_PATIENT, "Patient/x", "identifier")


@pytest.mark.parametrize(
    "identifiers",
    [
        [],
        [build.identifier("M-41", "https://other.example")],
        [{**build.identifier("M-41", MRN), "use": "old"}],
        [build.identifier("M-41", MRN), build.identifier("M-42", MRN)],
    ],
)
def test_refuses_a_patient_without_one_number_of_the_profile(identifiers: list[Resource]) -> None:
    person = build.patient(identifier=identifiers)

    found = refused(build.claim(), build.encounter(), person, profile=BY_MRN)

    assert found == (Reason.NO_PATIENT_NUMBER, "Patient/p1", "identifier")


def test_the_profile_needs_the_patient_itself() -> None:
    assert refused(build.claim(), build.encounter(), profile=BY_MRN)[0] is Reason.MISSING_REFERENCE


def test_fresh_addresses_are_one_patient_under_the_profile() -> None:
    def night(n: int) -> bytes:
        bill, visit = of_patient(ref(f"urn:uuid:p{n}"), id=f"c{n}")
        person = build.patient(f"p{n}", identifier=[build.identifier("M-7", MRN)])
        visit["id"] = f"e{n}"
        bill["item"][0]["encounter"] = [ref(f"urn:uuid:e{n}")]
        return build.entries((f"urn:uuid:c{n}", bill), (f"urn:uuid:e{n}", visit), (f"urn:uuid:p{n}", person))

    results = list(fhir.read([night(1), night(2)], build.FAMILY, profile=BY_MRN, today=TODAY))

    assert [getattr(made, "patient", made) for made in results] == ["M-7", "M-7"]


def test_a_merged_patient_is_refused() -> None:
    gone = build.patient(link=[{"other": ref("Patient/p2"), "type": "replaced-by"}])
    kept = build.patient(link=[{"other": ref("Patient/p0"), "type": "replaces"}])

    assert refused(build.claim(), build.encounter(), gone) == (Reason.PATIENT_MERGED, "Patient/p1", "link")
    assert line(build.claim(), build.encounter(), kept).patient == "p1"


# TWO SERVERS


def on(server: str, number: str, *more: Resource, **changes: Any) -> bytes:
    visit = build.encounter(id=f"e-{number}")
    item = {
        "sequence": 1,
        "productOrService": build.concept(build.VISIT),
        "encounter": [ref(f"Encounter/{visit['id']}")],
    }
    return build.served(server, build.claim(id=number, item=[item], **changes), visit, *more)


def absolute(server: str, number: str) -> bytes:
    to = ref(f"{server}Patient/p1")
    visit = build.encounter(id=f"e-{number}", subject=to)
    item = {
        "sequence": 1,
        "productOrService": build.concept(build.VISIT),
        "encounter": [ref(f"Encounter/{visit['id']}")],
    }
    return build.document(build.claim(id=number, item=[item], patient=to), visit)


def test_one_number_on_two_servers_is_two_people() -> None:
    east = on(EAST, "a", build.patient(gender="male"))
    west = on(WEST, "b", build.patient(gender="female"))

    assert outcomes(east, west) == {"a": Reason.SERVERS_DIFFER, "b": Reason.SERVERS_DIFFER}


def test_two_servers_are_told_apart_without_their_patients_too() -> None:
    assert outcomes(absolute(EAST, "a"), absolute(WEST, "b")) == {
        "a": Reason.SERVERS_DIFFER,
        "b": Reason.SERVERS_DIFFER,
    }
    assert outcomes(absolute(EAST, "a"), absolute(EAST, "b")) == {"a": 12_050, "b": 12_050}


def test_the_profile_tells_the_people_of_two_servers_apart() -> None:
    east = on(EAST, "a", build.patient(identifier=[build.identifier("M-1", MRN)]))
    west = on(WEST, "b", build.patient(identifier=[build.identifier("M-2", MRN)]))

    results = fhir.read([east, west], build.FAMILY, profile=BY_MRN, today=TODAY)

    assert [getattr(made, "patient", made) for made in results] == ["M-1", "M-2"]


def test_two_entries_with_one_id_are_two_people() -> None:
    def of(name: str, gender: str) -> bytes:
        bill, visit = of_patient(ref(f"urn:uuid:{name}"), id=name)
        visit["id"] = f"e-{name}"
        bill["item"][0]["encounter"] = [ref(f"urn:uuid:e-{name}")]
        return build.entries(
            (f"urn:uuid:c-{name}", bill),
            (f"urn:uuid:e-{name}", visit),
            (f"urn:uuid:{name}", build.patient("2", gender=gender)),
        )

    assert outcomes(of("a", "male"), of("b", "female")) == {
        "a": Reason.SERVERS_DIFFER,
        "b": Reason.SERVERS_DIFFER,
    }
    assert outcomes(of("a", "male"), of("b", "male")) == {"a": 12_050, "b": 12_050}


def test_an_address_of_another_server_is_not_the_resource_here() -> None:
    item = {
        "sequence": 1,
        "productOrService": build.concept(build.VISIT),
        "encounter": [ref(f"{WEST}Encounter/e1")],
    }
    text = build.served(EAST, build.claim(item=[item]), build.encounter())

    assert outcomes(text) == {"c1": Reason.MISSING_REFERENCE}


def test_an_address_without_full_urls_is_resolved_by_type_and_id() -> None:
    item = {
        "sequence": 1,
        "productOrService": build.concept(build.VISIT),
        "encounter": [ref(f"{EAST}Encounter/e1/_history/4")],
    }

    assert line(build.claim(item=[item]), build.encounter()).encounter == "e1"


# ONE IDENTITY


def stamped(resource: Resource, version: str | None = None, updated: str | None = None) -> Resource:
    meta = {"versionId": version, "lastUpdated": updated}
    return {**resource, "meta": {key: value for key, value in meta.items() if value}}


EARLY, LATE = "2025-03-11T08:00:00Z", "2025-03-11T04:30:00-05:00"
"""An hour and a half later, though its digits are lower."""


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("1", None), ("2", None)),
        (("9", None), ("10", None)),
        ((None, EARLY), (None, LATE)),
        (("1", EARLY), ("2", LATE)),
        (("W1", EARLY), ("W2", LATE)),
    ],
)
def test_the_later_version_of_a_visit_counts(old: Any, new: Any, reverse: bool) -> None:
    both = [stamped(build.encounter(act="AMB"), *old), stamped(build.encounter(act="EMER"), *new)]

    assert line(build.claim(), *(reversed(both) if reverse else both)).emergency


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None, None), (None, None)),
        (("1", None), (None, None)),
        (("1", None), ("1", None)),
        (("2", EARLY), ("1", LATE)),
        ((None, EARLY), (None, EARLY)),
        ((None, "2025-03-11"), (None, "2025-03-12")),
        (("a", None), ("b", None)),
    ],
)
def test_versions_that_do_not_tell_are_ambiguous(one: Any, other: Any) -> None:
    both = [stamped(build.encounter(act="AMB"), *one), stamped(build.encounter(act="EMER"), *other)]

    assert refused(build.claim(), *both) == (
        Reason.AMBIGUOUS_REFERENCE,
        "Claim/c1",
        "item[0].encounter",
    )


def test_equal_copies_are_one() -> None:
    assert line(build.claim(), build.encounter(), stamped(build.encounter(), "7", EARLY)).encounter == "e1"


def test_ambiguous_is_never_the_same() -> None:
    people = [build.patient(gender="male"), build.patient(gender="female")]

    found = refused(build.diagnosed("Condition/d1"), build.encounter(), build.condition(), *people)

    assert found[0] is Reason.AMBIGUOUS_REFERENCE


# WHOSE RECORD


@pytest.mark.parametrize(
    "subject",
    [
        ref("Patient/p2"),
        ref("Patient/p2/_history/1"),
        ref("https://east.example/fhir/Patient/p2"),
        ref("urn:uuid:p2"),
    ],
)
@pytest.mark.parametrize("kind", ["encounter", "condition", "procedure", "prescription"])
def test_refuses_what_is_about_another_patient(kind: str, subject: Resource) -> None:
    resources = {
        "encounter": build.encounter(),
        "condition": build.condition(),
        "procedure": build.procedure(),
        "prescription": build.prescription(),
    }
    resources[kind]["subject"] = subject
    bill = build.diagnosed(
        "Condition/d1",
        procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}],
        prescription=ref("MedicationRequest/m1"),
    )
    text = build.entries(
        ("https://east.example/fhir/Claim/c1", bill),
        *(
            (f"https://east.example/fhir/{one['resourceType']}/{one['id']}", one)
            for one in (*resources.values(), build.patient("p1"))
        ),
        ("urn:uuid:p2", build.patient("p2")),
    )

    (found,) = fhir.read(text, build.FAMILY, profile=fhir.OPEN, today=TODAY)

    assert isinstance(found, fhir.Refused)
    assert found.reason is Reason.OTHER_PATIENT
    assert (found.resource.partition("/")[0], found.field) == (resources[kind]["resourceType"], "subject")


def test_one_patient_may_be_written_in_two_ways() -> None:
    text = build.entries(
        ("urn:uuid:c", build.diagnosed("Condition/d1", patient=ref("Patient/p1"))),
        (
            "https://east.example/fhir/Encounter/e1",
            build.encounter(subject=ref("https://east.example/fhir/Patient/p1")),
        ),
        ("https://east.example/fhir/Condition/d1", build.condition()),
        ("https://east.example/fhir/Patient/p1", build.patient()),
    )

    assert outcomes(text) == {"c1": 12_050}


@pytest.mark.parametrize("kind", [build.condition, build.procedure, build.prescription])
def test_a_record_without_its_subject_is_malformed(kind: Any) -> None:
    one = kind(subject=None)
    bill = {
        "Condition": lambda: build.diagnosed("Condition/d1"),
        "Procedure": lambda: build.claim(
            procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}]
        ),
        "MedicationRequest": lambda: build.claim(prescription=ref("MedicationRequest/m1")),
    }[one["resourceType"]]()

    found = refused(bill, build.encounter(), one)

    assert found == (Reason.MALFORMED, f"{one['resourceType']}/{one['id']}", "subject")


@pytest.mark.parametrize("address", ["EpisodeOfCare/e1", "Condition/d1", "Encounter/e9", "Encounter?_id=e1"])
def test_refuses_a_visit_that_is_no_encounter_of_the_input(address: str) -> None:
    item = {"sequence": 1, "productOrService": build.concept(build.VISIT), "encounter": [ref(address)]}

    found = refused(build.claim(item=[item]), build.encounter(), build.condition())

    assert found == (Reason.MISSING_REFERENCE, "Claim/c1", "item[0].encounter")


def test_two_numbers_are_two_patients() -> None:
    bill = build.claim(patient={"identifier": build.identifier("1", MRN)})
    visit = build.encounter(subject={"identifier": build.identifier("2", MRN)})

    assert refused(bill, visit)[0] is Reason.OTHER_PATIENT


def test_two_contained_patients_of_one_id_are_two() -> None:
    mine, other = (build.patient("p", identifier=[build.identifier(number, MRN)]) for number in "12")
    bill = build.claim(patient=ref("#p"), contained=[mine])

    assert refused(bill, build.encounter(subject=ref("#p"), contained=[other]))[0] is Reason.OTHER_PATIENT
    assert line(bill, build.encounter(subject=ref("#p"), contained=[mine]), profile=BY_MRN).patient == "1"


def test_a_search_in_another_system_gives_no_number() -> None:
    other, own = ref("Patient?identifier=urn:other|2"), ref(f"Patient?identifier={MRN}|2")

    assert refused(*of_patient(other), profile=BY_MRN)[0] is Reason.NO_PATIENT
    assert line(*of_patient(own), profile=BY_MRN).patient == "2"
