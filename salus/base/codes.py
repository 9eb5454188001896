"""Loads the X12 claim adjustment reason codes (CARC) that explain each decision from the table `codes.json`.

The contracts store a code as three ASCII bytes (`bytes3`); the explanation of benefits shows its text. Both
are defined here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Final


class Group(StrEnum):
    """Who bears an adjustment."""

    PATIENT = "PR"
    """The patient owes it."""
    CONTRACT = "CO"
    """The provider bears it and may not bill the patient."""
    OTHER = "OA"
    """This decision assigns the amount to neither of them."""


@dataclass(frozen=True)
class Carc:
    """One reason code: its X12 code, who bears the amount, a short title, and a sentence for the patient."""

    code: str
    group: Group
    name: str
    title: str
    words: str

    @cached_property
    def on_chain(self) -> bytes:
        """Returns the code as the contracts' `bytes3`: ASCII, padded with zeros on the right.

        >>> by_code("B7").on_chain
        b'B7\\x00'
        """
        return self.code.encode("ascii").ljust(3, b"\0")

    def __str__(self) -> str:
        return f"{self.group}-{self.code}"


def _load() -> dict[str, Carc]:
    table = json.loads((files("salus.base") / "codes.json").read_text(encoding="utf-8"))
    entries = (Carc(**{**entry, "group": Group(entry["group"])}) for entry in table["codes"])
    return {entry.name: entry for entry in entries}


BY_NAME: Final = MappingProxyType(_load())
BY_CODE: Final = MappingProxyType({carc.code: carc for carc in BY_NAME.values()})

DEDUCTIBLE: Final = BY_NAME["DEDUCTIBLE"]
COINSURANCE: Final = BY_NAME["COINSURANCE"]
DUPLICATE: Final = BY_NAME["DUPLICATE"]
OTHER_COVER: Final = BY_NAME["OTHER_COVER"]
BEFORE_COVER: Final = BY_NAME["BEFORE_COVER"]
AFTER_COVER: Final = BY_NAME["AFTER_COVER"]
FILED_LATE: Final = BY_NAME["FILED_LATE"]
TARIFF: Final = BY_NAME["TARIFF"]
ELIMINATION: Final = BY_NAME["ELIMINATION"]
LIMIT: Final = BY_NAME["LIMIT"]
HELD: Final = BY_NAME["HELD"]
LIFETIME_MAXIMUM: Final = BY_NAME["LIFETIME_MAXIMUM"]
WAITING: Final = BY_NAME["WAITING"]
NOT_AUTHORISED: Final = BY_NAME["NOT_AUTHORISED"]
NO_BENEFIT: Final = BY_NAME["NO_BENEFIT"]
OUTSIDE_COVER: Final = BY_NAME["OUTSIDE_COVER"]
NOT_ACCREDITED: Final = BY_NAME["NOT_ACCREDITED"]


def by_code(code: str) -> Carc:
    """Returns the reason with that X12 code. Raises `KeyError` for a code that Salus does not use.

    >>> str(by_code("119")), by_code("119").title
    ('PR-119', 'Benefit maximum reached')
    """
    return BY_CODE[code]


def from_chain(codes: bytes) -> list[Carc]:
    """Unpacks a `bytes32` of up to ten codes of three bytes each; the latest reason comes last.

    >>> [str(carc) for carc in from_chain(b"1\\0\\0" b"119".rjust(3))]
    ['PR-1', 'PR-119']
    """
    text = codes.rjust(-(-len(codes) // 3) * 3, b"\0")
    parts = (text[at : at + 3].rstrip(b"\0") for at in range(0, len(text), 3))
    return [by_code(part.decode("ascii")) for part in parts if part]
