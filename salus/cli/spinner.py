"""What a person sees while a node is silent: one line on the terminal, gone when the node has answered."""

from __future__ import annotations

import sys
from typing import Final

_FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Spinner:
    """A watcher of `salus.chain.waiting`. Says nothing where standard error is no terminal."""

    def waiting(self, host: str, seconds: int) -> None:
        self._write(f"\r\033[K{_FRAMES[seconds % len(_FRAMES)]} waiting for the node at {host} ({seconds} s)")

    def answered(self) -> None:
        self._write("\r\033[K")

    def _write(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(text)
            sys.stderr.flush()
