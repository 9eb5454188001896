"""Which diagnosis of a Claim counts.

The one marked `principal`; else the one of lowest sequence that the table does not ignore. It must be
confirmed, coded in a system that is known, and begun by the end of the service. If it is not, the bill is
refused for that one cause: it never falls to another diagnosis, nor to a lesser benefit, in silence. The
other diagnoses never raise a benefit: neither they nor bill items that merely repeat them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UnsetType

from salus.base import days
from salus.fhir.models import Claim, CodeableConcept, Condition, DiagnosisRow, Encounter
from salus.fhir.parties import check_subject
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, civil_day, codes_of, required, shown_systems
from salus.fhir.reference import Target
from salus.fhir.store import Stored
from salus.product import Code, CodeSet

SYSTEMS = ("icd10cm", "snomed")
"""Code systems of diagnoses that benefit tables know."""


@dataclass(frozen=True, slots=True)
class RecordedDiagnosis:
    """One row of `Claim.diagnosis`: its codes, its Condition unless it is coded on the bill, and why it
    cannot count."""

    row: int
    codes: tuple[Code, ...]
    condition: Stored | None
    principal: bool
    ignored: bool
    """The table does not take it for a diagnosis."""
    fault: Refusal | None


def diagnoses(
    claim: Claim,
    stored: Stored,
    visit: Stored,
    records: Records,
    *,
    service_to: int,
    ignore: CodeSet,
) -> list[RecordedDiagnosis]:
    """The diagnoses of a Claim by sequence. Raises Refusal for one that is missing, malformed or somebody
    else's."""
    rows = sorted(
        enumerate(claim.diagnosis),
        key=lambda item: int(required(item[1].sequence, "diagnosis.sequence", stored)),
    )
    return [_diagnosis(row, part, claim, stored, visit, records, service_to, ignore) for row, part in rows]


def counting(found: Sequence[RecordedDiagnosis], claim: Stored) -> RecordedDiagnosis | None:
    """The diagnosis that counts, or None when the bill has none. Raises Refusal."""
    marked = [diagnosis for diagnosis in found if diagnosis.principal]
    if len(marked) > 1:
        raise Refusal(Reason.SEVERAL_PRINCIPALS, "diagnosis", claim.name)
    if marked and marked[0].ignored:
        raise Refusal(Reason.NOT_A_DIAGNOSIS, f"diagnosis[{marked[0].row}]", claim.name)
    chosen = marked[0] if marked else next((one for one in found if not one.ignored), None)
    if chosen is not None and chosen.fault is not None:
        raise chosen.fault
    return chosen


def check_none_is_lost(
    found: Sequence[RecordedDiagnosis], encounter: Encounter, visit: Stored, records: Records
) -> None:
    """Raises Refusal when only the encounter knows a diagnosis, and none of the bill counts: whether it would
    count cannot be told. So too when the encounter's reason is coded in a system that is not known."""
    billed = {diagnosis.condition.n for diagnosis in found if diagnosis.condition}
    named = [
        *(("diagnosis", row.condition) for row in encounter.diagnosis),
        *(("reasonReference", reference) for reference in encounter.reasonReference),
    ]
    for field, reference in named:
        at = records.look(reference, visit)
        kind = at[0].kind if at else Target.of(reference).kind
        if kind in ("Condition", "") and not (at and at[0].n in billed):
            raise Refusal(Reason.NOT_ON_THE_BILL, field, visit.name)
    for reason in encounter.reasonCode:
        codes = codes_of(reason)
        if codes and not _is_known(codes):
            raise Refusal(Reason.UNKNOWN_CODE, "reasonCode", visit.name)


def _diagnosis(
    row: int,
    part: DiagnosisRow,
    claim: Claim,
    stored: Stored,
    visit: Stored,
    records: Records,
    service_to: int,
    ignore: CodeSet,
) -> RecordedDiagnosis:
    # whatever the system, as a mark without one says the same
    marked = any(coding.code == "principal" for kind in part.type for coding in kind.coding)
    field = f"diagnosis[{row}]"
    if isinstance(part.diagnosisReference, UnsetType):
        codes = codes_of(part.diagnosisCodeableConcept)
        fault = None if _is_known(codes) else _unknown(part.diagnosisCodeableConcept, field, stored)
        return RecordedDiagnosis(row, codes, None, marked, ignore.holds_any(codes), fault)
    at = records.follow(
        part.diagnosisReference, stored, kind="Condition", field=f"{field}.diagnosisReference"
    )
    condition = records.read(at)
    check_subject(condition.subject, at, claim, stored, records)
    codes = codes_of(condition.code)
    ignored = ignore.holds_any(codes)
    fault = None if ignored else _fault(condition, at, codes, visit, records, service_to)
    return RecordedDiagnosis(row, codes, at, marked, ignored, fault)


def _fault(
    condition: Condition,
    at: Stored,
    codes: tuple[Code, ...],
    visit: Stored,
    records: Records,
    service_to: int,
) -> Refusal | None:
    if not _is_known(codes):
        return _unknown(condition.code, "code", at)
    if not any(code.code == "confirmed" for code in codes_of(condition.verificationStatus)):
        return Refusal(Reason.NOT_CONFIRMED, "verificationStatus", at.name)
    period = condition.onsetPeriod
    onset = condition.onsetDateTime if isinstance(period, UnsetType) else period.start
    if not isinstance(onset, UnsetType):
        late = _latest(onset, "onsetDateTime", at, records) > service_to
        return Refusal(Reason.AFTER_SERVICE, "onsetDateTime", at.name) if late else None
    # a diagnosis is often coded when the stay is over: the day it was written down is not the day it began
    if any(found.n == visit.n for found in records.look(condition.encounter, at)):
        return None
    recorded = condition.recordedDate
    if not isinstance(recorded, UnsetType) and _latest(recorded, "recordedDate", at, records) <= service_to:
        return None
    return Refusal(Reason.UNDATED, "onsetDateTime", at.name)


def _unknown(concept: CodeableConcept | UnsetType, field: str, at: Stored) -> Refusal:
    return Refusal(Reason.UNKNOWN_CODE, field, at.name, value=shown_systems(concept))


def _is_known(codes: tuple[Code, ...]) -> bool:
    return any(code.system in SYSTEMS for code in codes)


def _latest(date: str, field: str, at: Stored, records: Records) -> int:
    return civil_day(date, field, at, records, as_written=days.last_day)
