"""Invents the patients: names from word lists, and ages that fit their roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from uuid import UUID

from salus.base import days

_GIVEN = {
    "female": (
        "Almira", "Berenike", "Calista", "Dorothea", "Elowen", "Fiorella", "Ginevra", "Henrike", "Isaline",
        "Jorunn", "Kerensa", "Liselotte", "Marigold", "Nerissa", "Odalys", "Perpetua", "Rosalind", "Sunniva",
        "Tamsin", "Winifred",
    ),
    "male": (
        "Alaric", "Bertram", "Caspian", "Dietmar", "Evander", "Florian", "Gideon", "Humbert", "Ignatius",
        "Joachim", "Kasimir", "Leopold", "Meinrad", "Norbert", "Osgood", "Percival", "Roderick", "Sigmund",
        "Tiberius", "Waldemar",
    ),
}  # fmt: skip
_FAMILY_HEAD = (
    "Amber",
    "Bramble",
    "Copper",
    "Elder",
    "Heather",
    "Juniper",
    "Larch",
    "Marsh",
    "Sorrel",
    "Thistle",
)
_FAMILY_TAIL = ("beck", "croft", "field", "garth", "holme", "mead", "ridge", "shaw", "thorpe", "wick")
_STREETS = ("Cooper's Row", "Kiln Lane", "Lantern Street", "Millrace Road", "Orchard Rise", "Weaver's Walk")
_TOWNS = ("Ashmouth", "Brindleford", "Castlemere", "Dunwater", "Fernhaven", "Kingsbarrow")


class Relation(StrEnum):
    """The role of a patient. A demo refers to patients by role, never by name."""

    MOTHER = "mother"
    FATHER = "father"
    DAUGHTER = "daughter"
    SON = "son"
    TEACHER = "retired teacher"
    BUILDER = "builder"


_SEX = {
    Relation.MOTHER: "female", Relation.FATHER: "male", Relation.DAUGHTER: "female", Relation.SON: "male",
    Relation.TEACHER: "female", Relation.BUILDER: "male",
}  # fmt: skip
_AGE = {
    Relation.MOTHER: 41, Relation.FATHER: 43, Relation.DAUGHTER: 16, Relation.SON: 8,
    Relation.TEACHER: 69, Relation.BUILDER: 56,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """An invented person."""

    id: str
    role: Relation
    given: str
    family: str
    sex: str
    birth: date
    street: str
    town: str


def invent(rng: Random, start: int) -> tuple[Patient, ...]:
    """Invents the six patients; `start` is the first civil day of their year."""
    given = {sex: rng.sample(names, len(names)) for sex, names in _GIVEN.items()}
    heads, tails = rng.sample(_FAMILY_HEAD, 3), rng.sample(_FAMILY_TAIL, 3)
    homes = [(f"{rng.randint(2, 98)} {rng.choice(_STREETS)}", rng.choice(_TOWNS)) for _ in range(3)]
    return tuple(
        Patient(
            id=new_id(rng),
            role=role,
            given=given[_SEX[role]].pop(),
            family=heads[household] + tails[household],
            sex=_SEX[role],
            birth=days.to_date(start) - timedelta(days=round(_AGE[role] * 365.25) + rng.randint(0, 364)),
            street=homes[household][0],
            town=homes[household][1],
        )
        for household, role in zip((0, 0, 0, 0, 1, 2), Relation, strict=True)
    )


def new_id(rng: Random) -> str:
    """Creates a UUID that depends only on the seed."""
    return str(UUID(int=rng.getrandbits(128), version=4))
