"""Defines the bill line of a hospital that is ready to be attested."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum
from typing import NamedTuple

from salus.product import Code


class Note(StrEnum):
    """An observation about a line that does not change how it is read."""

    ITEMS_DIFFER = "the sum of the items differs from the total; the total was billed"
    TOTAL_DIFFERS = "the total differs from its items by more than 1 %"
    SERVICES_IN_WORDS = "a service has no code, so the benefit was chosen without it"
    ACCIDENT = "the care was for an accident: another insurer may have to pay"


class Numbering(NamedTuple):
    """By which identifier systems a hospital's profile names its bills and its patients.

    These two fields of a profile decide who a bill is for, and under which id the chain knows it. The other
    fields decide whether and how a bill is read: it stays the same bill.
    """

    bills: str | None = None
    """None: a bill's only identifier, else its id."""
    patients: str | None = None
    """None: the Patient's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One Claim, ready to be attested. Its `repr` hides clinical data and the patient."""

    claim: str
    """The provider's claim number: `Claim.identifier` as `system|value`, or `Claim.id` if there is none."""
    line: int = 1
    """Always 1: each Claim is one line."""
    patient: str = attribute(repr=False)
    """The provider's id of the patient."""
    provider: str
    """The provider's id in the record; empty if the Claim only describes the provider."""
    encounter: str
    """`Encounter.id`. Lines of one encounter are one case."""
    benefit: str = attribute(repr=False)
    """Code of the first benefit of the table that matches."""
    service_from: int
    """First civil day, in the time zone of the record."""
    service_to: int
    """Last civil day, in the time zone of the record."""
    units: int
    """Number of nights for a benefit by night, otherwise 1."""
    billed: int
    """`Claim.total` in minor units of `currency`, rounded half to even."""
    currency: str
    emergency: bool
    """The class of the encounter is EMER."""
    diagnosis: tuple[Code, ...] = attribute(repr=False)
    """Codes of the diagnosis that counts; empty if the record has none."""
    record: bytes = attribute(repr=False)
    """The resources that justify the line, as a FHIR Bundle in JSON. Reading it gives the same line."""
    source: str = attribute(repr=False)
    """The file that the line was read from."""
    notes: tuple[Note, ...] = ()
    by_night: bool = False
    """Its units are the nights of a stay."""
    interim: bool = False
    """It bills a part of a stay (frequency 2 to 4 of a type of bill)."""
    replaces: tuple[str, ...] = ()
    """Claim numbers of the bills that it takes the place of."""
    aliases: tuple[str, ...] = ()
    """What else the bill is or was known by: its other numbers and its id."""
    numbering: Numbering = Numbering()
    """How the profile that it was read with names bills and patients."""
