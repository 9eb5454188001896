"""Defines the results of reading FHIR: refused Claims, and a summary of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute

from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One Claim that did not become a bill line."""

    reason: Reason
    claim: str | None
    """Number or id of the Claim, if it has one."""
    resource: str
    """Type and id of the resource at fault, such as `Encounter/7`."""
    field: str
    """Path of the element at fault in that resource."""
    value: str = attribute(repr=False, default="")
    """The value at fault, if it is an amount or a currency; never data about the patient."""
    source: str = attribute(repr=False)

    def __str__(self) -> str:
        value = f" ({self.value})" if self.value else ""
        return f"{self.source}: {self.resource}.{self.field} {self.reason.words}{value}; {self.reason.remedy}"


@dataclass(frozen=True, slots=True)
class Summary:
    """Summarises the results of a run: `summary = Summary.of(read(folder, table))`.

    >>> from salus import samples, product
    >>> from salus.fhir import read
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> print(Summary.of(read(mother.to_json(), product.shipped("family"), today=20_454 + 200)))
    9 claims: 7 lines, 2 refused
      2 FUTURE_DATE: is in the future
    """

    lines: tuple[BillLine, ...]
    refused: tuple[Refused, ...]
    errors: tuple[FhirError, ...]
    """Whole files, or lines of NDJSON, that cannot be used."""

    @classmethod
    def of(cls, results: Iterable[BillLine | Refused | FhirError]) -> Summary:
        """Creates a summary from all results."""
        everything = tuple(results)
        return cls(
            tuple(result for result in everything if isinstance(result, BillLine)),
            tuple(result for result in everything if isinstance(result, Refused)),
            tuple(result for result in everything if isinstance(result, FhirError)),
        )

    @property
    def claims(self) -> int:
        """Returns the number of Claims read, as lines or as refusals."""
        return len(self.lines) + len(self.refused)

    @property
    def by_reason(self) -> dict[Reason, int]:
        """Returns the number of refused Claims for each reason, most frequent first."""
        return dict(Counter(refused.reason for refused in self.refused).most_common())

    def __str__(self) -> str:
        parts = [f"{self.claims} claims: {len(self.lines)} lines, {len(self.refused)} refused"]
        parts += [f"  {count} {reason.name}: {reason.words}" for reason, count in self.by_reason.items()]
        parts += [f"  unusable: {error}" for error in self.errors]
        return "\n".join(parts)
