"""Reads the amounts of a benefit table, which are quoted decimals in the table's currency ("1500.00").

Earlier tables gave them as whole minor units (150000). A table of that form is refused with each of its lines
converted, and never read: the two forms cannot be taken for each other, because one has quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ruamel.yaml.comments import CommentedMap

from salus.base import money
from salus.base.errors import InputError, TableError

FIELDS = ("rate", "claim_limit", "group_limit")
"""The terms that are amounts."""
_DECIMAL = re.compile(r"\d{1,18}(\.\d{1,9})?", re.ASCII)
_ANCHOR = re.compile(r"&\S+\s+")
_BARE = re.compile(r"[0-9a-fA-FxX_.+-]+")


@dataclass(frozen=True, slots=True)
class _Bare:
    """An amount without quotes."""

    terms: str
    field: str
    value: str
    """As the file has it."""
    quoted: str
    """The same amount in quotes, with all decimals of the currency."""
    place: tuple[int, int] | None
    """Line and column, from 0; None if the value is not written beside its name."""

    @property
    def name(self) -> str:
        return f"terms.{self.terms}.{self.field}"


def in_minor_units(document: CommentedMap, text: str) -> Mapping[str, Any]:
    """Returns the document of a table with its amounts as minor units; nothing else is changed or checked.

    `text` is the text of the document, from which the converted lines are made. Raises TableError for amounts
    without quotes, and for quoted ones that the currency cannot express.
    """
    currency, terms = document.get("currency"), document.get("terms")
    if not isinstance(terms, dict):
        return document
    if not isinstance(currency, str) or not money.is_currency(currency):
        # The table is refused for its currency; until then any amount will do.
        return {**document, "terms": {name: _without_amounts(one) for name, one in terms.items()}}
    lines = text.splitlines()
    if bare := list(_bare(terms, currency, lines)):
        raise _refusal(bare, currency, lines)
    return {**document, "terms": {name: _converted(name, one, currency) for name, one in terms.items()}}


def _without_amounts(one: Any) -> Any:
    return {**one, **{field: 1 for field in FIELDS if field in one}} if isinstance(one, dict) else one


def _converted(name: str, one: Any, currency: str) -> Any:
    if not isinstance(one, dict):
        return one
    amounts = {
        field: _minor(one[field], currency, f"terms.{name}.{field}") for field in FIELDS if field in one
    }
    return {**one, **amounts}


def _minor(value: Any, currency: str, field: str) -> int:
    example = _quoted(1500 * 10 ** money.exponent(currency), currency)
    remedy = f"write the amount in {currency}, such as {example}"
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        shown = repr(value) if isinstance(value, str) else "it"
        raise TableError(f"{shown} is not a decimal amount", field=field, remedy=remedy)
    try:
        return money.exactly(Decimal(value), currency)
    except InputError as error:
        raise TableError(error.message, field=field, remedy=remedy) from None


def _bare(terms: Mapping[Any, Any], currency: str, lines: list[str]) -> Iterator[_Bare]:
    """Yields every number that stands where an amount is wanted, in the order of the file."""
    for name, one in terms.items():
        for field in FIELDS:
            value = one.get(field) if isinstance(one, dict) else None
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            place = _place(one, field, lines)
            token = _token(lines, place)
            quoted = _as_decimal(value, token, currency)
            if quoted is not None:
                yield _Bare(str(name), field, token or str(value), quoted, place)


def _as_decimal(value: float, token: str, currency: str) -> str | None:
    """Returns the amount that a bare number stands for; None if it is no amount of the currency.

    A whole number counted minor units. A number with a point was never read, and can only be meant in the
    currency itself.
    """
    try:
        if isinstance(value, int):
            return _quoted(value, currency) if 0 <= value <= money.MAX_BILLED else None
        written = Decimal(token.replace("_", "") or str(value))
        return _quoted(money.exactly(written, currency), currency) if written >= 0 else None
    except (ArithmeticError, InputError):
        return None


def _quoted(minor: int, currency: str) -> str:
    return f'"{money.to_decimal(minor, currency):f}"'


def _place(one: Any, field: str, lines: list[str]) -> tuple[int, int] | None:
    """Returns where a value is written; None if an anchor elsewhere holds it."""
    known = one.lc.data.get(field) if isinstance(one, CommentedMap) and one.lc.data else None
    if known is None:
        return None
    key_line, key_column, line, column = known
    if line != key_line or line >= len(lines):
        return None
    if not re.fullmatch(rf"['\"]?{field}['\"]?\s*:\s*", lines[line][key_column:column]):
        return None
    anchor = _ANCHOR.match(lines[line], column)
    return line, anchor.end() if anchor else column


def _token(lines: list[str], place: tuple[int, int] | None) -> str:
    found = _BARE.match(lines[place[0]], place[1]) if place else None
    return found[0] if found else ""


def _refusal(bare: list[_Bare], currency: str, lines: list[str]) -> TableError:
    first = bare[0]
    return TableError(
        f"{first.value} is not in quotes; amounts are decimals in {currency}, and a number without quotes, "
        "which earlier tables counted in minor units, is not read",
        field=first.name,
        remedy="\n".join(["write for the same amounts, which keeps the table's hash:", *_lines(bare, lines)]),
    )


def _lines(bare: list[_Bare], lines: list[str]) -> Iterator[str]:
    """Yields each line at fault as it should be, once, and alone any amount whose line is not known."""
    by_line: dict[int, dict[int, str]] = {}
    for amount in bare:
        if amount.place is None:
            yield f"  {amount.name}: {amount.quoted}"
        else:
            by_line.setdefault(amount.place[0], {})[amount.place[1]] = amount.quoted
    for line, amounts in sorted(by_line.items()):
        text = lines[line]
        for column, quoted in sorted(amounts.items(), reverse=True):
            text = text[:column] + quoted + text[column + len(_token(lines, (line, column))) :]
        yield f"  line {line + 1}: {text.strip()}"
