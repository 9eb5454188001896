"""salus.fhir: the days of a bill

given a time zone in the profile
    instants are days of that zone, whatever their offset; dates stay as written
given none
    days are as written, and instants of different offsets are a problem
given a bill without a period of its own
    its days are those of its items, else of its encounter
    visits that are days apart are not one long service
given days that contradict each other
    the bill is refused
given text that is not a date or time of FHIR
    the bill is refused, with what is missing
"""

from __future__ import annotations

from typing import Any

import pytest

from salus.base import days
from salus.fhir import Profile, Reason
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import Resource, line, ref, refused

NEW_YORK = Profile(organizations="any", payers="any", time_zone="America/New_York")
TOKYO = Profile(organizations="any", payers="any", time_zone="Asia/Tokyo")


def span(start: str | None, end: str | None) -> Resource:
    return {key: value for key, value in (("start", start), ("end", end)) if value}


def served(bill: Resource, visit: Resource, *more: Resource, **options: Any) -> tuple[str, str]:
    made = line(bill, visit, *more, **options)
    return days.to_date(made.service_from).isoformat(), days.to_date(made.service_to).isoformat()


def items(*serviced: Resource) -> list[Resource]:
    plain = {"productOrService": build.concept(build.VISIT), "encounter": [ref("Encounter/e1")]}
    return [{"sequence": n, **plain, **one} for n, one in enumerate(serviced, 1)]


# TIME ZONE


@pytest.mark.parametrize(
    ("start", "end", "profile", "first", "last"),
    [
        ("2025-04-03T01:30:00Z", "2025-04-03T03:59:59Z", NEW_YORK, "2025-04-02", "2025-04-02"),
        ("2025-04-03T01:30:00Z", "2025-04-03T04:00:01Z", NEW_YORK, "2025-04-02", "2025-04-03"),
        # in winter the zone is an hour further behind
        ("2025-01-15T04:30:00Z", "2025-01-15T04:59:59Z", NEW_YORK, "2025-01-14", "2025-01-14"),
        ("2025-04-02T23:30:00-04:00", "2025-04-03T05:30:00+02:00", NEW_YORK, "2025-04-02", "2025-04-02"),
        ("2025-04-02T14:59:59.999Z", "2025-04-02T15:00:01Z", TOKYO, "2025-04-02", "2025-04-03"),
        ("2025-04-03", "2025-04-04", NEW_YORK, "2025-04-03", "2025-04-04"),
    ],
)
def test_days_are_those_of_the_hospital(
    start: str, end: str, profile: Profile, first: str, last: str
) -> None:
    period = span(start, end)

    found = served(build.claim(billablePeriod=period), build.encounter(period=period), profile=profile)

    assert found == (first, last)


def test_bill_and_encounter_may_be_written_in_two_offsets() -> None:
    bill = build.claim(billablePeriod=span("2025-04-02", "2025-04-02"))
    visit = build.encounter(period=span("2025-04-03T01:30:00Z", "2025-04-03T02:30:00Z"))

    assert served(bill, visit, profile=NEW_YORK) == ("2025-04-02", "2025-04-02")
    assert refused(bill, visit) == (Reason.PERIOD_CONFLICT, "Claim/c1", "billablePeriod")


def test_a_diagnosis_is_dated_in_the_time_zone_too() -> None:
    evening = span("2025-04-02T22:00:00-04:00", "2025-04-02T23:00:00-04:00")
    resources = [
        build.diagnosed("Condition/d1", billablePeriod=evening),
        build.encounter(period=evening),
        build.condition(onsetDateTime="2025-04-03T02:15:00Z"),
    ]

    assert line(*resources, profile=NEW_YORK).benefit == "visit.chronic"
    assert refused(*resources)[0] is Reason.AFTER_SERVICE


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-04-02T09:00:00-04:00", "2025-04-02T14:00:00Z"),
        ("2025-04-02T09:00:00-04:00", "2025-04-02T15:00:00+01:00"),
        ("2025-04-02T09:00:00.5-04:00", "2025-04-02T23:30:00.25Z"),
    ],
)
def test_mixed_offsets_are_a_problem_without_a_time_zone(start: str, end: str) -> None:
    period = span(start, end)
    resources = [build.claim(billablePeriod=period), build.encounter(period=None)]

    assert refused(*resources) == (Reason.MIXED_OFFSETS, "Claim/c1", "billablePeriod")
    assert line(*resources, profile=NEW_YORK)
    assert not Reason.MIXED_OFFSETS.in_order


