"""What comes out of reading FHIR: bill lines, refused Claims, and their sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum

from salus.errors import FhirError
from salus.fhir.reasons import Reason
from salus.table import Code


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One Claim that did not become a line."""

    reason: Reason
    claim: str | None
    """Its number or id, as far as it has one."""
    resource: str
    """Type and id of the resource at fault: `Encounter/7`."""
    field: str
    """Path of the element at fault within it."""
    value: str = attribute(repr=False, default="")
    """What stands there, if it is an amount or a currency: nothing that tells of the patient."""
    source: str = attribute(repr=False)

    def __str__(self) -> str:
        found = f" ({self.value})" if self.value else ""
        return f"{self.source}: {self.resource}.{self.field} {self.reason.words}{found}; {self.reason.remedy}"


@dataclass(frozen=True, slots=True)
class Summary:
    """All results of a run: `summary = Summary.of(read(folder, table))`.

    >>> from salus import samples, table
    >>> from salus.fhir import read
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> print(Summary.of(read(mother.to_json(), table.shipped("family"), today=20_454 + 200)))
    9 claims: 7 lines, 2 refused
      2 FUTURE_DATE: lies in the future
    """

    lines: tuple[BillLine, ...]
    refused: tuple[Refused, ...]
    errors: tuple[FhirError, ...]
    """Whole files, or lines of NDJSON, that could not be used."""

    @classmethod
    def of(cls, results: Iterable[BillLine | Refused | FhirError]) -> Summary:
        """Reads all results to their end."""
        everything = tuple(results)
        return cls(
            tuple(result for result in everything if isinstance(result, BillLine)),
            tuple(result for result in everything if isinstance(result, Refused)),
            tuple(result for result in everything if isinstance(result, FhirError)),
        )

    @property
    def claims(self) -> int:
        """Number of Claims read: each ended as a line or was refused."""
        return len(self.lines) + len(self.refused)

    @property
    def by_reason(self) -> dict[Reason, int]:
        """Refused Claims by reason, most frequent first."""
        return dict(Counter(refused.reason for refused in self.refused).most_common())

    def __str__(self) -> str:
        parts = [f"{self.claims} claims: {len(self.lines)} lines, {len(self.refused)} refused"]
        parts += [f"  {count} {reason.name}: {reason.words}" for reason, count in self.by_reason.items()]
        parts += [f"  unusable: {error}" for error in self.errors]
        return "\n".join(parts)
