"""The life of a bill: which bills replace, void or repeat which others, so that each is paid at most once.

Read are `Claim.related` (prior, replaces, replaced-by, void, reversal), the frequency of a NUBC type of bill
(its last digit), credits, and the number of a bill with its copies. https://www.nubc.org
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UnsetType

from salus.fhir.amounts import is_number
from salus.fhir.models import Claim, Identifier, Reference, Related
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, codes_of, identifier_words, shown_system
from salus.fhir.reference import Form, Target
from salus.fhir.store import Stored, content

_REPLACES = ("replaces", "prior", "replacement", "7")
_REPLACED = ("replaced-by", "replacedby")
_VOIDS = ("void", "voids", "reversal", "reverses", "cancels", "credit", "8")
_APART = ("associated",)
_NOT_SENT = ("cancelled", "draft", "entered-in-error")
_TYPE_OF_BILL = ("typeofbill", "type-of-bill", "tob")
REPLACEMENT, VOID = "7", "8"
INTERIM = frozenset("234")


@dataclass(slots=True)
class Lives:
    """What became of each bill because of another: a reason by the place of the Claim in the store."""

    ended: dict[int, Reason] = field(default_factory=dict)
    other: dict[int, str] = field(default_factory=dict)
    """The other bill, for a message, by the same place."""
    replaced: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Numbers that a Claim replaces, by its place."""
    successors: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """The places of the Claims that replace one."""


def number_of(claim: Claim, stored: Stored, records: Records) -> str:
    """The provider's number of a bill: the identifier of the profile's system, else the only one, else the
    id. Raises Refusal when there is none, or several and no profile chooses."""
    system = records.profile.bill_number
    in_use = [one for one in claim.identifier if one.use != "old" and identifier_words(one)]
    numbers = list(dict.fromkeys(identifier_words(one) for one in in_use if system in (None, one.system)))
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) > 1 or (system and in_use):
        found = f"{len(numbers)} of {system}" if system else _systems(in_use)
        raise Refusal(Reason.SEVERAL_NUMBERS, "identifier", stored.name, value=found)
    if system:
        raise Refusal(Reason.NO_IDENTIFIER, "identifier", stored.name)
    if not stored.own:
        raise Refusal(Reason.NO_IDENTIFIER, "id", stored.name)
    return stored.own


def names_of(claim: Claim, stored: Stored) -> set[str]:
    """Everything that a bill is or was known by: all its numbers, old ones too, and its id."""
    return {*map(identifier_words, claim.identifier), stored.own} - {""}


def _systems(identifiers: list[Identifier]) -> str:
    return ", ".join(dict.fromkeys(shown_system(one.system) for one in identifiers))


def frequency_of(claim: Claim) -> str:
    """The frequency digit of a NUBC type of bill such as 0137 or 137; empty when the Claim has none."""
    for info in claim.supportingInfo:
        kinds = {code.code.casefold() for code in codes_of(info.category)}
        codes = codes_of(info.code)
        of_nubc = [
            code
            for code in codes
            if "nubc.org" in code.system.casefold() and "bill" in code.system.casefold()
        ]
        if kinds.intersection(_TYPE_OF_BILL) or of_nubc:
            for code in of_nubc or codes:
                digits = code.code.strip()
                if digits.isalnum() and len(digits) in (3, 4):
                    return digits[-1]
    return ""


def lives_of(records: Records) -> Lives:
    """Reads how all Claims of the input relate."""
    lives = Lives()
    by_number: dict[str, list[int]] = defaultdict(list)
    by_identifier: Places = defaultdict(list)
    relating: list[int] = []
    for stored in records.store.of("Claim"):
        try:
            claim = records.read(stored)
        except Refusal:
            relating.append(stored.n)
            continue
        if claim.related:
            relating.append(stored.n)
        for identifier in claim.identifier:
            by_identifier[identifier_words(identifier)].append(stored.n)
        try:
            by_number[number_of(claim, stored, records)].append(stored.n)
        except Refusal:
            continue
    for n in relating:
        stored = records.store.get(n)
        try:
            claim = records.read(stored)
        except Refusal:
            _doubt(stored, records, by_identifier, lives)
            continue
        for related in claim.related:
            _relate(related, claim, stored, records, by_identifier, lives)
    _check_circles(lives)
    _deleted(records, by_identifier, lives)
    _repeated(by_number, records, lives)
    return lives


Places = defaultdict[str, list[int]]
"""Where the bills of an identifier are in the store."""


def _relate(
    related: Related,
    claim: Claim,
    stored: Stored,
    records: Records,
    by_identifier: Places,
    lives: Lives,
) -> None:
    words = _words(related)
    frequency = frequency_of(claim)
    others = _others(related, stored, records, by_identifier)
    if words.intersection(_REPLACED):
        lives.ended[stored.n] = Reason.REPLACED
        lives.other[stored.n] = _all_shown(others, stored)
    elif claim.status == "entered-in-error":
        # it says nothing of others
        return
    elif words.intersection(_VOIDS) or frequency == VOID or _is_credit(claim):
        is_named = others or any(_numbers(related, others, records))
        lives.ended[stored.n] = Reason.REVERSAL if is_named else Reason.NO_ORIGINAL
        if is_named:
            lives.other[stored.n] = _all_shown(others, stored)
        for other in others:
            lives.ended[other.n] = Reason.REVERSED
            lives.other[other.n] = _shown(stored, other)
    elif words.intersection(_REPLACES) or frequency == REPLACEMENT:
        # a cancelled replacement leaves the original as it is
        if claim.status not in _NOT_SENT:
            reason = Reason.REPLACED if claim.status == "active" else Reason.UNKNOWN_RELATION
            for other in others:
                if lives.ended.setdefault(other.n, reason) is Reason.REPLACED:
                    lives.other.setdefault(other.n, _shown(stored, other))
                lives.successors[other.n].add(stored.n)
        lives.replaced[stored.n].extend(_numbers(related, others, records))
    elif not words.intersection(_APART):
        for one in (stored, *others):
            lives.ended.setdefault(one.n, Reason.UNKNOWN_RELATION)


