"""How much was billed: the total of a Claim, and what its items say of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from salus.base import money
from salus.base.errors import InputError
from salus.claim.bill_line import Note
from salus.fhir.models import Claim
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records
from salus.fhir.store import Stored

_LIKE_A_CURRENCY = re.compile(r"[A-Za-z]{3}")
_DIGITS = 20
_SHOWN_PERCENT = 1
"""A total that differs more from its items is shown to whoever signs."""


def billed_of(claim: Claim, stored: Stored, currency: str) -> int:
    """`Claim.total` in minor units of the plan's currency, rounded half to even. Raises Refusal."""
    total = claim.total
    if isinstance(total, UnsetType) or isinstance(total.value, UnsetType):
        raise Refusal(Reason.NO_AMOUNT, "total.value", stored.name)
    if isinstance(total.currency, UnsetType):
        raise Refusal(Reason.NO_AMOUNT, "total.currency", stored.name)
    value = total.value
    if not is_number(value):
        raise Refusal(Reason.MALFORMED, "total.value", stored.name, value="not a number")
    if not money.is_currency(total.currency):
        # any text may stand there; three letters are a mistyped code, and no more
        shown = total.currency if _LIKE_A_CURRENCY.fullmatch(total.currency) else ""
        raise Refusal(Reason.UNKNOWN_CURRENCY, "total.currency", stored.name, value=shown)
    if total.currency != currency:
        value_words = f"{total.currency}, not {currency}"
        raise Refusal(Reason.OTHER_CURRENCY, "total.currency", stored.name, value=value_words)
    try:
        billed = money.to_minor(Decimal(value), currency)
    except InputError:
        billed = money.MAX_BILLED + 1
    if value < 0:
        raise Refusal(Reason.NEGATIVE_AMOUNT, "total.value", stored.name, value=_amount(value, currency))
    if billed > money.MAX_BILLED:
        raise Refusal(Reason.AMOUNT_TOO_LARGE, "total.value", stored.name, value=_amount(value, currency))
    if billed == 0:
        raise Refusal(Reason.ZERO_AMOUNT, "total.value", stored.name)
    return billed


def check_items(
    claim: Claim, stored: Stored, billed: int, currency: str, records: Records
) -> tuple[Note, ...]:
    """What the signer should see of a total that its items do not add up to. Raises Refusal when it differs
    by more than the profile allows."""
    nets = []
    for item in claim.item:
        if isinstance(item.net, UnsetType) or isinstance(item.net.value, UnsetType):
            continue
        if not is_number(item.net.value):
            raise Refusal(Reason.MALFORMED, "item.net.value", stored.name, value="not a number")
        if item.net.currency not in (currency, UnsetType) and isinstance(item.net.currency, str):
            found = item.net.currency if _LIKE_A_CURRENCY.fullmatch(item.net.currency) else "another"
            value_words = f"{found}, not {currency}"
            raise Refusal(Reason.OTHER_CURRENCY, "item.net.currency", stored.name, value=value_words)
        nets.append(Decimal(item.net.value))
    if not nets:
        return ()
    try:
        summed = money.to_minor(sum(nets, Decimal(0)), currency)
    except (InputError, ArithmeticError):
        summed = 0
    gap = abs(summed - billed)
    limit = records.profile.total_may_differ
    if limit != "off" and gap * 100 > billed * limit:
        words = f"{money.to_words(billed, currency)}, items {money.to_words(summed, currency)}"
        raise Refusal(Reason.TOTAL_DIFFERS, "total.value", stored.name, value=words)
    if gap * 100 > billed * _SHOWN_PERCENT:
        return (Note.TOTAL_DIFFERS,)
    return (Note.ITEMS_DIFFER,) if gap else ()


def told_amount(claim: Claim | None) -> dict[str, Any]:
    """What a bill asks for, as fields of `Refused`; nothing where it cannot be told."""
    total = UNSET if claim is None else claim.total
    if isinstance(total, UnsetType) or not is_number(total.value) or isinstance(total.currency, UnsetType):
        return {}
    try:
        return {"billed": money.to_minor(Decimal(total.value), total.currency), "currency": total.currency}
    except InputError:
        return {}


def _amount(value: Decimal | int, currency: str) -> str:
    """As written; in few digits where they are many, as a number in JSON may be of any length."""
    exact = Decimal(value)
    text = str(exact)
    return f"{text if len(text) <= _DIGITS else f'{exact:.3e}'} {currency}"


def is_number(value: Any) -> bool:
    """Whether JSON has a number there; true and false are none."""
    return isinstance(value, Decimal) or type(value) is int
