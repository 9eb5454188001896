"""Refuses the day fields of earlier people.yaml and offer.yaml files, which named the first day after cover.

They have another name now, so that no file is read with another meaning than it was written with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from salus.base.errors import PolicyError


def refuse_ends(content: Mapping[str, Any]) -> None:
    """Raises PolicyError if a file has the field `end` or `covered_until`, with what to write instead.

    >>> refuse_ends({"end": date(2028, 1, 1)})
    Traceback (most recent call last):
        ...
    salus.base.errors.PolicyError: end: named the first day after cover; write last_day: 2027-12-31
    """
    found = list(_ends(content))
    if not found:
        return
    instead = [f"{place}last_day: {_day_before(day)}" for place, _, day in found]
    place, name, _ = found[0]
    remedy = (
        f"write {instead[0].removeprefix(place)}" if len(found) == 1 else "\n  ".join(["write", *instead])
    )
    raise PolicyError("named the first day after cover", field=f"{place}{name}", remedy=remedy)


def _ends(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yields the place, name and value of each field of the earlier form, in the order of the file."""
    if "end" in content:
        yield "", "end", content["end"]
    members = content.get("members")
    for index, member in enumerate(members if isinstance(members, list) else ()):
        if isinstance(member, Mapping) and "covered_until" in member:
            yield f"members.{index}.", "covered_until", member["covered_until"]


def _day_before(day: Any) -> str:
    try:
        return (date.fromisoformat(str(day)[:10]) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return "the last day of cover, YYYY-MM-DD"
