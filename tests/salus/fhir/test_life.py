"""salus.fhir: the life of a bill

given a bill that another replaces, voids or reverses
    only the latest counts, whichever of them is read first and in whichever file
    the replacement names what it takes the place of
given a replacement that does not count itself
    a cancelled one changes nothing; one that cannot be read holds the original back
given copies and versions
    equal copies are one; the latest version counts; others conflict
given a number with two ids, or an id with two numbers
    none is paid
given a history or transaction that deletes
    the deleted bill is not paid
"""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import BILLS, TODAY, Resource, outcomes, ref, relation

ORIGINAL = build.numbered("L-70", 480)
VISIT = build.encounter()
BY_NUMBER = Profile(organizations="any", payers="any", bill_number=BILLS)


def replacement(words: str = "replaces", to: Resource | None = None, **changes: Any) -> Resource:
    return build.numbered("L-71", 410, related=[relation(to or ref("Claim/l-70"), words)], **changes)


def orders(*bills: Resource) -> list[list[bytes]]:
    """All orders of the bills, in one document each and in one document for all."""
    ways = [[build.document(bill) for bill in order] for order in permutations(bills)]
    return [[*way, build.document(VISIT)] for way in ways] + [
        [build.document(*order, VISIT)] for order in permutations(bills)
    ]


def all_ways(*bills: Resource, profile: Profile = fhir.OPEN) -> dict[str, int | Reason]:
    """What becomes of the bills, which is the same in every order and over files."""
    first, *others = [outcomes(*way, profile=profile) for way in orders(*bills)]
    assert all(other == first for other in others)
    return first


# REPLACED

REFERENCES = [
    ref("Claim/l-70"),
    ref("Claim/l-70/_history/1"),
    ref("https://east.example/fhir/Claim/l-70"),
    {"identifier": build.identifier("L-70")},
]


@pytest.mark.parametrize("to", REFERENCES)
@pytest.mark.parametrize("words", ["replaces", "prior", "Replaces", "7"])
def test_the_replacement_counts(words: str, to: Resource) -> None:
    assert all_ways(ORIGINAL, replacement(words, to)) == {"L-70": Reason.REPLACED, "L-71": 41_000}
    assert Reason.REPLACED.in_order


def test_the_original_may_be_named_by_its_file_number_or_in_words() -> None:
    by_number = {"reference": build.identifier("L-70"), "relationship": {"text": "replaces"}}

    found = all_ways(ORIGINAL, build.numbered("L-71", 410, related=[by_number]))

    assert found == {"L-70": Reason.REPLACED, "L-71": 41_000}


def test_a_replaced_bill_says_so_itself() -> None:
    old = {**ORIGINAL, "related": [relation(ref("Claim/l-71"), "replaced-by")]}

    assert all_ways(old, build.numbered("L-71", 410)) == {"L-70": Reason.REPLACED, "L-71": 41_000}
    assert all_ways(old) == {"L-70": Reason.REPLACED}


def test_of_a_chain_the_last_counts() -> None:
    second = replacement()
    third = build.numbered("L-72", 400, related=[relation(ref("Claim/l-71"), "replaces")])

    assert all_ways(ORIGINAL, second, third) == {
        "L-70": Reason.REPLACED,
        "L-71": Reason.REPLACED,
        "L-72": 40_000,
    }


def test_bills_that_replace_each_other_are_a_problem() -> None:
    one = build.numbered("L-70", 480, related=[relation(ref("Claim/l-71"), "replaces")])

    assert all_ways(one, replacement()) == {
        "L-70": Reason.UNKNOWN_RELATION,
        "L-71": Reason.UNKNOWN_RELATION,
    }
    assert not Reason.UNKNOWN_RELATION.in_order


def test_the_line_names_what_it_replaces() -> None:
    def replaces(*documents: bytes) -> tuple[str, ...]:
        made = list(fhir.read(documents, build.FAMILY, profile=fhir.OPEN, today=TODAY))[-1]
        assert isinstance(made, BillLine)
        return made.replaces

    there = build.document(ORIGINAL, replacement(), VISIT)
    gone = build.document(replacement(to={"identifier": build.identifier("L-70")}), VISIT)
    address = build.document(replacement(), VISIT)

    assert replaces(there) == (f"{BILLS}|L-70",)
    assert replaces(gone) == (f"{BILLS}|L-70",)
    assert replaces(address) == ("l-70",)


