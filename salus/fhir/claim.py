"""Turns one Claim and the resources that it refers to into one bill line, or refuses it for one reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, get_args

import msgspec

from salus.base import days, money
from salus.base.errors import InputError
from salus.claim.bill_line import BillLine, Note
from salus.fhir.bundle import Bundle, BundleEntry
from salus.fhir.diagnosis import RecordedDiagnosis, diagnoses, principal
from salus.fhir.elements import codes_of, identifier_of, party_of
from salus.fhir.evidence import Evidence, gather
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.results import Refused
from salus.product import BenefitRow, Care, Table
from salus.product.model import ClaimType

_LIKE_A_CURRENCY = re.compile(r"[A-Za-z]{3}")
_DIGITS = 20
_CLAIM_TYPES = get_args(ClaimType)
_encode = msgspec.json.Encoder(decimal_format="number").encode


def to_line(
    claim: BundleEntry, bundle: Bundle, table: Table, *, today: int, source: str
) -> BillLine | Refused:
    """Turns a Claim into a bill line. `today` is the latest civil day that a service may have."""
    number = claim_number(claim)
    try:
        return _line(claim, number, bundle, table, today, source)
    except Refusal as refusal:
        resource = refusal.resource or claim.name
        return Refused(
            reason=refusal.reason,
            claim=number,
            resource=resource,
            field=refusal.field,
            value=refusal.value,
            source=source,
        )


def claim_number(claim: BundleEntry) -> str | None:
    """Returns the provider's bill number: the first identifier or, without one, the id; None without both."""
    identifiers = claim.resource.get("identifier")
    first = identifier_of(identifiers[0]) if isinstance(identifiers, list) and identifiers else None
    own = claim.resource.get("id")
    return first or (own if isinstance(own, str) and own else None)


def _line(
    claim: BundleEntry, number: str | None, bundle: Bundle, table: Table, today: int, source: str
) -> BillLine:
    bundle.check(claim)
    _check_final(claim)
    patient = party_of(claim, "patient", bundle)
    if number is None:
        raise Refusal(Reason.NO_IDENTIFIER, "id")
    if patient is None:
        raise Refusal(Reason.NO_PATIENT, "patient")
    evidence = gather(claim, bundle)
    service_from, service_to = _service(claim, evidence.encounter, today)
    billed, currency = _billed(claim, table)

    recorded = diagnoses(claim, bundle, service_to=service_to, ignore=table.ignore)
    counting = principal(recorded, claim)
    codes = counting.codes if counting else evidence.reason_codes(table.ignore)
    care = Care(_claim_type(claim), evidence.encounter_class, evidence.items(recorded), frozenset(codes))
    benefit = table.match(care)
    if benefit is None:
        raise Refusal(Reason.NO_BENEFIT, "type")

    return BillLine(
        claim=number,
        patient=patient,
        provider=party_of(claim, "provider", bundle) or "",
        encounter=evidence.encounter_id,
        benefit=benefit.code,
        service_from=service_from,
        service_to=service_to,
        units=_units(benefit, service_from, service_to),
        billed=billed,
        currency=currency,
        emergency=evidence.encounter_class == "EMER",
        diagnosis=codes,
        record=_record(evidence, recorded),
        source=source,
        notes=_notes(claim, billed, currency),
    )


def _check_final(claim: BundleEntry) -> None:
    if claim.resource["status"] != "active":
        raise Refusal(Reason.NOT_FINAL_STATUS, "status")
    if claim.resource["use"] != "claim":
        raise Refusal(Reason.NOT_A_BILL, "use")


def _claim_type(claim: BundleEntry) -> str:
    for code in codes_of(claim.resource["type"]):
        if code.code in _CLAIM_TYPES:
            return code.code
    raise Refusal(Reason.UNKNOWN_CLAIM_TYPE, "type")


