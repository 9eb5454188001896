"""Sets of medical codes, as a benefit table names them: single codes, prefixes and ranges of a code system.

    icd10cm: [E11, C00-C43, S52.5]      a code and everything under it; a range of categories, ends included
    snomed:  ["185349003"]              one concept (SNOMED CT codes carry no hierarchy in their digits)
    cdt:     ["D0*", "99202-99215"]     in all other systems a code means itself, `*` a prefix, `-` a range
    rxnorm:  ["*"]                      any code of the system

Every pattern is an interval of strings, so "does it hold this code", "do these overlap" and "is one inside
the other" are comparisons of ends, and the lint of a table needs no list of all codes.
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
"""Short names of the code systems that a table may use, by FHIR system URI."""


class Code(NamedTuple):
    """One code: the short name of its system (or the URI, when the system has none) and the code itself."""

    system: str
    code: str

    @classmethod
    def of(cls, system: str, code: str) -> Code:
        """From a FHIR Coding; ICD-10-CM codes get their one spelling.

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
        raise ValueError("a range runs upwards between two codes, such as C00-C43")
    return "-".join(ends)


def _pattern(text: str) -> str:
    first, dash, last = text.partition("-")
    if not text or "*" in text[:-1] or (dash and not (first < last and len(first) == len(last))):
        raise ValueError(
            "is neither a code, nor a prefix such as D0*, nor an upward range such as D0120-D0180"
        )
    return text


IcdPattern = Annotated[str, Field(strict=True), AfterValidator(_icd_pattern)]
Pattern = Annotated[str, Field(strict=True), AfterValidator(_pattern)]
Interval = tuple[str, str]


class CodeSet(BaseModel):
    """Patterns by code system. A code is in the set when any pattern of its system holds it.

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
        """Whether at least one of the codes is in the set."""
        return any(code in self for code in codes)

    def overlaps(self, other: CodeSet) -> bool:
        """Whether some code could be in both sets."""
        return any(
            mine[0] <= theirs[1] and theirs[0] <= mine[1]
            for system, intervals in self.intervals.items()
            for mine in intervals
            for theirs in other.intervals.get(system, ())
        )

    def covers(self, other: CodeSet) -> bool:
        """Whether each pattern of the other set lies inside one pattern of this set."""
        return all(
            any(mine[0] <= theirs[0] and theirs[1] <= mine[1] for mine in self.intervals.get(system, ()))
            for system, intervals in other.intervals.items()
            for theirs in intervals
        )

    @cached_property
    def intervals(self) -> dict[str, tuple[Interval, ...]]:
        """First and last string of each pattern, by system; systems without a pattern are absent."""
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
