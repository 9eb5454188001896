"""Defines the parts of a benefit table: terms, matcher, row, table. All values are frozen.

Amounts are minor units of the table's currency, and shares are basis points (10,000 = 100 %). A limit of 0
means no limit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from salus.base import money
from salus.base.errors import TableError
from salus.crypto.abi import keccak
from salus.product.codesets import Code, CodeSet

ClaimType = Literal["institutional", "oral", "pharmacy", "professional", "vision"]
EncounterClass = Literal["AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS", "VR"]
Amount = Annotated[int, Field(strict=True, ge=0, le=money.MAX_BILLED)]
Days = Annotated[int, Field(strict=True, ge=0, le=366)]


class Category(StrEnum):
    """Kinds of service, used to check how much the terms of a benefit reveal."""

    PREVENTION = "prevention"
    PRIMARY = "primary care"
    SPECIALIST = "specialist care"
    URGENT = "urgent care"
    EMERGENCY = "emergency"
    TRANSPORT = "transport"
    HOSPITAL = "hospital"
    SURGERY = "surgery"
    MATERNITY = "maternity"
    MENTAL = "mental health"
    LABORATORY = "laboratory"
    IMAGING = "imaging"
    DRUGS = "drugs"
    EQUIPMENT = "equipment"
    DENTAL = "dental"
    VISION = "vision"
    HEARING = "hearing"
    REHABILITATION = "rehabilitation"
    ONCOLOGY = "oncology"
    RENAL = "renal"
    TRANSPLANT = "transplant"
    PALLIATIVE = "palliative"
    HOME = "care at home"
    ILLNESS = "fixed sum for an illness"


class Terms(BaseModel):
    """The terms on which a benefit pays.

    The chain shows these values when a claim is filed, so they must not identify a disease.

    >>> night = Terms(kind="scheduled", share_bps=10_000, rate=150_00, by_night=True, elimination_days=2)
    >>> night.rate, night.unit_limit, night.deductible_applies
    (15000, 0, False)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["indemnity", "scheduled"]
    """`indemnity` pays a share of the bill; `scheduled` pays a rate for each unit, regardless of the bill."""
    share_bps: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    """The insurer's share; 10,000 if scheduled."""
    rate: Amount = 0
    """Amount for each unit; scheduled only."""
    claim_limit: Amount = 0
    """The most paid for one claim."""
    group_limit: Amount = 0
    """The most paid for the group, per member and policy year."""
    unit_limit: Annotated[int, Field(strict=True, ge=0, le=65_535)] = 0
    """The most units paid for the group, per member and policy year."""
    waiting_days: Days = 0
    """Days after the start of a member's cover on which the benefit is not yet paid."""
    elimination_days: Days = 0
    """First nights of a stay that are not paid; by night only."""
    deductible_applies: bool = False
    by_night: bool = False
    """Units are the nights of the stay; scheduled only."""
    authorisation: bool = False
    """The care needs prior authorisation."""

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        if self.kind == "indemnity" and (self.rate or self.by_night):
            raise ValueError("rate and by_night are for scheduled terms only")
        if self.kind == "scheduled" and (
            not self.rate or self.share_bps != 10_000 or self.deductible_applies
        ):
            raise ValueError("scheduled terms need a rate, a share_bps of 10000 and no deductible")
        if self.elimination_days and not self.by_night:
            raise ValueError("elimination_days need by_night")
        return self


@dataclass(frozen=True, slots=True)
class Care:
    """The facts of a bill that matchers use."""

    claim_type: str
    encounter_class: str
    items: frozenset[Code] = frozenset()
    """Codes of the services: bill items, procedures, the prescribed drug, the type of the encounter."""
    diagnoses: frozenset[Code] = frozenset()
    """Codes of the one diagnosis that counts (several if it is coded in several systems)."""


