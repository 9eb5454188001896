"""What a Claim refers to: the encounter, the prescription, the procedures; and the codes of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import UnsetType

from salus.fhir.diagnosis import RecordedDiagnosis
from salus.fhir.models import Claim, CodeableConcept, Encounter, Item, Reference
from salus.fhir.parties import check_subject
from salus.fhir.profile import CLASSES
from salus.fhir.reasons import Reason, Refusal
from salus.fhir.records import Records, codes_of, required, shown_code, shown_coding
from salus.fhir.store import Stored
from salus.product import Code, CodeSet

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_UNDONE = {
    "Encounter": ("planned", "cancelled", "entered-in-error", "unknown"),
    "MedicationRequest": ("draft", "cancelled", "entered-in-error", "unknown"),
    "Procedure": ("preparation", "not-done", "entered-in-error", "unknown"),
}
_DONE = {
    "Encounter": ("arrived", "triaged", "in-progress", "onleave", "finished"),
    "MedicationRequest": ("active", "on-hold", "stopped", "completed"),
    "Procedure": ("in-progress", "on-hold", "stopped", "completed"),
}
_NO_ORDERS = ("proposal", "plan", "option")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The resources behind a Claim, all of the Claim's own patient."""

    claim: Claim
    encounter: Encounter
    encounter_class: str
    """A code of HL7's ActCode."""
    prescription: Any
    medication: Any
    procedures: tuple[Any, ...]
    visit: Stored
    stored: tuple[Stored, ...]
    """All of them as received, the Claim first."""
    records: Records

    @property
    def encounter_id(self) -> str:
        """A contained encounter's id means nothing outside its Claim, so the Claim's own address goes with
        it."""
        visit = self.visit
        return visit.url if visit.container else visit.own or visit.url.removeprefix("urn:uuid:")

    def reason_codes(self, ignore: CodeSet) -> tuple[Code, ...]:
        """Codes of the encounter's first reason that is not to be ignored."""
        reasons = (codes_of(reason) for reason in self.encounter.reasonCode)
        return next((codes for codes in reasons if codes and not ignore.holds_any(codes)), ())

    def items(self, found: Iterable[RecordedDiagnosis]) -> frozenset[Code]:
        """Codes of what was done, the hospital's own ones mapped. An item that merely repeats a diagnosis of
        the bill is no service."""
        repeated = {code for diagnosis in found for code in diagnosis.codes}
        services = self.records.profile.services
        codes = {code for concept in self._concepts() for code in codes_of(concept)}
        mapped = {services.get(f"{code.system}|{code.code}") for code in codes} - {None}
        return frozenset(codes | {_coded(text) for text in mapped if text}) - repeated

    def has_words_alone(self) -> bool:
        """Whether an item of the bill names its service in words, without a code."""
        return any(not codes for _, codes in self._coded_items())

    def unknown_item(self, *, also_words: bool) -> str:
        """Path of the first item whose service has no code of a system that benefit tables know, even when
        mapped; empty for none. An item in words alone counts only if `also_words`."""
        services = self.records.profile.services
        for row, codes in self._coded_items():
            known = any(
                code.system in CodeSet.systems or f"{code.system}|{code.code}" in services for code in codes
            )
            if not known and (codes or also_words):
                return f"item[{row}].productOrService"
        return ""

    def _coded_items(self) -> Iterator[tuple[int, list[Code]]]:
        for row, item in enumerate(self.claim.item):
            yield row, [code for concept in _concepts_of(item) for code in codes_of(concept)]

    def _concepts(self) -> Iterator[Any]:
        for item in self.claim.item:
            yield from _concepts_of(item)
        for part in self.claim.procedure:
            yield part.procedureCodeableConcept
        for procedure in self.procedures:
            yield procedure.code
        if self.prescription is not None:
            yield self.prescription.medicationCodeableConcept
        if self.medication is not None:
            yield self.medication.code
        yield from self.encounter.type


def _concepts_of(item: Item) -> Iterator[CodeableConcept | UnsetType]:
    yield item.revenue
    yield item.productOrService
    for detail in item.detail:
        yield detail.productOrService


def _coded(text: str) -> Code:
    system, _, code = text.rpartition("|")
    return Code.of(system, code)


