"""salus.base.files: a secret in a new file, a file under a new name

given a folder that lacks the file
    it should be there whole, for its owner alone
given a file system without hard links
    it should be the same
given something of that name
    it should be left as it is
given a full disk
    nothing should be left behind
given a file that is to have another name
    it should have it, or the error should name it
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from salus.base import files
from salus.base.errors import InputError


def no_links(*_: Any) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.fixture(params=["links", "no links"])
def target(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_links)
    return tmp_path / "folder" / "secret"


def test_a_new_secret(target: Path) -> None:
    files.create_secret(target, b"secret", fault=InputError, what="a key")

    assert target.read_bytes() == b"secret"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"mine")

    with pytest.raises(InputError, match="secret: exists already, and a key is never overwritten; keep it"):
        files.create_secret(tmp_path / "secret", b"other", fault=InputError, what="a key")

    assert (tmp_path / "secret").read_bytes() == b"mine"


def test_a_full_disk(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(InputError, match="secret: cannot be written: No space left on device"):
        files.create_secret(target, b"secret", fault=InputError, what="a key")

    assert list(target.parent.iterdir()) == []


def test_a_file_gets_another_name(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("content")

    files.rename(tmp_path / "old", tmp_path / "new", fault=InputError)

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("new", "content")]
    with pytest.raises(InputError, match=f"{tmp_path / 'new'}: cannot be written: No such file"):
        files.rename(tmp_path / "old", tmp_path / "new", fault=InputError)
