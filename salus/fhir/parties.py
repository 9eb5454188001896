"""Whose care, whose bill, who pays: the patient, the provider and the payer of a Claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import UnsetType

from salus.fhir.models import Claim, Coverage, Identifier, Reference
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, codes_of, identifier_words, missing, required, shown_code
from salus.fhir.reference import Form, Target
from salus.fhir.store import Stored

_SELF_PAY = ("http://terminology.hl7.org/CodeSystem/coverage-selfpay", "pay")
_NO_PROFILE = "hospital.yaml names none"
_ADDRESS = re.compile(r"(https?://|urn:)|[a-z]+/[a-z0-9.-]+$")
_ENDED = ("cancelled", "draft", "entered-in-error")


# PATIENT


def patient_of(claim: Claim, stored: Stored, records: Records) -> str:
    """What names the patient in `cards/<patient>/`: the identifier of the profile's system, else the id.

    Raises Refusal if the patient is not named, not found, merged into another, or known on two servers."""
    target = Target.of(claim.patient)
    found = records.look(claim.patient, stored)
    if found and found[0].kind == "Patient":
        person = records.follow(claim.patient, stored, kind="Patient", field="patient")
        return _number(person, target, records)
    if found:
        raise Refusal(Reason.MISSING_REFERENCE, "patient", stored.name, value=missing("Patient", found))
    number = _told(target, records)
    if number:
        return number
    if target.form is Form.REST and target.kind == "Patient" and not records.profile.patient_number:
        _check_one_server(target, stored, records)
        return target.id
    if target.form is Form.URN and not records.profile.patient_number:
        return target.address.removeprefix("urn:uuid:")
    is_named = target.form in (Form.REST, Form.URN, Form.URL)
    if is_named:
        raise Refusal(Reason.MISSING_REFERENCE, "patient", stored.name, value=missing("Patient", ()))
    is_search = target.form is Form.CONDITIONAL
    raise Refusal(Reason.NO_PATIENT, "patient", stored.name, value="a search" if is_search else "")


def check_subject(
    subject: Reference | UnsetType,
    of: Stored,
    claim: Claim,
    stored: Stored,
    records: Records,
    field: str = "subject",
) -> None:
    """Raises Refusal (OTHER_PATIENT) when the `field` of a resource names another patient than the Claim. Two
    ways of writing one patient are told apart by the Patient itself where the input has it."""
    if of.kind == "Encounter" and isinstance(subject, UnsetType):
        # of these only an Encounter may leave it out
        return
    mine, theirs = Target.of(claim.patient), Target.of(required(subject, field, of))
    if not mine.address and not theirs.address:
        same = mine.identifier == theirs.identifier
    else:
        own, other = records.look(claim.patient, stored), records.look(subject, of)
        if len(own) > 1 or len(other) > 1:
            raise Refusal(Reason.AMBIGUOUS_REFERENCE, field, of.name)
        if own and other:
            same = own[0].body == other[0].body if 0 in (own[0].n, other[0].n) else own[0].n == other[0].n
        else:
            same = (mine.address, mine.identifier) == (theirs.address, theirs.identifier)
            if not same and _has_patient(mine, own) != _has_patient(theirs, other):
                raise Refusal(Reason.MISSING_REFERENCE, field, of.name, value=missing("Patient", ()))
    if not same:
        raise Refusal(Reason.OTHER_PATIENT, field, of.name)


def _has_patient(target: Target, found: Sequence[Stored]) -> bool:
    return bool(found) or target.form is Form.REST


def _number(person: Stored, target: Target, records: Records) -> str:
    patient = records.read(person)
    if any(link.type == "replaced-by" for link in patient.link):
        raise Refusal(Reason.PATIENT_MERGED, "link", person.name)
    system = records.profile.patient_number
    if system:
        numbers = values_in_use(patient.identifier, system)
        if len(numbers) != 1:
            found = f"{len(numbers)} of {system}"
            raise Refusal(Reason.NO_PATIENT_NUMBER, "identifier", person.name, value=found)
        return numbers[0]
    if person.container or not person.own:
        named = [identifier_words(one) for one in patient.identifier] + [
            identifier_words(target.identifier) if target.identifier else ""
        ]
        known = next(filter(None, named), "")
        if not known:
            raise Refusal(Reason.NO_PATIENT, "identifier", person.name)
        return known
    if records.store.is_shared(person):
        raise Refusal(Reason.SERVERS_DIFFER, "id", person.name)
    return person.own


def _told(target: Target, records: Records) -> str:
    """The patient's number as the reference itself gives it; empty when it does not."""
    system = records.profile.patient_number
    if target.form is Form.CONDITIONAL:
        name, _, value = target.address.partition("?")[2].partition("=")
        told, bar, number = value.rpartition("|")
        return number if name == "identifier" and bar and system and told == system else ""
    if target.identifier is None:
        return ""
    if system:
        return "".join(values_in_use((target.identifier,), system))
    return identifier_words(target.identifier)


