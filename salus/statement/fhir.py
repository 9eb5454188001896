"""Writes decisions as FHIR R4: a ClaimResponse for the provider, an ExplanationOfBenefit for the member.

Both are plain JSON objects (amounts are `Decimal`; `to_json` writes them). They identify patient, provider,
claim and member by the blinded identifiers of the chain, so they can be sent where names must not be sent. A
recipient who knows the names replaces the identifiers. The service is the row of the benefit table, never a
clinical code.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from salus.base import days, money
from salus.base.codes import COINSURANCE, DEDUCTIBLE, Carc
from salus.fhir.writing import to_json as to_json
from salus.statement.explanation import Item, Statement
from salus.statement.meters import Meter
from salus.types import ClaimStatus

Resource = dict[str, Any]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_CARC = "https://x12.org/codes/claim-adjustment-reason-codes"
_C4BB = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"


def bundle(letter: Statement) -> Resource:
    """Returns all decisions of a letter as a FHIR R4 Bundle, each as both resources."""
    resources = [
        make(item, letter) for item in letter.items for make in (explanation_of_benefit, claim_response)
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }


def claim_response(item: Item, letter: Statement) -> Resource:
    """Returns the decision on one bill line as a FHIR R4 ClaimResponse."""
    return {
        "resourceType": "ClaimResponse",
        "identifier": [_identifier("claim", item.number)],
        **_head(item, letter),
        "request": {"identifier": _identifier("bill-line", item.entry.decided.bill_line.hex())},
        "requestor": _provider(item),
        "item": [{"itemSequence": 1, "adjudication": list(_adjudication(item, letter.currency))}],
        "total": _totals(item, letter.currency),
        **_payment(item, letter.currency),
    }


def explanation_of_benefit(item: Item, letter: Statement) -> Resource:
    """Returns the decision on one bill line as a FHIR R4 ExplanationOfBenefit, with the limits used."""
    service = item.entry.decided.service
    period = {
        "start": days.to_date(service.from_).isoformat(),
        "end": days.to_date(service.to).isoformat(),
    }
    return {
        "resourceType": "ExplanationOfBenefit",
        "identifier": [_identifier("claim", item.number)],
        **_head(item, letter),
        "billablePeriod": period,
        "provider": _provider(item),
        "claim": {"identifier": _identifier("bill-line", item.entry.decided.bill_line.hex())},
        "insurance": [{"focal": True, "coverage": {"identifier": _policy(letter)}}],
        "item": [
            {
                "sequence": 1,
                "productOrService": _service(item, letter),
                "servicedPeriod": period,
                "quantity": {"value": service.units},
                "net": _money(item.billed, letter.currency),
                "adjudication": list(_adjudication(item, letter.currency)),
            }
        ],
        "total": _totals(item, letter.currency),
        **_payment(item, letter.currency),
        "processNote": [{"number": 1, "type": "display", "text": "This is not a bill."}],
        "benefitBalance": [_balance(meter, letter.currency) for meter in letter.meters],
    }


def _head(item: Item, letter: Statement) -> Resource:
    decided = item.entry.decided.service.decided_at
    outcome = {ClaimStatus.HELD: "queued", ClaimStatus.OWED: "partial"}.get(item.status, "complete")
    return {
        "status": "cancelled" if item.status is ClaimStatus.NONE else "active",
        "type": {"coding": [{"system": f"{_TERMINOLOGY}/claim-type", "code": _claim_type(item)}]},
        "use": "claim",
        "patient": {"identifier": _identifier("member", letter.membership.commitment.hex())},
        "created": datetime.fromtimestamp(decided, UTC).isoformat(),
        "insurer": {"identifier": _identifier("pool", item.entry.decided.decision.pool)},
        "outcome": outcome,
        "disposition": item.status.words,
    }


def _claim_type(item: Item) -> str:
    """Returns the claim type of the benefit; institutional if the benefit covers several types or any."""
    kinds = item.row.when.claim_types or frozenset({"institutional"})
    return next(iter(kinds)) if len(kinds) == 1 else "institutional"


def _service(item: Item, letter: Statement) -> Resource:
    table = letter.membership.table
    system = f"urn:salus:benefit-table:{table.hash.hex()}"
    return {"coding": [{"system": system, "code": item.row.code}], "text": item.row.title}


def _adjudication(item: Item, currency: str) -> Iterator[Resource]:
    yield _amount("submitted", f"{_TERMINOLOGY}/adjudication", item.billed, currency)
    for part in item.reductions:
        yield {**_amount(*_category(part.carc), part.amount, currency), "reason": _reason(part.carc)}
    yield _amount("benefit", f"{_TERMINOLOGY}/adjudication", item.paid, currency)


def _category(carc: Carc) -> tuple[str, str]:
    if carc == DEDUCTIBLE:
        return "deductible", f"{_TERMINOLOGY}/adjudication"
    return ("coinsurance" if carc == COINSURANCE else "noncovered"), _C4BB


def _reason(carc: Carc) -> Resource:
    return {"coding": [{"system": _CARC, "code": carc.code, "display": carc.title}], "text": carc.words}


def _totals(item: Item, currency: str) -> list[Resource]:
    totals = [
        _amount("submitted", f"{_TERMINOLOGY}/adjudication", item.billed, currency),
        _amount("benefit", f"{_TERMINOLOGY}/adjudication", item.paid, currency),
    ]
    if item.owe is not None:
        totals.append(_amount("memberliability", _C4BB, item.owe, currency))
    return totals


def _payment(item: Item, currency: str) -> Resource:
    """Returns the payment, identified by its transaction; nothing if no money was paid."""
    if item.status is not ClaimStatus.PAID or not item.entry.payment or not item.paid:
        return {}
    return {
        "payment": {
            "type": {"coding": [{"system": f"{_TERMINOLOGY}/ex-paymenttype", "code": "complete"}]},
            "amount": _money(item.paid, currency),
            "identifier": _identifier("transaction", item.entry.payment),
        }
    }


def _balance(meter: Meter, currency: str) -> Resource:
    financial: Resource = {"type": {"text": "used" if meter.money else "times used"}}
    if meter.money:
        financial["allowedMoney"] = _money(meter.limit, currency)
        financial["usedMoney"] = _money(meter.used, currency)
    else:
        financial["allowedUnsignedInt"] = meter.limit
        financial["usedUnsignedInt"] = meter.used
    return {"category": {"text": meter.name}, "name": meter.name, "financial": [financial]}


def _amount(code: str, system: str, minor: int, currency: str) -> Resource:
    return {
        "category": {"coding": [{"system": system, "code": code}]},
        "amount": _money(minor, currency),
    }


def _money(minor: int, currency: str) -> Resource:
    return {"value": money.to_decimal(minor, currency), "currency": currency}


def _provider(item: Item) -> Resource:
    return {"identifier": _identifier("provider", str(item.entry.decided.provider))}


def _policy(letter: Statement) -> Resource:
    return _identifier("policy", letter.membership.policy_id.hex())


def _identifier(kind: str, value: str) -> Resource:
    return {"system": f"urn:salus:{kind}", "value": value}
