"""Patients' names, for letters to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Struct, UnsetType

from salus.fhir.parties import patient_of
from salus.fhir.profile import SAFE, Profile
from salus.fhir.reader import ingest
from salus.fhir.reasons import Refusal
from salus.fhir.records import Records
from salus.fhir.source import Source
from salus.fhir.store import Store


class _HumanName(Struct, frozen=True):
    text: str | UnsetType = UNSET
    family: str | UnsetType = UNSET
    given: tuple[str, ...] = ()


class _Named(Struct, frozen=True):
    """A Patient's names, apart from what bills are read from: no bill depends on them."""

    name: tuple[_HumanName, ...] = ()


def names(source: Source | Iterable[Source], *, profile: Profile = SAFE) -> dict[str, str]:
    """The name of each patient for whom the source holds a Claim, by the number that `BillLine.patient`
    gives.

    `source` is what `read` takes. A patient whose record cannot be read, or who has no name, is left out.

    >>> from salus import samples
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> names(mother.to_json()) == {mother.patient.id: f"{mother.patient.given} {mother.patient.family}"}
    True
    """
    store, found = Store(), dict[str, str]()
    try:
        for _ in ingest(source, store):
            pass
        records = Records(store, profile)
        for stored in store.of("Claim"):
            try:
                claim = records.read(stored)
                patient = patient_of(claim, stored, records)
                at = records.follow(claim.patient, stored, kind="Patient", field="patient")
                named = msgspec.json.decode(at.body, type=_Named)
                name = next(filter(None, map(_in_words, named.name)), "")
            except (Refusal, msgspec.DecodeError):
                continue
            if name:
                found.setdefault(patient, name)
    finally:
        store.close()
    return found


def _in_words(name: _HumanName) -> str:
    family = "" if isinstance(name.family, UnsetType) else name.family
    text = "" if isinstance(name.text, UnsetType) else name.text
    return " ".join(filter(None, (*name.given, family))) or text
