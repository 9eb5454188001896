"""Collects what a Claim refers to (encounter, prescription, procedures) and the codes of the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from salus.fhir.bundle import Bundle, BundleEntry
from salus.fhir.diagnosis import RecordedDiagnosis
from salus.fhir.elements import check_subject, codes_of
from salus.fhir.reasons import Reason, Refusal
from salus.product import Code, CodeSet

_UNDONE = {
    "Encounter": ("planned", "cancelled", "entered-in-error"),
    "MedicationRequest": ("draft", "cancelled", "entered-in-error"),
    "Procedure": ("preparation", "not-done", "entered-in-error"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The valid resources behind a Claim, all about the same patient as the Claim."""

    claim: BundleEntry
    encounter: BundleEntry
    prescription: BundleEntry | None
    medication: BundleEntry | None
    procedures: tuple[BundleEntry, ...]

    @property
    def encounter_class(self) -> str:
        return str(self.encounter.resource["class"].get("code", ""))

    @property
    def encounter_id(self) -> str:
        """Returns the id of the encounter.

        The id of a contained encounter is unique only in its Claim, so the Claim's address is added.
        """
        if self.encounter.container is not None:
            return self.encounter.url
        return str(self.encounter.resource.get("id") or self.encounter.url)

    def reason_codes(self, ignore: CodeSet) -> tuple[Code, ...]:
        """Returns the codes of the encounter's first reason that is not in the ignore set."""
        reasons = (codes_of(reason) for reason in self.encounter.resource.get("reasonCode", ()))
        return next((codes for codes in reasons if codes and not ignore.holds_any(codes)), ())

    def items(self, recorded: Iterable[RecordedDiagnosis]) -> frozenset[Code]:
        """Returns the codes of the services. An item that only repeats a diagnosis is not a service."""
        repeated = {code for diagnosis in recorded for code in diagnosis.codes}
        return frozenset(code for concept in self._concepts() for code in codes_of(concept)) - repeated

    def _concepts(self) -> Iterator[Any]:
        for item in self.claim.resource.get("item", ()):
            yield item.get("revenue")
            for part in (item, *item.get("detail", ())):
                yield part.get("productOrService")
        for part in self.claim.resource.get("procedure", ()):
            yield part.get("procedureCodeableConcept")
        for procedure in self.procedures:
            yield procedure.resource.get("code")
        if self.prescription is not None:
            yield self.prescription.resource.get("medicationCodeableConcept")
        if self.medication is not None:
            yield self.medication.resource.get("code")
        yield from self.encounter.resource.get("type", ())


def gather(claim: BundleEntry, bundle: Bundle) -> Evidence:
    """Follows the references of a valid Claim.

    Raises `Refusal` for a resource that is missing, was not carried out or is about another patient.
    """
    prescription = _prescription(claim, bundle)
    encounter = _encounter(claim, prescription, bundle)
    procedures = tuple(_procedures(claim, bundle))
    for entry in (encounter, prescription, *procedures):
        if entry is not None:
            _check_done(entry)
            check_subject(entry, claim, bundle)
    return Evidence(claim, encounter, prescription, _medication(prescription, bundle), procedures)


def _encounter(claim: BundleEntry, prescription: BundleEntry | None, bundle: Bundle) -> BundleEntry:
    """Returns the one encounter that the items name or, without one, the encounter of the prescription."""
    named = [
        (claim, reference, f"item[{row}].encounter")
        for row, item in enumerate(claim.resource.get("item", ()))
        for reference in item.get("encounter", ())
    ]
    if not named and prescription is not None and "encounter" in prescription.resource:
        named = [(prescription, prescription.resource["encounter"], "encounter")]
    if not named:
        raise Refusal(Reason.NO_ENCOUNTER, "item.encounter")
    encounters = [
        bundle.resolve(ref, kind="Encounter", origin=origin, field=field) for origin, ref, field in named
    ]
    if any(encounter.resource is not encounters[0].resource for encounter in encounters):
        raise Refusal(Reason.SEVERAL_ENCOUNTERS, "item.encounter")
    return encounters[0]


def _prescription(claim: BundleEntry, bundle: Bundle) -> BundleEntry | None:
    reference = claim.resource.get("prescription")
    if reference is None:
        return None
    return bundle.resolve(reference, kind="MedicationRequest", origin=claim, field="prescription")


def _medication(prescription: BundleEntry | None, bundle: Bundle) -> BundleEntry | None:
    if prescription is None or "medicationReference" not in prescription.resource:
        return None
    reference = prescription.resource["medicationReference"]
    return bundle.resolve(reference, kind="Medication", origin=prescription, field="medicationReference")


def _procedures(claim: BundleEntry, bundle: Bundle) -> Iterator[BundleEntry]:
    for row, part in enumerate(claim.resource.get("procedure", ())):
        if "procedureReference" in part:
            field = f"procedure[{row}].procedureReference"
            yield bundle.resolve(part["procedureReference"], kind="Procedure", origin=claim, field=field)


def _check_done(entry: BundleEntry) -> None:
    if entry.resource["status"] in _UNDONE[entry.resource["resourceType"]]:
        raise Refusal(Reason.NOT_FINAL_STATUS, "status", entry.name)
