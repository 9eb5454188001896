"""Run a program as a child that never outlives us, and that hears of every signal we get."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType
from typing import IO

from tools.places import ROOT

ENDS_WITHIN_SECONDS = 15
PR_SET_PDEATHSIG = 1


class NoSuchProgram(Exception):
    """A command names a program that is nowhere on PATH."""


def supervise(command: list[str], environment: Mapping[str, str], output: IO[bytes] | None = None) -> int:
    """Run `command` in the project's folder until all of it has ended, and return its exit code.

    SIGINT, SIGTERM and SIGHUP are passed on once; a second one, or 15 seconds, end it by force. The exit code
    is then 128 + the signal, as in a shell. What it says goes to `output`, if that is given. Raises
    NoSuchProgram.
    """
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise NoSuchProgram(f"there is no program `{command[0]}` in .venv, node_modules or on PATH")
    caught: list[int] = []
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _: FrameType | None) -> None:
        caught.append(number)
        if process is not None:
            signal_group(process, number if len(caught) == 1 else signal.SIGKILL)
        signal.alarm(ENDS_WITHIN_SECONDS)

    def end(_: int, __: FrameType | None) -> None:
        if process is not None:
            signal_group(process, signal.SIGKILL)

    handlers = {signal.SIGINT: pass_on, signal.SIGTERM: pass_on, signal.SIGHUP: pass_on, signal.SIGALRM: end}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        # its own group: a terminal's Ctrl-C reaches it once, through us, and no grandchild is forgotten
        process = subprocess.Popen(
            [program, *command[1:]],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        if caught:
            signal_group(process, caught[0])
        code = process.wait()
    finally:
        if process is not None:
            signal_group(process, signal.SIGKILL)
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
    if caught:
        return 128 + caught[0]
    return code if code >= 0 else 128 - code


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def die_with_parent() -> None:
    """For `preexec_fn`: on Linux even a parent that is killed outright leaves no child behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
