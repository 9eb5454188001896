"""salus.fhir: the life of a bill

given a bill that another replaces, voids or reverses
    only the latest counts, whichever of them is read first and in whichever file
    the replacement names what it takes the place of
given a replacement that does not count itself
    a cancelled one changes nothing; one that cannot be read holds the original back
given a number with two ids, or an id with two numbers
    none is paid
"""

from __future__ import annotations

from typing import Any

import pytest

from salus import fhir
from salus.claim.bill_line import BillLine
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import BILLS, TODAY, Resource, all_ways, outcomes, ref, relation

ORIGINAL = build.numbered("L-70", 480)
VISIT = build.encounter()
BY_NUMBER = Profile(organizations="any", payers="any", bill_number=BILLS)


def replacement(words: str = "replaces", to: Resource | None = None, **changes: Any) -> Resource:
    return build.numbered("L-71", 410, related=[relation(to or ref("Claim/l-70"), words)], **changes)


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


def test_a_bill_is_also_known_by_its_id() -> None:
    bill = build.claim(identifier=[build.identifier("7")])

    assert build.line(bill, build.encounter()).aliases == ("c1",)
