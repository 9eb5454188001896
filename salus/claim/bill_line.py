"""A bill of a hospital, read and ready to be attested."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum

from salus.product import Code


class Note(StrEnum):
    """Something odd about a line that changes nothing."""

    ITEMS_DIFFER = "the items do not add up to the total, which is what was billed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One Claim, ready to be attested. What is clinical or names the patient does not show in its `repr`."""

    claim: str
    """The provider's claim number: `Claim.identifier` as `system|value`, else `Claim.id`."""
    line: int = 1
    """One line for each Claim."""
    patient: str = attribute(repr=False)
    """The provider's own id of the patient."""
    provider: str
    """The provider's id in the record; empty when the Claim only describes it."""
    encounter: str
    """`Encounter.id`: lines of one encounter are one case."""
    benefit: str = attribute(repr=False)
    """Code of the first benefit of the table that matches."""
    service_from: int
    """First civil day, in the record's own offset."""
    service_to: int
    """Last civil day, in the record's own offset."""
    units: int
    """Nights for a benefit by night, else 1."""
    billed: int
    """`Claim.total` in minor units of `currency`, rounded half to even."""
    currency: str
    emergency: bool
    """The encounter is of class EMER."""
    diagnosis: tuple[Code, ...] = attribute(repr=False)
    """Codes of the one diagnosis that counts; empty when the record has none."""
    record: bytes = attribute(repr=False)
    """The resources that justify the line, as a FHIR Bundle in JSON: reading it gives this line again."""
    source: str = attribute(repr=False)
    """The file that it was read from."""
    notes: tuple[Note, ...] = ()
