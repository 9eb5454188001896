"""One Claim, with what it refers to, becomes one bill line or is refused for one named reason."""

from __future__ import annotations

from itertools import takewhile
from typing import get_args

from msgspec import Raw, UnsetType

from salus.claim.bill_line import BillLine, Note
from salus.fhir.amounts import billed_of, check_items, told_amount
from salus.fhir.diagnosis import RecordedDiagnosis, check_none_is_lost, counting, diagnoses
from salus.fhir.evidence import Evidence, gather
from salus.fhir.life import INTERIM, REPLACEMENT, VOID, Lives, frequency_of, names_of, number_of
from salus.fhir.models import Claim
from salus.fhir.nights import doubt
from salus.fhir.other_cover import check_other_cover
from salus.fhir.parties import check_payer, patient_of, provider_of, values_in_use
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, codes_of, required, shown_code, shown_codings
from salus.fhir.results import Refused
from salus.fhir.service import STAYS, nights_of, service_of
from salus.fhir.store import Stored
from salus.fhir.writing import encode
from salus.product import BenefitRow, Care, Table
from salus.product.model import ClaimType

CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
_STATUSES = ("active", "cancelled", "draft", "entered-in-error")
_USES = ("claim", "preauthorization", "predetermination")
_CLAIM_TYPES = get_args(ClaimType)


def to_line(
    stored: Stored, records: Records, lives: Lives, table: Table, *, today: int, alone: bool = False
) -> BillLine | Refused:
    """The bill line of a Claim. `today` is the latest civil day that a service may be on. `alone` leaves the
    other bills of a stay out of account."""
    number: str | None = stored.own or None
    claim: Claim | None = None
    try:
        claim = records.read(stored)
        number = number_of(claim, stored, records)
        return _line(claim, number, stored, records, lives, table, today, alone)
    except Refusal as refusal:
        return Refused(
            reason=refusal.reason,
            claim=number,
            resource=refusal.resource or stored.name,
            field=refusal.field,
            value=refusal.value,
            source=stored.place,
            **told_amount(claim),
        )


def _line(
    claim: Claim,
    number: str,
    stored: Stored,
    records: Records,
    lives: Lives,
    table: Table,
    today: int,
    alone: bool,
) -> BillLine:
    _check_final(claim, stored)
    if stored.n in lives.ended:
        field = "related" if claim.related else "identifier" if claim.identifier else "id"
        raise Refusal(lives.ended[stored.n], field, stored.name, value=lives.other.get(stored.n, ""))
    frequency = frequency_of(claim)
    replaces = tuple(dict.fromkeys(lives.replaced.get(stored.n, ())))
    if frequency == VOID or (frequency == REPLACEMENT and not replaces):
        raise Refusal(Reason.NO_ORIGINAL, "supportingInfo", stored.name)
    patient = patient_of(claim, stored, records)
    provider = provider_of(claim, stored, records)
    check_payer(claim, stored, records)
    check_other_cover(claim, stored, records)
    evidence = gather(claim, stored, records)
    service = service_of(
        claim,
        stored,
        evidence.encounter,
        evidence.visit,
        records,
        today=today,
        is_stay=evidence.encounter_class in STAYS,
        interim=frequency in INTERIM,
    )
    billed = billed_of(claim, stored, table.currency)
    notes = check_items(claim, stored, billed, table.currency, records)
    if not isinstance(claim.accident, UnsetType):
        notes = (*notes, Note.ACCIDENT)

    found = diagnoses(claim, stored, evidence.visit, records, service_to=service.last, ignore=table.ignore)
    diagnosis = counting(found, stored)
    if diagnosis is None:
        check_none_is_lost(found, evidence.encounter, evidence.visit, records)
    codes = diagnosis.codes if diagnosis else evidence.reason_codes(table.ignore)
    care = Care(_claim_type(claim, stored), evidence.encounter_class, evidence.items(found), frozenset(codes))
    benefit = table.match(care)
    unknown = evidence.unknown_item(also_words=benefit is None)
    if unknown and _depends_on_items(care, table, benefit):
        raise Refusal(Reason.UNKNOWN_SERVICE, unknown, stored.name)
    if benefit is None:
        raise Refusal(Reason.NO_BENEFIT, "type", stored.name)
    if evidence.has_words_alone():
        notes = (*notes, Note.SERVICES_IN_WORDS)
    by_night = benefit.terms.by_night

    line = BillLine(
        claim=number,
        patient=patient,
        provider=provider,
        encounter=evidence.encounter_id,
        benefit=benefit.code,
        service_from=service.first,
        service_to=service.last,
        units=nights_of(service) if by_night else 1,
        billed=billed,
        currency=table.currency,
        emergency=evidence.encounter_class == "EMER",
        diagnosis=codes,
        record=_record(evidence, found, records),
        source=stored.place,
        notes=notes,
        by_night=by_night,
        interim=frequency in INTERIM,
        replaces=replaces,
        aliases=tuple(sorted(names_of(claim, stored) - {number})),
        numbering=records.profile.numbering,
    )
    if by_night and not alone:
        bills = [one for one in records.store.bills_of(evidence.visit) if one.n != stored.n]
        others = [to_line(one, records, lives, table, today=today, alone=True) for one in bills]
        nights_of_others = [one for one in others if isinstance(one, BillLine) and one.by_night]
        reason = doubt(line, nights_of_others)
        if reason:
            numbers = ", ".join(one.claim for one in nights_of_others)
            raise Refusal(reason, "billablePeriod", stored.name, value=numbers)
    return line


