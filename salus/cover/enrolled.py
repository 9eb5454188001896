"""Keeps what a holder has enrolled with a policy key, so that the key is not used for a second policy.

Two policies under one key have the same blinded names on the chain, so anybody could link their years. And
an insurer that was sent an enrolment knows its members' keys. So a key is for one enrolment, and one insurer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from salus.base import files
from salus.base.errors import CardError
from salus.product import Table
from salus.product.naming import words_of_hash
from salus.types import Member

_FORMAT = 1
_MARK = "salusEnrolled"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One enrolment: to whom it was sealed, under which table, and the members' leaves. It holds no key."""

    insurer: str
    """The insurer's age recipient."""
    table: bytes
    """Hash of the benefit table."""
    members: tuple[Member, ...]

    def save(self, path: Path) -> None:
        """Writes the complete file or nothing."""
        content = {
            _MARK: _FORMAT,
            "insurer": self.insurer,
            "table": "0x" + self.table.hex(),
            "members": [member.to_json() for member in self.members],
        }
        files.write_durably(path, [json.dumps(content, indent=1).encode(), b"\n"], fault=CardError)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a file. Raises CardError, naming the file."""
        with files.about(path):
            content = files.parse_object(
                files.read(path, fault=CardError), fault=CardError, wanted="what the holder has enrolled"
            )
            try:
                if content[_MARK] != _FORMAT:
                    raise ValueError
                return cls(
                    str(content["insurer"]),
                    bytes.fromhex(content["table"].removeprefix("0x")),
                    tuple(Member.from_json(member) for member in content["members"]),
                )
            except (KeyError, TypeError, ValueError, AttributeError):
                raise CardError(
                    "does not say what was enrolled", remedy="restore it from your copy of the folder"
                ) from None

    def difference(self, other: Self, table: Table) -> str | None:
        """Says how another enrolment, under `table`, differs from this one; None if it does not."""
        if self.insurer != other.insurer:
            return f"for the insurer with the key {self.insurer}, not {other.insurer}"
        if self.table != other.table:
            return f"under {words_of_hash(self.table)}, not under {table.name} {table.version}"
        if len(self.members) != len(other.members):
            plural = "s" * (len(self.members) != 1)
            return f"of {len(self.members)} member{plural}, not {len(other.members)}"
        for index, (one, another) in enumerate(zip(self.members, other.members, strict=True)):
            fields = [
                part.name for part in one.parts if getattr(one, part.name) != getattr(another, part.name)
            ]
            if fields:
                words = ", ".join(_WORDS.get(field, field) for field in fields)
                return f"with other facts of member {index} ({words})"
        return None


_WORDS = {
    "consent_signer": "consent signer",
    "covered_since": "first day of cover",
    "covered_until": "last day of cover",
    "schedule": "benefits left out",
    "commitment": "key",
}
