"""The clone that `salus` is used from. Its tools know Brownie, the compiler and local chains, as an installed
library does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from salus.base.errors import ChainError
from salus.cli.output import out
from salus.cli.settings import CLONE, Settings


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
    environment = {**os.environ, **({"SALUS_YES": "1"} if Settings.current().yes else {})}
    command = [str(python_of(folder)), "-m", *words]
    # with --json, standard output is for the JSON object alone
    told = sys.stderr if out.is_json else None
    done = subprocess.run(command, cwd=folder, env=environment, stdout=told, check=False)
    out.fact(code=done.returncode)
    if done.returncode:
        raise SystemExit(done.returncode)