def _depends_on_items(care: Care, table: Table, found: BenefitRow | None) -> bool:
    """Whether other codes of services could have given the care a benefit that comes before the one found."""
    return any(
        benefit.when.model_copy(update={"items": None}).matches(care)
        for benefit in takewhile(lambda one: one is not found, table.benefits)
        if benefit.when.items is not None
    )


def _check_final(claim: Claim, stored: Stored) -> None:
    if required(claim.status, "status", stored) not in _STATUSES:
        raise Refusal(Reason.MALFORMED, "status", stored.name, value=shown_code(claim.status))
    if required(claim.use, "use", stored) not in _USES:
        raise Refusal(Reason.MALFORMED, "use", stored.name, value=shown_code(claim.use))
    if claim.status != "active":
        raise Refusal(Reason.NOT_FINAL_STATUS, "status", stored.name, value=shown_code(claim.status))
    if claim.use != "claim":
        raise Refusal(Reason.NOT_A_BILL, "use", stored.name, value=shown_code(claim.use))


def _claim_type(claim: Claim, stored: Stored) -> str:
    for code in codes_of(required(claim.type, "type", stored)):
        if code.system == CLAIM_TYPE and code.code in _CLAIM_TYPES:
            return code.code
    raise Refusal(Reason.UNKNOWN_CLAIM_TYPE, "type", stored.name, value=shown_codings(claim.type))


def _record(evidence: Evidence, found: list[RecordedDiagnosis], records: Records) -> bytes:
    """What justifies the line, as received, each resource once, with what the profile decided of it.
    Contained ones are inside what contains them."""
    conditions = (diagnosis.condition for diagnosis in found if diagnosis.condition)
    kept = {one.n: one for one in (*evidence.stored, *conditions) if not one.container}
    parts: list[tuple[str, object]] = [(one.url, Raw(one.body)) for one in kept.values()]
    parts += [
        (one.url, _nameless(one, records))
        for one in records.look(evidence.claim.patient, evidence.stored[0])
        if not one.container
    ]
    entries = [{"fullUrl": url, "resource": body} if url else {"resource": body} for url, body in parts]
    return encode(
        {"resourceType": "Bundle", "type": "collection", "meta": records.profile.mark(), "entry": entries}
    )


def _nameless(patient: Stored, records: Records) -> dict[str, object]:
    """Of a Patient what the bill is known by: the id, and the number that the profile names."""
    system = records.profile.patient_number
    found = values_in_use(records.read(patient).identifier, system) if system else []
    numbers = [{"system": system, "value": value} for value in found]
    own = {"id": patient.own} if patient.own else {}
    return {"resourceType": "Patient", **own, **({"identifier": numbers} if numbers else {})}
