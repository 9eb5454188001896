"""Nights of one stay, billed in several bills of the input: each counts once."""

from __future__ import annotations

from collections.abc import Sequence

from salus.claim.bill_line import BillLine
from salus.fhir.reasons import Reason


def doubt(line: BillLine, others: Sequence[BillLine]) -> Reason | None:
    """Why a bill by night cannot be paid beside the others of its stay; None when it can.

    Bills that share nights are all refused, but for a final bill: it takes the place of the interim bills
    whose nights it has."""
    final = [one for one in (line, *others) if not one.interim]
    if line.interim and len(final) == 1 and _covers(final[0], line):
        return Reason.REPLACED
    if len(final) == 1 and not line.interim:
        others = [one for one in others if not _covers(line, one)]
    return Reason.NIGHTS_TWICE if any(_share(line, one) for one in others) else None


def _covers(final: BillLine, part: BillLine) -> bool:
    return final.service_from <= part.service_from and part.service_to <= final.service_to


def _share(one: BillLine, other: BillLine) -> bool:
    return one.service_from < other.service_to and other.service_from < one.service_to
