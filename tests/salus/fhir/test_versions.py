"""salus.fhir: copies, versions and deletions of one bill

given copies and versions
    equal copies are one; the latest version counts; others conflict
given a history or transaction that deletes
    the deleted bill is not paid
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import FhirError
from salus.fhir import Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import BILLS, TODAY, Resource, all_ways, outcomes

ORIGINAL = build.numbered("L-70", 480)
VISIT = build.encounter()


# COPIES AND VERSIONS


def stamped(resource: Resource, version: str | None = None, updated: str | None = None) -> Resource:
    meta = {"versionId": version, "lastUpdated": updated}
    return {**resource, "meta": {key: value for key, value in meta.items() if value}}


def test_an_equal_copy_is_no_fault() -> None:
    visit = build.document(VISIT)

    assert outcomes(build.document(ORIGINAL), build.document(ORIGINAL), visit) == {"L-70": 48_000}
    assert outcomes(build.document(ORIGINAL, stamped(ORIGINAL, "4")), visit) == {"L-70": 48_000}


def test_an_equal_copy_under_another_id_counts_once() -> None:
    found = outcomes(build.document(ORIGINAL, {**ORIGINAL, "id": "again"}, VISIT))

    assert found == {"L-70": 48_000, "L-70+": Reason.COPY}
    assert Reason.COPY.in_order


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("1", None), ("2", None)),
        (("9", None), ("10", None)),
        ((None, "2025-03-11T23:30:00-04:00"), (None, "2025-03-12T03:40:00Z")),
        (("1", "2025-03-11T10:00:00Z"), ("2", "2025-03-12T10:00:00Z")),
    ],
)
@pytest.mark.parametrize("changes", [{}, {"status": "cancelled"}])
def test_the_latest_version_counts(old: Any, new: Any, changes: dict[str, Any]) -> None:
    later = stamped(build.numbered("L-70", 460, **changes), *new)

    assert all_ways(stamped(ORIGINAL, *old), later) == {
        "L-70": Reason.NOT_FINAL_STATUS if changes else 46_000
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("1", "2025-03-12T10:00:00Z"), ("2", "2025-03-11T10:00:00Z")),
        (("1", None), ("1", None)),
        ((None, None), (None, "2025-03-11T10:00:00Z")),
    ],
)
def test_versions_that_contradict_each_other_are_not_paid(one: Any, other: Any) -> None:
    found = all_ways(stamped(ORIGINAL, *one), stamped(build.numbered("L-70", 460), *other))

    assert set(found.values()) == {Reason.AMBIGUOUS_REFERENCE}
    assert not Reason.AMBIGUOUS_REFERENCE.in_order


def test_the_copies_of_a_history_are_versions() -> None:
    text = {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [
            {
                "fullUrl": "https://east.example/fhir/Claim/l-70",
                "resource": build.numbered("L-70", amount),
                "request": {"method": method, "url": "Claim/l-70"},
                "response": {"status": "200", "lastModified": at},
            }
            for amount, method, at in (
                (460, "PUT", "2025-03-12T10:00:00Z"),
                (480, "POST", "2025-03-11T10:00:00Z"),
            )
        ],
    }

    assert outcomes(json.dumps(text).encode(), build.document(VISIT)) == {"L-70": 46_000}


# DELETED


def deletes(address: str, kind: str = "transaction", at: str = "", **entry: Any) -> bytes:
    response = {"response": {"status": "204", "lastModified": at}} if at else {}
    row = {"request": {"method": "DELETE", "url": address}, **response, **entry}
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": [row]}).encode()


@pytest.mark.parametrize("kind", ["history", "transaction", "batch"])
def test_a_bill_that_is_deleted_later_is_left_out(kind: str) -> None:
    bill = stamped(ORIGINAL, None, "2025-03-11T10:00:00Z")
    gone = deletes("Claim/l-70", kind, "2025-03-12T10:00:00Z")

    assert outcomes(build.document(bill, VISIT), gone) == {"l-70": Reason.DELETED}
    assert outcomes(gone, build.document(bill, VISIT)) == {"l-70": Reason.DELETED}


def test_a_bill_written_again_after_it_was_deleted_counts() -> None:
    bill = stamped(ORIGINAL, None, "2025-03-13T10:00:00Z")
    gone = deletes("Claim/l-70", "history", "2025-03-12T10:00:00Z")

    assert outcomes(gone, build.document(bill, VISIT)) == {"L-70": 48_000}


@pytest.mark.parametrize(
    "address", ["Claim/l-70", f"Claim?identifier={BILLS}|L-70", f"Claim?identifier={BILLS}%7CL-70"]
)
def test_a_bill_that_is_deleted_at_no_time_is_not_paid(address: str) -> None:
    found = outcomes(build.document(ORIGINAL, VISIT), deletes(address))

    assert found
    assert all(isinstance(reason, Reason) for reason in found.values())


def test_a_visit_that_was_deleted_justifies_nothing() -> None:
    visit = stamped(VISIT, None, "2025-03-11T10:00:00Z")
    gone = deletes("Encounter/e1", "history", "2025-03-12T10:00:00Z")

    assert outcomes(build.document(ORIGINAL, visit), gone) == {"L-70": Reason.MISSING_REFERENCE}


@pytest.mark.parametrize(
    "address", ["Claim?status=active", "Encounter?identifier=urn:x|1", "Claim?identifier="]
)
def test_a_delete_that_is_not_understood_is_said(address: str) -> None:
    results = list(fhir.read(deletes(address), build.FAMILY, profile=fhir.OPEN, today=TODAY))

    (error,) = results
    assert isinstance(error, FhirError)
    assert (error.file, error.field) == ("<input>", "request.url")
