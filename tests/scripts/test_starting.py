"""`python -m scripts.…` before an action begins

given a script that only Brownie can run
    one line should say how to start it
given Ctrl-C while a script is still importing modules
    one line should say that it stopped, and it should end as a shell expects after Ctrl-C
given any other error at that time
    it should show the usual traceback
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


@pytest.mark.parametrize(
    ("script", "how"),
    [("scripts.deploy", "brownie run deploy"), ("scripts.demo", "make demo")],
)
def test_says_how_it_is_started(script: str, how: str) -> None:
    done = run("-m", script)

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: needs ")
    assert line.endswith(f"; start it with {how}")


def test_is_stopped_while_it_loads() -> None:
    done = run("-c", "import scripts; raise KeyboardInterrupt")

    assert (done.returncode, done.stderr) == (-signal.SIGINT, "\nStopped.\n")


def test_other_errors_are_traced() -> None:
    done = run("-c", "import scripts; raise RuntimeError('of a kind')")

    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("RuntimeError: of a kind\n")
