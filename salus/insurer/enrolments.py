"""Opens the sealed enrolments of the holders with the insurer's key."""

from __future__ import annotations

from pathlib import Path

from salus.base import files
from salus.base.errors import PolicyError
from salus.cover import enrolment
from salus.cover.member import EnrolledMember
from salus.crypto.records import RecordKey


def open_enrolment(path: Path, key: RecordKey) -> tuple[EnrolledMember, ...]:
    """Opens one enrolment. Raises InputError, naming the file."""
    with files.about(path):
        return enrolment.from_json(key.decrypt(files.read(path, fault=PolicyError)))


def open_enrolments(folder: Path, key: RecordKey) -> list[tuple[EnrolledMember, ...]]:
    """Opens every `*.age` file in the folder and its subfolders. Raises InputError, naming the file."""
    if not folder.is_dir():
        raise PolicyError("is not a folder", file=str(folder), remedy="name the folder of the enrolments")
    return [open_enrolment(path, key) for path in sorted(folder.rglob("*.age"))]
