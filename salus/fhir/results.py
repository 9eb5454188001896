"""What comes out of reading FHIR: bill lines, refused Claims, and their sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute

from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir.reasons import Reason
from salus.fhir.source import NotRead


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
    """What stands there or what it leads to, where that shows nothing clinical and no name: an amount, a
    status, a code system, another bill. Empty otherwise."""
    source: str = attribute(repr=False)
    billed: int | None = None
    """What the bill asks for, minor units of `currency`, as far as it can be told."""
    currency: str = ""

    def __str__(self) -> str:
        found = f" ({self.value})" if self.value else ""
        return f"{self.source}: {self.resource}.{self.field} {self.reason.words}{found}; {self.reason.remedy}"


Result = BillLine | Refused | FhirError | NotRead
"""What a Claim, or a file that cannot be read, becomes."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All results of a run: `summary = Summary.of(read(folder, table))`.

    >>> from salus import samples, product
    >>> from salus.fhir import read
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> family, profile = product.shipped("family"), samples.profile()
    >>> print(Summary.of(read(mother.to_json(), family, profile=profile, today=20_454 + 200)))
    9 claims: 7 lines, 2 refused
      2 FUTURE_DATE: is in the future
    """

    lines: tuple[BillLine, ...]
    refused: tuple[Refused, ...]
    errors: tuple[FhirError, ...]
    """Whole files, or lines of NDJSON, that could not be used."""
    not_read: tuple[NotRead, ...] = ()
    """Files that are no records."""

    @classmethod
    def of(cls, results: Iterable[BillLine | Refused | FhirError | NotRead]) -> Summary:
        """Reads all results to their end."""
        everything = tuple(results)
        return cls(
            tuple(result for result in everything if isinstance(result, BillLine)),
            tuple(result for result in everything if isinstance(result, Refused)),
            tuple(result for result in everything if isinstance(result, FhirError)),
            tuple(result for result in everything if isinstance(result, NotRead)),
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
