"""Who plays in the demo: which patients, on which days, under which policies. Knows no chain.

With the project's own bundles the parts are given. With a folder of FHIR bundles the 365 days that hold most
bills are taken as the policy year, the four patients with most bills there become the family of four, the
fifth has a policy alone, and the others share the policy of an employer. No date of a record is altered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from salus import fhir, product, samples
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir import Refused, Summary
from salus.product import Table
from salus.types import MAX_MEMBERS

YEAR = 365
"""Days of the policies."""
SEED = 7
FAMILY_SIZE = 4
POLICIES = 3
_NO_LIMIT = 2**32 - 1
_ANY = fhir.Profile(organizations="any", payers="any", total_may_differ="off")
"""For a folder without a profile of its own: the story takes every bill, and every total as it is."""
PROFILE = "hospital.yaml"
_ONE_OF = {"family": "family member", "staff": "worker"}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A patient as the story speaks of them."""

    part: str
    """The mother, member 2, …: never the name."""
    patient: str = field(repr=False)
    """The hospitals' id."""
    name: str = field(repr=False)
    lines: tuple[BillLine, ...] = field(repr=False)
    refused: tuple[Refused, ...] = field(default=(), repr=False)
    """Bills that the plan has no benefit for, or that cannot be read."""
    consents_late: bool = False
    covered_until: int | None = None
    """First civil day without cover, if it ends before the policy."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A policy to be sold."""

    name: str
    table: Table
    people: tuple[Person, ...]
    annual_limit: int
    deductible: int
    out_of_pocket: int
    premium: int
    """All minor units."""

    @property
    def lines(self) -> list[BillLine]:
        return [line for person in self.people for line in person.lines]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everything that is known before the curtain rises."""

    title: str
    start: int
    """First civil day of the policies."""
    plans: tuple[Plan, ...]
    hospitals: tuple[str, str]
    hospital_of: dict[str, int] = field(repr=False)
    """By the record's provider: 0 or 1."""
    notes: tuple[str, ...] = ()
    """What was found in the records, for the story."""
    is_sample: bool = True

    @property
    def people(self) -> list[Person]:
        return [person for plan in self.plans for person in plan.people]


def own(start: int, folder: Path, seed: int = SEED) -> Cast:
    """The project's own patients, whose year begins on that civil day; their bundles are written to the
    folder and read from there like anybody's."""
    made = samples.generate(seed, start)
    paths = samples.write(made, folder)
    family, illness = product.shipped("family"), product.shipped("critical-illness")
    people = []
    for sample, path in zip(made, paths, strict=True):
        role = sample.patient.role
        tables = illness if role is samples.Relation.BUILDER else family
        read = Summary.of(fhir.read(path, tables, profile=samples.profile(), today=_NO_LIMIT))
        people.append(
            Person(
                part=f"the {role.value}",
                patient=sample.patient.id,
                name=f"{sample.patient.given} {sample.patient.family}",
                lines=read.lines,
                refused=read.refused,
                consents_late=role is samples.Relation.TEACHER,
            )
        )
    organizations = [
        entry["resource"]
        for entry in made[0].bundle["entry"]
        if entry["resource"]["resourceType"] == "Organization"
    ]
    first, second = organizations
    return Cast(
        title="six invented patients",
        start=start,
        plans=(
            _family_plan("the family of four", family, people[:FAMILY_SIZE]),
            _single_plan("the retired teacher", family, people[4:5]),
            Plan(
                name="the builder",
                table=illness,
                people=tuple(people[5:]),
                annual_limit=60_000_00,
                deductible=0,
                out_of_pocket=0,
                premium=1_900_00,
            ),
        ),
        hospitals=(first["name"], second["name"]),
        hospital_of={first["id"]: 0, second["id"]: 1},
        notes=tuple(_read(people)),
    )


def profile_of(folder: Path) -> fhir.Profile:
    """What the hospital of a folder says of its records; open to every bill where it says nothing."""
    path = folder / PROFILE
    return fhir.Profile.load(path) if path.is_file() else _ANY


def from_folder(folder: Path) -> Cast:
    """The cast of a folder of FHIR bundles. Raises FhirError if it holds no bill."""
    family = product.shipped("family")
    read = Summary.of(fhir.read(folder, family, profile=profile_of(folder)))
    if not read.lines:
        raise _without_bills(read, folder)
    start = densest(read.lines)
    inside = [line for line in read.lines if start <= line.service_from < start + YEAR]
    people = _people(inside)
    count = len(people)
    # with few, the family is small rather than that nobody is left for the other two policies
    size = min(FAMILY_SIZE, max(1, count - 2))
    family_members, neighbour, staff = people[:size], people[size : size + 1], people[size + 1 :]
    groups = [
        ("the family of four" if size == FAMILY_SIZE else "the family", family_members),
        ("the neighbour", neighbour),
        ("the staff of a workshop", _with_leaver(staff[:MAX_MEMBERS])),
    ]
    providers = [provider for provider, _ in Counter(line.provider for line in inside).most_common()]
    return Cast(
        title=f"{count} patients of a folder of FHIR bundles",
        start=start,
        plans=tuple(
            (_single_plan if number == 1 else _family_plan)(name, family, _parts(name, group))
            for number, (name, group) in enumerate(groups)
            if group
        ),
        hospitals=("the first hospital", "the second hospital"),
        hospital_of={provider: number % 2 for number, provider in enumerate(providers)},
        notes=tuple(_found(read, inside, providers, people)),
        is_sample=False,
    )


