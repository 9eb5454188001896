"""salus.fhir: the nights of a stay

given a stay that one bill bills
    its nights are those between the first and the last civil day, in the hospital's time zone
    a stay that ends at midnight, or has not ended, is refused by name
given a stay that several bills bill
    each night counts once: bills that share nights are all refused
    interim bills stand for their own nights; a final bill for the whole stay takes their place
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from salus import fhir, product
from salus.claim.bill_line import BillLine
from salus.fhir import Profile, Reason
from salus.fhir.nights import doubt
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import TODAY, Resource, line, refused

CASH = product.shipped("critical-illness")
NEW_YORK = Profile(organizations="any", payers="any", time_zone="America/New_York")
INSTITUTIONAL = build.concept("institutional", build.CLAIM_TYPE)
STAY = {"start": "2025-05-04T16:00:00-04:00", "end": "2025-05-17T11:00:00-04:00"}


def bill(
    number: str, start: str | None = "2025-05-04", end: str | None = "2025-05-17", **changes: Any
) -> Resource:
    period = {"start": start, "end": end} if start and end else None
    frequency = changes.pop("frequency", "")
    info = {"supportingInfo": [build.type_of_bill(f"011{frequency}")]} if frequency else {}
    return build.numbered(number, 900, type=INSTITUTIONAL, billablePeriod=period, **info, **changes)


def stay(**changes: Any) -> Resource:
    return build.encounter(**{"act": "IMP", "period": STAY, **changes})


def nights(
    *resources: Resource, profile: Profile = fhir.OPEN, apart: bool = False
) -> dict[str, int | Reason]:
    """By number: the nights of a line, or the reason why there is none."""
    source = [build.document(one) for one in resources] if apart else [build.document(*resources)]
    found: dict[str, int | Reason] = {}
    for result in fhir.read(source, CASH, profile=profile, today=TODAY):
        assert isinstance(result, BillLine | fhir.Refused)
        number = (result.claim or "").rpartition("|")[2]
        found[number] = result.units if isinstance(result, BillLine) else result.reason
    return found


# ONE BILL


def test_nights_are_between_the_days() -> None:
    assert nights(bill("N-1"), stay()) == {"N-1": 13}
    assert nights(bill("N-1", None), stay()) == {"N-1": 13}


def test_nights_are_those_of_the_hospital() -> None:
    # in UTC it is one night, from the 7th to the 8th
    utc = {"start": "2025-05-07T02:00:00Z", "end": "2025-05-08T15:00:00Z"}

    assert nights(bill("N-1", None), stay(period=utc), profile=NEW_YORK) == {"N-1": 2}


@pytest.mark.parametrize(
    ("end", "profile"),
    [
        ("2025-05-17T00:00:00-04:00", fhir.OPEN),
        ("2025-05-17T00:00:00.000-04:00", fhir.OPEN),
        ("2025-05-17T04:00:00Z", NEW_YORK),
    ],
)
def test_an_end_at_midnight_is_asked_for(end: str, profile: Profile) -> None:
    period = {"start": "2025-05-04T16:00:00-04:00", "end": end}

    assert nights(bill("N-1", None), stay(period=period), profile=profile) == {"N-1": Reason.ENDS_AT_MIDNIGHT}
    # the bill's own days decide
    assert nights(bill("N-1", end="2025-05-16"), stay(period=period), profile=profile) == {"N-1": 12}
    assert not Reason.ENDS_AT_MIDNIGHT.in_order


@pytest.mark.parametrize("status", ["in-progress", "onleave", "arrived"])
@pytest.mark.parametrize("plan", [CASH, build.FAMILY])
def test_a_stay_that_goes_on_is_not_billed_yet(status: str, plan: product.Table) -> None:
    going_on = stay(status=status, period={"start": STAY["start"]})

    assert refused(bill("N-1"), going_on, plan=plan) == (Reason.STAY_NOT_ENDED, "Encounter/e1", "status")
    assert refused(bill("N-1", None), going_on, plan=plan)[0] is Reason.STAY_NOT_ENDED


def test_a_stay_without_an_end_has_no_days() -> None:
    unknown = stay(period={"start": STAY["start"]})

    assert nights(bill("N-1", None), unknown) == {"N-1": Reason.NO_DATE}


def test_no_night_is_no_benefit_by_night() -> None:
    assert nights(bill("N-1", "2025-05-04", "2025-05-04"), stay()) == {"N-1": Reason.NO_NIGHTS}


def test_a_bill_of_more_nights_than_the_stay_is_refused() -> None:
    assert nights(bill("N-1", end="2025-07-17"), stay()) == {"N-1": Reason.PERIOD_CONFLICT}


# SEVERAL BILLS


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("second", [("2025-05-04", "2025-05-17"), ("2025-05-16", "2025-05-17")])
def test_a_night_that_two_bills_bill_is_refused_in_both(second: tuple[str, str], apart: bool) -> None:
    found = nights(bill("N-1"), bill("N-2", *second), stay(), apart=apart)

    assert found == {"N-1": Reason.NIGHTS_TWICE, "N-2": Reason.NIGHTS_TWICE}
    assert not Reason.NIGHTS_TWICE.in_order


def test_bills_of_different_nights_are_paid() -> None:
    halves = [bill("N-1", end="2025-05-10"), bill("N-2", "2025-05-10")]

    assert nights(*halves, stay()) == {"N-1": 6, "N-2": 7}


def test_a_bill_that_does_not_count_has_no_nights() -> None:
    void = build.relation(build.ref("Claim/n-1"), "void")

    assert nights(bill("N-1"), bill("N-2", status="cancelled"), stay())["N-1"] == 13
    assert nights(bill("N-1"), bill("N-2", related=[void]), stay()) == {
        "N-1": Reason.REVERSED,
        "N-2": Reason.REVERSAL,
    }
    replaces = build.relation(build.ref("Claim/n-1"), "replaces")
    assert nights(bill("N-1"), bill("N-2", related=[replaces]), stay()) == {"N-1": Reason.REPLACED, "N-2": 13}


def test_professional_bills_of_a_stay_have_no_nights() -> None:
    visit = build.claim(id="doctor", billablePeriod={"start": "2025-05-05", "end": "2025-05-05"})

    found = nights(bill("N-1"), visit, stay())

    assert found["N-1"] == 13
    assert found["doctor"] is not Reason.NIGHTS_TWICE


@pytest.mark.parametrize("frequency", ["2", "3", "4"])
@pytest.mark.parametrize("status", ["finished", "in-progress"])
def test_interim_bills_stand_for_their_own_nights(frequency: str, status: str) -> None:
    period = STAY if status == "finished" else {"start": STAY["start"]}
    one = bill("N-1", end="2025-05-10", frequency="2")
    two = bill("N-2", "2025-05-10", "2025-05-15", frequency=frequency)

    assert nights(one, two, stay(status=status, period=period)) == {"N-1": 6, "N-2": 5}
    assert line(one, stay(), plan=CASH).interim


def test_interim_bills_that_share_nights_are_refused() -> None:
    one = bill("N-1", end="2025-05-10", frequency="2")
    two = bill("N-2", "2025-05-09", frequency="3")

    assert nights(one, two, stay()) == {"N-1": Reason.NIGHTS_TWICE, "N-2": Reason.NIGHTS_TWICE}


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("frequency", ["", "1"])
def test_a_final_bill_takes_the_place_of_interim_ones(frequency: str, apart: bool) -> None:
    parts = [
        bill("N-1", end="2025-05-10", frequency="2"),
        bill("N-2", "2025-05-10", frequency="3"),
        bill("N-9", frequency=frequency),
    ]

    for resources in ([*parts, stay()], [stay(), *reversed(parts)]):
        assert nights(*resources, apart=apart) == {"N-1": Reason.REPLACED, "N-2": Reason.REPLACED, "N-9": 13}


def test_a_final_bill_of_some_nights_does_not_cover_the_others() -> None:
    part, final = bill("N-1", end="2025-05-10", frequency="2"), bill("N-9", "2025-05-09")

    assert nights(part, final, stay()) == {"N-1": Reason.NIGHTS_TWICE, "N-9": Reason.NIGHTS_TWICE}


def test_a_final_bill_ends_only_the_interim_bills_within_its_days() -> None:
    def nights(first: int, last: int, *, interim: bool = False) -> Any:
        return SimpleNamespace(service_from=first, service_to=last, interim=interim)

    later, final = nights(2, 6, interim=True), nights(1, 4)

    assert doubt(later, [final]) is Reason.NIGHTS_TWICE
    assert doubt(final, [later]) is Reason.NIGHTS_TWICE
    assert doubt(nights(2, 4, interim=True), [final]) is Reason.REPLACED
