"""The state of the local chain that stays: `.cache/chain/chain.json`, and what lies beside it.

What other programs need to know:

    url, chain_id     where it answers, and its chain id
    deployments       the folder of its address book
    keystores         the clone's keystores
    pid, born         its process, and when that began (Unix seconds): a number may be another's by now
    network, port, started, clock, block, stablecoin

The file is written when all is ready, and never half; it outlives a chain that was killed. `running` reads
it.
SALUS_CHAIN_FOLDER names another folder than `.cache/chain`, for a second chain.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tools.places import CACHE

FOLDER = Path(os.environ.get("SALUS_CHAIN_FOLDER") or CACHE / "chain")
STATE = FOLDER / "chain.json"
ENDS_WITHIN_SECONDS = 5


def running(path: Path = STATE) -> dict[str, Any] | None:
    """What the state file says of a chain that answers at its port; None if there is none.

    Standard library only, so that it can be copied where this module is not to be had.
    """
    try:
        state: dict[str, Any] = json.loads(path.read_text())
        os.kill(state["pid"], 0)
        with socket.create_connection(("127.0.0.1", state["port"]), timeout=1):
            return state
    except PermissionError:  # the process number is another user's by now
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One start or stop at a time in this clone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("chain: another start or stop is at work; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read() -> dict[str, Any] | None:
    try:
        state = json.loads(STATE.read_text())
        return dict(state) if {"pid", "born", "url", "network"} <= set(state) else None
    except (OSError, ValueError, TypeError):
        return None


def save(state: dict[str, Any]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, prefix=".state-", delete=False) as draft:
        json.dump(state, draft, indent=1)
    os.replace(draft.name, STATE)


def is_same(who: dict[str, Any]) -> bool:
    """Whether the process still runs, and its number is not another's by now."""
    try:
        process = psutil.Process(who["pid"])
        return bool(abs(process.create_time() - who["born"]) < 1 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def end(who: dict[str, Any]) -> None:
    if not is_same(who):
        return
    process = psutil.Process(who["pid"])
    with contextlib.suppress(ProcessLookupError):
        os.killpg(who["pid"], signal.SIGTERM)
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(ENDS_WITHIN_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(who["pid"], signal.SIGKILL)


def clear() -> None:
    """Ends and deletes what stops, kills and crashes have left."""
    STATE.unlink(missing_ok=True)
    for left in FOLDER.glob("data-*"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            end(json.loads((left / "process.json").read_text()))
        shutil.rmtree(left, ignore_errors=True)
    for draft in FOLDER.glob(".state-*"):
        draft.unlink()
