"""How far long work is, on the standard error of a terminal. Elsewhere, such as in a log, it says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import track as _track

from salus.cli.output import err

T = TypeVar("T")


def track(items: Sequence[T], description: str) -> Iterable[T]:
    """The items, with a bar that says how many are done."""
    return _track(items, description=description, console=err, disable=not err.is_terminal, transient=True)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Counts what comes in unknown number; the function takes how many have come."""
    columns = (SpinnerColumn(), TextColumn(what + ": {task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)


@contextmanager
def working(words: str) -> Iterator[None]:
    """Says what takes a moment, until it is done."""
    if not err.is_terminal:
        yield
        return
    with err.status(words):
        yield
