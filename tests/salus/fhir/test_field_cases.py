"""salus.fhir on 94 inputs from the field that lie beside the project, where they do

given each input under the profile that it needs
    it gives what its table demands: the lines with amount, patient, benefit and days, and the named reasons
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from salus import fhir, product
from salus.base import days
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine, Note
from salus.fhir import NotRead, Profile, Reason

FOLDER = Path(__file__).parents[4] / "shared" / "cases" / "fhir"
TODAY = days.civil_day("2025-12-31")
PLANS = {name: product.shipped(name) for name in ("family", "critical-illness")}
CASH = "critical-illness"
DAY = "2025-03-10"
BILLS, MRN = "https://billing.example/claims", "https://hospital.example/mrn"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the inputs are not beside the project")


@dataclass(frozen=True)
class Line:
    """What a line must say; its days as "first" or "first last"."""

    billed: int
    benefit: str = "visit.primary"
    patient: str = "p1"
    on: str = DAY
    units: int = 1
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Said:
    """An error of a whole file, by its words; of a file that is not read, by its name."""

    words: str


@dataclass(frozen=True)
class Case:
    given: str
    expected: tuple[Line | Reason | Said, ...]
    plan: str = "family"
    profile: dict[str, Any] = field(default_factory=dict)


def case(given: str, *expected: Line | Reason | Said, plan: str = "family", **profile: Any) -> Case:
    return Case(given, expected, plan, profile)


STAY = f"{DAY} 2025-03-14"
ATTACK = Line(900_000, "illness.heart-attack", on=STAY)
CASES = [
    # THE LIFE OF A BILL
    case("01-replacement.json", Reason.REPLACED, Line(90_000)),
    case("30k-pharmacy-reversal.json", Reason.REVERSED, Reason.NOT_FINAL_STATUS),
    case("02-cancelled-later-version.json", Reason.NOT_FINAL_STATUS),
    case("02b-two-nights", Reason.NOT_FINAL_STATUS),
    case("03-corrected-amount-versions", Line(70_000)),
    # WHOSE CARE
    case("04-versioned-patient-ref.json", Line(45_000, patient="77")),
    case("05-two-servers-one-number.json", Reason.SERVERS_DIFFER, Reason.SERVERS_DIFFER),
    case("28d-patient-query.json", Reason.NO_PATIENT),
    case("25d-condition-of-other-patient-june.json", Reason.OTHER_PATIENT, plan=CASH),
    case("25b-control-once-each.json", Reason.OTHER_PATIENT),
    case("27-fresh-uuids-each-time", Line(31_000), Line(31_000), patient_number=MRN),
    # ABSENT ELEMENTS
    case("06-status-absent-with-reason.json", Line(1_000), Reason.MALFORMED, Line(2_000)),
    case("06c-encounter-status-absent.json", Reason.MALFORMED),
    case("06d-sequence-absent.json", Reason.MALFORMED),
    case(
        "32-one-bad-of-five",
        Line(10_000),
        Line(20_000),
        Reason.MALFORMED,
        Line(40_000),
        Line(50_000),
    ),
    case("06e-total-value-absent.json", Reason.NO_AMOUNT),
    case("06h-item-sequence-and-created-absent.json", Line(10_000)),
    case("06i-currency-absent.json", Reason.NO_AMOUNT),
    case("06j-period-start-absent.json", Line(10_000)),
    # WHO IS BILLED
    case("12-billed-to-other-insurer.json", Reason.OTHER_PAYER, payers=["This plan"]),
    case("12-billed-to-other-insurer.json", Line(64_000), payers=["Other Mutual"]),
    case("12-billed-to-other-insurer.json", Line(64_000)),
    case("12-billed-to-other-insurer.json", Reason.PAYER_NOT_DECIDED, payers=None),
    case("12c-primary-and-secondary-claims.json", Line(64_000), Reason.OTHER_PAYER, payers=["This plan"]),
    case("12c-primary-and-secondary-claims.json", Line(64_000), Reason.OTHER_COVER),
    case(
        "12c-primary-and-secondary-claims.json",
        Reason.OTHER_PAYER,
        Reason.OTHER_COVER,
        payers=["Other Mutual"],
    ),
    case("12e-cancelled-coverage-accident.json", Reason.STATUTORY_ACCIDENT),
    case("12e-cancelled-coverage-accident.json", Reason.STATUTORY_ACCIDENT, payers=["This plan"]),
    case("35-claim-of-other-organisation.json", Line(10_000)),
    case("35-claim-of-other-organisation.json", Reason.PROVIDER_NOT_DECIDED, organizations=None),
    # NUMBERS
    case("26-numbers-reordered", Line(40_000), bill_number=BILLS),
    case("26-numbers-reordered", Reason.SEVERAL_NUMBERS),
    # NIGHTS AND DAYS
    case(
        "17b-two-institutional-bills-one-stay.json",
        Reason.NIGHTS_TWICE,
        Reason.NIGHTS_TWICE,
        plan=CASH,
    ),
    case(
        "17d-control-one-bill.json",
        Line(1_000_000, "cash.illness", on="2025-06-01 2025-06-21", units=20),
        plan=CASH,
    ),
    case("16d-period-against-stay.json", Reason.PERIOD_CONFLICT, plan=CASH),
    case("16-day-on-items-only.json", Line(10_000)),
    case(
        "10-utc-nights-local.json",
        Line(
            400_000,
            "cash.illness",
            on="2025-03-10 2025-03-12",
            units=2,
            notes=(Note.SERVICES_IN_WORDS,),
        ),
        plan=CASH,
        time_zone="America/New_York",
    ),
    case(
        "10b-utc-nights-Z.json",
        Line(
            400_000,
            "cash.illness",
            on="2025-03-10 2025-03-12",
            units=2,
            notes=(Note.SERVICES_IN_WORDS,),
        ),
        plan=CASH,
        time_zone="America/New_York",
    ),
    case("10e-midnight-outpatient.json", Line(10_000, "emergency.visit", on="2025-03-10 2025-03-11")),
    case("10f-end-at-midnight.json", Reason.ENDS_AT_MIDNIGHT, plan=CASH),
    case("11-no-offset.json", Reason.NO_OFFSET),
    case("11f-space-for-T.json", Reason.NO_OFFSET),
    case("11c-month-only.json", Reason.IMPRECISE_DATE),
    case("11d-no-leap-day.json", Reason.IMPRECISE_DATE),
    case("11g-start-only.json", Line(10_000)),
    # MEANING
    case("13b-implicit-rules.json", Reason.MODIFIED),
    case("13c-modifier-on-condition.json", Reason.MODIFIED),
    case("14-coded-after-discharge.json", ATTACK, plan=CASH),
    case("14c-no-verification-status.json", Reason.NOT_CONFIRMED, plan=CASH),
    case("14d-same-not-marked-principal.json", Reason.NOT_CONFIRMED, plan=CASH),
    case("14f-admitting-first-principal-second.json", Line(900_000, "hospital.stay")),
    case("14g-admitting-only-marked.json", Line(900_000, "hospital.stay")),
    case(
        "14h-control-confirmed.json",
        Line(900_000, "illness.heart-attack", on="2025-06-10 2025-06-14"),
        plan=CASH,
    ),
    case("15-who-icd10.json", Reason.UNKNOWN_CODE, plan=CASH),
    case("15g-https-system.json", Reason.UNKNOWN_CODE, plan=CASH),
    case("15i-text-only.json", Reason.UNKNOWN_CODE),
    case("15k-who-professional.json", Reason.UNKNOWN_CODE, plan=CASH),
    case("15d-lower-no-dot.json", Line(900_000, "hospital.stay")),
    case("15e-trailing-space.json", Reason.MALFORMED),
    case("22-local-class-number.json", Reason.UNKNOWN_CLASS),
    case("22c-v2-class.json", Reason.UNKNOWN_CLASS),
    case("22e-emer-other-system.json", Reason.UNKNOWN_CLASS),
    case("30g-type-without-system.json", Reason.UNKNOWN_CLAIM_TYPE),
    case("30h-type-other-system.json", Reason.UNKNOWN_CLAIM_TYPE),
    case("30i-use-predetermination.json", Reason.NOT_A_BILL),
    case("30j-entered-in-error-encounter.json", Reason.NOT_FINAL_STATUS),
    # FILES
    case("07-bulk-export", Line(15_000), Line(6_000)),
    case("21-paged", Line(10_000)),
    case("29e-outcome-in-searchset.json", Said("OperationOutcome"), Line(10_000)),
    case("08-gzip-beside", Line(1_000), Line(99_000)),
    case("08c-other-suffix-beside", Said("c.fhir"), Said("d.txt"), Line(1_000), Line(99_000)),
    case("09-utf16.json", Said("is UTF-16 text")),
    case("09b-bom-crlf.json", Line(1_000)),
    case("09c-bom-crlf-blank.ndjson", Line(100), Line(200)),
    case("09e-truncated-line.ndjson", Said("is not JSON"), Line(200)),
    case("09f-two-documents-in-one.json", Said("is not JSON")),
    case("29-batch-response.json", Line(10_000)),
    case("29b-parameters.json", Said("is a Parameters")),
    case("29d-array-of-resources.json", Said("holds no FHIR resource")),
    # AMOUNTS
    case("19-total-below-items.json", Reason.TOTAL_DIFFERS),
    case(
        "19-total-below-items.json",
        Line(70_420, notes=(Note.TOTAL_DIFFERS, Note.SERVICES_IN_WORDS)),
        total_may_differ="off",
    ),
    case("18-credit-line-inside.json", Line(8_000, notes=(Note.SERVICES_IN_WORDS,))),
    case("19d-no-currency-anywhere.json", Reason.NO_AMOUNT),
    case("19e-exponent.json", Line(10_000)),
    case("19f-many-decimals.json", Line(10_000)),
    case("19g-string.json", Reason.MALFORMED),
    case("19h-tiny.json", Reason.ZERO_AMOUNT),
    case("19i-zero-exp.json", Line(12_000)),
    case("19j-lower-case-currency.json", Reason.UNKNOWN_CURRENCY),
    case("19k-euro.json", Reason.OTHER_CURRENCY),
    case("16c-no-total.json", Reason.NO_AMOUNT),
    # REFERENCES
    case("23-two-encounters-one-id.json", Reason.AMBIGUOUS_REFERENCE),
    case("24-one-bill-two-encounters.json", Reason.SEVERAL_ENCOUNTERS),
    case("28-absolute-without-fullurl.json", Line(10_000)),
    case("28f-contained-patient-logical.json", Line(10_000)),
    case("28g-urn-oid.json", Line(10_000)),
    case("28i-fullurl-without-slash-root.json", Line(10_000)),
    # FORM
    case("30-null-in-primitive-array.json", Line(10_000, "visit.chronic")),
    case("30b-fhir-comments.json", Line(10_000)),
    case("30c-long-id.json", Reason.MALFORMED),
    case("30d-empty-arrays.json", Line(10_000)),
    case("30e-unknown-element.json", Line(10_000)),
    case("30f-empty-string.json", Line(10_000)),
]


@pytest.mark.parametrize("wanted", CASES, ids=lambda one: one.given)
def test_an_input_gives_what_its_table_demands(wanted: Case) -> None:
    profile = Profile(**{"organizations": "any", "payers": "any", **wanted.profile})

    results = list(fhir.read(FOLDER / wanted.given, PLANS[wanted.plan], profile=profile, today=TODAY))

    assert len(results) == len(wanted.expected), results
    for result, expected in zip(results, wanted.expected, strict=True):
        match result:
            case BillLine():
                assert _line(result) == expected
            case fhir.Refused():
                assert result.reason is expected, result
            case FhirError() | NotRead():
                assert isinstance(expected, Said)
                assert expected.words in str(result)


def test_every_input_has_a_case() -> None:
    inputs = {path.name for path in FOLDER.iterdir()} - {"README.md"}

    assert inputs == {one.given for one in CASES}


def _line(made: BillLine) -> Line:
    first, last = (days.to_date(day).isoformat() for day in (made.service_from, made.service_to))
    on = first if first == last else f"{first} {last}"
    patient = made.patient.rpartition("|")[2]
    return Line(made.billed, made.benefit, patient, on, made.units, made.notes)
