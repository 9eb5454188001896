"""Where records come from: a file, a folder, a stream, or any mix of them. No file is passed over in silence.

Read are `.json`, `.ndjson` and `.jsonl`, in any letter case, and gzip of each. Every other file of a folder
is listed as not read, except the hospital's profile (`hospital.yaml`) in the folder itself. A file that holds
FHIR in a form or under a name that is not read is an error, because bills may be in it.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from salus.base.errors import FhirError
from salus.fhir.profile import FILE as PROFILE

Source = str | os.PathLike[str] | bytes | BinaryIO

_LINES = (".ndjson", ".jsonl")
_READ = (".json", *_LINES)
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_PEEK = 4_096
_FHIR_XML, _FHIR_JSON = b"http://hl7.org/fhir", b'"resourceType"'


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that is none of a hospital's records, by its name."""

    file: str

    def __str__(self) -> str:
        return f"{self.file}: not read; records are .json, .ndjson or .jsonl files, or gzip of these"


@dataclass(slots=True)
class Document:
    """A readable file."""

    name: str
    stream: BufferedReader
    is_lines: bool | None
    """NDJSON, or one document; None when the name does not say."""


Found = Document | NotRead | FhirError


def documents(source: Source | Iterable[Source]) -> Iterator[Found]:
    """What is there, in the order of the input; each stream must be read before the next is asked for."""
    if isinstance(source, bytes):
        yield from _opened("<input>", BytesIO(source))
    elif isinstance(source, str | os.PathLike):
        yield from _below(Path(source))
    elif hasattr(source, "read"):
        yield from _opened(str(getattr(source, "name", "<input>")), cast(BinaryIO, source))
    else:
        for part in source:
            yield from documents(part)


def _below(path: Path) -> Iterator[Found]:
    if not path.is_dir():
        yield from _from_file(path)
        return
    files = sorted(file for file in path.rglob("*") if file.is_file())
    if not any(_is_read(file) for file in files):
        yield FhirError(
            "holds no .json, .ndjson or .jsonl file", file=str(path), remedy="name the folder of the records"
        )
    for file in files:
        if _is_read(file):
            yield from _from_file(file)
        elif file != path / PROFILE:
            yield _foreign(file)


def _foreign(path: Path) -> NotRead | FhirError:
    """A file that is not read: an error if it holds FHIR."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_PEEK).removeprefix(_BOM).lstrip()
    except OSError as error:
        return unreadable(str(path), error)
    if head.startswith(b"<") and _FHIR_XML in head:
        return FhirError("is FHIR in XML", file=str(path), remedy="export it as JSON, or move it away")
    if head.startswith(b"{") and _FHIR_JSON in head:
        return FhirError(
            "holds FHIR under a name that is not read",
            file=str(path),
            remedy="name it .json, or .ndjson for one resource a line, or move it away",
        )
    return NotRead(str(path))


def _is_read(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(_READ)


def _from_file(path: Path) -> Iterator[Found]:
    try:
        with path.open("rb") as stream:
            yield from _opened(str(path), stream)
    except UNREADABLE as error:
        yield unreadable(str(path), error)


UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a document may raise, while it is opened or later."""


def unreadable(name: str, error: Exception) -> FhirError:
    """The error of a document that could not be read, or not to its end."""
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        reason = (error.strerror or "unknown").lower()
        return FhirError(f"cannot be read: {reason}", file=name, remedy="name a file that can be read")
    return FhirError("is a damaged gzip file", file=name, remedy="copy or compress it again")


def _opened(name: str, stream: BinaryIO) -> Iterator[Found]:
    """The stream without compression and byte-order mark, whatever its name says."""
    plain = stream if isinstance(stream, BufferedReader) else BufferedReader(cast(BufferedReader, stream))
    if plain.peek(2).startswith(_GZIP):
        plain = BufferedReader(cast(BufferedReader, gzip.GzipFile(fileobj=plain)), _PEEK)
    try:
        head = plain.peek(_PEEK)[:_PEEK]
    except UNREADABLE as error:
        yield unreadable(name, error)
        return
    if head.startswith(_WIDE) or b"\0" in head[:2]:
        yield FhirError("is UTF-16 text", file=name, remedy="save it as UTF-8 and run again")
        return
    if head.startswith(_BOM):
        plain.read(len(_BOM))
    plain_name = name.lower().removesuffix(".gz")
    yield Document(name, plain, plain_name.endswith(_LINES) if plain_name.endswith(_READ) else None)
