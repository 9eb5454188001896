"""Lets a program show that it waits for a node: a command line draws a spinner, the library draws nothing.

class Spinner:
    def waiting(self, host: str, seconds: int) -> None:
        print(f"\\rwaiting for the node at {host} ({seconds} s)", end="", file=sys.stderr)

    def answered(self) -> None:
        print("\\r\\033[K", end="", file=sys.stderr)

watch(Spinner())
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, Protocol

FIRST_SECONDS: Final = 2.0
"""A shorter silence is not worth a word."""
EVERY_SECONDS: Final = 1.0


class Watcher(Protocol):
    """Who wants to know that a call waits. Both are called from a thread of their own, never together."""

    def waiting(self, host: str, seconds: int) -> None:
        """A node has been silent for so many seconds; called each second from the second one on."""

    def answered(self) -> None:
        """It has answered or failed; called only after `waiting`."""


class _State:
    watcher: Watcher | None = None


def watch(watcher: Watcher | None) -> None:
    """Sets who is told, for the whole process; None for nobody."""
    _State.watcher = watcher


@contextmanager
def waited_for(host: str) -> Iterator[None]:
    """Tells the watcher while the body waits for the node."""
    watcher = _State.watcher
    if watcher is None:
        yield
        return
    over = Event()
    thread = Thread(target=_tell, args=(watcher, host, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell(watcher: Watcher, host: str, over: Event) -> None:
    started, pause = time.monotonic(), FIRST_SECONDS
    told = False
    while not over.wait(pause):
        watcher.waiting(host, round(time.monotonic() - started))
        told, pause = True, EVERY_SECONDS
    if told:
        watcher.answered()
