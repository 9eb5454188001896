"""One change to a FHIR document: an element that is dropped, null, of another type, doubled or nested."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_AGAIN = "\x00again"


@dataclass(frozen=True, slots=True)
class Element:
    """An element by its place in a document; `shape` is its path by type, without rows."""

    path: Path
    shape: str


def elements(bundle: dict[str, Any]) -> list[Element]:
    """Every element of a Bundle, at any depth."""
    found = [Element((key,), f"Bundle.{key}") for key in bundle]
    for row, entry in enumerate(bundle["entry"]):
        at: Path = ("entry", row)
        found += [Element(at, "Bundle.entry"), Element((*at, "fullUrl"), "Bundle.entry.fullUrl")]
        kind = entry["resource"]["resourceType"]
        found.append(Element((*at, "resource"), "Bundle.entry.resource"))
        found += _below(entry["resource"], (*at, "resource"), kind)
    return [one for one in found if _has(bundle, one.path)]


def _below(value: Any, path: Path, shape: str) -> Iterator[Element]:
    parts: Any = ()
    if isinstance(value, dict):
        parts = [(key, f"{shape}.{key}", part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(row, f"{shape}[]", part) for row, part in enumerate(value)]
    for key, name, part in parts:
        yield Element((*path, key), name)
        yield from _below(part, (*path, key), name)


def _has(value: Any, path: Path) -> bool:
    for key in path:
        if isinstance(value, dict) and key not in value:
            return False
        value = value[key]
    return True


_RETYPED: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 7,
    "fraction": 0.5,
    "text": "x",
    "blank": "",
    "space": " ",
    "list": [],
    "object": {},
    "list of null": [None],
    "list of text": ["x"],
}
_NESTED: dict[str, Callable[[Any], Any]] = {
    "in a list": lambda value: [value],
    "in two lists": lambda value: [[value]],
    "in an object": lambda value: {"value": value},
    "as text": lambda value: json.dumps(value),
}
_DOUBLED = ("twice", "then null", "then text", "then empty")
KINDS = ("drop", *_RETYPED, *_NESTED, *_DOUBLED)
"""The names of all changes."""


def mutated(bundle: dict[str, Any], element: Element, kind: str) -> bytes | None:
    """The document with one change; None when the change says nothing new."""
    changed = copy.copy(bundle)
    holder: Any = changed
    for key in element.path[:-1]:
        holder[key] = copy.copy(holder[key])
        holder = holder[key]
    key = element.path[-1]
    value = holder[key]
    if kind == "drop":
        del holder[key]
    elif kind in _DOUBLED:
        _double(holder, key, value, kind)
    else:
        put = _NESTED[kind](value) if kind in _NESTED else _RETYPED[kind]
        if put == value and type(put) is type(value):
            return None
        holder[key] = put
    return json.dumps(changed).replace(json.dumps(_AGAIN)[1:-1], "").encode()


def _double(holder: Any, key: str | int, value: Any, kind: str) -> None:
    """A row comes twice, or a member of an object under one name."""
    second = {"then null": None, "then text": "x", "then empty": {}}.get(kind, value)
    if isinstance(holder, list):
        assert isinstance(key, int)
        holder.insert(key + 1, second)
    else:
        holder[f"{key}{_AGAIN}"] = second
