"""Names and addresses on a letter, which are neither in the statement nor on the chain.

insurer: Harbour Mutual Health
contact: claims@harbour-mutual.example          # where a member can object
plan: Family plan                               # else the title of the benefit table
objection_days: 180
providers: {1: Saltmarsh General Hospital}      # by the provider's number
payees: {"0x…": the policyholder's account}     # by address
members: {3F9A-12C0-77AB-0: Almira Heatherbeck} # by member number: to whom the letter goes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salus.base import files
from salus.base.errors import InputError
from salus.base.plain_words import plain_words
from salus.base.yaml_file import parse_mapping
from salus.cover.member import Address

OBJECTION_DAYS = 180
_REMEDY = "see the example in docs/files.md"
_PLAIN = {
    ("", "extra_forbidden"): "is not a field of this file",
    ("", "missing"): "is missing",
    ("members", "string_pattern_mismatch"): "names a member by something else than a member number",
    ("payees", "value_error"): "names an account by something else than an address in quotes",
}
"""Messages for error types of pydantic, by field."""
Text = Annotated[str, Field(min_length=1)]
MemberNumber = Annotated[str, Field(pattern=r"^([0-9A-F]{4}-){3}\d{1,3}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The data of a letter that is not in the statement or on the chain: names and addresses."""

    insurer: str
    contact: str = ""
    """Where the member can object: any kind of address; empty if it is not known."""
    addressee: str = field(default="", repr=False)
    """The member's name."""
    member: str = ""
    """The member's number, as on the card; empty if it is not known."""
    plan: str
    written: int
    """Civil day on which the letter is written."""
    objection_days: int = OBJECTION_DAYS
    providers: Mapping[int, str] = field(default_factory=dict)
    """Names by provider number."""
    payees: Mapping[str, str] = field(default_factory=dict)
    """Names by address."""

    def provider(self, number: int) -> str:
        """Returns the name of a provider, or else its number in words."""
        return self.providers.get(number, f"provider {number}")


class LetterheadFile(BaseModel):
    """The insurer's file letterhead.yaml. Its `repr` shows no name of a member.

    >>> file = LetterheadFile(insurer="Harbour Mutual", providers={1: "Saltmarsh"})
    >>> head = file.letterhead(plan="Family plan", member="0001-0203-0405-2", written=20_500)
    >>> head.insurer, head.plan, head.provider(1), head.provider(2)
    ('Harbour Mutual', 'Family plan', 'Saltmarsh', 'provider 2')
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    insurer: Text
    contact: str = ""
    plan: Text | None = None
    objection_days: Annotated[int, Field(ge=1)] = OBJECTION_DAYS
    providers: dict[Annotated[int, Field(ge=1)], Text] = {}
    payees: dict[Address, Text] = {}
    members: Annotated[dict[MemberNumber, Text], Field(repr=False)] = {}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads the file. Raises InputError, naming the file and the field, but no member's name."""
        content = parse_mapping(
            files.read(path, fault=InputError), file=str(path), fault=InputError, wanted=_REMEDY
        )
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = [str(part) for part in first["loc"] if part != "[key]"]
            # What stands under "members" may be a name that was written in place of a number, and YAML reads
            # an address without quotes as a number of 50 digits.
            field = where[0] if where[0] in ("members", "payees") else ".".join(where)
            problem = (
                _PLAIN.get((field, first["type"]))
                or _PLAIN.get(("", first["type"]))
                or plain_words(first["msg"])
            )
            raise InputError(problem, file=str(path), field=field, remedy=_REMEDY) from None

    def letterhead(self, *, plan: str, member: str, written: int, addressee: str = "") -> Letterhead:
        """Returns the letterhead for one member; `plan` is the title if the file gives none."""
        return Letterhead(
            insurer=self.insurer,
            contact=self.contact,
            addressee=addressee or self.members.get(member, ""),
            member=member,
            plan=self.plan or plan,
            written=written,
            objection_days=self.objection_days,
            providers=self.providers,
            payees=self.payees,
        )
