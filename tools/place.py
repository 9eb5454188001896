"""Mend a clone that was moved or copied: what is in `.venv` names its own folder, in scripts and settings.

Standard library only.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.places import CACHE, VENV

KERNEL_READS = 127
"""Bytes of a script's first line; a longer one is cut."""
NAMES_ITSELF = re.compile(r'^VIRTUAL_ENV=["\']?(.*?)["\']?$', re.MULTILINE)


def moved_from() -> Path | None:
    """Where this clone was when it was set up, if that was elsewhere."""
    try:
        found = NAMES_ITSELF.search((VENV / "bin" / "activate").read_text())
    except (OSError, UnicodeDecodeError):
        return None
    # a link to the environment of another clone is meant
    if found is None or Path(found[1]).resolve() == VENV.resolve() or not Path(found[1]).is_absolute():
        return None
    return Path(found[1]).parent


def mend(before: Path) -> None:
    """Writes this clone's place where `before` stands; in `activate`, which tells of the need, last."""
    last = VENV / "bin" / "activate"
    for path in sorted(naming_the_clone(), key=last.__eq__):
        text = path.read_bytes()
        changed = replaced(text, before, VENV.parent)
        if changed != text:
            write(path, changed)


def naming_the_clone() -> Iterator[Path]:
    packages = VENV.glob("lib/python*/site-packages")
    for folder in packages:
        for pattern in ("*.pth", "__editable__*.py", "*.dist-info/direct_url.json"):
            yield from folder.glob(pattern)
    yield from (path for path in (VENV / "pyvenv.cfg", CACHE / "chain" / "chain.json") if path.exists())
    for path in (VENV / "bin").iterdir():
        if path.is_file() and not path.is_symlink() and is_text(path):
            yield path


def is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(1024)


def replaced(text: bytes, before: Path, now: Path) -> bytes:
    """The text with one folder for the other, also in a URL, and with a first line that still works."""
    instead = {before.as_uri().encode(): now.as_uri().encode(), os.fsencode(before): os.fsencode(now)}
    # a URL contains the path too, so it is tried first; and not the name of a folder that only begins like it
    named = re.compile(b"(" + b"|".join(map(re.escape, instead)) + rb")(?![\w.-])")
    line, end, rest = text.partition(b"\n")
    interpreter = re.fullmatch(rb"#!(.+/\.venv/bin/python[0-9.]*)", line)
    line = named.sub(lambda found: instead[found[1]], line)
    if interpreter:
        line = first_line(line.removeprefix(b"#!"))
    return line + end + named.sub(lambda found: instead[found[1]], rest)


def first_line(python: bytes) -> bytes:
    """What makes a file a program of this Python; the kernel itself takes neither spaces nor long paths."""
    plain = b"#!" + python
    if b" " not in python and len(plain) <= KERNEL_READS:
        return plain
    return b"#!/bin/sh\n'''exec' \"" + python + b'" "$0" "$@"\n\' \'\'\''


def write(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, and leaves it as executable as it was."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o755
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as draft:
        draft.write(content)
    os.chmod(draft.name, mode)
    os.replace(draft.name, path)