def _doubt(stored: Stored, records: Records, by_identifier: Places, lives: Lives) -> None:
    """A bill that cannot be read may replace or void the bills that it names, so they are not paid either."""
    if stored.is_deleted:
        return
    for part in _objects(_related_of(stored.body)):
        address, number = part.get("reference"), part.get("value")
        found = records.look(Reference(reference=address), stored) if isinstance(address, str) else ()
        places = {one.n for one in found if one.kind == "Claim"}
        if isinstance(number, str):
            system = part.get("system")
            identifier = Identifier(system=system, value=number) if isinstance(system, str) else None
            places |= set(by_identifier.get(identifier_words(identifier or Identifier(value=number)), ()))
        for n in places - {stored.n}:
            lives.ended[n] = Reason.SUCCESSOR_UNREADABLE


def _related_of(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body).get("related")
    except (msgspec.DecodeError, AttributeError, RecursionError):
        return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in a value, at any depth."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def deleted_number(kind: str, query: str) -> str:
    """The number of the bills that a conditional DELETE deletes; empty when it is none that is understood.

    >>> deleted_number("Claim", "identifier=https://clinic.example/bills|17")
    'https://clinic.example/bills|17'
    """
    name, _, number = query.partition("=")
    return number if kind == "Claim" and name == "identifier" and number and "&" not in number else ""


def _deleted(records: Records, by_identifier: Places, lives: Lives) -> None:
    for kind, query, _ in records.store.searches:
        number = deleted_number(kind, query)
        for n in by_identifier.get(number, ()) if number else ():
            lives.ended[n] = Reason.DELETED


def _check_circles(lives: Lives) -> None:
    """Bills that replace each other: none is the latest."""
    for start in tuple(lives.successors):
        seen: set[int] = set()
        left = set(lives.successors[start])
        while left:
            n = left.pop()
            if n not in seen:
                seen.add(n)
                left |= lives.successors.get(n, set())
        if start in seen:
            lives.ended[start] = Reason.UNKNOWN_RELATION


def _words(related: Related) -> set[str]:
    relationship = related.relationship
    if isinstance(relationship, UnsetType):
        return set()
    words = {str(coding.code).casefold() for coding in relationship.coding}
    if not isinstance(relationship.text, UnsetType):
        words |= set(relationship.text.casefold().split())
    return words


def _others(related: Related, stored: Stored, records: Records, by_identifier: Places) -> list[Stored]:
    """The bills that a relation names, by address or by number; never the bill itself, whose number a
    replacement may share."""
    found = [one for one in records.look(related.claim, stored) if one.kind == "Claim"]
    if not found:
        wanted = {identifier_words(one) for one in _identifiers(related)} - {""}
        found = [records.store.get(n) for word in sorted(wanted) for n in by_identifier.get(word, ())]
    return [one for one in found if one.n != stored.n]


def _identifiers(related: Related) -> Iterator[Identifier]:
    if not isinstance(related.claim, UnsetType) and not isinstance(related.claim.identifier, UnsetType):
        yield related.claim.identifier
    if not isinstance(related.reference, UnsetType):
        yield related.reference


def _numbers(related: Related, others: list[Stored], records: Records) -> Iterator[str]:
    for other in others:
        try:
            yield number_of(records.read(other), other, records)
        except Refusal:
            continue
    if not others:
        yield from filter(None, (identifier_words(one) for one in _identifiers(related)))
        target = Target.of(related.claim)
        if target.form is Form.REST:
            yield target.id


def _is_credit(claim: Claim) -> bool:
    total = claim.total
    return not isinstance(total, UnsetType) and is_number(total.value) and total.value < 0


def _repeated(by_number: dict[str, list[int]], records: Records, lives: Lives) -> None:
    """Bills of one number: an equal copy is one bill, others conflict."""
    for several in by_number.values():
        alive = [n for n in several if n not in lives.ended]
        if len(alive) < 2:
            continue
        contents = {content(records.store.get(n).body, without=("id",)) for n in alive}
        is_one = len(contents) == 1
        for n in alive[1:] if is_one else alive:
            lives.ended[n] = Reason.COPY if is_one else Reason.NUMBER_CONFLICT
            first = alive[0] if n != alive[0] else alive[1]
            lives.other[n] = _shown(records.store.get(first), records.store.get(n))


def _all_shown(others: list[Stored], stored: Stored) -> str:
    return ", ".join(_shown(other, stored) for other in others)


def _shown(other: Stored, stored: Stored) -> str:
    """Another bill, for a message about `stored`."""
    return other.name if other.place == stored.place else f"{other.name} in {other.place}"
