"""The last night of a stay that ends at midnight is uncertain

given a stay that ends at midnight where the hospital is
└── it should be a problem, whatever offset the record writes it in
given a stay that ends at midnight elsewhere
└── it should be a line
given items of a stay in any order
└── it should look at the one that ends last
"""

from __future__ import annotations

from typing import Any

import pytest

from salus import fhir, product
from salus.claim.bill_line import BillLine
from salus.fhir import Profile, Reason, Refused
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import TODAY, Resource

NEW_YORK = Profile(organizations="any", payers="any", time_zone="America/New_York")
ILLNESS = product.shipped("critical-illness")


def read(bill: Resource, stay: Resource, profile: Profile = NEW_YORK) -> Any:
    (found,) = fhir.read(build.document(bill, stay), ILLNESS, profile=profile, today=TODAY)
    return found


def stay(start: str, end: str) -> Resource:
    return build.encounter(act="IMP", period={"start": start, "end": end})


def bill(**changes: Any) -> Resource:
    kind = build.concept("institutional", build.CLAIM_TYPE)
    return build.claim(type=kind, **{"billablePeriod": None, **changes})


@pytest.mark.parametrize("end", ["2025-03-07T05:00:00Z", "2025-03-07T00:00:00-05:00"])
def test_midnight_where_the_hospital_is(end: str) -> None:
    found = read(bill(), stay("2025-03-04T14:00:00Z", end))

    assert isinstance(found, Refused)
    assert found.reason is Reason.ENDS_AT_MIDNIGHT


def test_midnight_elsewhere() -> None:
    found = read(bill(), stay("2025-03-04T14:00:00Z", "2025-03-07T00:00:00Z"))

    assert isinstance(found, BillLine)
    assert found.units == 2


@pytest.mark.parametrize("order", [1, -1])
def test_items_in_any_order(order: int) -> None:
    days = [
        ("2025-03-04T14:00:00Z", "2025-03-05T14:00:00Z"),
        ("2025-03-05T14:00:00Z", "2025-03-07T05:00:00Z"),
    ]
    items = [
        {
            "sequence": row,
            "productOrService": build.concept(build.VISIT),
            "encounter": [build.ref("Encounter/e1")],
            "servicedPeriod": {"start": start, "end": end},
        }
        for row, (start, end) in enumerate(days[::order], 1)
    ]

    found = read(bill(item=items), stay("2025-03-04T14:00:00Z", "2025-03-07T14:00:00Z"))

    assert isinstance(found, Refused)
    assert found.reason is Reason.ENDS_AT_MIDNIGHT