def _without_bills(read: Summary, folder: Path) -> FhirError:
    """What a folder lacks from which nothing can be attested. It names no file: a name may be a patient's."""
    if not folder.exists():
        missing = "is not there"
    elif read.refused:
        reason, count = next(iter(read.by_reason.items()))
        missing = (
            f"holds {read.claims} bills, and none can be attested: of {count}, the record {reason.words}"
        )
    elif folder.is_dir() and not any(folder.rglob("*.*json")):
        missing = "holds no .json or .ndjson file"
    elif read.errors:
        missing = f"holds no FHIR Bundle that can be read: the first file {read.errors[0].message}"
    else:
        missing = "holds FHIR Bundles without a bill (a Claim)"
    remedy = "name a folder of FHIR R4 Bundles with Claims, or run `make demo` without FHIR="
    return FhirError(missing, file=str(folder), remedy=remedy)


def densest(lines: Sequence[BillLine]) -> int:
    """The civil day at which those 365 days begin in which most services began."""
    begun = sorted(line.service_from for line in lines)
    return max(begun, key=lambda day: bisect_left(begun, day + YEAR) - bisect_left(begun, day))


def _people(lines: Sequence[BillLine]) -> list[Person]:
    """The patients, those with most bills first."""
    ranked = [patient for patient, _ in Counter(line.patient for line in lines).most_common()]
    names = fhir.names(sorted({_file(line.source) for line in lines}), profile=_ANY)
    return [
        Person(
            part=f"member {number}",
            patient=patient,
            name=names.get(patient, ""),
            lines=tuple(line for line in lines if line.patient == patient),
        )
        for number, patient in enumerate(ranked, start=1)
    ]


def _parts(name: str, people: Sequence[Person]) -> list[Person]:
    """Parts that count within the policy; the neighbour consents late."""
    kind = _ONE_OF.get(name.split()[1], "")
    return [
        replace(person, part=f"{kind} {number}" if kind else name, consents_late=not kind)
        for number, person in enumerate(people, start=1)
    ]


def _with_leaver(people: Sequence[Person]) -> list[Person]:
    """The last one with two bills on different days leaves the employer on the day of the latest."""
    found = [person for person in people if len({line.service_from for line in person.lines}) > 1]
    if not found:
        return list(people)
    until = max(line.service_from for line in found[-1].lines)
    return [replace(person, covered_until=until) if person is found[-1] else person for person in people]


def _family_plan(name: str, terms: Table, people: Sequence[Person]) -> Plan:
    return Plan(
        name=name,
        table=terms,
        people=tuple(people),
        annual_limit=80_000_00,
        deductible=1_000_00,
        out_of_pocket=4_000_00,
        premium=2_400_00 * len(people),
    )


def _single_plan(name: str, terms: Table, people: Sequence[Person]) -> Plan:
    return Plan(
        name=name,
        table=terms,
        people=tuple(people),
        annual_limit=50_000_00,
        deductible=750_00,
        out_of_pocket=3_000_00,
        premium=4_100_00,
    )


def _fewer(patients: int) -> Iterator[str]:
    """That three policies want three patients."""
    if patients < POLICIES:
        yield (
            f"  {patients} of {POLICIES} policies can be sold: the records are of {patients} "
            f"patient{'s' * (patients != 1)}; a folder with more shows more."
        )


def _file(source: str) -> Path:
    """Where a bill was read: in NDJSON the line's number follows the file's name."""
    path = Path(source)
    return path if path.is_file() else Path(source.rpartition(":")[0])


def _read(people: Sequence[Person]) -> Iterator[str]:
    yield f"{sum(len(person.lines) for person in people)} bills of {len(people)} patients can be attested."
    for person in people:
        if person.refused:
            count = len(person.refused)
            words = person.refused[0].reason.words
            yield f"{count} of {person.part} cannot, under that plan: the record {words}."


def _nameless(people: Sequence[Person]) -> Iterator[str]:
    count = sum(not person.name for person in people)
    if count:
        yield f"  {count} letter{'s' * (count != 1)} will bear no name: no valid Patient with one is there."


def _found(
    read: Summary, inside: Sequence[BillLine], providers: Sequence[str], people: Sequence[Person]
) -> list[str]:
    return [
        f"{read.claims} bills were read: {len(read.lines)} can be attested, {len(read.refused)} cannot.",
        *_fewer(len(people)),
        *(f"  {count} cannot: the record {reason.words}." for reason, count in read.by_reason.items()),
        *_nameless(people),
        # a file's name may hold a patient's
        *(f"  1 file is left out: it {error.message}." for error in read.errors),
        f"The 365 days with most bills hold {len(inside)} of them, of {len(providers)} providers; two "
        "hospitals of this story bill for them all.",
    ]
