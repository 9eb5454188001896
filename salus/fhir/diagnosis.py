"""Selects the one diagnosis of a Claim that counts.

This is the diagnosis marked `principal`. If none is marked, it is the first by sequence whose Condition is
confirmed, is dated no later than the end of the service, and is not in the table's ignore set. The other
diagnoses, and bill items that only repeat them, never select a benefit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salus.base import days
from salus.base.errors import InputError
from salus.fhir.bundle import Bundle, BundleEntry
from salus.fhir.elements import check_subject, codes_of
from salus.fhir.reasons import Reason, Refusal
from salus.product import Code, CodeSet

_DATES = ("onsetDateTime", "recordedDate")


@dataclass(frozen=True, slots=True)
class RecordedDiagnosis:
    """One row of `Claim.diagnosis`; `condition` is None if the diagnosis is coded on the bill itself."""

    row: int
    codes: tuple[Code, ...]
    condition: BundleEntry | None
    principal: bool
    usable: bool


def diagnoses(
    claim: BundleEntry, bundle: Bundle, *, service_to: int, ignore: CodeSet
) -> list[RecordedDiagnosis]:
    """Returns the diagnoses of a Claim by sequence.

    Raises `Refusal` for a diagnosis that is missing, malformed or about another patient.
    """
    rows = sorted(enumerate(claim.resource.get("diagnosis", ())), key=lambda item: int(item[1]["sequence"]))
    return [_diagnosis(row, part, claim, bundle, service_to, ignore) for row, part in rows]


def principal(recorded: Iterable[RecordedDiagnosis], claim: BundleEntry) -> RecordedDiagnosis | None:
    """Returns the diagnosis that counts, or None.

    Raises `Refusal`: SEVERAL_PRINCIPALS, PRINCIPAL_NOT_USABLE.
    """
    recorded = list(recorded)
    marked = [diagnosis for diagnosis in recorded if diagnosis.principal]
    if len(marked) > 1:
        raise Refusal(Reason.SEVERAL_PRINCIPALS, "diagnosis", claim.name)
    if marked and not marked[0].usable:
        raise Refusal(Reason.PRINCIPAL_NOT_USABLE, f"diagnosis[{marked[0].row}]", claim.name)
    return next((diagnosis for diagnosis in marked or recorded if diagnosis.usable), None)


def _diagnosis(
    row: int,
    part: Mapping[str, Any],
    claim: BundleEntry,
    bundle: Bundle,
    service_to: int,
    ignore: CodeSet,
) -> RecordedDiagnosis:
    marked = any(code.code == "principal" for kind in part.get("type", ()) for code in codes_of(kind))
    if "diagnosisReference" not in part:
        codes = codes_of(part.get("diagnosisCodeableConcept"))
        return RecordedDiagnosis(row, codes, None, marked, usable=not ignore.holds_any(codes))
    field = f"diagnosis[{row}].diagnosisReference"
    condition = bundle.resolve(part["diagnosisReference"], kind="Condition", origin=claim, field=field)
    check_subject(condition, claim, bundle)
    codes = codes_of(condition.resource.get("code"))
    usable = (
        any(code.code == "confirmed" for code in codes_of(condition.resource.get("verificationStatus")))
        and _dated_by(condition, service_to)
        and not ignore.holds_any(codes)
    )
    return RecordedDiagnosis(row, codes, condition, marked, usable)


def _dated_by(condition: BundleEntry, service_to: int) -> bool:
    dates = [condition.resource.get(name) for name in _DATES]
    dates.append(condition.resource.get("onsetPeriod", {}).get("start"))
    return any(_latest(date, condition) <= service_to for date in dates if date is not None)


def _latest(date: Any, condition: BundleEntry) -> int:
    try:
        return days.last_day(date)
    except (InputError, TypeError):
        raise Refusal(Reason.IMPRECISE_DATE, "onset or recordedDate", condition.name) from None
