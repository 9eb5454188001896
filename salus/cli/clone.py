"""The clone that `salus` is used from. Its tools know Brownie, the compiler and local chains, as an installed
library does not."""

from __future__ import annotations

import subprocess
from pathlib import Path

from salus.base.errors import ChainError
from salus.cli.settings import CLONE


def clone() -> Path:
    """The folder of the clone. Raises ChainError if there is none, or if it is not set up."""
    if CLONE is None:
        raise ChainError(
            "this needs Brownie and the contracts, which this installation of salus has not",
            remedy="clone the project, run `make setup` there, and use the `salus` of its .venv",
        )
    if not python_of(CLONE).exists():
        raise ChainError(f"{CLONE} is not set up", remedy="run `make setup` there")
    return CLONE


def python_of(folder: Path) -> Path:
    """The Python of a clone."""
    return folder / ".venv" / "bin" / "python"


def run_tool(*words: str) -> None:
    """Runs `python -m …` in the clone, at the same terminal. Ends the program with its exit code if it fails.

    Raises ChainError as `clone` does.
    """
    folder = clone()
    done = subprocess.run([str(python_of(folder)), "-m", *words], cwd=folder, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