@pytest.mark.parametrize("bill_type", ["0137", "137", "0117"])
def test_frequency_seven_replaces(bill_type: str) -> None:
    info = [build.type_of_bill(bill_type)]

    assert all_ways(ORIGINAL, replacement("associated", supportingInfo=info)) == {
        "L-70": Reason.REPLACED,
        "L-71": 41_000,
    }
    assert all_ways(ORIGINAL, build.numbered("L-71", 410, supportingInfo=info)) == {
        "L-70": 48_000,
        "L-71": Reason.NO_ORIGINAL,
    }
    assert not Reason.NO_ORIGINAL.in_order


@pytest.mark.parametrize("bill_type", ["0131", "131"])
def test_frequency_one_is_a_bill_as_others(bill_type: str) -> None:
    assert all_ways({**ORIGINAL, "supportingInfo": [build.type_of_bill(bill_type)]}) == {"L-70": 48_000}


@pytest.mark.parametrize("words", ["associated"])
def test_a_bill_beside_another_is_a_bill_of_its_own(words: str) -> None:
    assert all_ways(ORIGINAL, replacement(words)) == {"L-70": 48_000, "L-71": 41_000}


def test_an_unknown_relation_is_a_problem() -> None:
    assert all_ways(ORIGINAL, replacement("supersedes-partly"))["L-71"] is Reason.UNKNOWN_RELATION
    bare = build.numbered("L-71", 410, related=[{"claim": ref("Claim/l-70")}])
    assert all_ways(ORIGINAL, bare)["L-71"] is Reason.UNKNOWN_RELATION


# A REPLACEMENT THAT DOES NOT COUNT


@pytest.mark.parametrize("status", ["cancelled", "draft", "entered-in-error"])
def test_a_replacement_that_is_not_active_changes_nothing(status: str) -> None:
    assert all_ways(ORIGINAL, replacement(status=status)) == {
        "L-70": 48_000,
        "L-71": Reason.NOT_FINAL_STATUS,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"billablePeriod": {"start": "yesterday"}},
        {"item": [7]},
        {"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]},
        {"implicitRules": "urn:rules"},
        {"traceNumber": [{"value": "R5"}]},
    ],
)
@pytest.mark.parametrize("words", ["replaces", "void"])
def test_a_bill_waits_for_a_successor_that_cannot_be_read(words: str, changes: dict[str, Any]) -> None:
    found = all_ways(ORIGINAL, replacement(words, **changes))

    assert found["L-70"] is Reason.SUCCESSOR_UNREADABLE
    assert isinstance(found.get("L-71", found.get("l-71")), Reason)
    assert not Reason.SUCCESSOR_UNREADABLE.in_order


def test_a_successor_that_cannot_be_read_may_name_its_original_by_number() -> None:
    original = build.claim(identifier=[build.identifier("1")])
    other = build.claim(id="c3", identifier=[build.identifier("1", "urn:other")])
    related = [{"claim": {"identifier": build.identifier("1")}, "relationship": build.concept("prior")}]
    successor = build.claim(id="c2", identifier=[build.identifier("2")], related=related, total=7)

    found = outcomes(build.document(original, other, successor, build.encounter()))

    assert found == {
        "1": Reason.SUCCESSOR_UNREADABLE,
        "1+": 12_050,
        "c2": Reason.MALFORMED,
    }


def test_a_successor_with_several_numbers_takes_the_original_out() -> None:
    two = [build.identifier("L-71"), build.identifier("X", "urn:x")]

    assert all_ways(ORIGINAL, replacement(identifier=two)) == {
        "L-70": Reason.REPLACED,
        "l-71": Reason.SEVERAL_NUMBERS,
    }


# VOIDED


@pytest.mark.parametrize("words", ["void", "reversal", "cancels", "8"])
@pytest.mark.parametrize("to", REFERENCES)
@pytest.mark.parametrize("status", ["active", "cancelled"])
def test_a_void_takes_the_original_out(words: str, to: Resource, status: str) -> None:
    assert all_ways(ORIGINAL, replacement(words, to, status=status)) == {
        "L-70": Reason.REVERSED,
        "L-71": Reason.NOT_FINAL_STATUS if status == "cancelled" else Reason.REVERSAL,
    }
    assert Reason.REVERSED.in_order
    assert Reason.REVERSAL.in_order


def test_a_void_by_mistake_changes_nothing() -> None:
    assert all_ways(ORIGINAL, replacement("void", status="entered-in-error")) == {
        "L-70": 48_000,
        "L-71": Reason.NOT_FINAL_STATUS,
    }


@pytest.mark.parametrize("bill_type", ["0138", "138"])
def test_frequency_eight_voids(bill_type: str) -> None:
    info = [build.type_of_bill(bill_type)]

    assert all_ways(ORIGINAL, replacement("prior", supportingInfo=info)) == {
        "L-70": Reason.REVERSED,
        "L-71": Reason.REVERSAL,
    }
    assert all_ways(build.numbered("L-71", 480, supportingInfo=info)) == {"L-71": Reason.NO_ORIGINAL}