def _check_one_server(target: Target, stored: Stored, records: Records) -> None:
    """A number that bills of two servers use may be two people."""
    if target.base and records.store.is_on_other_server(target.id, target.base):
        raise Refusal(Reason.SERVERS_DIFFER, "patient", stored.name)


def values_in_use(identifiers: tuple[Identifier, ...], system: str) -> list[str]:
    """The values of a system that are in use, each once."""
    found = [
        one.value
        for one in identifiers
        if one.system == system and one.use != "old" and isinstance(one.value, str) and one.value.strip()
    ]
    return list(dict.fromkeys(found))


# PROVIDER


def provider_of(claim: Claim, stored: Stored, records: Records) -> str:
    """The provider's id as the record gives it; empty when the Claim only describes it. Raises Refusal if the
    bill is another provider's, or no profile says whose it is."""
    target = Target.of(claim.provider)
    own = target.id or target.address.removeprefix("urn:uuid:")
    allowed = records.profile.organizations
    if allowed == "any":
        return own
    shown = organization_words([(claim.provider, stored)], records)
    if allowed is None:
        raise Refusal(Reason.PROVIDER_NOT_DECIDED, "provider", stored.name, value=shown or _NO_PROFILE)
    names = set(reference_names(claim.provider, stored, records))
    if not names:
        raise Refusal(Reason.PROVIDER_NOT_DECIDED, "provider", stored.name, value="the bill names none")
    if names.isdisjoint(_folded(allowed)):
        known = _comparable(names, _folded(allowed))
        reason = Reason.OTHER_PROVIDER if known else Reason.PROVIDER_NOT_DECIDED
        raise Refusal(reason, "provider", stored.name, value=shown)
    return own


# PAYER


def check_payer(claim: Claim, stored: Stored, records: Records) -> None:
    """Raises Refusal unless the bill goes to a payer whose bills are meant for Salus."""
    place = _focal(claim, stored)
    field = f"insurance[{place}].coverage"
    _check_accident(claim, stored, records)
    names = set(reference_names(claim.insurer, stored, records))
    payers = [(claim.insurer, stored)]
    order = 1
    if claim.insurance:
        focal = claim.insurance[place]
        found = records.look(focal.coverage, stored)
        if found:
            at = records.follow(focal.coverage, stored, kind="Coverage", field=field)
            coverage = records.read(at)
            if required(coverage.status, "status", at) in _ENDED:
                raise Refusal(
                    Reason.COVERAGE_NOT_ACTIVE, "status", at.name, value=shown_code(coverage.status)
                )
            _check_insured(coverage, at, records)
            if not isinstance(coverage.beneficiary, UnsetType):
                check_subject(coverage.beneficiary, at, claim, stored, records, "beneficiary")
            for payor in coverage.payor:
                names |= set(reference_names(payor, at, records))
                payers.append((payor, at))
            order = 1 if isinstance(coverage.order, UnsetType) else coverage.order
        elif not isinstance(focal.coverage, UnsetType):
            display = focal.coverage.display
            names |= set() if isinstance(display, UnsetType) else {display.casefold()}
    allowed = records.profile.payers
    shown = organization_words(payers, records)
    if allowed is None:
        raise Refusal(Reason.PAYER_NOT_DECIDED, field, stored.name, value=shown or _NO_PROFILE)
    if allowed != "any":
        if not names:
            raise Refusal(Reason.PAYER_NOT_DECIDED, field, stored.name, value="the bill names none")
        if names.isdisjoint(_folded(allowed)):
            known = _comparable(names, _folded(allowed))
            reason = Reason.OTHER_PAYER if known else Reason.PAYER_NOT_DECIDED
            raise Refusal(reason, field, stored.name, value=shown)
    if order > 1:
        raise Refusal(Reason.OTHER_COVER, f"{field}.order", stored.name, value=f"order {order}")
    _check_turn(claim, place, stored)