def _service(claim: BundleEntry, encounter: BundleEntry, today: int) -> tuple[int, int]:
    """Returns the first and last civil day, from `billablePeriod` or else from `Encounter.period`."""
    billable, stay = claim.resource.get("billablePeriod", {}), encounter.resource.get("period", {})
    first = _day(billable.get("start") or stay.get("start"), "billablePeriod.start")
    last = _day(billable.get("end") or stay.get("end"), "billablePeriod.end")
    if last < first:
        raise Refusal(Reason.END_BEFORE_START, "billablePeriod")
    if first < 0:
        raise Refusal(Reason.BEFORE_1970, "billablePeriod.start")
    if last > today:
        raise Refusal(Reason.FUTURE_DATE, "billablePeriod.end")
    return first, last


def _day(text: Any, field: str) -> int:
    if text is None:
        raise Refusal(Reason.NO_DATE, field)
    try:
        return days.civil_day(text)
    except (InputError, TypeError):
        raise Refusal(Reason.IMPRECISE_DATE, field) from None


def _billed(claim: BundleEntry, table: Table) -> tuple[int, str]:
    total = claim.resource.get("total", {})
    value, currency = total.get("value"), total.get("currency")
    if value is None or currency is None:
        raise Refusal(Reason.NO_AMOUNT, "total")
    if not _is_number(value):
        raise Refusal(Reason.MALFORMED, "total.value")
    if not money.is_currency(currency):
        # The field can contain any text, even a name. Show it only if it looks like a currency code.
        shown = currency if _LIKE_A_CURRENCY.fullmatch(str(currency)) else ""
        raise Refusal(Reason.UNKNOWN_CURRENCY, "total.currency", value=shown)
    if currency != table.currency:
        raise Refusal(Reason.OTHER_CURRENCY, "total.currency", value=f"{currency}, not {table.currency}")
    try:
        billed = money.to_minor(Decimal(value), currency)
    except InputError:
        billed = money.MAX_BILLED + 1
    if value < 0:
        raise Refusal(Reason.NEGATIVE_AMOUNT, "total.value", value=_amount(value, currency))
    if billed > money.MAX_BILLED:
        raise Refusal(Reason.AMOUNT_TOO_LARGE, "total.value", value=_amount(value, currency))
    if billed == 0:
        raise Refusal(Reason.ZERO_AMOUNT, "total.value")
    return billed, currency


def _amount(value: Decimal | int, currency: str) -> str:
    """Formats the amount as written, or in few digits if it is long: JSON numbers can have any length."""
    exact = Decimal(value)
    text = str(exact)
    return f"{text if len(text) <= _DIGITS else f'{exact:.3e}'} {currency}"


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal) or type(value) is int


def _units(benefit: BenefitRow, service_from: int, service_to: int) -> int:
    if not benefit.terms.by_night:
        return 1
    if service_to == service_from:
        raise Refusal(Reason.NO_NIGHTS, "billablePeriod")
    return service_to - service_from


def _notes(claim: BundleEntry, billed: int, currency: str) -> tuple[Note, ...]:
    nets = [item["net"].get("value") for item in claim.resource.get("item", ()) if "net" in item]
    amounts = [Decimal(net) for net in nets if _is_number(net)]
    if not amounts:
        return ()
    try:
        same = money.to_minor(sum(amounts, Decimal(0)), currency) == billed
    except (InputError, ArithmeticError):
        same = False
    return () if same else (Note.ITEMS_DIFFER,)


def _record(evidence: Evidence, recorded: Iterable[RecordedDiagnosis]) -> bytes:
    """Returns the resources that justify the line, as received and each once.

    Contained resources are left out, because their containers include them.
    """
    conditions = (diagnosis.condition for diagnosis in recorded)
    parts = (evidence.claim, evidence.encounter, *conditions, evidence.prescription, evidence.medication)
    resources = {
        id(entry.resource): {"fullUrl": entry.url, "resource": entry.resource}
        if entry.url
        else {"resource": entry.resource}
        for entry in (*parts, *evidence.procedures)
        if entry is not None and entry.container is None
    }
    return _encode({"resourceType": "Bundle", "type": "collection", "entry": list(resources.values())})
