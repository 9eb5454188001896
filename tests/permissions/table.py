"""Reads docs/roles.md: who may call each function, and which error other callers receive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/roles.md"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """One function of the table; '' is the error of a plain revert."""

    contract: str
    function: str
    allowed: tuple[str, ...]
    errors: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.contract}.{self.function}"


def parties() -> list[str]:
    """Returns every party in the first table."""
    return [name for cells in _tables()["The parties"] for name in _CODE.findall(cells[0])]


def rows() -> list[Row]:
    """Returns every function in the tables of the contracts."""
    return [
        Row(heading, *_CODE.findall(function), tuple(_CODE.findall(allowed)), _errors(errors))
        for heading, table in _tables().items()
        if heading != "The parties"
        for function, allowed, errors, _ in table
    ]


def _errors(cell: str) -> tuple[str, ...]:
    return (*_CODE.findall(cell), *([""] if "a plain revert" in cell else []))


def _tables() -> dict[str, list[list[str]]]:
    """Maps each heading to the rows of the table below it, without its header."""
    tables: dict[str, list[list[str]]] = {}
    heading = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("|"):
            tables.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return {heading: table[2:] for heading, table in tables.items()}
