"""A bill among the records: following its references, and reading the elements of what they lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from salus.base import days
from salus.base.errors import InputError
from salus.fhir.models import CodeableConcept, Coding, Fault, Identifier, Reference
from salus.fhir.profile import Profile
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.reference import Target
from salus.fhir.store import AMBIGUOUS, Store, Stored
from salus.product import Code


@dataclass(frozen=True, slots=True)
class Records:
    """All that was read, under the hospital's profile."""

    store: Store
    profile: Profile

    def read(self, stored: Stored) -> Any:
        """The elements of a resource that a line depends on. Raises Refusal for one that is deleted,
        ambiguous, malformed, modified, or of another release."""
        if stored.is_deleted:
            # only a bill that was deleted is nothing to pay: others are missing from a bill
            is_bill = stored.kind == "Claim"
            raise Refusal(Reason.DELETED if is_bill else Reason.MISSING_REFERENCE, "id", stored.name)
        if stored.state == AMBIGUOUS:
            raise Refusal(Reason.AMBIGUOUS_REFERENCE, "id", stored.name)
        found, mark, sign = self.store.elements(stored)
        if sign:
            raise Refusal(Reason.OTHER_RELEASE, sign.field, stored.name, value=sign.release)
        if mark:
            raise Refusal(Reason.MODIFIED, mark, stored.name)
        if isinstance(found, Fault):
            is_time = "regex" in str(found) and found.path.rpartition(".")[2] in _TIMES
            reason = Reason.NO_OFFSET if is_time else Reason.MALFORMED
            raise Refusal(reason, found.path or "?", stored.name, value="" if is_time else _form(found))
        return found

    def follow(self, reference: Reference | UnsetType, origin: Stored, *, kind: str, field: str) -> Stored:
        """The one resource of a type that an element of `origin` refers to. Raises Refusal."""
        found = self.look(reference, origin)
        if len(found) > 1 or any(one.state == AMBIGUOUS for one in found):
            raise Refusal(Reason.AMBIGUOUS_REFERENCE, field, origin.name)
        if not found or found[0].kind != kind or found[0].is_deleted:
            raise Refusal(Reason.MISSING_REFERENCE, field, origin.name, value=missing(kind, found))
        return found[0]

    def look(self, reference: Reference | UnsetType, origin: Stored) -> Sequence[Stored]:
        """What an element refers to, of any type; nothing when it is not in the input."""
        return self.store.find(Target.of(reference), origin)


def missing(kind: str, found: Sequence[Stored]) -> str:
    """Why a reference to a resource of a type leads to none, in words for a message."""
    if not found:
        return f"{_article(kind)} {kind} that is not in the input"
    if found[0].kind != kind:
        return f"{_article(found[0].kind)} {found[0].kind} where {_article(kind)} {kind} must be"
    return f"{_article(kind)} {kind} that was deleted"


def _article(kind: str) -> str:
    return "an" if kind[0] in "AEIO" else "a"


_EXPECTED = re.compile(r"Expected `(\w+)[^`]*`.*?, got `(\w+)`")
_JSON = {
    "array": "a list",
    "bool": "true or false",
    "decimal": "a number",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "a text",
}


def _form(fault: Fault) -> str:
    """What stands in the wrong form, in words for a message, and nothing of its content."""
    if "regex" in str(fault):
        return "not written as FHIR writes it"
    found = _EXPECTED.match(str(fault))
    return f"{_JSON.get(found[2], found[2])} in place of {_JSON.get(found[1], found[1])}" if found else ""


_TIMES = frozenset({"start", "end", "servicedDate", "onsetDateTime", "recordedDate"})


def required(value: Any, field: str, stored: Stored) -> Any:
    """An element that FHIR requires. Raises Refusal (MALFORMED) when it is absent: an extension may stand in
    its place, and says nothing that can be read."""
    if value is UNSET:
        raise Refusal(Reason.MALFORMED, field, stored.name, value="it is missing")
    return value


def civil_day(
    text: str,
    field: str,
    at: Stored,
    records: Records,
    *,
    as_written: Callable[[str], int] = days.civil_day,
) -> int:
    """The civil day of a date, or of a moment in the hospital's time zone; without a zone, and for a date,
    what `as_written` makes of it. Raises Refusal (IMPRECISE_DATE)."""
    zone = records.profile.zone
    try:
        if zone is not None and "T" in text:
            return days.of_date(datetime.fromisoformat(text).astimezone(zone).date())
        return as_written(text)
    except (InputError, ValueError):
        raise Refusal(Reason.IMPRECISE_DATE, field, at.name) from None


_URI = re.compile(r"(?:https?://|urn:)[!-~]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_LENGTH = 40


def shown_code(code: str | UnsetType) -> str:
    """A status or another administrative code for a message; empty when it may be free text.

    >>> shown_code("entered-in-error"), shown_code("Mrs Doe")
    ('entered-in-error', '')
    """
    is_code = not isinstance(code, UnsetType) and len(code) <= _LENGTH and _WORD.fullmatch(code)
    return str(code) if is_code else ""


def shown_systems(concept: CodeableConcept | UnsetType) -> str:
    """The code systems of a concept for a message, without its codes."""
    if isinstance(concept, UnsetType) or not concept.coding:
        return "no code"
    systems = [shown_system(coding.system) for coding in concept.coding]
    return ", ".join(dict.fromkeys(systems))


def shown_codings(concept: CodeableConcept | UnsetType) -> str:
    """The codes of a concept that is not clinical, as `system|code`, for a message."""
    if isinstance(concept, UnsetType) or not concept.coding:
        return "no code"
    return ", ".join(map(shown_coding, concept.coding))


def shown_coding(coding: Coding) -> str:
    """A code that is not clinical, as `system|code`, for a message."""
    return f"{shown_system(coding.system)}|{shown_code(coding.code)}"


def shown_system(system: str | UnsetType) -> str:
    """A code or identifier system for a message."""
    if isinstance(system, UnsetType):
        return "no system"
    return system if _URI.fullmatch(system) else "a system that is no URI"


def codes_of(concept: CodeableConcept | UnsetType) -> tuple[Code, ...]:
    """The codes of a CodeableConcept, in its order, each once; those without system or code are left out."""
    if isinstance(concept, UnsetType):
        return ()
    codes = [
        Code.of(coding.system, coding.code)
        for coding in concept.coding
        if isinstance(coding.system, str) and coding.system.strip() and isinstance(coding.code, str)
    ]
    return tuple(dict.fromkeys(codes))


def identifier_words(identifier: Identifier) -> str:
    """An Identifier as `system|value`, or its value alone; empty when it has none.

    >>> identifier_words(Identifier(system="https://clinic.example/bills", value="2025-17"))
    'https://clinic.example/bills|2025-17'
    """
    if isinstance(identifier.value, UnsetType) or not identifier.value.strip():
        return ""
    system = "" if isinstance(identifier.system, UnsetType) else identifier.system
    return f"{system}|{identifier.value}" if system else identifier.value
