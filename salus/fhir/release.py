"""Detects resources of a FHIR release other than R4 (or R4B) by their elements.

A Bundle does not name its release. Reading an R5 or STU3 file as R4 would not always fail: the reader would
miss the reason of an encounter or the status of a condition, and decide wrongly without an error. So one
element of another release refuses the resource, and each bill that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Resource = Mapping[str, Any]


class Sign(NamedTuple):
    """An element that R4 does not have, and the release that has it."""

    field: str
    release: str


_ELEMENTS: dict[str, dict[str, str]] = {
    "Claim": {
        "employmentImpacted": "STU3",
        "hospitalization": "STU3",
        "information": "STU3",
        "organization": "STU3",
        "target": "DSTU2",
        "coverage": "DSTU2",
        "traceNumber": "R5",
        "event": "R5",
        "encounter": "R5",
        "diagnosisRelatedGroup": "R5",
        "patientPaid": "R5",
    },
    "Encounter": {
        "incomingReferral": "STU3",
        "patient": "DSTU2",
        "actualPeriod": "R5",
        "admission": "R5",
        "plannedStartDate": "R5",
        "plannedEndDate": "R5",
        "subjectStatus": "R5",
        "virtualService": "R5",
    },
    "Condition": {"assertedDate": "STU3", "context": "STU3", "dateRecorded": "DSTU2", "participant": "R5"},
    "MedicationRequest": {
        "context": "STU3",
        "definition": "STU3",
        "medication": "R5",
        "reason": "R5",
        "effectiveDosePeriod": "R5",
        "renderedDosageInstruction": "R5",
    },
    "Procedure": {
        "context": "STU3",
        "notDone": "STU3",
        "definition": "STU3",
        "occurrenceDateTime": "R5",
        "occurrencePeriod": "R5",
        "reason": "R5",
        "recorded": "R5",
    },
}
_STU3_USES = ("complete", "proposed", "exploratory", "other")


def sign_of_other_release(resource: Resource) -> Sign | None:
    """Returns the first sign that a resource is not from R4; None if there is none.

    >>> sign_of_other_release({"resourceType": "Encounter", "class": [{"coding": [{"code": "AMB"}]}]})
    Sign(field='class', release='R5')
    """
    kind = resource.get("resourceType")
    elements = _ELEMENTS.get(kind) if isinstance(kind, str) else None
    if elements is None:
        return None
    for name in resource:
        if name in elements:
            return Sign(name, elements[name])
    return _by_shape(kind, resource) or _by_profile(resource)


def _by_shape(kind: str | None, resource: Resource) -> Sign | None:
    match kind:
        case "Encounter":
            act = resource.get("class")
            if isinstance(act, list | str):
                return Sign("class", "R5" if isinstance(act, list) else "DSTU2")
            if "reason" in resource:
                return Sign("reason", "R5" if _any_has(resource["reason"], "value") else "STU3")
        case "Claim":
            if resource.get("use") in _STU3_USES:
                return Sign("use", "STU3")
            if _any_has(resource.get("item"), "service"):
                return Sign("item.service", "STU3")
            if isinstance(resource.get("type"), str):
                return Sign("type", "DSTU2")
        case "Condition":
            for name in ("verificationStatus", "clinicalStatus"):
                if isinstance(resource.get(name), str):
                    return Sign(name, "STU3")
        case "MedicationRequest":
            if _any_has([resource.get("requester")], "agent"):
                return Sign("requester.agent", "STU3")
    return None


def _by_profile(resource: Resource) -> Sign | None:
    """Looks for the release in the core profiles, such as `http://hl7.org/fhir/5.0/…`."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, Mapping) else None
    for profile in profiles if isinstance(profiles, list) else ():
        for mark, release in (
            ("hl7.org/fhir/5.", "R5"),
            ("hl7.org/fhir/3.", "STU3"),
            ("hl7.org/fhir/STU3", "STU3"),
        ):
            if isinstance(profile, str) and mark in profile:
                return Sign("meta.profile", release)
    return None


def _any_has(parts: Any, name: str) -> bool:
    return isinstance(parts, list) and any(isinstance(part, Mapping) and name in part for part in parts)
