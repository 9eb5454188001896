"""A hospital's profile, `hospital.yaml`: what its records leave open, said once by the hospital.

    organizations: any                    # or a list: whose bills these are, by identifier (system|value),
                                          # name or reference (Organization/7)
    payers: any                           # or a list: which payers' bills are meant for Salus
    patient_number: https://h.example/mrn # system of the identifier that names cards/<patient>/; else the id
    bill_number: https://h.example/bills  # system of the identifier that names a bill; else the one it has
    time_zone: America/New_York           # else the days are as written
    statutory_accidents: [WPA]            # accidents whose bills another insurer must pay
    encounter_classes: {"urn:x|101": EMER}
    services: {"urn:local|12": "http://www.ama-assn.org/go/cpt|99213"}
    total_may_differ: 10                  # percent by which a total may differ from its items; or off

What a profile does not decide is a problem of each bill that needs it, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from salus.base import files
from salus.base.errors import FhirError
from salus.base.plain_words import plain_words
from salus.base.yaml_file import line_of, parse_mapping
from salus.claim.bill_line import Numbering

EncounterClass = Literal["AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS", "VR"]
"""Encounter classes of HL7's ActCode."""
CLASSES: tuple[str, ...] = get_args(EncounterClass)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone of the IANA database, such as America/New_York")
    return name


def _system_and_code(text: str) -> str:
    system, bar, code = text.rpartition("|")
    if not (system and bar and code):
        raise ValueError("is not written system|code")
    return text


FILE = "hospital.yaml"
"""Its name, beside the records."""
Named = Literal["any"] | Annotated[list[str], Field(min_length=1)]
Coded = Annotated[str, AfterValidator(_system_and_code)]


class Profile(BaseModel):
    """What a hospital says of its records. An absent part is undecided.

    >>> Profile(payers="any").payers, Profile().payers
    ('any', None)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organizations: Named | None = None
    payers: Named | None = None
    patient_number: str | None = None
    """Identifier system; None: the Patient's id."""
    bill_number: str | None = None
    """Identifier system; None: the bill's only identifier, else its id."""
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    """IANA name; None: the days are as written."""
    statutory_accidents: frozenset[str] = frozenset({"WPA"})
    """Codes of HL7's ActIncidentCode."""
    encounter_classes: Mapping[Coded, EncounterClass] = {}
    """From the hospital's `system|code` to a class of ActCode."""
    services: Mapping[Coded, Coded] = {}
    """From the hospital's `system|code` of a service to one that a benefit table knows."""
    total_may_differ: Literal["off"] | Annotated[float, Field(ge=1, le=100)] = 10
    """Percent."""

    def mark(self) -> dict[str, Any]:
        """What of it a record needs to be read again, as the `meta` of its Bundle."""
        parts = [(name, getattr(self, name)) for name in ("patient_number", "bill_number", "time_zone")]
        told = [(name, value) for name, value in parts if value]
        told += [(name, f"{a}={b}") for name in _MAPS for a, b in getattr(self, name).items()]
        return {"tag": [{"system": _MARK, "code": name, "display": value} for name, value in told]}

    @classmethod
    def of_mark(cls, meta: Any) -> Self:
        """Back from `mark`, open to every provider and payer: whose bill it is was decided when it was
        signed.

        >>> hospital = Profile(time_zone="America/New_York", services={"urn:x|1": "urn:y|2"})
        >>> again = Profile.of_mark(hospital.mark())
        >>> again.time_zone, again.services
        ('America/New_York', {'urn:x|1': 'urn:y|2'})
        """
        tags = meta.get("tag", ()) if isinstance(meta, Mapping) else ()
        parts: dict[str, Any] = {"organizations": "any", "payers": "any", "total_may_differ": "off"}
        for tag in tags:
            name, value = (tag.get("code"), tag.get("display")) if tag.get("system") == _MARK else ("", "")
            if name in _MAPS:
                source, _, target = value.rpartition("=")
                parts.setdefault(name, {})[source] = target
            elif name:
                parts[name] = value
        return cls.model_validate(parts)

    @property
    def numbering(self) -> Numbering:
        """By what it names bills and patients."""
        return Numbering(bills=self.bill_number, patients=self.patient_number)

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The profile in a YAML file. Raises FhirError, naming file, line and field."""
        text = files.read(path, fault=FhirError)
        wanted = "docs/intake.md shows one"
        content: Any = parse_mapping(text, file=str(path), fault=FhirError, wanted=wanted, kind="rt")
        try:
            return cls.model_validate(_plain(content))
        except ValidationError as error:
            where, first = _first(error)
            words = _WORDS.get(first["type"]) or plain_words(first["msg"])
            raise FhirError(
                str(words),
                file=str(path),
                line=line_of(content, where),
                field=".".join(map(str, where)),
                remedy=wanted,
            ) from None


_MARK = "urn:salus:profile"
_MAPS = ("encounter_classes", "services")
SAFE = Profile()
"""Nothing is decided: every bill is a problem that a profile solves."""
OPEN = Profile(organizations="any", payers="any")
"""Every provider's and every payer's bills are meant."""
_WORDS = {"extra_forbidden": "is not a part of a profile"}


def _first(error: ValidationError) -> tuple[tuple[int | str, ...], Any]:
    """The first fault and its path: of the branches of a union the one that goes deepest."""
    faults = [
        (tuple(part for part in fault["loc"] if not _is_of_pydantic(part)), fault)
        for fault in error.errors(include_input=False, include_url=False)
    ]
    return max((fault for fault in faults if fault[0][:1] == faults[0][0][:1]), key=lambda one: len(one[0]))


def _is_of_pydantic(part: Any) -> bool:
    """A step of the validator's own in a path: the branch of a union."""
    return isinstance(part, str) and ("[" in part or part in ("float", "list"))


def _plain(value: Any) -> Any:
    """Without the classes of the YAML reader, which pydantic does not take for its own."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value
