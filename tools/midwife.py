"""Start a program that is to outlive its starter, but not a starter that dies half-way.

    python -m tools.midwife FOLDER PROGRAM …

Says the program's process id, and waits for a line. `keep` leaves the program running. Anything else, such as
the end of a starter that was killed, ends it. What the program says goes to FOLDER/log, who it is to
FOLDER/process.json: should this process be killed too, the next starter finds it there.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

KEEP = "keep"


def main() -> int:
    folder, command = Path(sys.argv[1]), sys.argv[2:]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    who = {"pid": process.pid, "born": psutil.Process(process.pid).create_time()}
    (folder / "process.json").write_text(json.dumps(who))
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(who), flush=True)
    if sys.stdin.readline().strip() != KEEP:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
