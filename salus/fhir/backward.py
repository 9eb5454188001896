"""References that are followed backward: from an encounter to its bills, from a bill to the answers to it.

They are read of every resource when it comes in, whatever the form of the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct


class _Bill(Struct):
    patient: Any = None
    item: Any = None


class _Answer(Struct):
    claim: Any = None
    request: Any = None


# numbers as text: one that is out of range must not hide the references beside it
_bill = msgspec.json.Decoder(_Bill, float_hook=str).decode
_answer = msgspec.json.Decoder(_Answer, float_hook=str).decode


def patient_and_visits(claim: bytes) -> tuple[str, set[str]]:
    """The address of a bill's patient, and those of the encounters of its items, without their versions."""
    try:
        bill = _bill(claim)
    except (msgspec.DecodeError, RecursionError):
        return "", set()
    rows = bill.item if isinstance(bill.item, list) else ()
    visits = {
        address
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("encounter"), list)
        for visit in row["encounter"]
        for address in _address(visit)
    }
    return next(_address(bill.patient), ""), visits


def answered(body: bytes) -> str:
    """The address of the bill that a ClaimResponse or ExplanationOfBenefit answers; empty for none."""
    try:
        answer = _answer(body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return next((address for to in (answer.claim, answer.request) for address in _address(to)), "")


def _address(reference: Any) -> Iterator[str]:
    address = reference.get("reference") if isinstance(reference, dict) else None
    if isinstance(address, str):
        yield address.partition("/_history/")[0]
