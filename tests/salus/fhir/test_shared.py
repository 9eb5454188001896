"""salus.fhir on 29 generated patients; runs only where their folder lies next to the project

given the 29 Bundles under the family table
    all 559 Claims should end as a line or a named reason
    each line should read back from its own record
    the days should be those of the record, which on 33 bills differ from the days in UTC
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salus import fhir, product
from salus.base import days
from salus.claim.bill_line import BillLine
from salus.fhir import Reason, Summary

FOLDER = Path(__file__).parents[4] / "shared" / "fhir"
FAMILY = product.shipped("family")
SYNTHEA = fhir.Profile(organizations="any", payers="any", total_may_differ="off")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the generated patients are not beside the project"
)


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return [path for path in sorted(FOLDER.glob("*.json")) if path.name != "MANIFEST.json"]


@pytest.fixture(scope="module")
def summary(files: list[Path]) -> Summary:
    return Summary.of(fhir.read(files, FAMILY, profile=SYNTHEA))


def test_every_claim_ends_as_a_line_or_a_named_reason(files: list[Path], summary: Summary) -> None:
    assert len(files) == 29
    assert summary.errors == ()
    assert summary.claims == 559
    assert len(summary.lines) == 552
    assert summary.by_reason == {Reason.BEFORE_1970: 5, Reason.ZERO_AMOUNT: 1, Reason.NO_BENEFIT: 1}


def test_a_file_that_is_no_bundle_is_named(summary: Summary) -> None:
    whole = Summary.of(fhir.read(FOLDER, FAMILY, profile=SYNTHEA))

    assert [Path(error.file or "").name for error in whole.errors] == ["MANIFEST.json"]
    assert len(whole.lines) == len(summary.lines)


def test_each_line_reads_back_from_its_record(summary: Summary) -> None:
    for made in summary.lines:
        (again,) = fhir.read_record(made.record, FAMILY)
        assert isinstance(again, BillLine)
        assert replace(again, source=made.source) == made


def test_the_days_are_those_of_the_record(files: list[Path], summary: Summary) -> None:
    by_claim = {made.claim: made for made in summary.lines}
    periods = dict(_periods(files))
    differing = [
        number for number, (start, _) in periods.items() if days.utc_day(start.timestamp()) != _day(start)
    ]

    assert len(differing) == 33
    assert len(periods) == 559
    for number, made in by_claim.items():
        start, end = periods[number]
        assert (made.service_from, made.service_to) == (_day(start), _day(end))
        assert start.astimezone(UTC) <= end.astimezone(UTC)


def _periods(files: list[Path]) -> Iterator[tuple[str, tuple[datetime, datetime]]]:
    for path in files:
        for entry in json.loads(path.read_bytes())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "Claim":
                period = resource["billablePeriod"]
                yield (
                    resource["id"],
                    (datetime.fromisoformat(period["start"]), datetime.fromisoformat(period["end"])),
                )


def _day(moment: datetime) -> int:
    return days.of_date(moment.date())
