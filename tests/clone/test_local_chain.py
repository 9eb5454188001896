"""tools.local_chain

given no chain
    status should say so, and stop too
    start should leave a chain in the background, with the suite deployed, and money for accounts without a
│   role, that another process sees
given a chain that runs
    a second start should find it; for another network or clock it should say what to do
    it should outlive the terminal that started it
    stop should end it and leave nothing
given two starts at once
    they should make one chain
given a start that is killed, stopped or interrupted
    it should leave no node and no state, and the next start should work
given a node that was killed
    status should say so, and start should start another
given a state that is damaged, or whose process number is another process's by now
    stop should harm nobody, and start should work
given a time of the first block, and seconds between blocks
    the chain should keep both
given words that are wrong
    it should say which, with exit code 2
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tools.chain import ask, chain_id_of, is_free
from tools.chain_state import running
from tools.places import ROOT

PATIENCE = 120
BALANCE_OF = "0x70a08231"


@dataclass(frozen=True)
class Clone:
    """A folder for the state of a local chain: not that of this clone, where the user may have one."""

    folder: Path

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tools.local_chain", *words],
            cwd=ROOT,
            env={**os.environ, "SALUS_CHAIN_FOLDER": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def begin(self, *words: str) -> dict[str, Any]:
        code, said = self.run("start", "--network", "anvil", "--port", str(free_port()), *words)
        assert code == 0, said
        state = self.state
        assert state is not None
        return state

    @property
    def state(self) -> dict[str, Any] | None:
        return running(self.folder / "chain.json")

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.name != "lock")

    def nodes(self) -> list[psutil.Process]:
        """Every process that has its data in this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR", "").startswith(str(self.folder)):
                    found.append(process)
            except psutil.Error:
                continue
        return found


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    clone = Clone(tmp_path / "chain")
    yield clone
    code, said = clone.run("stop")
    assert code == 0, said
    assert clone.nodes() == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_chain(clone: Clone) -> None:
    assert clone.run("status") == (1, "chain: no local chain is running; `salus chain start` starts one\n")
    assert clone.run("status", "--json") == (1, "null\n")
    assert clone.run("stop") == (0, "chain: no local chain is running\n")


@pytest.mark.parametrize("network", ["ganache", "anvil"])
def test_a_chain_in_the_background(clone: Clone, network: str) -> None:
    code, said = clone.run("start", "--network", network)

    assert code == 0, said
    state = clone.state
    assert state is not None
    assert f"chain: {network} is ready at {state['url']} (chain id 1337, process {state['pid']})" in said
    assert chain_id_of(state["url"], through_proxy=False) == state["chain_id"] == 1337
    accounts = ask(state["url"], "eth_accounts")
    book = json.loads((Path(state["deployments"]) / "1337.json").read_text())
    assert {"ClaimDesk", "PolicyBook", "RiskPoolFactory"} <= set(book["contracts"])
    assert book["contracts"]["TestStablecoin"]["address"] == state["stablecoin"]
    for number, tokens in ((3, 0), (4, 10**12), (9, 10**12)):
        question = {"to": state["stablecoin"], "data": BALANCE_OF + accounts[number][2:].zfill(64)}
        assert int(ask(state["url"], "eth_call", question, "latest"), 16) == tokens

    code, said = clone.run("status", "--json")
    assert (code, json.loads(said)) == (0, state)
    code, said = clone.run("status")
    assert code == 0
    assert f"chain: {network} runs at {state['url']}" in said
    assert "Its last block is 1" in said

    assert clone.run("stop") == (
        0,
        f"chain: the {network} chain at {state['url']} has ended; its data is deleted\n",
    )
    assert clone.left == []
    assert is_free(state["port"])
    assert not psutil.pid_exists(state["pid"])


def test_a_second_start(clone: Clone) -> None:
    state = clone.begin()

    code, said = clone.run("start")
    assert code == 0
    assert f"chain: anvil runs already at {state['url']}" in said
    for other in (["--network", "ganache"], ["--clock", "2025-01-31"], ["--block", "3"], ["--port", "8547"]):
        assert clone.run("start", *other) == (
            1,
            f"chain: an anvil chain runs at {state['url']}; "
            "end it with `salus chain stop`, then start another\n",
        )
    assert clone.state == state


