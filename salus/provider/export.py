"""Exports sealed records for the insurer and the patients."""

from __future__ import annotations

from pathlib import Path

from salus.base import files
from salus.base.errors import RecordError
from salus.provider.outbox import Outbox
from salus.provider.parts import Advance, no_progress


def export_records(outbox: Outbox, folder: Path, *, advance: Advance = no_progress) -> int:
    """Writes the sealed record of each line to `<hash of the record>.age`, and returns their number.

    The hash is the one in the event of the claim. `advance` is called after each file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = outbox.entries()
    for line in lines:
        path = folder / f"{line.diagnosis.record.hex()}.age"
        files.write_durably(path, [outbox.sealed(line)], fault=RecordError, private=True)
        advance(1)
    return len(lines)
