"""salus.chain.event_reader, history and event_store, on an Anvil of their own

given events that were read before
    only what is new should be asked for, in one call for all kinds of a contract, also by a new process
    filters by one value, by a list, by several fields and by a first block should choose as the node does
    what is before the first block that was asked for should be read when it is wanted
    whoever follows a part should read that part alone, unless the whole is at hand
given a node that limits ranges
    all should be read, in ranges that fit
given a reorganisation of eight blocks, by revert and by anvil_reorg
    what has left the chain should be gone and what has come should be there
    so too where the store has kept what left; only the blocks since the last good checkpoint are read again
    after many of them at random, the events should be those of the chain each time
given two chains of one number, each should have its own events
given a process that is killed while it reads, the next should go on from what was kept
given several processes at once, each should see all, and the file should hold each log once
given a store that fails
    garbage, a cut file, a changed byte and an old form should be made anew, with one warning
    a folder that cannot be made, a full disk and a lasting lock should leave the node to be asked, with one
    warning
given an address without code, reading should raise an error that names it
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
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from salus.base.errors import NoContract
from salus.chain import event_reader, event_store, events
from salus.chain.event_reader import EventReader
from salus.chain.event_store import Checkpoint, EventStore
from salus.chain.events import ClaimEvent, ClaimPaid, ClaimWithdrawn
from salus.chain.history import past
from salus.chain.node import connect
from tests.support.announcing import DESK, Between, Desk, between
from tools.chain import chains

ROOT = Path(__file__).resolve().parents[3]
BOTH = (ClaimPaid, ClaimWithdrawn)


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chains("anvil", 1, tmp_path_factory.mktemp("anvil")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def desk(anvil: str) -> Iterator[Desk]:
    desk = Desk.on(anvil)
    before = desk.call("evm_snapshot")
    yield desk
    desk.call("evm_revert", before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events" / "1337.sqlite"


def reader_of(url: str, path: Path | None, *, depth: int = 2) -> EventReader:
    w3 = connect(url)
    genesis = w3.eth.get_block(0)["hash"].to_0x_hex()
    return EventReader(w3, genesis, EventStore(path) if path else None, depth=depth)


def read(reader: EventReader, *kinds: type[ClaimEvent], since: int = 0, **indexed: Any) -> list[ClaimEvent]:
    return list(past(reader, kinds or BOTH, DESK, since=since, indexed=indexed))


def on_chain(desk: Desk, *kinds: type[ClaimEvent], since: int = 0, **indexed: Any) -> list[ClaimEvent]:
    """What the node says, without any store."""
    found = [
        event
        for kind in kinds or BOTH
        for event in events.past(desk.w3, kind, DESK, from_block=since, **indexed)
    ]
    return sorted(found, key=lambda event: event.place)


def as_bytes(number: int) -> bytes:
    return number.to_bytes(32, "big")


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def test_only_what_is_new_is_asked_for(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(5):
        desk.pay(policy)
        desk.withdraw(policy)
    with between(anvil) as proxy:
        reader = reader_of(proxy.url, path)
        proxy.forget()
        assert len(read(reader, ClaimPaid)) == 5
        assert len(read(reader, ClaimWithdrawn)) == 5
        assert read(reader) == on_chain(desk)
        assert proxy.calls["eth_getLogs"] == 1

        again = reader_of(proxy.url, path)
        desk.pay(9)
        proxy.forget()
        assert read(again) == on_chain(desk)
        assert [event.policy for event in read(again, ClaimPaid)][-1] == as_bytes(9)

        assert proxy.ranges == [(desk.head - 2, desk.head)]
        assert proxy.calls == {"eth_getBlockByNumber": 3, "eth_getLogs": 1}


def test_filters_choose_as_the_node_does(desk: Desk, anvil: str, path: Path) -> None:
    for number in range(12):
        desk.pay(policy=number % 3, provider=number % 2 + 1, bill=number)
        desk.withdraw(policy=number % 3, provider=number % 2 + 1, bill=number)
    middle = desk.head - 10
    questions: list[tuple[tuple[type[ClaimEvent], ...], dict[str, Any]]] = [
        (BOTH, {"policy": as_bytes(1)}),
        (BOTH, {"provider": 2}),
        ((ClaimPaid,), {"policy": as_bytes(1), "provider": 2}),
        ((ClaimWithdrawn,), {"provider": [1, 2], "since": middle}),
        (BOTH, {"provider": 1, "bill_line": [as_bytes(number) for number in (0, 2, 3, 77)]}),
        (BOTH, {"bill_line": [as_bytes(number) for number in range(5_000)], "since": middle}),
        (BOTH, {"policy": as_bytes(8)}),
        (BOTH, {}),
    ]
    for kinds, question in (*questions, *questions):
        found = read(reader_of(anvil, path), *kinds, **question)
        asked = {name: value for name, value in question.items() if name != "bill_line"}
        expected = [
            event
            for event in on_chain(desk, *kinds, **asked)
            if event.bill_line in question.get("bill_line", [event.bill_line])
        ]
        assert found == expected, question
    assert len(found) == 24


def test_a_field_that_is_not_indexed_is_refused(desk: Desk, anvil: str, path: Path) -> None:
    with pytest.raises(ValueError, match="ClaimPaid has no indexed field amount"):
        read(reader_of(anvil, path), ClaimPaid, amount=1)


def test_what_is_before_is_read_when_it_is_wanted(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(10):
        desk.pay(policy)
    late, early = desk.head - 4, desk.head - 7
    assert len(read(reader_of(anvil, path), since=late)) == 5
    with between(anvil) as proxy:
        assert len(read(reader_of(proxy.url, path), since=early)) == 8
        assert proxy.ranges == [(early, late - 1), (desk.head - 1, desk.head)]
    assert read(reader_of(anvil, path)) == on_chain(desk)


def test_a_part_is_read_alone_unless_the_whole_is_at_hand(desk: Desk, anvil: str, path: Path) -> None:
    for number in range(6):
        desk.pay(number, provider=number % 2)
    with between(anvil) as proxy:
        assert len(read(reader_of(proxy.url, path), provider=1)) == 3
        assert rows(path) == 2  # of three, the last is not deep enough
        assert len(read(reader_of(proxy.url, path))) == 6
        kept = rows(path)
        desk.mine(5)
        proxy.forget()
        assert len(read(reader_of(proxy.url, path), policy=as_bytes(1))) == 1
        assert proxy.ranges[0][0] > 1  # from where the whole was read to
        assert rows(path) == kept + 2


def rows(path: Path) -> int:
    with sqlite3.connect(path) as file:
        return int(file.execute("SELECT count(*) FROM logs").fetchone()[0])


def test_a_node_that_limits_ranges(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(8):
        desk.pay(policy)
        desk.mine(300)
    with between(anvil, most=100) as proxy:
        assert read(reader_of(proxy.url, path)) == on_chain(desk)
        assert all(last - first < 100 for first, last in proxy.ranges)
        assert proxy.calls["eth_getLogs"] < 60


def test_a_reorganisation_above_what_is_kept(desk: Desk, anvil: str, path: Path) -> None:
    reader = reader_of(anvil, path, depth=64)
    desk.pay(1)
    before = desk.call("evm_snapshot")
    for policy in range(10, 18):
        desk.pay(policy)
    assert len(read(reader)) == 9
    desk.call("evm_revert", before)
    for policy in range(20, 28):
        desk.withdraw(policy)

    assert read(reader) == on_chain(desk) == read(reader_of(anvil, path, depth=64))
    assert [event.policy for event in read(reader)] == [as_bytes(policy) for policy in (1, *range(20, 28))]


@pytest.mark.parametrize("by", ["revert", "anvil_reorg"])
def test_a_reorganisation_of_what_was_kept(desk: Desk, anvil: str, path: Path, by: str) -> None:
    for policy in range(6):
        desk.pay(policy)
        read(reader_of(anvil, path))
    fork = desk.head
    before = desk.call("evm_snapshot")
    for policy in range(10, 18):
        desk.pay(policy)
        read(reader_of(anvil, path))
    assert len(read(reader_of(anvil, path))) == 14
    if by == "revert":
        desk.call("evm_revert", before)
    else:
        desk.call("anvil_reorg", 8, [])
    for policy in range(20, 30):
        desk.pay(policy)
    with between(anvil) as proxy:
        seen = read(reader_of(proxy.url, path))

        assert fork - 12 < proxy.ranges[0][0] <= fork + 1
        assert len(proxy.ranges) == 1
    assert seen == on_chain(desk)
    assert [event.policy for event in seen] == [as_bytes(number) for number in (*range(6), *range(20, 30))]
    assert read(reader_of(anvil, path)) == seen


def test_a_chain_that_became_shorter(desk: Desk, anvil: str, path: Path) -> None:
    before = desk.call("evm_snapshot")
    for policy in range(6):
        desk.pay(policy)
    assert len(read(reader_of(anvil, path))) == 6
    desk.call("evm_revert", before)

    assert read(reader_of(anvil, path)) == []
    desk.pay(77)
    assert [event.policy for event in read(reader_of(anvil, path))] == [as_bytes(77)]


@pytest.mark.parametrize("seed", range(4))
def test_reorganisations_at_random(desk: Desk, anvil: str, path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lasting = reader_of(anvil, path)
    snapshots = [desk.call("evm_snapshot")]
    for _ in range(40):
        match chance.choice(["pay", "pay", "withdraw", "mine", "snapshot", "revert", "again"]):
            case "pay":
                desk.pay(chance.randrange(3), provider=chance.randrange(2))
            case "withdraw":
                desk.withdraw(chance.randrange(3), provider=chance.randrange(2))
            case "mine":
                desk.mine(chance.randrange(1, 9))
            case "snapshot":
                snapshots.append(desk.call("evm_snapshot"))
            case "revert" if len(snapshots) > 1:
                desk.call("evm_revert", snapshots.pop())
            case _:
                lasting = reader_of(anvil, path)
        whose: dict[str, Any] = chance.choice([{}, {"provider": 1}, {"policy": as_bytes(1)}])
        assert read(lasting, **whose) == on_chain(desk, **whose)
    assert read(reader_of(anvil, path)) == on_chain(desk)


def test_two_chains_of_one_number(desk: Desk, anvil: str, path: Path, tmp_path: Path) -> None:
    for policy in range(5):
        desk.pay(policy)
    assert len(read(reader_of(anvil, path))) == 5
    with chains("anvil", 1, tmp_path, start=1_700_000_000) as port:
        other = Desk.on(f"http://127.0.0.1:{port}")
        assert other.genesis != desk.genesis
        other.pay(50)
        other.mine(5)
        assert [event.policy for event in read(reader_of(f"http://127.0.0.1:{port}", path))] == [as_bytes(50)]
    assert read(reader_of(anvil, path)) == on_chain(desk)


# PROCESSES

PROCESS = """
import sys
from pathlib import Path
from salus.chain import event_reader
from tests.salus.chain.test_event_reader import read, reader_of
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
from tests.salus.chain.test_event_reader import read, reader_of
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


def test_an_address_without_code_is_not_taken_for_silence(anvil: str, path: Path) -> None:
    nowhere = "0x" + "77" * 20
    with pytest.raises(NoContract, match=f"has no contract at {nowhere}"):
        list(past(reader_of(anvil, path), [ClaimPaid], nowhere, since=0, indexed={}))


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


def test_the_depth_is_that_of_final_blocks() -> None:
    assert event_reader.DEPTH == 64