def test_two_starts_at_once(clone: Clone) -> None:
    both = [clone.start("start", "--network", "anvil") for _ in range(2)]
    said = [process.communicate(timeout=PATIENCE)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sorted("runs already" in text for text in said) == [False, True]
    assert "chain: another start or stop is at work; waiting for it …" in "".join(said)
    state = clone.state
    assert state is not None
    assert [process.pid for process in clone.nodes()] == [state["pid"]]


def test_outlives_its_terminal(clone: Clone) -> None:
    process = clone.start("start", "--network", "anvil", start_new_session=True)
    process.communicate(timeout=PATIENCE)
    with pytest.raises(ProcessLookupError):  # nothing of the terminal's session is left to hang up
        os.killpg(process.pid, signal.SIGHUP)

    state = clone.state
    assert state is not None
    assert os.getsid(state["pid"]) == state["pid"]
    assert int(ask(state["url"], "eth_blockNumber"), 16) > 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_start_that_is_stopped(clone: Clone, number: signal.Signals) -> None:
    process = clone.start("start", "--network", "anvil")
    wait_until(lambda: list(clone.folder.glob("data-*/process.json")))
    node = clone.nodes()
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)

    assert node != []
    assert process.returncode in (-number, 128 + number)
    wait_until(lambda: clone.nodes() == [])
    assert clone.state is None
    assert not (clone.folder / "chain.json").exists()
    if number != signal.SIGKILL:
        assert clone.left == []

    clone.begin()
    assert len(clone.left) == 2  # the state, and the data of one chain


def test_a_node_that_was_killed(clone: Clone) -> None:
    state = clone.begin()
    os.kill(state["pid"], signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(state["pid"]))

    assert clone.state is None
    code, said = clone.run("status")
    assert code == 1
    assert said == (
        f"chain: the anvil chain at {state['url']} is gone: it was killed, or the machine stopped; "
        "`salus chain start` starts a new one\n"
    )
    again = clone.begin()
    assert again["pid"] != state["pid"]
    assert not Path(state["deployments"]).exists()


def test_a_node_that_its_midwife_lost(clone: Clone) -> None:
    """Starter and midwife were both killed: the next start finds the node by its folder."""
    process = clone.start("start", "--network", "anvil")
    wait_until(lambda: list(clone.folder.glob("data-*/process.json")))
    midwife = next(one for one in clone.nodes() if "tools.midwife" in one.cmdline())
    process.send_signal(signal.SIGSTOP)
    midwife.kill()
    process.kill()
    process.communicate(timeout=PATIENCE)
    lost = clone.nodes()
    assert len(lost) >= 1

    state = clone.begin()
    assert [one.pid for one in clone.nodes()] == [state["pid"]]


def test_the_number_of_another_process(clone: Clone) -> None:
    state = clone.begin()
    clone.run("stop")
    with subprocess.Popen(["sleep", str(PATIENCE)]) as bystander:
        (clone.folder / "chain.json").write_text(json.dumps({**state, "pid": bystander.pid}))

        assert clone.run("stop")[1] == (
            f"chain: the anvil chain at {state['url']} was gone already; its data is deleted\n"
        )
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "one", "port": 2}'])
def test_a_state_that_is_damaged(clone: Clone, text: str) -> None:
    clone.folder.mkdir()
    (clone.folder / "chain.json").write_text(text)

    assert clone.state is None
    assert clone.run("status")[0] == 1
    assert clone.run("stop") == (0, "chain: no local chain is running\n")
    assert clone.left == []


@pytest.mark.parametrize("network", ["ganache", "anvil"])
def test_clock_and_blocks(clone: Clone, network: str) -> None:
    code, said = clone.run("start", "--network", network, "--clock", "2025-01-31", "--block", "2")
    assert code == 0, said
    state = clone.state
    assert state is not None
    assert state["clock"].startswith("2025-01-31T12:00")

    head = int(ask(state["url"], "eth_blockNumber"), 16)
    time.sleep(2.5)
    assert 1 <= int(ask(state["url"], "eth_blockNumber"), 16) - head <= 2


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (
            ["start", "--clock", "yesterday"],
            "'yesterday' is no day such as 2025-01-31, and no number of seconds",
        ),
        (["start", "--clock", "0"], "'0' is not between 1970 and 2106"),
        (["start", "--block", "0"], "'0' is not a number of seconds from 1 to 3600"),
        (["start", "--port", "70000"], "'70000' is no port: a number from 1 to 65535"),
        (["start", "--network", "sepolia"], "invalid choice: 'sepolia'"),
        (["begin"], "invalid choice: 'begin'"),
    ],
)
def test_wrong_words(clone: Clone, words: list[str], fault: str) -> None:
    code, said = clone.run(*words)

    assert code == 2
    assert fault in said


def test_a_port_that_is_taken(clone: Clone) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert clone.run("start", "--port", str(port)) == (
            1,
            f"chain: port {port} is in use; leave --port out, or name another\n",
        )
    assert clone.left == []
