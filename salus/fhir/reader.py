"""Reads Bundles from files, folders and streams."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from salus.base import days
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir.bundle import Bundle
from salus.fhir.claim import to_line
from salus.fhir.reasons import Reason
from salus.fhir.results import Refused
from salus.product import Table

Source = str | os.PathLike[str] | bytes | BinaryIO
Result = BillLine | Refused | FhirError
Document = tuple[str, bytes] | FhirError

_SUFFIXES = (".json", ".ndjson")
_BOM = b"\xef\xbb\xbf"
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def read(source: Source | Iterable[Source], table: Table, *, today: int | None = None) -> Iterator[Result]:
    """Turns every Claim of FHIR R4 Bundles into a `BillLine` or a `Refused`, in the order of the input.

    `source` is the path of a file or a folder (all `.json` and `.ndjson` files in it and below, by name), the
    bytes of a document, an open binary stream, or an iterable of these. A document is one Bundle, or NDJSON
    with one Bundle on each line. It is NDJSON if its suffix is `.ndjson`, or if its first line is a complete
    JSON object and more lines follow. Streams of NDJSON are read line by line.

    `today` is the latest civil day that a service may have; by default it is the latest day in any time zone.

    A document that cannot be used (no such file, not JSON, not a Bundle, not R4) gives a `FhirError` in its
    place. The error is not raised, and the other documents are read.

    >>> from salus import samples, product
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> first, *others = read(mother.to_json(), product.shipped("family"), today=20_454 + 365)
    >>> first.benefit, first.billed, first.currency, len(others)
    ('visit.chronic', 21846, 'USD', 8)
    >>> print(*read(b'{"resourceType": "Patient"}', product.shipped("family")))
    <input>: resourceType: is a Patient, not a Bundle; put the records in a FHIR R4 Bundle
    """
    limit = days.latest_day() if today is None else today
    return _unique(result for bundle in bundles(source) for result in _results(bundle, table, limit))


def bundles(source: Source | Iterable[Source]) -> Iterator[Bundle | FhirError]:
    """Yields the Bundles of a source in order, and a `FhirError` for each document that is not a Bundle."""
    for document in _documents(source):
        try:
            yield document if isinstance(document, FhirError) else _bundle(*document)
        except FhirError as error:
            yield error


def _bundle(name: str, text: bytes) -> Bundle:
    return Bundle(_json(text, name), name)


def _results(bundle: Bundle | FhirError, table: Table, today: int) -> Iterator[Result]:
    if isinstance(bundle, FhirError):
        yield bundle
        return
    for claim in bundle.claims():
        yield to_line(claim, bundle, table, today=today, source=bundle.source)


def _unique(results: Iterable[Result]) -> Iterator[Result]:
    """Refuses a claim number that was already used in this run, because it prevents double payment."""
    seen: set[str] = set()
    for result in results:
        if isinstance(result, BillLine) and result.claim in seen:
            yield Refused(
                reason=Reason.DUPLICATE_CLAIM,
                claim=result.claim,
                resource=f"Claim/{result.claim}",
                field="identifier",
                source=result.source,
            )
            continue
        if isinstance(result, BillLine):
            seen.add(result.claim)
        yield result


def _json(document: bytes, name: str) -> object:
    try:
        return _decode(document.removeprefix(_BOM))
    except msgspec.DecodeError as error:
        place = str(error).removeprefix("JSON is malformed: ")
        raise FhirError(
            f"is not JSON: {place}", file=name, remedy="export the file again, as FHIR JSON"
        ) from None
    except (RecursionError, UnicodeDecodeError):
        raise FhirError("is not JSON that can be read", file=name, remedy="export the file again") from None


def _documents(source: Source | Iterable[Source]) -> Iterator[Document]:
    if isinstance(source, bytes):
        yield from _split(BytesIO(source), "<input>")
    elif isinstance(source, str | os.PathLike):
        yield from _below(Path(source))
    elif hasattr(source, "readline"):
        yield from _split(cast(BinaryIO, source), str(getattr(source, "name", "<input>")))
    else:
        for part in source:
            yield from _documents(part)


def _below(path: Path) -> Iterator[Document]:
    if not path.is_dir():
        yield from _from_file(path)
        return
    files = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    if not files:
        yield FhirError(
            "holds no .json or .ndjson file", file=str(path), remedy="name the folder of the Bundles"
        )
    for file in files:
        yield from _from_file(file)


def _from_file(path: Path) -> Iterator[Document]:
    try:
        with path.open("rb") as stream:
            if path.suffix == ".json":
                yield str(path), stream.read()
            else:
                yield from _split(stream, str(path), ndjson=path.suffix == ".ndjson")
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        yield FhirError(f"cannot be read: {reason}", file=str(path), remedy="name a readable file")


def _split(stream: Iterable[bytes], name: str, *, ndjson: bool = False) -> Iterator[Document]:
    """Yields the documents of a stream: each line of NDJSON, or all lines as one document."""
    lines = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    first, second = next(lines, (0, b"")), next(lines, None)
    rest = lines if second is None else chain([second], lines)
    if ndjson or (second is not None and _is_complete(first[1])):
        yield from ((f"{name}:{number}", line) for number, line in chain([first], rest))
    else:
        yield name, first[1] + b"".join(line for _, line in rest)


def _is_complete(line: bytes) -> bool:
    try:
        return isinstance(_decode(line.removeprefix(_BOM)), dict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
