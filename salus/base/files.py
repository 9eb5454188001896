"""Reads files, and writes them so that a file is either complete or absent.

The content is written to a temporary file in the same folder and flushed to disk. The temporary file is
then renamed to the target in one step. A full disk, a crash or Ctrl-C leaves the old file or none, never half
of one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from salus.base.errors import InputError


def write_durably(
    path: str | Path, chunks: Iterable[bytes], *, fault: type[InputError], private: bool = False
) -> None:
    """Writes the chunks as one file; if `private`, only its owner can read it.

    Raises `fault` if the system refuses.
    """
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            try:
                file.writelines(chunks)
                file.flush()
                os.fchmod(file.fileno(), 0o600 if private else 0o644)
                os.fsync(file.fileno())
                os.replace(file.name, target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync_folder(target.parent)
    except OSError as error:
        raise fault(
            f"cannot be written: {error.strerror}",
            file=str(target),
            remedy="free disk space or name another path",
        ) from None


def rename(path: Path, target: Path, *, fault: type[InputError]) -> None:
    """Gives a file of a folder another name there. Raises `fault` if the system refuses."""
    try:
        os.replace(path, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise fault(
            f"cannot be written: {error.strerror}", file=str(target), remedy="check the folder"
        ) from None


def create_secret(path: str | Path, content: bytes, *, fault: type[InputError], what: str) -> None:
    """Writes a new file that only its owner can read, whole or not at all, and makes its folder.

    `what` is in it. Raises `fault` if something is there already, which is never overwritten, or if the
    system refuses.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # NamedTemporaryFile makes its file with 0600
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            _link(file.name, target, content)
        _sync_folder(target.parent)
    except FileExistsError:
        raise fault(
            f"exists already, and {what} is never overwritten",
            file=str(target),
            remedy="keep it, or name another file",
        ) from None
    except OSError as error:
        raise fault(
            f"cannot be written: {error.strerror}",
            file=str(target),
            remedy="free disk space or name another path",
        ) from None


def make_folder(path: str | Path, *, fault: type[InputError]) -> None:
    """Makes the folder, and those above it, unless it is there; only its owner can list it.

    Raises `fault` if the system refuses.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise fault(
            f"cannot be made: {error.strerror}", file=str(path), remedy="name another folder"
        ) from None


def read(path: str | Path, *, fault: type[InputError]) -> bytes:
    """Returns the bytes of the file. Raises `fault` if it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise fault(f"cannot be read: {error.strerror}", file=str(path), remedy="check the path") from None


@contextmanager
def about(path: str | Path) -> Iterator[None]:
    """Adds the file's name to each `InputError` raised inside, unless the error already names a file."""
    try:
        yield
    except InputError as error:
        error.file = error.file or str(path)
        raise


def parse_object(content: str | bytes, *, fault: type[InputError], wanted: str) -> dict[str, Any]:
    """Parses the JSON object in `content`.

    Raises `fault`; its message names the `wanted` content and shows nothing of the actual content.

    >>> parse_object('{"salus": 1}', fault=InputError, wanted="a member card")
    {'salus': 1}
    >>> parse_object("[]", fault=InputError, wanted="a member card")
    Traceback (most recent call last):
        ...
    salus.base.errors.InputError: is not a JSON object; give a member card
    """
    try:
        # pydantic has its own limit on nesting. The standard library's parser overflows the stack when a
        # dependency has raised Python's recursion limit, as some dependencies of eth_account do.
        value = from_json(content)
    except ValueError:
        raise fault("is not JSON", remedy=f"give {wanted}") from None
    if not isinstance(value, dict):
        raise fault("is not a JSON object", remedy=f"give {wanted}")
    return value


def _link(temporary: str, target: Path, content: bytes) -> None:
    """Gives the file its name, unless something has that name already."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
