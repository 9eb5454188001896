"""Generates sample bundles from a seed, and writes them to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from salus.base import files
from salus.base.errors import FhirError
from salus.fhir.profile import FILE
from salus.fhir.writing import to_json
from salus.samples import care, hospital, resources
from salus.samples.care import CLINIC, HOSPITAL, Bill
from salus.samples.people import Patient, invent, new_id
from salus.samples.resources import Resource

_PLACES = ("Saltmarsh", "Greenholm", "Northgate", "Lindenfold", "Harbourside", "Larkhill")
_KINDS = {HOSPITAL: "General Hospital", CLINIC: "Medical Centre and Pharmacy"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One patient, and the Bundle of the providers about that patient. Its `repr` hides both."""

    patient: Patient = field(repr=False)
    bundle: Resource = field(repr=False)

    def to_json(self) -> bytes:
        """Returns the Bundle as indented FHIR JSON; the same seed and start give the same bytes."""
        return to_json(self.bundle)


def generate(seed: int, start: int) -> tuple[Sample, ...]:
    """Generates a year from the civil day `start` for each patient; all bills end before `start + 365`.

    >>> from salus.base import days
    >>> samples = generate(7, days.civil_day("2026-01-01"))
    >>> [sample.patient.role.value for sample in samples]
    ['mother', 'father', 'daughter', 'son', 'retired teacher', 'builder']
    """
    rng = Random(seed)
    people = invent(rng, start)
    places = rng.sample(_PLACES, len(_KINDS))
    organizations = {
        kind: resources.organization(new_id(rng), f"{place} {_KINDS[kind]}", _KINDS[kind])
        for kind, place in zip(_KINDS, places, strict=True)
    }
    bills = list(care.year(rng))
    first_number = rng.randrange(10_000, 90_000)
    return tuple(
        Sample(person, _bundle(person, bills, organizations, first_number, rng, start)) for person in people
    )


def write(samples: Sequence[Sample], folder: str | Path) -> list[Path]:
    """Writes one file for each patient, and the hospital's profile. Returns the patients' files.

    The files are numbered, because logs can show file names and must not show names of patients. Raises
    FhirError if the folder cannot be written.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FhirError(
            f"cannot be created: {error.strerror}", file=str(target), remedy="name another folder"
        ) from None
    paths = [target / f"patient-{number}.json" for number in range(1, len(samples) + 1)]
    for path, sample in zip(paths, samples, strict=True):
        files.write_durably(path, [sample.to_json()], fault=FhirError)
    files.write_durably(target / FILE, [hospital.TEXT.encode()], fault=FhirError)
    return paths


def _bundle(
    person: Patient,
    bills: Sequence[Bill],
    organizations: dict[int, Resource],
    first_number: int,
    rng: Random,
    start: int,
) -> Resource:
    content = [resources.patient(person), *organizations.values()]
    encounter_id, condition_id = "", None
    for number, bill in enumerate(bills, start=first_number):
        if bill.role is not person.role:
            continue
        organization_id = organizations[bill.provider]["id"]
        if not bill.same_visit:
            encounter_id = new_id(rng)
            content.append(resources.encounter(encounter_id, bill, person, organization_id, start))
            condition_id = new_id(rng) if bill.reason else None
            if bill.reason and condition_id:
                day = start + bill.day
                content.append(resources.condition(condition_id, bill.reason, person, encounter_id, day))
        prescription_id = new_id(rng) if bill.claim_type == "pharmacy" else None
        if prescription_id:
            content.append(resources.prescription(prescription_id, bill, person, encounter_id, start))
        content.append(
            resources.claim(
                new_id(rng),
                f"B-{number}",
                bill,
                person,
                start=start,
                organization_id=organization_id,
                encounter_id=encounter_id,
                condition_id=condition_id,
                prescription_id=prescription_id,
            )
        )
    return {
        "resourceType": "Bundle",
        "id": new_id(rng),
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{entry['id']}", "resource": entry} for entry in content],
    }