class Matcher(BaseModel):
    """The care that a benefit covers. Every part that is present must match; a missing part matches anything.

    >>> pharmacy = Matcher(claim_types={"pharmacy"})
    >>> pharmacy.matches(Care("pharmacy", "EMER")), pharmacy.matches(Care("oral", "AMB"))
    (True, False)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim_types: frozenset[ClaimType] | None = None
    encounter_classes: frozenset[EncounterClass] | None = None
    items: CodeSet | None = None
    diagnoses: CodeSet | None = None

    @model_validator(mode="after")
    def _no_empty_part(self) -> Self:
        for name in type(self).model_fields:
            part = getattr(self, name)
            if part is not None and not (part.intervals if isinstance(part, CodeSet) else part):
                raise ValueError(f"{name} is empty and would match nothing; leave it out to match anything")
        return self

    def matches(self, care: Care) -> bool:
        """Returns whether the benefit covers this care."""
        return (
            (self.claim_types is None or care.claim_type in self.claim_types)
            and (self.encounter_classes is None or care.encounter_class in self.encounter_classes)
            and (self.items is None or self.items.holds_any(care.items))
            and (self.diagnoses is None or self.diagnoses.holds_any(care.diagnoses))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRow:
    """One row of cover. Rows of the same `group` share its limits; a row without a group has its own."""

    code: str
    title: str
    words: str
    """One sentence for the patient."""
    category: Category
    terms: Terms
    when: Matcher
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A product: benefits in order. The first one that matches decides.

    Raises `TableError` if two rows have the same code, or if the rows of a group differ in its shared terms.

    >>> whole, half = (Terms(kind="indemnity", share_bps=share) for share in (10_000, 5_000))
    >>> drugs = BenefitRow(code="drugs", title="Medicines", words="We pay for medicines.", terms=whole,
    ...                 category=Category.DRUGS, when=Matcher(claim_types={"pharmacy"}))
    >>> rest = BenefitRow(code="rest", title="Other care", words="We pay half.", terms=half,
    ...                category=Category.PRIMARY, when=Matcher())
    >>> table = Table(name="small", version="1", title="Small plan", currency="EUR", benefits=(drugs, rest))
    >>> table.match(Care("pharmacy", "AMB")).code, table.match(Care("oral", "AMB")).code
    ('drugs', 'rest')
    >>> Table(name="small", version="1", title="Small plan", currency="EUR", benefits=(drugs, drugs))
    Traceback (most recent call last):
        ...
    salus.base.errors.TableError: benefits.1.code: drugs is the code of two benefits; rename one
    """

    name: str
    version: str
    title: str
    currency: str
    benefits: tuple[BenefitRow, ...]
    ignore: CodeSet = field(default_factory=CodeSet)
    """Codes that never count as a diagnosis, such as social or employment findings and history."""
    plan_reveals: frozenset[str] = frozenset()
    """The kinds of care that a small plan reveals by itself, where its author accepts that. The hash does not
    include it."""

    def __post_init__(self) -> None:
        if not money.is_currency(self.currency):
            raise TableError("is not an ISO 4217 currency", field="currency", remedy="use a code such as USD")
        seen: dict[str, BenefitRow] = {}
        groups: dict[str, BenefitRow] = {}
        for row, benefit in enumerate(self.benefits):
            if benefit.code in seen:
                raise TableError(
                    f"{benefit.code} is the code of two benefits",
                    field=f"benefits.{row}.code",
                    remedy="rename one",
                )
            seen[benefit.code] = benefit
            if benefit.group:
                first = groups.setdefault(benefit.group, benefit)
                _check_shared(first, benefit, self.currency, f"benefits.{row}.group")

    def __iter__(self) -> Iterator[BenefitRow]:
        return iter(self.benefits)

    def __len__(self) -> int:
        return len(self.benefits)

    def __getitem__(self, code: str) -> BenefitRow:
        """Returns the benefit with that code. Raises `KeyError` if there is none."""
        return self._by_code[code]

    def match(self, care: Care) -> BenefitRow | None:
        """Returns the first benefit that matches this care, or None (reason code 204)."""
        return next((benefit for benefit in self.benefits if benefit.when.matches(care)), None)

    @cached_property
    def hash(self) -> bytes:
        """Returns the 32-byte Keccak-256 of the canonical form, the `benefitTable` of its policies."""
        return keccak(self.canonical())

    def canonical(self) -> bytes:
        """Returns the table as JSON with sorted keys, all defaults and no white space.

        The layout and comments of a file do not change it, nor how a file writes its amounts, nor what its
        author accepts that the plan reveals. Every other word and number does.
        """
        document = {
            "name": self.name,
            "version": self.version,
            "title": self.title,
            "currency": self.currency,
            "ignore": _codes(self.ignore),
            "benefits": [_row(benefit) for benefit in self.benefits],
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @cached_property
    def _by_code(self) -> dict[str, BenefitRow]:
        return {benefit.code: benefit for benefit in self.benefits}


_SHARED = ("group_limit", "unit_limit", "by_night")
"""Terms that must be equal in a group, because the contract applies them to counters that its rows share."""


def _check_shared(first: BenefitRow, benefit: BenefitRow, currency: str, field: str) -> None:
    for name in _SHARED:
        own, others = (
            money.to_words(value, currency) if name == "group_limit" else value
            for value in (getattr(benefit.terms, name), getattr(first.terms, name))
        )
        if own != others:
            raise TableError(
                f"{benefit.code} and {first.code} share the group {benefit.group}, but {name} is {own} for "
                f"{benefit.code} and {others} for {first.code}",
                field=field,
                remedy="give all rows of the group the same value, or change the group",
            )


def _row(benefit: BenefitRow) -> dict[str, Any]:
    when = benefit.when
    return {
        "code": benefit.code,
        "title": benefit.title,
        "words": benefit.words,
        "category": benefit.category.value,
        "group": benefit.group,
        "terms": benefit.terms.model_dump(),
        "when": {
            "claim_types": None if when.claim_types is None else sorted(when.claim_types),
            "encounter_classes": None if when.encounter_classes is None else sorted(when.encounter_classes),
            "items": when.items and _codes(when.items),
            "diagnoses": when.diagnoses and _codes(when.diagnoses),
        },
    }


def _codes(codes: CodeSet) -> dict[str, list[str]]:
    return {system: sorted(getattr(codes, system)) for system in codes.intervals}
