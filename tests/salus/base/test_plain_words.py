"""salus.base.plain_words: what a validator finds wrong, in words

given a message of pydantic or typer
    it should be said without a word of the validator's own
    what has no rule should be kept, with a small first letter
given fields that one part lacks
    they should be named together
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salus.base.plain_words import first_fault, plain_words


class _Part(BaseModel):
    number: Annotated[int, Field(ge=1, le=9)] = 1
    above: Annotated[int, Field(gt=1, lt=9)] = 2
    amount: Decimal = Decimal(0)
    day: Annotated[date, Field(ge=date(1970, 1, 1))] = date(2027, 1, 1)
    text: Annotated[str, Field(strict=True, min_length=1, max_length=3)] = "a"
    choice: Literal["a", "b"] = "a"
    yes: bool = True
    entries: Annotated[list[int], Field(min_length=2, max_length=3)] = [1, 2]


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    part: _Part = _Part()


def words_of(model: type[BaseModel], content: Any) -> tuple[str, str, int]:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate(content)
    place, words, others = first_fault(refusal.value)
    return ".".join(map(str, place)), words, others


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"number": "x"}, "is not a whole number"),
        ({"number": 1.5}, "is not a whole number"),
        ({"number": 0}, "is less than 1"),
        ({"number": 10}, "is more than 9"),
        ({"above": 1}, "is not more than 1"),
        ({"above": 9}, "is not less than 9"),
        ({"amount": "x"}, "is not a number"),
        ({"amount": []}, "is not a number"),
        ({"day": "soon"}, "is not a date, such as 2027-01-31"),
        ({"day": "2027-02-30"}, "is not a date, such as 2027-01-31"),
        ({"day": "1969-12-31"}, "is before 1970-01-01"),
        ({"text": 7}, "is not text"),
        ({"text": ""}, "is empty"),
        ({"text": "long"}, "is longer than 3 characters"),
        ({"choice": "c"}, "is not 'a' or 'b'"),
        ({"yes": "perhaps"}, "is neither true nor false"),
        ({"entries": 7}, "is not a list"),
        ({"entries": [1]}, "has fewer than 2 entries"),
        ({"entries": [1] * 4}, "has more than 3 entries"),
    ],
)
def test_says_it_plainly(content: Any, words: str) -> None:
    assert words_of(_Part, content) == (next(iter(content)), words, 0)


def test_a_part_of_another_kind() -> None:
    assert words_of(_Whole, {"part": 7}) == ("part", "is not written as named fields", 0)
    assert words_of(_Whole, {"colour": 7}) == ("colour", "is not a field of this file", 0)


def test_other_words_stay() -> None:
    assert plain_words("No such option: --colour.") == "no such option: --colour"
    assert plain_words("Value error, is not a day") == "is not a day"


def test_fields_that_are_missing_are_one_fault() -> None:
    class Person(BaseModel):
        name: str
        born: date
        payee: str
        size: int = 0

    class Family(BaseModel):
        people: list[Person]

    assert words_of(Person, {"size": "x"}) == ("", "lacks name, born and payee", 1)
    assert words_of(Family, {"people": [{"name": "A"}]}) == ("people.0", "lacks born and payee", 0)
