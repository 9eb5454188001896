"""salus.chain.settled, and what the reader keeps for good, on chains of any pace

given blocks of a quarter of a second, of 2, of 12 and of 60 seconds
    the settled block should be at least 15 minutes and 64 blocks old, but not much older, after few questions
    and once more, when the chain has grown by more than the depth
given a chain that is younger, nothing should be settled
given machines of which one lags, behind one address
    logs that it does not have should be found later
    if it lags so far that it lacks the settled block, nothing should be kept
given a fork that takes over between the logs and the hash
    logs of the other fork should not be kept under the hash of this one, at the end, in the middle or before
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hexbytes import HexBytes
from web3.exceptions import BlockNotFound

from salus.chain import event_reader
from salus.chain.event_reader import EventReader
from salus.chain.event_store import EventStore
from salus.chain.settled import DEPTH, SECONDS, Settling

TOPIC, DESK = "0x" + "aa" * 32, "0x" + "11" * 20


def log(block: int) -> dict[str, Any]:
    return {
        "address": DESK,
        "blockNumber": hex(block),
        "logIndex": "0x0",
        "transactionHash": "0x" + "22" * 32,
        "topics": [TOPIC],
        "data": "0x",
    }


@dataclass
class Machines:
    """A node's address, behind which machines answer. One that lags answers for what it lacks with no logs,
    as all kinds of nodes do."""

    head: int = 100_000
    pace: float = 12
    """Seconds to a block."""
    blocks: tuple[int, ...] = ()
    """Of the logs."""
    lag: int = 0
    """Blocks by which the machine that answers for logs, and what is asked next, is behind."""
    after: Callable[[Machines], None] = lambda machines: None
    """What happens after each answer with logs."""
    fork: int | None = None
    """First block of another fork, which has taken over."""
    most: int = 10**9
    answers_logs: bool = False
    asked: list[int | str] = field(default_factory=list)

    @property
    def eth(self) -> Machines:
        return self

    @property
    def provider(self) -> Machines:
        return self

    def get_block(self, block: int | str) -> dict[str, Any]:
        self.asked.append(block)
        number = self.head if block == "latest" else int(block)
        if number > self.head - self.lag * (self.answers_logs and block != "latest"):
            raise BlockNotFound("no such block")
        other = self.fork is not None and number >= self.fork
        hash_ = HexBytes((number * 2 + other).to_bytes(32, "big"))
        return {"number": number, "hash": hash_, "timestamp": int(1_700_000_000 + number * self.pace)}

    def get_code(self, _: str) -> bytes:
        return b"1"

    def make_request(self, method: str, params: list[Any]) -> dict[str, Any]:
        if method == "eth_getCode":
            return {"result": "0x01"}
        self.answers_logs = True
        first, last = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        sees = min(last, self.head - self.lag)
        found = [log(block) for block in self.blocks if first <= block <= sees]
        self.after(self)
        return {"result": found}


def blocks_of(machines: Machines, path: Path, since: int = 0) -> list[int]:
    """What a new process reads."""
    machines.answers_logs = False
    reader = EventReader(machines, "0xg", EventStore(path))  # type: ignore[arg-type]
    stream = reader.stream(DESK, [TOPIC])
    return [one.block for one in reader.read(stream, {0: {TOPIC}}, since=since)]


def is_kept(path: Path) -> bool:
    reader = EventReader(None, "0xg", None)  # type: ignore[arg-type]
    return EventStore(path).extent(reader.stream(DESK, [TOPIC])) is not None


@pytest.mark.parametrize("pace", [0.25, 2, 12, 13, 60])
def test_the_depth_is_counted_in_time(pace: float) -> None:
    machines = Machines(pace=pace)
    settling = Settling(machines)  # type: ignore[arg-type]
    head = settling.head()
    settled = settling.settled(head)

    assert settled is not None
    age, deep = head.time - settled.time, head.number - settled.number
    assert age >= SECONDS
    assert deep >= DEPTH
    assert age < SECONDS * 1.3 or deep <= 75
    assert len(machines.asked) <= 3
    settling.settled(head)
    assert len(machines.asked) <= 3

    machines.asked.clear()
    machines.head += 50
    assert settling.settled(settling.head(), last=settled) is None
    machines.head += round(200 + 200 / pace)
    later = settling.settled(settling.head(), last=settled)
    assert later is not None
    assert later.number >= settled.number + DEPTH
    assert machines.asked.count("latest") == 2
    assert len(machines.asked) <= 4


@pytest.mark.parametrize(("head", "pace"), [(50, 60), (400, 0.25), (400, 0)])
def test_a_young_chain(head: int, pace: float) -> None:
    machines = Machines(head=head, pace=pace)
    settling = Settling(machines)  # type: ignore[arg-type]
    assert settling.settled(settling.head()) is None


@pytest.mark.parametrize("pace", [0.25, 2, 12])
def test_a_machine_that_lags(tmp_path: Path, pace: float) -> None:
    path = tmp_path / "events.sqlite"
    machines = Machines(pace=pace, blocks=(5, 99_900, 99_930, 99_990), lag=80)
    assert blocks_of(machines, path) == [5, 99_900]

    machines.lag, machines.head = 0, machines.head + 10_000
    assert blocks_of(machines, path) == [5, 99_900, 99_930, 99_990]
    assert is_kept(path)


def test_a_machine_that_lags_far_behind(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    machines = Machines(blocks=(5, 98_000), lag=3_000)
    assert blocks_of(machines, path) == [5]
    assert not is_kept(path)

    machines.lag = 0
    assert blocks_of(machines, path) == [5, 98_000]
    assert is_kept(path)


@pytest.mark.parametrize("saves_every", [10**6, 0], ids=["at the end", "in the middle"])
def test_a_fork_between_logs_and_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saves_every: int
) -> None:
    monkeypatch.setattr(event_reader, "_SAVE_EVERY_SECONDS", saves_every)
    path = tmp_path / "events.sqlite"
    machines = Machines(blocks=(5, 9_000))

    def forks(machines: Machines) -> None:
        machines.fork, machines.blocks = 8_000, (5,)

    machines.after = forks
    assert 5 in blocks_of(machines, path)
    machines.head += 100
    assert blocks_of(machines, path) == [5]


def test_a_fork_while_what_is_before_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    machines = Machines(blocks=(5, 9_000, 30_000))
    assert blocks_of(machines, path, since=20_000) == [30_000]

    def forks(machines: Machines) -> None:
        machines.fork, machines.blocks = 8_000, (5, 30_000)

    machines.after = forks
    blocks_of(machines, path)
    machines.head += 100
    assert blocks_of(machines, path) == [5, 30_000]
