"""docs/intake.md against salus/fhir

given the elements that are read
├── it should have a table for each resource, and one row for each element
└── it should have no row for anything else
given the elements that are ignored
├── it should name each element of FHIR R4 that is not read
└── it should name none that is read, and none that R4 does not have
given the reasons
├── it should have one row for each, with its words and what to do
└── it should say which are in order
given the profile
├── it should have one row for each field
└── it should show a profile that is valid and sets each field
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from fhir.resources.R4B import get_fhir_model_class
from msgspec import Struct

from salus.fhir import Profile, Reason, models, split

PAGE = (Path(__file__).parents[2] / "docs" / "intake.md").read_text()
DATA_TYPES = (
    models.Coding,
    models.CodeableConcept,
    models.Period,
    models.Identifier,
    models.Reference,
    models.Money,
)
IGNORED = ("Claim", "Encounter", "Condition", "Patient", "Coverage", "MedicationRequest", "Procedure")
LATER = {"item": ("adjudication.category", "adjudication.amount"), "meta": ("versionId", "lastUpdated")}
"""What is read of elements that a model leaves as they are."""
EVERYWHERE = {
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "modifierExtension",
}


def section(title: str) -> str:
    level, _, _ = title.partition(" ")
    found = re.search(rf"^{re.escape(title)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", PAGE, re.M | re.S)
    assert found, f"{title} is not a heading"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {n for n, line in enumerate(lines) if n + 1 < len(lines) and lines[n + 1].startswith("|---")}
    return [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]
        for n, line in enumerate(lines)
        if n not in heads and not line.startswith("|---")
    ]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def structs(annotation: Any) -> list[type[Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return [annotation]
    return [found for part in get_args(annotation) for found in structs(part)]


def paths(kind: type[Struct], prefix: str = "") -> Iterator[str]:
    """Each element that is read, down to a data type."""
    hints = get_type_hints(kind)
    for field, name in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True):
        below = [one for one in structs(hints[field]) if one not in DATA_TYPES]
        if name in LATER and not below:
            yield from (f"{prefix}{name}.{part}" for part in LATER[name])
        elif below:
            yield from paths(below[0], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def read_table(title: str) -> list[str]:
    return [name for row in rows(section(f"### {title}")) for name in named(row[0])]


# WHAT IS READ


@pytest.mark.parametrize("kind", models.KINDS)
def test_each_element_that_is_read_has_its_row(kind: str) -> None:
    assert read_table(kind) == list(paths(models.KINDS[kind]))


def test_each_part_of_a_data_type_has_its_row() -> None:
    assert read_table("Data types") == [
        f"{kind.__name__}.{name}" for kind in DATA_TYPES for name in kind.__struct_encode_fields__
    ]


def test_what_every_resource_has_and_the_bundle_have_their_rows() -> None:
    assert read_table("Every resource") == list(paths(models.Head))
    assert read_table("Bundle") == list(paths(split._Bundle))


def test_there_is_no_other_table() -> None:
    titles = re.findall(r"^### (.*)", section("## Elements that are read"), re.M)

    assert sorted(titles) == sorted([*models.KINDS, "Bundle", "Data types", "Every resource"])


# WHAT IS IGNORED


def ignored(kind: str) -> list[str]:
    found = rows(section("## Elements that are ignored"))
    return [name for row in found if row[0] == kind for name in named(row[1])]


def in_r4(model: str, read: set[str], prefix: str = "") -> Iterator[set[str]]:
    """Each element of FHIR R4, by its own name and by that of its choice (`onset[x]`). Of what is read in
    part, the parts."""
    kind = get_fhir_model_class(model)
    for name in set(kind.elements_sequence()) - EVERYWHERE:
        path = f"{prefix}{name}"
        if any(one.startswith(f"{path}.") for one in read):
            yield from in_r4(f"{model}{name[0].upper()}{name[1:]}", read, f"{path}.")
        else:
            field = next(one for one in kind.model_fields.values() if one.alias == name)
            extra = field.json_schema_extra
            choice = extra.get("one_of_many") if isinstance(extra, dict) else None
            yield {path, f"{prefix}{choice}[x]"} if choice else {path}


@pytest.mark.parametrize("kind", IGNORED)
def test_each_element_of_r4_is_read_or_ignored(kind: str) -> None:
    read, left = set(paths(models.KINDS[kind])), ignored(kind)

    elements = list(in_r4(kind, read))

    assert [names for names in elements if not names & {*read, *left}] == []
    assert len(left) == len(set(left))
    assert {name for name in left if not any(name in names for names in elements)} == set()
    assert set(left).isdisjoint(read)


# REASONS


def test_each_reason_has_its_row() -> None:
    found = {named(row[0])[0]: row for row in rows(section("## Reasons"))}

    assert list(found) == [reason.name for reason in Reason]
    for reason in Reason:
        _, words, kind, meaning = found[reason.name]
        assert words == reason.words
        assert kind == ("left out, in order" if reason.in_order else "a problem")
        assert meaning.endswith(f"{reason.remedy[0].upper()}{reason.remedy[1:]}.")


# THE PROFILE


def test_each_field_of_the_profile_has_its_row() -> None:
    found = [named(row[0])[0] for row in rows(section("## The profile (`hospital.yaml`)"))]

    assert found == list(Profile.model_fields)


def test_the_profile_that_is_shown_is_valid(tmp_path: Path) -> None:
    text = re.search(r"(?:^    .*\n)+", section("## The profile (`hospital.yaml`)"), re.M)
    assert text
    (tmp_path / "hospital.yaml").write_text(re.sub(r"^    ", "", text[0], flags=re.M))

    profile = Profile.load(tmp_path / "hospital.yaml")

    assert profile.model_fields_set == set(Profile.model_fields)
