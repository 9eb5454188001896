"""Large inputs for the reader, made on the fly: bundles repeated with fresh ids.

minified     NDJSON, a Bundle on each line, without white space
one_bundle   one document of one Bundle
bulk         a folder as FHIR's Bulk Data export gives it: one type in each file, references across files
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

Bundle = dict[str, Any]

_UUID_HEAD = re.compile(rb"[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_encode = msgspec.json.Encoder(decimal_format="number").encode


def load(paths: Sequence[Path]) -> list[Bundle]:
    """The bundles of files, their numbers as written. Bills go by their ids, which can be made fresh."""
    bundles = [json.loads(path.read_bytes(), parse_float=Decimal) for path in paths]
    for bundle in bundles:
        for entry in bundle["entry"]:
            if entry["resource"]["resourceType"] == "Claim":
                entry["resource"].pop("identifier", None)
    return bundles


def minified(bundles: Sequence[Bundle], path: Path) -> Path:
    path.write_bytes(b"".join(_encode(bundle) + b"\n" for bundle in bundles))
    return path


def one_bundle(bundles: Sequence[Bundle], path: Path, size: int) -> Path:
    """A document of at least `size` bytes."""
    entries = b",".join(_encode(entry) for bundle in bundles for entry in bundle["entry"])
    with path.open("wb") as file:
        written = file.write(b'{"resourceType":"Bundle","type":"collection","entry":[')
        for number, copy in enumerate(_fresh(entries)):
            written += file.write(copy if number == 0 else b"," + copy)
            if written >= size:
                break
        file.write(b"]}")
    return path


def bulk(bundles: Sequence[Bundle], folder: Path, size: int) -> Path:
    """A folder of at least `size` bytes."""
    by_type: dict[str, list[bytes]] = defaultdict(list)
    for bundle in bundles:
        kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
        for entry in bundle["entry"]:
            own = entry["fullUrl"].removeprefix("urn:uuid:")
            resource = _relative({"id": own, **entry["resource"]}, kinds)
            by_type[resource["resourceType"]].append(_encode(resource) + b"\n")
    folder.mkdir()
    once = sum(len(line) for lines in by_type.values() for line in lines)
    for kind, lines in by_type.items():
        with (folder / f"{kind}.ndjson").open("wb") as file:
            for _, copy in zip(range(-(-size // once)), _fresh(b"".join(lines)), strict=False):
                file.write(copy)
    return folder


def _relative(value: Any, kinds: dict[str, str]) -> Any:
    """The same with `Type/id` for each `urn:uuid:` of an entry."""
    if isinstance(value, dict):
        return {key: _relative(part, kinds) for key, part in value.items()}
    if isinstance(value, list):
        return [_relative(part, kinds) for part in value]
    if isinstance(value, str) and value in kinds:
        return f"{kinds[value]}/{value.removeprefix('urn:uuid:')}"
    return value


def _fresh(text: bytes) -> Iterator[bytes]:
    """Copies of a text without end, each with UUIDs of its own."""
    parts = _UUID_HEAD.split(text)
    yield from ((b"%08x" % number).join(parts) for number in count())
