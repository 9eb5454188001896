"""Defines the sets of medical codes in a benefit table: single codes, prefixes and ranges of a code system.

    icd10cm: [E11, C00-C43, S52.5]      a code with all its subcodes; a range of categories, ends included
    snomed:  ["185349003"]              one concept (the digits of SNOMED CT codes show no hierarchy)
    cdt:     ["D0*", "99202-99215"]     in all other systems: one code, a prefix with `*`, a range with `-`
    rxnorm:  ["*"]                      any code of the system

Every pattern is an interval of strings. To find out whether a pattern contains a code, overlaps another
pattern or includes it, only the ends are compared. So checking a table needs no list of all codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, ClassVar, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from salus.product import icd10

_LAST = "\U0010ffff"

SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "urn:oid:2.16.840.1.113883.6.90": "icd10cm",
    "http://snomed.info/sct": "snomed",
    "http://hl7.org/fhir/sid/cvx": "cvx",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "http://www.ama-assn.org/go/cpt": "cpt",
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": "hcpcs",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": "hcpcs",
    "http://terminology.hl7.org/CodeSystem/HCPCS": "hcpcs",
    "http://www.ada.org/cdt": "cdt",
    "http://terminology.hl7.org/CodeSystem/CDT": "cdt",
    "http://www.cms.gov/Medicare/Coding/ICD10": "icd10pcs",
    "https://www.nubc.org/CodeSystem/RevenueCodes": "revenue",
}
"""Short names of the code systems that a table can use, by FHIR system URI."""


class Code(NamedTuple):
    """One code: the short name of its system (or the URI if there is no short name) and the code."""

    system: str
    code: str

    @classmethod
    def of(cls, system: str, code: str) -> Code:
        """Creates a code from a FHIR Coding; ICD-10-CM codes get their normal spelling.

        >>> Code.of("http://hl7.org/fhir/sid/icd-10-cm", "E119")
        Code(system='icd10cm', code='E11.9')
        """
        name = SYSTEMS.get(system, system)
        if name == "icd10cm":
            try:
                return cls(name, icd10.normalise(code))
            except ValueError:
                return cls(name, code)
        return cls(name, code)


def _icd_pattern(text: str) -> str:
    ends = [icd10.normalise(end) for end in text.split("-")]
    if len(ends) > 2 or ends != sorted(ends):
        raise ValueError("is not a range from a lower to a higher code, such as C00-C43")
    return "-".join(ends)


def _pattern(text: str) -> str:
    first, dash, last = text.partition("-")
    if not text or "*" in text[:-1] or (dash and not (first < last and len(first) == len(last))):
        raise ValueError("is not a code, a prefix such as D0*, or a range such as D0120-D0180")
    return text


IcdPattern = Annotated[str, Field(strict=True), AfterValidator(_icd_pattern)]
Pattern = Annotated[str, Field(strict=True), AfterValidator(_pattern)]
Interval = tuple[str, str]


class CodeSet(BaseModel):
    """Patterns by code system. A code is in the set if a pattern of its system contains it.

    >>> diabetes = CodeSet(icd10cm=("E08-E13",), snomed=("44054006",))
    >>> Code("icd10cm", "E11.9") in diabetes, Code("icd10cm", "E14") in diabetes
    (True, False)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    icd10cm: tuple[IcdPattern, ...] = ()
    snomed: tuple[Pattern, ...] = ()
    cvx: tuple[Pattern, ...] = ()
    rxnorm: tuple[Pattern, ...] = ()
    cpt: tuple[Pattern, ...] = ()
    hcpcs: tuple[Pattern, ...] = ()
    cdt: tuple[Pattern, ...] = ()
    icd10pcs: tuple[Pattern, ...] = ()
    revenue: tuple[Pattern, ...] = ()

    systems: ClassVar[tuple[str, ...]] = tuple(dict.fromkeys(SYSTEMS.values()))

    def __contains__(self, code: Code) -> bool:
        if code in self._singles:
            return True
        return any(lo <= code.code <= hi for lo, hi in self._spans.get(code.system, ()))

    def holds_any(self, codes: Iterable[Code]) -> bool:
        """Returns whether at least one of the codes is in the set."""
        return any(code in self for code in codes)

    def overlaps(self, other: CodeSet) -> bool:
        """Returns whether a code can be in both sets."""
        return any(
            mine[0] <= theirs[1] and theirs[0] <= mine[1]
            for system, intervals in self.intervals.items()
            for mine in intervals
            for theirs in other.intervals.get(system, ())
        )

    def covers(self, other: CodeSet) -> bool:
        """Returns whether each pattern of the other set is inside one pattern of this set."""
        return all(
            any(mine[0] <= theirs[0] and theirs[1] <= mine[1] for mine in self.intervals.get(system, ()))
            for system, intervals in other.intervals.items()
            for theirs in intervals
        )

    @cached_property
    def intervals(self) -> dict[str, tuple[Interval, ...]]:
        """Returns the first and last string of each pattern, by system, without systems that have none."""
        return {
            system: tuple(_interval(pattern, tree=system == "icd10cm") for pattern in getattr(self, system))
            for system in self.systems
            if getattr(self, system)
        }

    @cached_property
    def _singles(self) -> frozenset[Code]:
        return frozenset(
            Code(system, lo)
            for system, intervals in self.intervals.items()
            for lo, hi in intervals
            if lo == hi
        )

    @cached_property
    def _spans(self) -> dict[str, tuple[Interval, ...]]:
        spans = {system: tuple(i for i in ends if i[0] != i[1]) for system, ends in self.intervals.items()}
        return {system: ends for system, ends in spans.items() if ends}


def _interval(pattern: str, *, tree: bool) -> Interval:
    if pattern.endswith("*"):
        return pattern[:-1], pattern[:-1] + _LAST
    first, dash, last = pattern.partition("-")
    if tree:
        return first, (last or first) + _LAST
    return (first, last + _LAST) if dash else (first, first)
