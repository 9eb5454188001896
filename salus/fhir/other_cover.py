"""Other cover off the chain: what another payer has decided or paid on a bill.

The contracts cannot take it yet, so such a bill is a problem and never a full bill."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

import msgspec
from msgspec import UnsetType

from salus.fhir.amounts import is_number
from salus.fhir.models import Answer, AnswerItem, Claim, Money
from salus.fhir.parties import payer_names, reference_names
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, codes_of, required
from salus.fhir.store import Stored

_answer_items = msgspec.json.Decoder(tuple[AnswerItem, ...], float_hook=Decimal).decode
_WITHDRAWN = ("cancelled", "entered-in-error")


def check_other_cover(claim: Claim, stored: Stored, records: Records) -> None:
    """Raises Refusal when another payer has decided on the bill: when the bill itself names its answer, or
    when the input has an answer with money that is not shown to be of the bill's own payer."""
    for row, part in enumerate(claim.insurance):
        if not isinstance(part.claimResponse, UnsetType):
            raise Refusal(Reason.OTHER_COVER, f"insurance[{row}].claimResponse", stored.name)
    for at in records.store.answers_to(stored):
        answer = records.read(at)
        if answer.status in _WITHDRAWN:
            continue
        paid = next(_paid(answer, at), None)
        if paid is None:
            continue
        theirs = set(reference_names(answer.insurer, at, records))
        if theirs.isdisjoint(payer_names(claim, stored, records)):
            value = f"{paid.value} {paid.currency}"
            raise Refusal(Reason.OTHER_COVER, "insurer", at.name, value=value)


def _paid(answer: Answer, at: Stored) -> Iterator[Money]:
    """Amounts above zero that a payer has paid or promised. Raises Refusal when an amount cannot be told."""
    if not isinstance(answer.payment, UnsetType):
        yield from _above_zero(required(answer.payment.amount, "payment.amount", at), "payment.amount", at)
    decided = chain(answer.total, answer.adjudication, *(item.adjudication for item in _items(answer, at)))
    for one in decided:
        if not isinstance(one.amount, UnsetType) and any(
            code.code == "benefit" for code in codes_of(one.category)
        ):
            yield from _above_zero(one.amount, "adjudication.amount", at)


def _above_zero(amount: Money, field: str, at: Stored) -> Iterator[Money]:
    value = required(amount.value, f"{field}.value", at)
    if not is_number(value):
        raise Refusal(Reason.MALFORMED, f"{field}.value", at.name, value="not a number")
    if value > 0:
        yield amount


def _items(answer: Answer, at: Stored) -> tuple[AnswerItem, ...]:
    if b"benefit" not in bytes(answer.item):
        return ()
    try:
        return _answer_items(answer.item)
    except msgspec.ValidationError:
        raise Refusal(Reason.MALFORMED, "item", at.name) from None
