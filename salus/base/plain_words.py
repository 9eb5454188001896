"""What a validator finds wrong, in words for whoever wrote the file or typed the option."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

Place = tuple[int | str, ...]

_DATE: Final = r"(?P<date>\d{4}-\d\d-\d\d)"
_ITEMS: Final = r"(list|tuple|set|frozenset|dictionary) should have"
_RULES: Final[tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]] = (
    (r"field required", "is missing"),
    (r"(extra inputs are not permitted|unexpected keyword argument)", "is not a field of this file"),
    (r"input should be a valid integer.*", "is not a whole number"),
    (r"decimal input should be .*|input should be a valid (decimal|number).*", "is not a number"),
    (r"input should be a (valid )?date.*", "is not a date, such as 2027-01-31"),
    (r"input should be a valid boolean.*", "is neither true nor false"),
    (r"input should be a valid string.*", "is not text"),
    (r"input should be a valid (list|tuple|set|frozenset).*", "is not a list"),
    (r"input should be (an object|a (valid )?(dictionary|mapping)).*", "is not written as named fields"),
    (rf"{_ITEMS} at least (?P<least>\d+) items?.*", lambda found: _fewer(found["least"], "entries")),
    (rf"{_ITEMS} at most (?P<most>\d+) items?.*", lambda found: f"has more than {found['most']} entries"),
    (
        r"string should have at least (?P<least>\d+) characters?",
        lambda found: _fewer(found["least"], "characters"),
    ),
    (
        r"string should have at most (?P<most>\d+) characters?",
        lambda found: f"is longer than {found['most']} characters",
    ),
    (r"string should match pattern .*", "is not written as it should be"),
    (rf"input should be greater than or equal to {_DATE}", lambda found: f"is before {found['date']}"),
    (rf"input should be less than or equal to {_DATE}", lambda found: f"is after {found['date']}"),
    (r"input should be greater than or equal to (.*)", lambda found: f"is less than {found[1]}"),
    (r"input should be less than or equal to (.*)", lambda found: f"is more than {found[1]}"),
    (r"input should be greater than (.*)", lambda found: f"is not more than {found[1]}"),
    (r"input should be less than (.*)", lambda found: f"is not less than {found[1]}"),
    (r"input should be ('.*')", lambda found: f"is not {found[1]}"),
)


def plain_words(message: str) -> str:
    """Returns a message of pydantic or typer in plain words, or as it is if there are none for it.

    >>> plain_words("Input should be a valid integer, unable to parse string as an integer")
    'is not a whole number'
    >>> plain_words("Input should be greater than or equal to 1970-01-01"), plain_words("Field required")
    ('is before 1970-01-01', 'is missing')
    >>> plain_words("List should have at least 1 item after validation, not 0")
    'is empty'
    >>> plain_words("Value error, is not a day")
    'is not a day'
    """
    said = message.removeprefix("Value error, ").removeprefix("value error, ").removesuffix(".")
    for pattern, words in _RULES:
        if found := re.fullmatch(pattern, said, re.IGNORECASE | re.DOTALL):
            return words if isinstance(words, str) else words(found)
    return said[:1].lower() + said[1:]


def first_fault(
    error: ValidationError, own: Mapping[tuple[str, str], str] | None = None
) -> tuple[Place, str, int]:
    """Returns place and words of the first fault, and how many others there are.

    Fields that one part lacks are one fault, which names them all. `own` has words for the last name of a
    place and a type of fault, such as ("members", "too_short"); with the name "" for all places.
    """
    faults: list[Any] = list(error.errors(include_input=False, include_url=False))
    first = faults[0]
    place: Place = first["loc"]
    missing = [fault for fault in faults if fault["type"] == "missing" and fault["loc"][:-1] == place[:-1]]
    if first["type"] == "missing" and len(missing) > 1:
        names = [str(fault["loc"][-1]) for fault in missing]
        return place[:-1], f"lacks {', '.join(names[:-1])} and {names[-1]}", len(faults) - len(missing)
    name = next((part for part in reversed(place) if isinstance(part, str)), "")
    known = own or {}
    words = known.get((name, first["type"])) or known.get(("", first["type"])) or plain_words(first["msg"])
    return place, words, len(faults) - 1


def _fewer(least: str, what: str) -> str:
    return "is empty" if least == "1" else f"has fewer than {least} {what}"
