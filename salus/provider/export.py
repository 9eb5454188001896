"""Handing sealed records to insurer and patient."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from salus.base import files
from salus.base.errors import RecordError
from salus.provider.outbox import Outbox


def export_records(outbox: Outbox, folder: Path, *, advance: Callable[[int], None] = lambda _: None) -> int:
    """Writes each line's sealed record as `<hash of the record>.age`, the hash that the claim's event
    carries, and returns how many there are. `advance` is told after each."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = outbox.entries()
    for line in lines:
        path = folder / f"{line.diagnosis.record.hex()}.age"
        files.write_durably(path, [outbox.sealed(line)], fault=RecordError, private=True)
        advance(1)
    return len(lines)
