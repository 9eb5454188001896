"""Reads benefit tables from YAML files, checks them, and reports the line and the field at fault.

name: family
version: "2026.1"
title: Family health plan
currency: USD
terms:                        # the sets of terms that the benefits share, each with a name
  everyday: {kind: indemnity, share_bps: 8000}
  limited: {kind: indemnity, share_bps: 7000, group_limit: "1500.00"}    # amounts in the currency, in quotes
ignore:                       # codes that never count as a diagnosis
  snomed: ["160903007"]
plan_reveals: []              # of a small plan: the kinds of care that it shows by itself, such as dental
diversity_override: []        # codes of the benefits that are allowed to look like too few others
benefits:                     # in order: the first one that matches decides
  - code: visit.primary
    title: Visit to your doctor
    words: We share the cost of seeing your family doctor.
    category: primary care
    terms: everyday
    group: visits             # optional: the rows of a group share its limits; the chain shows that they do
    when:                     # every part is optional; a missing part matches anything
      claim_types: [institutional, professional]
      encounter_classes: [AMB]
      items: {snomed: ["185345009"], cpt: ["99202-99215"]}
      diagnoses: {icd10cm: [J00-J06]}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml.comments import CommentedMap

from salus.base import files
from salus.base.errors import TableError
from salus.base.plain_words import first_fault
from salus.base.yaml_file import line_of, parse_mapping
from salus.product import diversity, icd10, lint
from salus.product.amounts import in_minor_units
from salus.product.codesets import CodeSet
from salus.product.model import BenefitRow, Category, Matcher, Table, Terms
from salus.product.naming import SHIPPED

_Name = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=64)]
_Text = Annotated[str, Field(strict=True, min_length=1, max_length=300)]
_WORDS = {
    ("", "string_pattern_mismatch"): "is not written in small letters and digits, such as visit.primary",
}
"""Own words, by name and type of a fault."""
_Place = tuple[str | int, ...]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: _Name
    title: _Text
    words: _Text
    category: Category
    terms: str
    group: _Name | None = None
    when: Matcher = Matcher()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: _Name
    version: _Text
    title: _Text
    currency: _Text
    terms: Annotated[dict[_Name, Terms], Field(min_length=1)]
    ignore: CodeSet = CodeSet()
    plan_reveals: frozenset[str] = frozenset()
    diversity_override: frozenset[str] = frozenset()
    benefits: Annotated[tuple[_Row, ...], Field(min_length=1)]


def load(path: str | Path, *, verify: bool = True) -> Table:
    """Reads a benefit table from a YAML file.

    Raises `TableError` (file, line, field) if the file cannot be read or is not a table, an ICD-10-CM code
    does not exist, a row can never match, or terms are revealing and no override names the benefit.
    `verify=False` skips the slow checks of codes, rows and terms (about a second). Use it for a table whose
    hash is already in a policy.
    """
    return parse(files.read(path, fault=TableError), file=str(path), verify=verify)


def shipped(name: str, *, verify: bool = False) -> Table:
    """Returns a table that comes with Salus, "family" or "critical-illness".

    Raises `TableError` for any other name. The tests of Salus check the tables, so this does it only if
    `verify`.

    >>> shipped("family").currency
    'USD'
    """
    source = resources.files("salus.product") / "tables" / f"{name}.yaml"
    if not source.is_file():
        near = get_close_matches(name, SHIPPED, 1)
        raise TableError(
            f"{name!r} is not a table of Salus" + (f"; did you mean {near[0]}?" if near else ""),
            remedy=f"use {' or '.join(SHIPPED)}, or name a YAML file",
        )
    return parse(source.read_bytes(), file=f"{name}.yaml", verify=verify)


def named(name: str, *, verify: bool = False) -> Table:
    """Returns a table of Salus by its name, or reads a YAML file by its path.

    A file is always checked; a table of Salus only if `verify`.

    >>> named("critical-illness").name
    'critical-illness'
    """
    is_file = name.endswith((".yaml", ".yml"))
    return load(name) if is_file else shipped(name, verify=verify)


def parse(text: str | bytes, *, file: str = "table", verify: bool = True) -> Table:
    """Reads a benefit table from a YAML text, as `load` does; `file` is its name in errors."""
    document = parse_mapping(text, file=file, fault=TableError, wanted="name a benefit table", kind="rt")
    written = text if isinstance(text, str) else text.decode()
    try:
        content = _File.model_validate(in_minor_units(document, written))
        table = _table(content)
        if verify:
            _check_codes(content)
            _check_reachable(table)
            diversity.check(
                table,
                content.terms,
                content.diversity_override,
                lambda row: line_of(document, ("benefits", row)),
            )
    except ValidationError as error:
        raise _from_pydantic(error, document, file) from None
    except TableError as error:
        where = tuple(int(part) if part.isdecimal() else part for part in (error.field or "").split("."))
        raise _at(where, error.message, document, file, remedy=error.remedy) from None
    return table


def _table(content: _File) -> Table:
    benefits = []
    for row, entry in enumerate(content.benefits):
        if entry.terms not in content.terms:
            raise TableError(
                f"there are no terms named {entry.terms}",
                field=f"benefits.{row}.terms",
                remedy=f"use one of {', '.join(content.terms)}",
            )
        benefits.append(
            BenefitRow(
                code=entry.code,
                title=entry.title,
                words=entry.words,
                category=entry.category,
                terms=content.terms[entry.terms],
                when=entry.when,
                group=entry.group,
            )
        )
    return Table(
        name=content.name,
        version=content.version,
        title=content.title,
        currency=content.currency,
        benefits=tuple(benefits),
        ignore=content.ignore,
        plan_reveals=content.plan_reveals,
    )


def _check_codes(content: _File) -> None:
    for place, patterns in _icd_patterns(content):
        for index, pattern in enumerate(patterns):
            for end in pattern.split("-"):
                if not icd10.exists(end):
                    raise TableError(
                        f"{end} is not an ICD-10-CM code",
                        field=f"{place}.icd10cm.{index}",
                        remedy="correct the code",
                    )


def _icd_patterns(content: _File) -> Iterator[tuple[str, Sequence[str]]]:
    yield "ignore", content.ignore.icd10cm
    for row, entry in enumerate(content.benefits):
        for part in ("items", "diagnoses"):
            codes: CodeSet | None = getattr(entry.when, part)
            if codes is not None:
                yield f"benefits.{row}.when.{part}", codes.icd10cm


def _check_reachable(table: Table) -> None:
    for finding in lint.unreachable(table):
        earlier = ", ".join(benefit.code for benefit in finding.earlier)
        raise TableError(
            f"{finding.benefit.code} can never match: {earlier} before it matches all of its care",
            field=f"benefits.{table.benefits.index(finding.benefit)}",
            remedy="move it up or narrow the rows before it",
        )


def _from_pydantic(error: ValidationError, document: CommentedMap, file: str) -> TableError:
    place, words, others = first_fault(error, _WORDS)
    more = f" (and {others} more)" if others else ""
    return _at(place, f"{words}{more}", document, file, remedy="correct the table")


def _at(where: _Place, message: str, document: CommentedMap, file: str, *, remedy: str | None) -> TableError:
    field = ".".join(map(str, where)) or None
    return TableError(message, file=file, line=line_of(document, where), field=field, remedy=remedy)
