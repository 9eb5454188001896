"""salus.chain.event_store, as the reader uses it on an Anvil

given a process that is killed while it reads, the next should go on from what was kept
given several processes at once, each should see all, and the file should hold each log once
given a store that fails
    garbage, a cut file, a changed byte and an old form should be made anew, with one warning
    a folder that cannot be made, a full disk and a lasting lock should leave the node to be asked, with one
    warning
given many checkpoints, few should stay, and no wider apart than their distance from the latest
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from salus.chain import event_store
from salus.chain.event_store import Checkpoint
from salus.chain.events import ClaimEvent
from tests.support.announcing import (
    Between,
    Desk,
    between,
    on_chain,
    read,
    reader_of,
    rows,
)

ROOT = Path(__file__).resolve().parents[3]


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


# PROCESSES

PROCESS = """
import sys
from pathlib import Path
from salus.chain import event_reader
from tests.support.announcing import read, reader_of
event_reader._SAVE_EVERY_SECONDS = 0
print(len(read(reader_of(sys.argv[1], Path(sys.argv[2])))))
"""


def process(url: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROCESS, url, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_is_killed_leaves_what_it_has_kept(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(10):
        desk.pay(policy)
        desk.mine(50)
    whole: Between
    with between(anvil, most=60, stops_after=14) as proxy:
        killed = process(proxy.url, path)
        until(lambda: proxy.calls["eth_getLogs"] > 14)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(60) == -signal.SIGKILL
        first = list(proxy.ranges)
    assert 0 < rows(path) < 10
    with between(anvil, most=60) as whole:
        assert read(reader_of(whole.url, path)) == on_chain(desk)
        assert whole.ranges[0][0] >= first[-2][0]


@pytest.mark.apart
def test_several_processes_at_once(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(12):
        desk.pay(policy)
        desk.mine(30)
    with between(anvil, most=40, delay=0.01) as proxy:
        running = [process(proxy.url, path) for _ in range(4)]
        ended = [one.communicate(timeout=120) for one in running]
    assert [(out, err) for out, err in ended] == [("12\n", "")] * 4
    assert rows(path) == 12
    assert read(reader_of(anvil, path)) == on_chain(desk)


# A STORE THAT FAILS


def kept(desk: Desk, anvil: str, path: Path) -> list[ClaimEvent]:
    """A store with six events."""
    for policy in range(6):
        desk.pay(policy)
    desk.mine(3)
    seen = read(reader_of(anvil, path))
    assert rows(path) == 6
    return seen


def test_only_its_owner_can_read_it(desk: Desk, anvil: str, path: Path) -> None:
    kept(desk, anvil, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def garbage(path: Path) -> None:
    path.write_bytes(b"this is not what it was " * 400)


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def changed(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("UPDATE logs SET data = zeroblob(64) WHERE block = (SELECT max(block) FROM logs)")


def of_an_old_form(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 77")


def scribbled(path: Path) -> None:
    with path.open("r+b") as file:
        for place in range(4096, path.stat().st_size, 512):
            file.seek(place)
            file.write(b"\xff" * 256)


@pytest.mark.parametrize("harm", [garbage, cut, changed, of_an_old_form, scribbled])
def test_a_damaged_store_is_made_anew(
    desk: Desk, anvil: str, path: Path, caplog: pytest.LogCaptureFixture, harm: Any
) -> None:
    seen = kept(desk, anvil, path)
    harm(path)

    reader = reader_of(anvil, path)
    assert [read(reader), read(reader)] == [seen, seen]

    assert warnings_in(caplog) == [f"{path} was damaged and is made anew; events are read again"]
    assert rows(path) == 6
    caplog.clear()
    assert read(reader_of(anvil, path)) == seen
    assert warnings_in(caplog) == []


def test_a_store_that_was_deleted_is_made_anew(desk: Desk, anvil: str, path: Path) -> None:
    seen = kept(desk, anvil, path)
    path.unlink()

    assert read(reader_of(anvil, path)) == seen
    assert rows(path) == 6


def test_a_folder_that_cannot_be_made(
    desk: Desk, anvil: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.write_text("a file")
    desk.pay(1)
    reader = reader_of(anvil, path)

    assert [len(read(reader)), len(read(reader))] == [1, 1]

    (words,) = warnings_in(caplog)
    assert words == f"{path} cannot be used (File exists): events are read from the node"


FULL = """
import resource, sys
from pathlib import Path
from tests.support.announcing import read, reader_of
reader, path = reader_of(sys.argv[1], Path(sys.argv[2])), Path(sys.argv[2])
read(reader)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, path.stat().st_size))
from tests.support.announcing import Desk
desk = Desk.on(sys.argv[1])
for policy in range(100, 160):
    desk.pay(policy)
print(len(read(reader)), len(read(reader)), len(read(reader_of(sys.argv[1], path))))
"""


def test_a_full_disk(desk: Desk, anvil: str, path: Path) -> None:
    kept(desk, anvil, path)
    command = [sys.executable, "-c", FULL, anvil, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stdout == "66 66 66\n", done.stderr
    said = done.stderr.splitlines()
    assert len(said) == 2  # of two readers
    assert all(
        line.startswith(f"{path} cannot be written (") and line.endswith("read from the node each time")
        for line in said
    )
    assert read(reader_of(anvil, path)) == on_chain(desk)


def test_a_lock_that_lasts(
    desk: Desk,
    anvil: str,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept(desk, anvil, path)
    monkeypatch.setattr(event_store, "_BUSY_SECONDS", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert read(reader_of(anvil, path)) == on_chain(desk)
    finally:
        other.close()
    (words,) = warnings_in(caplog)
    assert words == f"{path} cannot be used (database is locked): events are read from the node"


def test_checkpoints_stay_few_and_close() -> None:
    kept: list[Checkpoint] = []
    chance = random.Random(7)
    block = 0
    for _ in range(3_000):
        block += chance.randrange(1, 40)
        kept.insert(0, Checkpoint(block, ""))
        superfluous = event_store._superfluous(kept)
        kept = [one for one in kept if one not in superfluous]
    assert len(kept) < 40
    for newer, older in pairwise(kept[1:]):
        assert newer.block - older.block <= 2 * max(40, block - newer.block)
