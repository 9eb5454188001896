"""Reads the sealed records of hospitals from a folder with files named `<hash of the record>.age`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from salus.base import files
from salus.base.errors import RecordError


@dataclass(frozen=True, slots=True)
class RecordFolder:
    """A folder of sealed records.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / f"{bytes(32).hex()}.age").write_bytes(b"sealed")
    ...     records = RecordFolder(Path(folder))
    ...     records.sealed(bytes(32)), records.sealed(b"7" * 32)
    (b'sealed', None)
    """

    path: Path

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise RecordError(
                "is not a folder", file=str(self.path), remedy="name the folder of the sealed records"
            )

    def sealed(self, record: bytes) -> bytes | None:
        """Returns the sealed file with a record hash; None if it is missing."""
        path = self.path / f"{record.hex()}.age"
        return files.read(path, fault=RecordError) if path.is_file() else None