def organization_words(references: Iterable[tuple[Reference | UnsetType, Stored]], records: Records) -> str:
    """The Organizations that elements refer to, as `Organization/7` for a message, without their names: a
    reference to a person is not shown."""
    named = []
    for reference, origin in references:
        target = Target.of(reference)
        found = [one for one in records.look(reference, origin) if one.kind == "Organization"]
        if found:
            named.append(found[0].name)
        elif target.kind == "Organization" and target.id:
            named.append(f"Organization/{target.id}")
    return ", ".join(dict.fromkeys(named))


def _focal(claim: Claim, stored: Stored) -> int:
    """Place of the insurance that the bill goes to. Raises Refusal when several or none are marked."""
    marked = [place for place, row in enumerate(claim.insurance) if row.focal is True]
    if len(marked) > 1 or (not marked and len(claim.insurance) > 1):
        raise Refusal(Reason.MALFORMED, "insurance.focal", stored.name)
    return marked[0] if marked else 0


def _check_insured(coverage: Coverage, at: Stored, records: Records) -> None:
    """Raises Refusal (SELF_PAY) for an agreement that the patient or a relative pays."""
    persons = ("Patient", "RelatedPerson")
    payors = [
        {Target.of(payor).kind, *(found.kind for found in records.look(payor, at))}
        for payor in coverage.payor
    ]
    is_own = bool(payors) and all(kinds.intersection(persons) for kinds in payors)
    if is_own or any((code.system, code.code) == _SELF_PAY for code in codes_of(coverage.type)):
        raise Refusal(Reason.SELF_PAY, "payor" if is_own else "type", at.name)


def _check_turn(claim: Claim, place: int, stored: Stored) -> None:
    """Raises Refusal (OTHER_COVER) when the order of the insurances puts another payer first."""
    turns = [row.sequence for row in claim.insurance if not isinstance(row.sequence, UnsetType)]
    own = claim.insurance[place].sequence if claim.insurance else 1
    if turns and not isinstance(own, UnsetType) and own > min(turns):
        raise Refusal(
            Reason.OTHER_COVER, f"insurance[{place}].sequence", stored.name, value=f"sequence {own}"
        )


def payer_names(claim: Claim, stored: Stored, records: Records) -> set[str]:
    """What names the payer of a bill, folded for comparing."""
    names = set(reference_names(claim.insurer, stored, records))
    for row in claim.insurance:
        names |= set(reference_names(row.coverage, stored, records))
        for found in records.look(row.coverage, stored):
            if found.kind == "Coverage":
                for payor in records.read(found).payor:
                    names |= set(reference_names(payor, found, records))
    return names


def _check_accident(claim: Claim, stored: Stored, records: Records) -> None:
    if isinstance(claim.accident, UnsetType):
        return
    kind = claim.accident.type
    # whatever the system, as a code without one says the same
    for coding in () if isinstance(kind, UnsetType) else kind.coding:
        if coding.code in records.profile.statutory_accidents:
            raise Refusal(Reason.STATUTORY_ACCIDENT, "accident.type", stored.name)


def reference_names(reference: Reference | UnsetType, origin: Stored, records: Records) -> Iterator[str]:
    """Everything that a reference to an Organization is known by: address, display, identifiers, name."""
    if isinstance(reference, UnsetType):
        return
    target = Target.of(reference)
    if target.address and target.form is not Form.CONTAINED:
        yield target.address.casefold()
        if target.base:
            yield f"{target.kind}/{target.id}".casefold()
    if not isinstance(reference.display, UnsetType):
        yield reference.display.casefold()
    if target.identifier is not None:
        yield identifier_words(target.identifier).casefold()
    for found in records.look(reference, origin):
        if found.kind == "Organization":
            organization = records.read(found)
            yield f"Organization/{found.own}".casefold()
            if not isinstance(organization.name, UnsetType):
                yield organization.name.casefold()
            for identifier in organization.identifier:
                yield identifier_words(identifier).casefold()


def _comparable(names: set[str], allowed: set[str]) -> bool:
    """Whether a record and a profile name organizations in one way, so that a difference tells."""
    return not {_manner(name) for name in names}.isdisjoint(_manner(name) for name in allowed)


def _manner(name: str) -> str:
    """Of an identifier its system, of an address or a name the word for it."""
    system, bar, _ = name.rpartition("|")
    if bar:
        return system
    return "address" if _ADDRESS.match(name) else "name"


def _folded(names: list[str]) -> set[str]:
    return {name.casefold() for name in names}
