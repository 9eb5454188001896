"""Sheets of an export: CSV that a spreadsheet opens as it is meant, and a page that explains the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from salus.base import files, money
from salus.base.days import words_of
from salus.base.errors import InputError

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for the beginning of a formula."""


class Column(NamedTuple):
    """A column, and what stands in it."""

    name: str
    meaning: str


_LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file of an export."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]] = field(repr=False)

    def as_csv(self) -> bytes:
        """The file. Raises ValueError for a row that has not one cell for each column."""
        text = StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(column.name for column in self.columns)
        for row in self.rows:
            for _ in zip(self.columns, row, strict=True):
                pass
            writer.writerow(map(cell, row))
        return text.getvalue().encode()


class Amount(NamedTuple):
    """Minor units of a currency, written in major units: `1234.50`."""

    minor: int
    currency: str


class Tokens(NamedTuple):
    """Token units, written in whole tokens with all decimals of the token."""

    units: int
    decimals: int


class Moment(NamedTuple):
    """A second since 1970, written in ISO 8601, UTC; empty for 0, as a number after the year 9999."""

    second: int


class Day(NamedTuple):
    """A civil day, written as YYYY-MM-DD."""

    day: int


def cell(value: Any) -> str:
    """The text of a cell. Text that a spreadsheet would take for a formula begins with an apostrophe.

    >>> cell(Amount(-1250, "USD")), cell(Moment(1_735_689_599)), cell(Day(20089)), cell(bytes(2))
    ('-12.50', '2024-12-31T23:59:59Z', '2025-01-01', '0x0000')
    >>> cell("=HYPERLINK(1)"), cell(True), cell(None), cell(-7)
    ("'=HYPERLINK(1)", 'yes', '', '-7')
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case bytes():
            return "0x" + value.hex()
        case Amount():
            return _decimal(value)
        case Tokens():
            return f"{Decimal(value.units).scaleb(-value.decimals):f}"
        case Moment():
            return _moment(value.second)
        case Day():
            return words_of(value.day)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write(folder: Path, sheets: Iterable[Sheet], readme: str) -> list[Path]:
    """Writes a file for each sheet and README.md into a new or empty folder, and returns their paths.

    Raises InputError, naming the folder or the file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"cannot be used: {error.strerror}", file=str(folder), remedy="name another folder"
        ) from None
    if not is_empty:
        raise InputError("is not empty", file=str(folder), remedy="name a new folder for the export")
    listed = list(sheets)
    paths = []
    for name, content in (
        *((f"{sheet.name}.csv", sheet.as_csv()) for sheet in listed),
        ("README.md", "".join(_page(readme, listed)).encode()),
    ):
        files.write_durably(folder / name, [content], fault=InputError)
        paths.append(folder / name)
    return paths


def _page(readme: str, sheets: Iterable[Sheet]) -> Iterator[str]:
    yield readme
    for sheet in sheets:
        yield f"\n## {sheet.name}.csv\n\n{sheet.about} Rows: {len(sheet.rows):,}.\n\n"
        yield "| column | what |\n|---|---|\n"
        for column in sheet.columns:
            yield f"| `{column.name}` | {column.meaning} |\n"


def _moment(second: int) -> str:
    if second > _LAST_SECOND:
        return f"second {second}"
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}" if second else ""


def _decimal(amount: Amount) -> str:
    if not money.is_currency(amount.currency):  # a listing may name any three bytes
        return str(amount.minor)
    return f"{money.to_decimal(amount.minor, amount.currency):f}"
