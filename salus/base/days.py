"""Civil days: whole days since 1970-01-01, as written in a record's own offset.

A service at 23:10 in New York happened on that New York day, whatever the day was in Greenwich. Day counts
compare, add and hash without a time zone; only signing, filing and windows are seconds.
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
    """The civil day of a FHIR `date` or `dateTime`, as written. Negative before 1970.

    Raises `InputError` when the text names no single day ("2019-07") or no day of the calendar.

    >>> civil_day("2019-07-01T23:10:00-04:00") == civil_day("2019-07-01")
    True
    >>> civil_day("1970-01-02")
    1
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise InputError(
            "is not a full date", field="date", remedy="write year, month and day, and an offset after a time"
        )
    return of_date(_calendar(match[1]))


def last_day(text: str) -> int:
    """The last civil day that a FHIR date may mean, which may leave out day or month.

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
    """Civil day of a calendar date.

    >>> of_date(date(2025, 1, 1))
    20089
    """
    return (day - _EPOCH).days


def to_date(day: int) -> date:
    """Calendar date of a civil day.

    >>> to_date(20089).isoformat()
    '2025-01-01'
    """
    return _EPOCH + timedelta(days=day)


def words_of(day: int) -> str:
    """A civil day for a person, also one that no calendar has.

    >>> words_of(20089), words_of(2**32 - 1)
    ('2025-01-01', 'day 4294967295')
    """
    return to_date(day).isoformat() if day <= of_date(date.max) else f"day {day}"


def utc_day(seconds: float) -> int:
    """The civil day in UTC at a second since 1970."""
    return int(seconds // DAY_SECONDS)


def midnight(day: int) -> int:
    """The second since 1970 at which a civil day begins in UTC."""
    return day * DAY_SECONDS


def latest_day(seconds: float | None = None) -> int:
    """The latest civil day that anyone on earth can write at that second (UTC+14); without one, now.

    The contracts hold a service to the same day: what is not in the future here is not in the future there.
    """
    return utc_day((time.time() if seconds is None else seconds) + _EARLIEST_OFFSET)


def moment_words(second: int) -> str:
    """A second since 1970 for a person.

    >>> moment_words(1_735_689_599)
    '2024-12-31 23:59 UTC'
    """
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M} UTC"


def span_words(seconds: int) -> str:
    """A stretch of time for a person, in the largest unit that tells it wholly.

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
        raise InputError("is not a day of the calendar", field="date", remedy="correct the date") from None
