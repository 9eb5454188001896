"""tools.run

given a command with a chain
    it should find a live node at SALUS_RPC_URL, with chain id 1337, and a HOME of its own
    when it fails, its exit code should be returned
    when it ends, fails, or is stopped by Ctrl-C or SIGTERM, no process and no folder of the run should be
│ left
    when the runner itself is killed, no process should be left
given two runs at the same time
    each should have a chain of its own
given a program that is not installed
    it should say so in one line
given a live network
    it should require the address of a node, and its clock should not be set
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tools.places import ROOT, RUNS

PATIENCE = 60
TELL = "import os; print('told', os.environ['SALUS_RPC_URL'], os.environ['HOME'], flush=True)"
WAIT = f"{TELL}; import time; time.sleep({PATIENCE})"


def command(network: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "tools.run", "--network", network, "--", *words]


@contextmanager
def started(program: str, network: str = "anvil") -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    """Starts a Python program that prints its chain's port and its HOME."""
    words = command(network, "python", "-c", program)
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            printed = next(line for line in process.stdout if line.startswith("told"))
            _, address, home = printed.split()
            yield process, int(address.rsplit(":", 1)[1]), Path(home)
        finally:
            process.kill()


def listening(port: int) -> bool:
    connections = psutil.net_connections(kind="tcp")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def is_gone(port: int) -> bool:
    deadline = time.monotonic() + PATIENCE / 4
    while listening(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not listening(port)


@pytest.mark.parametrize("network", ["ganache", "anvil"])
def test_stands_beside_a_live_chain(network: str) -> None:
    ask = (
        "import os, web3; w3 = web3.Web3(web3.HTTPProvider(os.environ['SALUS_RPC_URL'])); "
        "print('chain', w3.eth.chain_id)"
    )
    done = subprocess.run(
        command(network, "python", "-c", ask), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "chain 1337" in done.stdout


def test_gives_the_exit_code_of_the_command_and_leaves_nothing() -> None:
    with started(f"{TELL}; raise SystemExit(7)") as (process, port, home):
        assert process.wait(PATIENCE) == 7
        assert is_gone(port)
        assert not home.exists()


@pytest.mark.parametrize(
    ("network", "number"),
    [
        ("ganache", signal.SIGINT),
        ("anvil", signal.SIGINT),
        ("anvil", signal.SIGTERM),
        ("anvil", signal.SIGHUP),
    ],
)
def test_leaves_nothing_when_it_is_stopped(network: str, number: signal.Signals) -> None:
    with started(WAIT, network) as (process, port, home):
        assert listening(port)
        process.send_signal(number)

        assert process.wait(PATIENCE) == 128 + number
        assert is_gone(port)
        assert not home.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_leaves_no_process_when_it_is_killed() -> None:
    with started(WAIT) as (process, port, home):
        process.kill()
        assert is_gone(port)
    with started(TELL):
        assert home not in RUNS.iterdir()


def test_two_runs_have_separate_chains() -> None:
    with started(WAIT) as (_, first, home), started(WAIT) as (_, second, other):
        assert first != second
        assert home != other
        assert listening(first)
        assert listening(second)


def test_says_what_is_missing() -> None:
    done = subprocess.run(command("anvil", "no-such-program"), cwd=ROOT, capture_output=True, text=True)

    assert done.returncode not in (0, 1)
    assert done.stderr.strip().splitlines()[-1] == (
        "run: there is no program `no-such-program` in .venv, node_modules or on PATH"
    )


def test_live_networks_are_refused_without_a_node() -> None:
    environment = {name: value for name, value in os.environ.items() if not re.match("SALUS_|.*_RPC", name)}
    done = subprocess.run(
        command("sepolia", "true"), cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.returncode not in (0, 1)
    assert "sepolia needs the address of a node: set " in done.stderr


@pytest.mark.parametrize("network", ["sepolia", "nowhere"])
def test_the_clock_of_a_live_network_is_not_set(network: str) -> None:
    words = [sys.executable, "-m", "tools.run", "--network", network, "--clock", "1758542400", "--", "true"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode not in (0, 1)
    assert done.stderr.strip() == (
        f"run: the clock of {network} cannot be set: the demo plays on ganache or anvil"
    )