def test_a_credit_takes_its_original_out() -> None:
    credit = replacement("prior", total={"value": -480, "currency": "USD"})

    assert all_ways(ORIGINAL, credit) == {"L-70": Reason.REVERSED, "L-71": Reason.REVERSAL}
    assert all_ways(build.numbered("L-71", -480)) == {"L-71": Reason.NEGATIVE_AMOUNT}


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


# NUMBERS


def test_a_number_of_two_bills_is_a_conflict() -> None:
    other = build.numbered("L-70", 460, id="other")

    assert all_ways(ORIGINAL, other) == {"L-70": Reason.NUMBER_CONFLICT, "L-70+": Reason.NUMBER_CONFLICT}
    assert all_ways(ORIGINAL, other, profile=BY_NUMBER) == {
        "L-70": Reason.NUMBER_CONFLICT,
        "L-70+": Reason.NUMBER_CONFLICT,
    }


def test_one_id_with_two_numbers_is_ambiguous() -> None:
    found = all_ways(ORIGINAL, build.numbered("L-99", 480, id="l-70"))

    assert set(found.values()) == {Reason.AMBIGUOUS_REFERENCE}


def test_a_replacement_may_keep_the_number() -> None:
    same = build.numbered("L-70", 410, id="l-71")
    by_id = {**same, "related": [relation(ref("Claim/l-70"), "replaces")]}
    by_number = {**same, "related": [relation({"identifier": build.identifier("L-70")}, "replaces")]}

    for bill in (by_id, by_number):
        found = outcomes(build.document(ORIGINAL, bill, VISIT))
        assert found == {"L-70": Reason.REPLACED, "L-70+": 41_000}


def test_several_numbers_need_a_profile() -> None:
    other = build.identifier("2025-0007", "https://lakeside.example/invoices")
    bill = build.numbered("L-70", 480, identifier=[other, build.identifier("L-70")])

    assert all_ways(bill) == {"l-70": Reason.SEVERAL_NUMBERS}
    assert all_ways(bill, profile=BY_NUMBER) == {"L-70": 48_000}
    assert not Reason.SEVERAL_NUMBERS.in_order


def test_the_order_of_numbers_and_old_ones_do_not_matter() -> None:
    other = build.identifier("2025-0007", "https://lakeside.example/invoices")
    old = {**build.identifier("L-69"), "use": "old"}
    one = build.numbered("L-70", 480, identifier=[other, build.identifier("L-70"), old])
    again = build.numbered("L-70", 480, identifier=[old, build.identifier("L-70"), other])

    assert all_ways(one, again, profile=BY_NUMBER) == {"L-70": 48_000}


def test_a_number_that_is_added_later_makes_no_second_bill() -> None:
    more = build.numbered(
        "L-70", 480, identifier=[build.identifier("X-3", "urn:clearing"), build.identifier("L-70")]
    )

    assert all_ways(ORIGINAL, more, profile=BY_NUMBER) == {"L-70": 48_000}
    assert all_ways(ORIGINAL, more) == {"l-70": Reason.SEVERAL_NUMBERS}


def test_a_number_that_is_exchanged_is_a_problem() -> None:
    old = {**build.identifier("L-70"), "use": "old"}
    renamed = build.numbered("L-70", 480, identifier=[old, build.identifier("L-99")])

    for profile in (fhir.OPEN, BY_NUMBER):
        assert set(all_ways(ORIGINAL, renamed, profile=profile).values()) == {Reason.AMBIGUOUS_REFERENCE}


def test_the_number_of_the_profile_is_needed() -> None:
    foreign = build.numbered("L-70", 480, identifier=[build.identifier("7", "urn:x")])
    none = build.numbered("L-70", 480, identifier=None)

    assert all_ways(foreign, profile=BY_NUMBER) == {"l-70": Reason.SEVERAL_NUMBERS}
    assert all_ways(none, profile=BY_NUMBER) == {"l-70": Reason.NO_IDENTIFIER}
    assert all_ways(none) == {"l-70": 48_000}


# NOT A BILL, NOT FINAL


@pytest.mark.parametrize("use", ["preauthorization", "predetermination"])
def test_an_estimate_is_no_bill(use: str) -> None:
    assert all_ways({**ORIGINAL, "use": use}) == {"L-70": Reason.NOT_A_BILL}


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


def test_a_bill_is_also_known_by_its_id() -> None:
    bill = build.claim(identifier=[build.identifier("7")])

    assert build.line(bill, build.encounter()).aliases == ("c1",)
