"""Documents into resources: Bundles of any type, single resources, NDJSON of either.

A resource is kept as the bytes that were received and only its head is read here. A document of one Bundle is
split without being held as a whole when it is large.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from typing import Any

import msgspec
from msgspec import Raw, Struct

from salus.base.errors import FhirError
from salus.fhir.source import UNREADABLE, Document, unreadable

LARGE = 32 * 1024 * 1024
"""Bytes from which a document of one Bundle is split while it is read."""
_CHUNK = 1 << 20
_NOT_BUNDLES = frozenset({"Parameters"})


class _Link(Struct):
    relation: str = ""
    url: str = ""


class _Request(Struct):
    method: str = ""
    url: str = ""


class _Response(Struct):
    lastModified: str = ""  # noqa: N815 - as FHIR writes it


class _Entry(Struct):
    fullUrl: str = ""  # noqa: N815
    resource: Raw = Raw()
    request: _Request | None = None
    response: _Response | None = None


class _Bundle(Struct):
    resourceType: str = ""  # noqa: N815
    type: str = ""
    entry: list[_Entry] = []
    link: list[_Link] = []


@dataclass(frozen=True, slots=True)
class Piece:
    """A resource as it was received, with what its Bundle says of it."""

    place: str
    """File, and line where it has one."""
    url: str
    """`fullUrl`; empty when it has none."""
    body: bytes
    """Empty for one that was deleted."""
    deleted: str = ""
    """Relative address of what a history or transaction deletes."""
    at: str = ""
    """When, as the server says."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search, and the next, which must be in the input too."""

    place: str
    own: str
    following: str


_bundle = msgspec.json.Decoder(_Bundle).decode
_entry = msgspec.json.Decoder(_Entry).decode
_KIND = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"(\w+)"')


def pieces(document: Document) -> Iterator[Piece | Page | FhirError]:
    """The resources of a document, in its order. What cannot be read comes out as a FhirError, and the others
    go on."""
    try:
        yield from _pieces(document)
    except UNREADABLE as error:
        yield unreadable(document.name, error)


def _pieces(document: Document) -> Iterator[Piece | Page | FhirError]:
    lines = _lines(document)
    if lines is not None:
        for number, line in lines:
            yield from _whole(line, f"{document.name}:{number}")
        return
    head = document.stream.read(LARGE)
    rest = document.stream.peek(1)
    if rest:
        yield from _streamed(head, document.stream, document.name)
    else:
        yield from _whole(head, document.name)


def _lines(document: Document) -> Iterator[tuple[int, bytes]] | None:
    """The numbered lines of NDJSON; None for one document. A stream without a name is NDJSON when its first
    line is a complete JSON object and more follow."""
    if document.is_lines is False:
        return None
    numbered = ((number, line) for number, line in enumerate(document.stream, 1) if line.strip())
    if document.is_lines:
        return numbered
    head = document.stream.peek(1)
    first, newline, more = head.partition(b"\n")
    if not newline or not more.strip() or not _is_complete(first):
        return None
    return numbered


