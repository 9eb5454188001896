"""What an action says: words for a person, or one JSON object for a program."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from rich.console import Console

err = Console(stderr=True, highlight=False, soft_wrap=True)


def counted(number: int, noun: str) -> str:
    """A number of things in words.

    >>> counted(1, "card"), counted(1_200, "card")
    ('1 card', '1,200 cards')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


class Output:
    """Words go to standard output. With `--json` they go to standard error, and standard output gets one JSON
    object at the end: the facts that the action has recorded, and the words too."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._facts: dict[str, Any] | None = None
        self._words: list[str] = []

    def print(self, *what: Any, **how: Any) -> None:
        """As rich's Console.print."""
        if self._facts is None:
            with _to_standard_output():
                self._console.print(*what, **how)
            return
        err.print(*what, **how)
        self._words += [str(part) for part in what if isinstance(part, str)]

    def fact(self, **facts: Any) -> None:
        """Records values under their names for `--json`."""
        if self._facts is not None:
            self._facts.update(facts)

    def entry(self, name: str, /, **facts: Any) -> None:
        """Records one entry of a list for `--json`."""
        if self._facts is not None:
            self._facts.setdefault(name, []).append(facts)

    @property
    def is_json(self) -> bool:
        """Whether standard output is for one JSON object."""
        return self._facts is not None

    @contextmanager
    def as_json(self, wanted: bool, action: str) -> Iterator[None]:
        """Within it, what is said becomes one JSON object, if `wanted`; one that has begun gets the action's
        name. After an error, whoever reports it calls `finish`."""
        if not wanted or self._facts is not None:
            self.fact(action=action)
            yield
            return
        self._facts, self._words = {"action": action}, []
        try:
            yield
        except SystemExit as end:
            self.finish(**({"code": end.code} if end.code else {}))
            raise
        self.finish()

    def finish(self, **facts: Any) -> None:
        """Writes the JSON object, with these facts too."""
        if self._facts is not None:
            found, self._facts = {**self._facts, **facts, "words": self._words}, None
            with _to_standard_output():
                print(json.dumps(found, default=_plain), flush=True)  # noqa: T201 - rich would wrap it


@contextmanager
def _to_standard_output() -> Iterator[None]:
    """Names standard output in an error of the system, such as a full disk, and writes nothing more to it:
    Python would try once more when it ends."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        error.filename = error.filename or "standard output"
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.name.lower()
    if is_dataclass(value):
        return {part.name: getattr(value, part.name) for part in fields(value)}
    return list(value)


out = Output()