@pytest.mark.parametrize("where", ["encounter", "item"])
def test_the_offsets_of_bill_encounter_and_items_are_compared(where: str) -> None:
    local = span("2025-04-02T09:00:00-04:00", "2025-04-02T10:00:00-04:00")
    utc = span("2025-04-02T13:00:00Z", "2025-04-02T14:00:00Z")
    bill = build.claim(
        billablePeriod=local, item=items({"servicedPeriod": utc if where == "item" else local})
    )
    visit = build.encounter(period=utc if where == "encounter" else local)

    assert refused(bill, visit)[0] is Reason.MIXED_OFFSETS
    assert served(bill, visit, profile=NEW_YORK) == ("2025-04-02", "2025-04-02")


def test_summer_time_alone_is_no_fault() -> None:
    stay = span("2025-03-08T20:00:00-05:00", "2025-03-09T10:00:00-04:00")

    assert served(build.claim(billablePeriod=stay), build.encounter(period=stay)) == (
        "2025-03-08",
        "2025-03-09",
    )


# ITEMS

SERIES = span("2025-02-03T08:00:00-05:00", "2025-10-27T17:00:00-04:00")


@pytest.mark.parametrize(
    ("serviced", "first", "last"),
    [
        ([{"servicedDate": "2025-04-02"}], "2025-04-02", "2025-04-02"),
        ([{"servicedDate": "2025-04-03"}, {"servicedDate": "2025-04-02"}], "2025-04-02", "2025-04-03"),
        ([{"servicedPeriod": span("2025-04-02", "2025-04-04")}], "2025-04-02", "2025-04-04"),
        ([{}, {"servicedDate": "2025-04-02"}], "2025-04-02", "2025-04-02"),
        (
            [{"servicedPeriod": span("2025-04-02", "2025-04-09")}, {"servicedDate": "2025-04-05"}],
            "2025-04-02",
            "2025-04-09",
        ),
    ],
)
def test_a_bill_without_a_period_has_the_days_of_its_items(
    serviced: list[Resource], first: str, last: str
) -> None:
    bill = build.claim(billablePeriod=None, item=items(*serviced))

    assert served(bill, build.encounter(period=SERIES)) == (first, last)


@pytest.mark.parametrize("period", [None, SERIES])
def test_visits_that_are_days_apart_are_not_one_service(period: Resource | None) -> None:
    bill = build.claim(
        billablePeriod=period, item=items({"servicedDate": "2025-04-02"}, {"servicedDate": "2025-04-09"})
    )

    found = refused(bill, build.encounter(period=SERIES))

    assert found == (Reason.SEVERAL_VISITS, "Claim/c1", "item.serviced")
    assert not Reason.SEVERAL_VISITS.in_order


def test_items_of_a_stay_may_be_days_apart() -> None:
    stay = span("2025-04-02T08:00:00-04:00", "2025-04-11T10:00:00-04:00")
    bill = build.claim(
        billablePeriod=stay, item=items({"servicedDate": "2025-04-02"}, {"servicedDate": "2025-04-09"})
    )

    assert served(bill, build.encounter(act="IMP", period=stay)) == ("2025-04-02", "2025-04-11")


