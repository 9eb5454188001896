"""salus.fhir: how much was billed

given a total that its items add up to
    it is exact to the minor unit, however it is written
given items that do not add up to it
    beyond 1 % it is shown to whoever signs, and beyond the profile's limit the bill is refused
given items in another currency, or no amount that can be read
    the bill is refused
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from salus import fhir
from salus.claim.bill_line import BillLine, Note
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import FAMILY, TODAY, Resource, line, ref, refused

OFF = Profile(organizations="any", payers="any", total_may_differ="off")


def bill(total: Any, *nets: Any, currency: str = "USD") -> Resource:
    plain = {"productOrService": build.concept(build.VISIT), "encounter": [ref("Encounter/e1")]}
    items = [
        {"sequence": n, **plain, **({} if net is None else {"net": {"value": net, "currency": currency}})}
        for n, net in enumerate(nets or (None,), 1)
    ]
    return build.claim(total={"value": total, "currency": "USD"}, item=items)


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("7.25e1", 7_250),
        ("725E-1", 7_250),
        ("72.500000000000000000000", 7_250),
        ("72.505", 7_250),
        ("72.515", 7_252),
        ("0.7249999999999999999e2", 7_250),
        ("72", 7_200),
    ],
)
def test_an_amount_is_exact_however_it_is_written(written: str, minor: int) -> None:
    text = build.document(bill(31415), build.encounter()).replace(b"31415", written.encode())

    (made,) = fhir.read(text, FAMILY, profile=fhir.OPEN, today=TODAY)

    assert isinstance(made, BillLine)
    assert made.billed == minor


@pytest.mark.parametrize(
    ("nets", "notes"),
    [
        ((72.5,), ()),
        ((80, -7.5), ()),
        ((72.49,), (Note.ITEMS_DIFFER,)),
        ((71.8,), (Note.ITEMS_DIFFER,)),
        ((71.7,), (Note.TOTAL_DIFFERS,)),
        ((73.3,), (Note.TOTAL_DIFFERS,)),
        ((40, 25.25), (Note.TOTAL_DIFFERS,)),
        ((None, 72.5), ()),
    ],
)
def test_what_items_say_of_the_total_is_shown(nets: tuple[Any, ...], notes: tuple[Note, ...]) -> None:
    made = line(bill(72.5, *nets), build.encounter())

    assert (made.billed, made.notes) == (7_250, notes)


@pytest.mark.parametrize(
    ("total", "nets"),
    [
        (72.5, (65.24,)),
        (72.5, (79.76,)),
        (725, (72.5,)),
        (7250, (72.5,)),
        (7.25, (72.5,)),
        (72.5, (40, 0)),
        (72.5, (0,)),
        (72.5, (-72.5,)),
        (72.5, (1e300,)),
        (72.5, (None, 40)),
    ],
)
def test_a_total_far_from_its_items_is_refused(total: float, nets: tuple[Any, ...]) -> None:
    assert refused(bill(total, *nets), build.encounter()) == (Reason.TOTAL_DIFFERS, "Claim/c1", "total.value")
    assert line(bill(total, *nets), build.encounter(), profile=OFF).notes == (Note.TOTAL_DIFFERS,)
    assert not Reason.TOTAL_DIFFERS.in_order


def test_the_profile_sets_the_limit() -> None:
    def limit(percent: float) -> Profile:
        return Profile(organizations="any", payers="any", total_may_differ=percent)

    odd = bill(100, 97)

    assert line(odd, build.encounter(), profile=limit(3)).notes == (Note.TOTAL_DIFFERS,)
    assert refused(odd, build.encounter(), profile=limit(2.9))[0] is Reason.TOTAL_DIFFERS
    assert line(bill(100, 200), build.encounter(), profile=limit(100)).billed == 10_000


@pytest.mark.parametrize("profile", [fhir.OPEN, OFF])
@pytest.mark.parametrize("currency", ["EUR", "usd", ""])
def test_items_in_another_currency_are_refused(currency: str, profile: Profile) -> None:
    found = refused(bill(72.5, 72.5, currency=currency), build.encounter(), profile=profile)

    assert found == (Reason.OTHER_CURRENCY, "Claim/c1", "item.net.currency")


@pytest.mark.parametrize("value", ["72.5", True, [], {"value": 72.5}])
def test_what_is_no_number_is_malformed(value: Any) -> None:
    assert refused(bill(value), build.encounter()) == (Reason.MALFORMED, "Claim/c1", "total.value")
    assert refused(bill(72.5, value), build.encounter()) == (Reason.MALFORMED, "Claim/c1", "item.net.value")


def test_no_total_is_no_amount_even_where_items_have_one() -> None:
    bare = bill(72.5, 72.5)
    absent = [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]

    for total in (None, {"currency": "USD", "_value": {"extension": absent}}):
        found = refused({**bare, "total": total} if total else _without(bare), build.encounter())
        assert found == (Reason.NO_AMOUNT, "Claim/c1", "total.value")


def test_a_tiny_amount_is_nothing() -> None:
    text = build.document(bill(31415), build.encounter()).replace(b"31415", b"4e-3")

    (found,) = fhir.read(text, FAMILY, profile=fhir.OPEN, today=TODAY)

    assert isinstance(found, fhir.Refused)
    assert found.reason is Reason.ZERO_AMOUNT
    assert json.loads(text)


def _without(resource: Resource) -> Resource:
    return {key: value for key, value in resource.items() if key != "total"}
