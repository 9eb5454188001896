"""Patients' names, for letters to them."""

from __future__ import annotations

from collections.abc import Iterable

from salus.base.errors import FhirError
from salus.fhir.bundle import Bundle, BundleEntry, Resource
from salus.fhir.elements import party_of
from salus.fhir.reader import Source, bundles
from salus.fhir.reasons import Refusal


def names(source: Source | Iterable[Source]) -> dict[str, str]:
    """The name of each patient for whom the source holds a Claim, by the id that `BillLine.patient` gives.

    `source` is what `read` takes. Only Patients that are valid FHIR R4 are believed; who has none, or whose
    Patient has no name, is left out, as is what cannot be read at all.

    >>> from salus import samples
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> names(mother.to_json()) == {mother.patient.id: f"{mother.patient.given} {mother.patient.family}"}
    True
    """
    found: dict[str, str] = {}
    for bundle in bundles(source):
        if isinstance(bundle, FhirError):
            continue
        for claim in bundle.claims():
            patient = party_of(claim, "patient", bundle)
            if patient and patient not in found:
                name = _name(claim, bundle)
                found.update({patient: name} if name else {})
    return found


def _name(claim: BundleEntry, bundle: Bundle) -> str:
    reference = claim.resource.get("patient")
    try:
        patient = bundle.resolve(reference, kind="Patient", origin=claim, field="patient").resource
    except Refusal:
        return ""
    return next(filter(None, map(_in_words, patient.get("name", ()))), "")


def _in_words(name: Resource) -> str:
    """A HumanName that was validated."""
    parts = [*name.get("given", ()), name.get("family", "")]
    return " ".join(filter(None, parts)) or str(name.get("text", ""))