def _is_complete(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _whole(text: bytes, place: str) -> Iterator[Piece | Page | FhirError]:
    yield from _or_fault(lambda: _of_document(text, place), place)


def _of_document(text: bytes, place: str) -> Iterator[Piece | Page | FhirError]:
    # the decoder does not look at text that is not kept
    if not text.isascii():
        text.decode()
    kind = _kind_of(text)
    if kind == "Bundle":
        bundle = _bundle(text)
        for entry in bundle.entry:
            yield from _of_entry(entry, place)
        yield from _pages(bundle, place)
    elif kind and kind not in _NOT_BUNDLES:
        yield Piece(place, "", text)
    else:
        yield FhirError(
            f"is a {kind}" if kind else "holds no FHIR resource",
            file=place,
            field="resourceType",
            remedy="send a Bundle, or one resource a line, of FHIR R4",
        )


def _or_fault(
    split: Callable[[], Iterator[Piece | Page | FhirError]], place: str
) -> Iterator[Piece | Page | FhirError]:
    """What a splitter gives, and a FhirError where it fails."""
    try:
        yield from split()
    except msgspec.ValidationError as error:
        path = str(error).partition(" - at `$.")[2].removesuffix("`").replace("[...]", "")
        yield FhirError("is not a Bundle of FHIR R4", file=place, field=path, remedy="correct the file")
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        yield FhirError(f"is not JSON: {reason}", file=place, remedy="export the file again, as FHIR JSON")
    except UnicodeDecodeError:
        yield FhirError("is not UTF-8 text", file=place, remedy="save it as UTF-8 and run again")
    except RecursionError:
        yield FhirError("nests deeper than can be read", file=place, remedy="export the file again")


class _Typed(Struct):
    resourceType: Any = None  # noqa: N815


def _kind_of(text: bytes) -> str | None:
    kind = msgspec.json.decode(text, type=_Typed | list | str | float | bool | None)
    found = kind.resourceType if isinstance(kind, _Typed) else None
    return found if isinstance(found, str) and found.isalpha() else None


def _of_entry(entry: _Entry, place: str) -> Iterator[Piece | Page | FhirError]:
    body = bytes(entry.resource)
    at = entry.response.lastModified if entry.response else ""
    if entry.request is not None and entry.request.method == "DELETE":
        yield Piece(place, entry.fullUrl, b"", deleted=entry.request.url, at=at)
    elif not body and (entry.request or entry.response):
        return
    elif not body.startswith(b"{"):
        yield FhirError(
            "has an entry without a resource",
            file=place,
            field="entry.resource",
            remedy="export the file again",
        )
    elif (nested := _KIND.match(body)) and nested[1] == b"Bundle":
        yield from _whole(body, place)
    else:
        yield Piece(place, entry.fullUrl, body, at=at)


def _pages(bundle: _Bundle, place: str) -> Iterator[Page]:
    links = {link.relation: link.url for link in bundle.link}
    if "next" in links or bundle.type == "searchset":
        yield Page(place, links.get("self", ""), links.get("next", ""))


# LARGE DOCUMENTS

_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+([{}\[\]]|"|$)', re.DOTALL)
"""Up to the next bracket outside a string, or to the quotation mark of a string that is not all here."""
_ENTRY = re.compile(rb'"entry"\s*:\s*\[\Z')


def _streamed(head: bytes, stream: BufferedReader, place: str) -> Iterator[Piece | Page | FhirError]:
    """A large document, entry by entry, each as it was received. What is around the entries is read at the
    end, and so is a document that has none."""
    around: list[bytes] = []
    for number, (text, is_entry) in enumerate(_parts(head, stream)):
        if is_entry:
            yield from _or_fault(partial(_read_entry, text, place), place)
            # the place of the entry
            text = b"{}"
        around.append(text)
        if number % 10_000 == 0:
            around = [b"".join(around)]
    yield from _or_fault(lambda: _around(b"".join(around), place), place)


def _read_entry(text: bytes, place: str) -> Iterator[Piece | Page | FhirError]:
    yield from _of_entry(_entry(text), place)


def _around(text: bytes, place: str) -> Iterator[Piece | Page | FhirError]:
    if _kind_of(text) == "Bundle":
        yield from _pages(_bundle(text), place)
    else:
        yield from _of_document(text, place)


def _parts(text: bytes, stream: BufferedReader) -> Iterator[tuple[bytes, bool]]:
    """A document in pieces that make it up again, and for each whether it is an entry of its Bundle."""
    depth, began, at = 0, 0, 0
    is_inside = False
    while True:
        for match in _BRACKET.finditer(text, at):
            bracket = match[1]
            if not bracket or bracket == b'"':
                break
            at = match.end()
            if bracket in b"{[":
                depth += 1
                if depth == 2:
                    is_inside = _ENTRY.search(match[0]) is not None
                elif depth == 3 and is_inside:
                    yield text[began : at - 1], False
                    began = at - 1
            else:
                depth -= 1
                if depth == 2 and is_inside:
                    yield text[began:at], text[began : began + 1] == b"{"
                    began = at
        # more each time, so that a long string is not searched again and again
        more = stream.read(max(_CHUNK, len(text) - at))
        if not more:
            yield text[began:], False
            return
        text, at, began = text[began:] + more, at - began, 0
