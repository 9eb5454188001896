"""Converts dates to civil days: whole days since 1970-01-01, in the time zone that the record is written in.

A service at 23:10 in New York counts for the New York date, even if it was already the next day in UTC. Day
counts can be compared, added and hashed without a time zone. Times of signing and filing, and the length of
windows, are in seconds.
"""

from __future__ import annotations

import re
import time
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final

from salus.base.errors import InputError

DAY_SECONDS: Final = 86_400
_EPOCH = date(1970, 1, 1)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?")
_EARLIEST_OFFSET = 14 * 3600
_UNITS = (("day", DAY_SECONDS), ("hour", 3_600), ("minute", 60), ("second", 1))


def civil_day(text: str) -> int:
    """Returns the civil day of a FHIR `date` or `dateTime`, as written. It is negative before 1970.

    Raises `InputError` when the text is no single day ("2019-07") or the day does not exist ("2019-02-30").

    >>> civil_day("2019-07-01T23:10:00-04:00") == civil_day("2019-07-01")
    True
    >>> civil_day("1970-01-02")
    1
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise InputError(
            "is not a full date",
            field="date",
            remedy="write year, month and day; after a time, write the offset",
        )
    return of_date(_calendar(match[1]))


def last_day(text: str) -> int:
    """Returns the last civil day of a FHIR date, which may leave out the day or the month.

    Raises `InputError` as `civil_day` does.

    >>> to_date(last_day("2019-02")).isoformat(), to_date(last_day("2019")).isoformat()
    ('2019-02-28', '2019-12-31')
    """
    if re.fullmatch(r"\d{4}", text):
        return civil_day(f"{text}-12-31")
    if re.fullmatch(r"\d{4}-\d{2}", text):
        first = _calendar(f"{text}-01")
        return of_date(first.replace(day=monthrange(first.year, first.month)[1]))
    return civil_day(text)


def of_date(day: date) -> int:
    """Returns the civil day of a calendar date.

    >>> of_date(date(2025, 1, 1))
    20089
    """
    return (day - _EPOCH).days


def to_date(day: int) -> date:
    """Returns the calendar date of a civil day.

    >>> to_date(20089).isoformat()
    '2025-01-01'
    """
    return _EPOCH + timedelta(days=day)


def words_of(day: int) -> str:
    """Formats a civil day for a reader, even one that is too late for a calendar date.

    >>> words_of(20089), words_of(2**32 - 1)
    ('2025-01-01', 'day 4294967295')
    """
    return to_date(day).isoformat() if day <= of_date(date.max) else f"day {day}"


def period_words(first: int, end: int) -> str:
    """Formats the days from `first` to before `end`. For a reader, "until" always includes the day named.

    >>> period_words(20089, 20454)
    'from 2025-01-01 until 2025-12-31'
    """
    return f"from {words_of(first)} until {words_of(end - 1)}"


def utc_day(seconds: float) -> int:
    """Returns the civil day in UTC at the given second since 1970."""
    return int(seconds // DAY_SECONDS)


def midnight(day: int) -> int:
    """Returns the second since 1970 at which the civil day begins in UTC."""
    return day * DAY_SECONDS


def latest_day(seconds: float | None = None) -> int:
    """Returns the latest civil day in any time zone (UTC+14) at the given second, by default now.

    The contracts compute the same day, so both agree on whether a service is in the future.
    """
    return utc_day((time.time() if seconds is None else seconds) + _EARLIEST_OFFSET)


def moment_words(second: int) -> str:
    """Formats a second since 1970 for a reader.

    >>> moment_words(1_735_689_599)
    '2024-12-31 23:59 UTC'
    """
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M} UTC"


def span_words(seconds: int) -> str:
    """Formats a duration for a reader, in the largest unit that gives a whole number.

    >>> span_words(172_800), span_words(129_600), span_words(60), span_words(0)
    ('2 days', '36 hours', '1 minute', '0 seconds')
    """
    whole = ((unit, size) for unit, size in _UNITS if seconds and seconds % size == 0)
    unit, size = next(whole, _UNITS[-1])
    return f"{seconds // size} {unit}{'s' * (seconds != size)}"


def _calendar(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("is a day that does not exist", field="date", remedy="correct the date") from None