def gather(claim: Claim, stored: Stored, records: Records) -> Evidence:
    """Follows the references of a Claim. Raises Refusal for what is missing, not done or somebody else's."""
    prescribed, prescription = _prescription(claim, stored, records)
    visit = _visit(claim, stored, prescribed, prescription, records)
    encounter = records.read(visit)
    medicine = None
    if prescribed is not None and not isinstance(prescription.medicationReference, UnsetType):
        medicine = records.follow(
            prescription.medicationReference, prescribed, kind="Medication", field="medicationReference"
        )
    procedures = [
        records.follow(
            part.procedureReference, stored, kind="Procedure", field=f"procedure[{row}].procedureReference"
        )
        for row, part in enumerate(claim.procedure)
        if not isinstance(part.procedureReference, UnsetType)
    ]
    for at in (visit, prescribed, *procedures):
        if at is not None:
            found = records.read(at)
            status = required(found.status, "status", at)
            if status not in _DONE[at.kind]:
                reason = Reason.NOT_FINAL_STATUS if status in _UNDONE[at.kind] else Reason.MALFORMED
                raise Refusal(reason, "status", at.name, value=shown_code(status))
            check_subject(found.subject, at, claim, stored, records)
    _check_coded(claim, stored, prescribed, medicine, procedures, records)
    parts = (stored, visit, prescribed, medicine, *procedures)
    return Evidence(
        claim=claim,
        encounter=encounter,
        encounter_class=_class_of(encounter, visit, records),
        prescription=prescription,
        medication=records.read(medicine) if medicine else None,
        procedures=tuple(map(records.read, procedures)),
        visit=visit,
        stored=tuple(part for part in parts if part is not None),
        records=records,
    )


def _check_coded(
    claim: Claim,
    stored: Stored,
    prescribed: Stored | None,
    medicine: Stored | None,
    procedures: list[Stored],
    records: Records,
) -> None:
    """Raises Refusal for a service whose codings cannot be read: the bill would fall to another benefit. One
    that is described in words alone has none to read."""
    services: list[tuple[Any, str, Stored]] = []
    for row, item in enumerate(claim.item):
        services.append((item.productOrService, f"item[{row}].productOrService", stored))
        services += [
            (part.productOrService, f"item[{row}].detail.productOrService", stored) for part in item.detail
        ]
    for row, line in enumerate(claim.procedure):
        if isinstance(line.procedureReference, UnsetType):
            services.append(
                (line.procedureCodeableConcept, f"procedure[{row}].procedureCodeableConcept", stored)
            )
    if prescribed is not None and medicine is None:
        order = records.read(prescribed)
        services.append((order.medicationCodeableConcept, "medicationCodeableConcept", prescribed))
    services += [(records.read(at).code, "code", at) for at in (medicine, *procedures) if at is not None]
    for concept, field, at in services:
        coded = [] if isinstance(concept, UnsetType) else concept.coding
        in_words = (
            not isinstance(concept, UnsetType) and isinstance(concept.text, str) and concept.text.strip()
        )
        if (coded and not codes_of(concept)) or not (coded or in_words):
            raise Refusal(Reason.UNCODED, field, at.name)


def _class_of(encounter: Encounter, visit: Stored, records: Records) -> str:
    coding = required(encounter.class_, "class", visit)
    system = "" if isinstance(coding.system, UnsetType) else coding.system
    code = "" if isinstance(coding.code, UnsetType) else coding.code
    if system == ACT_CODE and code in CLASSES:
        return str(code)
    mapped = records.profile.encounter_classes.get(f"{system}|{code}")
    if mapped is None:
        raise Refusal(Reason.UNKNOWN_CLASS, "class", visit.name, value=shown_coding(coding))
    return mapped


def _visit(
    claim: Claim, stored: Stored, prescribed: Stored | None, prescription: Any, records: Records
) -> Stored:
    """The one encounter that the items name; a pharmacy's bill may leave that to the prescription."""
    named: list[tuple[Stored, Reference, str]] = [
        (stored, reference, f"item[{row}].encounter")
        for row, item in enumerate(claim.item)
        for reference in item.encounter
    ]
    if not named and prescribed is not None and not isinstance(prescription.encounter, UnsetType):
        named = [(prescribed, prescription.encounter, "encounter")]
    if not named:
        raise Refusal(Reason.NO_ENCOUNTER, "item.encounter", stored.name)
    found = {
        (one.n, one.url): one
        for one in (
            records.follow(reference, origin, kind="Encounter", field=field)
            for origin, reference, field in named
        )
    }
    if len(found) > 1:
        raise Refusal(Reason.SEVERAL_ENCOUNTERS, "item.encounter", stored.name)
    return next(iter(found.values()))


def _prescription(claim: Claim, stored: Stored, records: Records) -> tuple[Stored | None, Any]:
    if isinstance(claim.prescription, UnsetType):
        return None, None
    at = records.follow(claim.prescription, stored, kind="MedicationRequest", field="prescription")
    order = records.read(at)
    if order.doNotPerform:
        raise Refusal(Reason.NOT_AN_ORDER, "doNotPerform", at.name)
    if required(order.intent, "intent", at) in _NO_ORDERS:
        raise Refusal(Reason.NOT_AN_ORDER, "intent", at.name, value=order.intent)
    return at, order
