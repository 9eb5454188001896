"""Reads the elements that many resources share: codes, identifiers, references to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salus.fhir.bundle import Bundle, BundleEntry
from salus.fhir.reasons import Reason, Refusal
from salus.product import Code


def codes_of(concept: Any) -> tuple[Code, ...]:
    """Returns the codes of a CodeableConcept in order, without codings that lack a system or a code."""
    codings = concept.get("coding", ()) if isinstance(concept, Mapping) else ()
    return tuple(
        Code.of(coding["system"], coding["code"])
        for coding in codings
        if isinstance(coding.get("system"), str) and isinstance(coding.get("code"), str)
    )


def identifier_of(identifier: Any) -> str | None:
    """Formats an Identifier as `system|value`, or as its value alone; None if it has no value.

    >>> identifier_of({"system": "https://clinic.example/bills", "value": "2025-17"})
    'https://clinic.example/bills|2025-17'
    """
    value = identifier.get("value") if isinstance(identifier, Mapping) else None
    if not isinstance(value, str) or not value:
        return None
    system = identifier.get("system")
    return f"{system}|{value}" if isinstance(system, str) and system else value


def party_of(entry: BundleEntry, field: str, bundle: Bundle) -> str | None:
    """Returns the id of the patient or organisation that `field` refers to.

    The id is taken from the reference: `Patient/7` and `urn:uuid:7` both give 7. If the target is contained
    or has only an identifier, the identifier is returned.
    """
    reference = entry.resource.get(field)
    if not isinstance(reference, Mapping):
        return None
    address = reference.get("reference")
    if not isinstance(address, str):
        return identifier_of(reference.get("identifier"))
    if address.startswith("#"):
        target = bundle.find(reference, entry)
        identifiers = target.resource.get("identifier") if target else None
        return identifier_of(identifiers[0]) if isinstance(identifiers, list) and identifiers else None
    return address.removeprefix("urn:uuid:").rpartition("/")[2] or None


def check_subject(entry: BundleEntry, claim: BundleEntry, bundle: Bundle) -> None:
    """Raises `Refusal` (OTHER_PATIENT) if the resource is about another patient than the Claim.

    If the file contains the Patient, both references are resolved to it. If not, a `urn:uuid:` address cannot
    be compared with a relative one, and both are assumed to mean the same patient.
    """
    if "subject" not in entry.resource:
        return
    patient, subject = claim.resource["patient"], entry.resource["subject"]
    mine, theirs = bundle.find(patient, claim), bundle.find(subject, entry)
    if mine is not None and theirs is not None:
        same = mine.resource is theirs.resource
    else:
        same = party_of(claim, "patient", bundle) == party_of(entry, "subject", bundle)
        same = same or _is_urn(patient) != _is_urn(subject)
    if not same:
        raise Refusal(Reason.OTHER_PATIENT, "subject", entry.name)


def _is_urn(reference: Mapping[str, Any]) -> bool:
    return str(reference.get("reference", "")).startswith("urn:")
