"""Reads the names of patients, for letters to them."""

from __future__ import annotations

from collections.abc import Iterable

from salus.base.errors import FhirError
from salus.fhir.bundle import Bundle, BundleEntry, Resource
from salus.fhir.elements import party_of
from salus.fhir.reader import Source, bundles
from salus.fhir.reasons import Refusal


def names(source: Source | Iterable[Source]) -> dict[str, str]:
    """Returns the name of each patient with a Claim in the source, by `BillLine.patient`.

    `source` is the same as for `read`. A patient is left out if the Patient resource is missing, is not valid
    FHIR R4 or has no name. Files that cannot be read are ignored.

    >>> from salus import samples
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> names(mother.to_json()) == {mother.patient.id: f"{mother.patient.given} {mother.patient.family}"}
    True
    """
    names_by_patient: dict[str, str] = {}
    for bundle in bundles(source):
        if isinstance(bundle, FhirError):
            continue
        for claim in bundle.claims():
            patient = party_of(claim, "patient", bundle)
            if patient and patient not in names_by_patient:
                name = _name(claim, bundle)
                names_by_patient.update({patient: name} if name else {})
    return names_by_patient


def _name(claim: BundleEntry, bundle: Bundle) -> str:
    reference = claim.resource.get("patient")
    try:
        patient = bundle.resolve(reference, kind="Patient", origin=claim, field="patient").resource
    except Refusal:
        return ""
    return next(filter(None, map(_in_words, patient.get("name", ()))), "")


def _in_words(name: Resource) -> str:
    """Formats a validated HumanName."""
    parts = [*name.get("given", ()), name.get("family", "")]
    return " ".join(filter(None, parts)) or str(name.get("text", ""))
