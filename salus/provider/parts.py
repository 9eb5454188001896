"""Long work in parts: how many lines at once, and how progress is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

AT_ONCE = 100
"""Lines saved with one write to the disk, and the most bill lines in one query to a node."""

Advance = Callable[[int], None]
"""Is told after each step how many items it was."""

T = TypeVar("T")


def no_progress(_: int) -> None:
    """Tells nobody."""


def in_parts(items: Iterable[T]) -> Iterator[Iterator[T]]:
    """Yields the items in order, in parts of `AT_ONCE`, without reading ahead."""
    rest = iter(items)
    for first in rest:
        yield chain((first,), islice(rest, AT_ONCE - 1))
