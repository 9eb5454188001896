"""When care was given: the civil days of a bill, and the nights of a stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from msgspec import UnsetType

from salus.fhir.models import Claim, Encounter, Period
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, civil_day
from salus.fhir.store import Stored

STAYS = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})
"""Encounter classes of care that may last for days. A visit of another class ends by the next day."""
_GOING_ON = ("arrived", "triaged", "in-progress", "onleave")
_MIDNIGHT = "T00:00:00"


@dataclass(frozen=True, slots=True)
class ServiceDays:
    """First and last civil day, and where they stand in the record."""

    first: int
    last: int
    resource: str
    """Type and id of the resource that says so."""
    field: str
    at_midnight: bool
    """Whether it ends at midnight to the second."""


def service_of(
    claim: Claim,
    stored: Stored,
    encounter: Encounter,
    visit: Stored,
    records: Records,
    *,
    today: int,
    is_stay: bool,
    interim: bool,
) -> ServiceDays:
    """The days of a bill: its own period, else those of its items, else the encounter's. Raises Refusal."""
    stay = encounter.period if not isinstance(encounter.period, UnsetType) else Period()
    if encounter.status in _GOING_ON and is_stay and not interim:
        raise Refusal(Reason.STAY_NOT_ENDED, "status", visit.name)
    items = _of_items(claim, stored, records)
    found = _billed(claim, stored, records)
    if items:
        _check_items(items, found, stored, is_stay)
    if found is None and items:
        reach = max(items, key=lambda one: one[1])
        found = ServiceDays(items[0][0], reach[1], stored.name, "item.serviced", reach[2])
    if found is None:
        found = _period(stay, "period", visit, records)
        if not is_stay and found.last > found.first + 1:
            raise Refusal(Reason.SEVERAL_VISITS, "period", visit.name)
    _check_ends(claim, found, stored, records)
    _check_offsets(claim, stay, stored, records)
    if found.last < found.first:
        raise Refusal(Reason.END_BEFORE_START, found.field, found.resource)
    if found.first < 0:
        raise Refusal(Reason.BEFORE_1970, found.field, found.resource)
    if found.last > today:
        raise Refusal(Reason.FUTURE_DATE, found.field, found.resource)
    _check_within(found, stay, visit, stored, records)
    return found


def nights_of(service: ServiceDays) -> int:
    """The nights of a stay. Raises Refusal if there is none, or it cannot be told."""
    if service.last == service.first:
        raise Refusal(Reason.NO_NIGHTS, service.field, service.resource)
    if service.at_midnight:
        raise Refusal(Reason.ENDS_AT_MIDNIGHT, service.field, service.resource)
    return service.last - service.first


def _billed(claim: Claim, stored: Stored, records: Records) -> ServiceDays | None:
    """The bill's own period, where it has both ends."""
    period = claim.billablePeriod
    if (
        isinstance(period, UnsetType)
        or isinstance(period.start, UnsetType)
        or isinstance(period.end, UnsetType)
    ):
        return None
    return _period(period, "billablePeriod", stored, records)


def _of_items(claim: Claim, stored: Stored, records: Records) -> list[tuple[int, int, bool]]:
    """First and last day of each item that has days, and whether it ends at midnight; by the first day."""
    written: list[tuple[str | UnsetType, str | UnsetType]] = []
    for item in claim.item:
        period = item.servicedPeriod
        if not isinstance(item.servicedDate, UnsetType):
            written.append((item.servicedDate, item.servicedDate))
        elif not isinstance(period, UnsetType):
            written.append((period.start, period.end))
    field = "item.serviced"
    return sorted(
        (
            _day(first, field, stored, records),
            _day(last, field, stored, records),
            _is_midnight(last, records),
        )
        for first, last in written
    )


def _check_items(
    items: list[tuple[int, int, bool]], billed: ServiceDays | None, stored: Stored, is_stay: bool
) -> None:
    """Raises Refusal for days of several visits, or outside the bill's own period. Within a stay, items may
    be days apart."""
    if billed is None or not is_stay:
        reach = items[0][1]
        for first, last, _ in items:
            if first > reach + 1:
                raise Refusal(Reason.SEVERAL_VISITS, "item.serviced", stored.name)
            reach = max(reach, last)
    last = max(one[1] for one in items)
    if billed is not None and (items[0][0] < billed.first or last > billed.last):
        raise Refusal(Reason.PERIOD_CONFLICT, "item.serviced", stored.name)


def _check_ends(claim: Claim, found: ServiceDays, stored: Stored, records: Records) -> None:
    """Raises Refusal when the one end that a bill's period has is not that of its days."""
    period = claim.billablePeriod
    if isinstance(period, UnsetType):
        return
    for text, day, field in ((period.start, found.first, "start"), (period.end, found.last, "end")):
        path = f"billablePeriod.{field}"
        if not isinstance(text, UnsetType) and _day(text, path, stored, records) != day:
            raise Refusal(Reason.PERIOD_CONFLICT, path, stored.name)


def _period(period: Period, field: str, stored: Stored, records: Records) -> ServiceDays:
    first = _day(period.start, f"{field}.start", stored, records)
    last = _day(period.end, f"{field}.end", stored, records)
    return ServiceDays(first, last, stored.name, field, _is_midnight(period.end, records))


def _is_midnight(text: str | UnsetType, records: Records) -> bool:
    if isinstance(text, UnsetType) or "T" not in text:
        return False
    zone = records.profile.zone
    local = datetime.fromisoformat(text).astimezone(zone).isoformat() if zone is not None else text
    return _MIDNIGHT in local


def _day(text: str | UnsetType, field: str, stored: Stored, records: Records) -> int:
    if isinstance(text, UnsetType):
        raise Refusal(Reason.NO_DATE, field, stored.name)
    return civil_day(text, field, stored, records)


def _check_offsets(claim: Claim, stay: Period, stored: Stored, records: Records) -> None:
    """Without a time zone, days are as written: all in one offset, or they are uncertain. Summer time alone
    is no fault, so offsets may differ by an hour, and `Z` beside them may not."""
    if records.profile.zone is not None:
        return
    period = claim.billablePeriod
    texts = [stay.start, stay.end]
    texts += [] if isinstance(period, UnsetType) else [period.start, period.end]
    for item in claim.item:
        texts.append(item.servicedDate)
        if not isinstance(item.servicedPeriod, UnsetType):
            texts += [item.servicedPeriod.start, item.servicedPeriod.end]
    offsets = {text.partition("T")[2][8:].lstrip(".0123456789") for text in texts if isinstance(text, str)}
    offsets.discard("")
    if "Z" in offsets and len(offsets) > 1:
        raise Refusal(Reason.MIXED_OFFSETS, "billablePeriod", stored.name)
    hours = [int(offset[:3]) * 60 + int(offset[0] + offset[4:]) for offset in offsets - {"Z"}]
    if hours and max(hours) - min(hours) > 60:
        raise Refusal(Reason.MIXED_OFFSETS, "billablePeriod", stored.name)


def _check_within(found: ServiceDays, stay: Period, visit: Stored, stored: Stored, records: Records) -> None:
    """Raises Refusal for a bill of more days than its encounter, or of others."""
    if not isinstance(stay.start, UnsetType):
        early = found.first < _day(stay.start, "period.start", visit, records)
        if early:
            raise Refusal(Reason.PERIOD_CONFLICT, found.field, stored.name)
    if not isinstance(stay.end, UnsetType):
        late = found.last > _day(stay.end, "period.end", visit, records)
        if late:
            raise Refusal(Reason.PERIOD_CONFLICT, found.field, stored.name)