def test_a_series_without_days_of_the_bill_is_not_one_service() -> None:
    found = refused(build.claim(billablePeriod=None), build.encounter(period=SERIES))

    assert found == (Reason.SEVERAL_VISITS, "Encounter/e1", "period")


@pytest.mark.parametrize(
    ("serviced", "reason"),
    [
        ({"servicedPeriod": {"start": "2025-04-02"}}, Reason.NO_DATE),
        ({"servicedPeriod": {}}, Reason.NO_DATE),
        ({"servicedDate": "2025-04"}, Reason.IMPRECISE_DATE),
    ],
)
def test_refuses_items_whose_days_are_not_said(serviced: Resource, reason: Reason) -> None:
    bill = build.claim(billablePeriod=None, item=items(serviced))

    assert refused(bill, build.encounter()) == (reason, "Claim/c1", "item.serviced")


# CONFLICTS


@pytest.mark.parametrize(
    ("period", "field"),
    [
        (span("2025-03-09", "2025-03-10"), "billablePeriod"),
        (span("2025-03-10", "2025-03-11"), "billablePeriod"),
        (span("2025-05-10", "2025-05-10"), "billablePeriod"),
        (span("2025-03-09", None), "billablePeriod.start"),
        (span(None, "2025-03-11"), "billablePeriod.end"),
    ],
)
def test_the_bill_must_be_within_its_encounter(period: Resource, field: str) -> None:
    found = refused(build.claim(billablePeriod=period), build.encounter())

    assert found == (Reason.PERIOD_CONFLICT, "Claim/c1", field)
    assert not Reason.PERIOD_CONFLICT.in_order


@pytest.mark.parametrize("open_end", ["start", "end"])
def test_one_end_of_the_encounter_is_compared_too(open_end: str) -> None:
    stay = build.encounter()["period"]
    del stay[open_end]
    far = span("2025-03-08", "2025-03-12")

    assert refused(build.claim(billablePeriod=far), build.encounter(period=stay))[0] is Reason.PERIOD_CONFLICT


def test_items_must_be_within_the_bill() -> None:
    bill = build.claim(item=items({"servicedDate": "2025-03-11"}))

    assert refused(bill, build.encounter()) == (Reason.PERIOD_CONFLICT, "Claim/c1", "item.serviced")


@pytest.mark.parametrize("period", [span("2025-03-10", None), span(None, "2025-03-10"), {}])
def test_a_missing_end_is_that_of_the_encounter(period: Resource) -> None:
    assert served(build.claim(billablePeriod=period), build.encounter()) == ("2025-03-10", "2025-03-10")


# FORM


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2025-03-10T09:00:00", Reason.NO_OFFSET),
        ("2025-03-10 09:00:00-04:00", Reason.NO_OFFSET),
        ("2025-03-10T09:00-04:00", Reason.NO_OFFSET),
        ("10.03.2025", Reason.NO_OFFSET),
        ("20250310", Reason.NO_OFFSET),
        ("2025-03-10T24:00:00-04:00", Reason.NO_OFFSET),
        ("", Reason.NO_OFFSET),
        ("2025", Reason.IMPRECISE_DATE),
        ("2025-03", Reason.IMPRECISE_DATE),
        ("2025-02-29", Reason.IMPRECISE_DATE),
        ("2025-02-30T09:00:00-05:00", Reason.IMPRECISE_DATE),
    ],
)
@pytest.mark.parametrize("profile", [NEW_YORK, Profile(organizations="any", payers="any")])
@pytest.mark.parametrize("end", ["start", "end"])
def test_refuses_what_is_no_day(text: str, reason: Reason, profile: Profile, end: str) -> None:
    period = {**span("2025-03-10", "2025-03-10"), end: text}

    found = refused(build.claim(billablePeriod=period), build.encounter(), profile=profile)

    assert found == (reason, "Claim/c1", f"billablePeriod.{end}")
    assert "offset" in Reason.NO_OFFSET.remedy
