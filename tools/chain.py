"""Start and stop local chains: Ganache or Anvil, on free ports, in a process group of their own.

Every chain has chain id 1337, ten unlocked accounts of 10,000 ether that are the same in each run, blocks of
100 million gas and the main network's limit on contract size. Gas costs nothing.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tools.places import NODE_BIN, NODE_MODULES
from tools.supervise import die_with_parent

CHAIN_ID = 1337
ACCOUNTS = 10
ETHER_EACH = 10_000
BLOCK_GAS = 100_000_000
HARD_FORKS = {"ganache": "berlin", "anvil": "shanghai"}
READY_WITHIN_SECONDS = 60
ATTEMPTS = 3


@dataclass(frozen=True)
class Chain:
    process: subprocess.Popen[bytes]
    port: int
    log: Path


class ChainError(Exception):
    """A local chain did not start; the text holds its last words."""


@contextlib.contextmanager
def chains(kind: str, count: int, folder: Path, hard_fork: str = "", start: int = 0) -> Iterator[int]:
    """Run `count` chains on consecutive free ports and yield the first port.

    `kind` is a key of HARD_FORKS, `folder` takes logs and temporary data, `start` is the time of the first
    block in Unix seconds (0: now). Raises ChainError if one does not come up.
    """
    running: list[Chain] = []
    try:
        for attempt in range(1, ATTEMPTS + 1):
            first = free_ports(count)
            try:
                for port in range(first, first + count):
                    log = folder / f"{kind}-{port}.log"
                    running.append(
                        launch(command(kind, port, hard_fork or HARD_FORKS[kind], start), port, log)
                    )
                for chain in running:
                    wait_until_ready(chain)
                break
            except ChainError:
                # another run may have taken the port between our look and the chain's start
                stop(running)
                if attempt == ATTEMPTS:
                    raise
        yield first
    finally:
        stop(running)


def command(kind: str, port: int, hard_fork: str, start: int, block: int = 0) -> list[str]:
    """What starts a chain; `block` is the time between blocks in seconds, 0: one for each transaction."""
    if kind == "ganache":
        arguments = {
            "server.host": "127.0.0.1",
            "server.port": port,
            "chain.chainId": CHAIN_ID,
            "chain.networkId": CHAIN_ID,
            "chain.hardfork": hard_fork,
            "chain.vmErrorsOnRPCResponse": "true",
            "miner.blockGasLimit": BLOCK_GAS,
            "miner.defaultGasPrice": 0,
            "wallet.deterministic": "true",
            "wallet.totalAccounts": ACCOUNTS,
            "wallet.defaultBalance": ETHER_EACH,
            "logging.quiet": "true",
        }
        if start:
            arguments["chain.time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start))
        if block:
            arguments["miner.blockTime"] = block
        return [
            node(),
            str(NODE_BIN / "ganache"),
            *(f"--{name}={value}" for name, value in arguments.items()),
        ]
    values = {
        "host": "127.0.0.1",
        "port": port,
        "chain-id": CHAIN_ID,
        "hardfork": hard_fork,
        "gas-limit": BLOCK_GAS,
        "accounts": ACCOUNTS,
        "balance": ETHER_EACH,
        "gas-price": 0,
        "base-fee": 0,
        **({"timestamp": start} if start else {}),
        **({"block-time": block} if block else {}),
    }
    # auto-impersonate: Brownie unlocks accounts of a running node with a call that only Ganache knows
    switches = ["--quiet", "--auto-impersonate", "--disable-min-priority-fee", "--no-request-size-limit"]
    return [anvil(), *switches, *(f"--{name}={value}" for name, value in values.items())]


def node() -> str:
    program = shutil.which("node")
    if program is None:
        raise ChainError("`node` is not on PATH; install Node.js 20 or later")
    return program


def anvil() -> str:
    """The program itself: the npm package's wrapper would stand between us and its end."""
    found = next(NODE_MODULES.glob("@foundry-rs/anvil-*/bin/anvil"), None)
    if found is None:
        raise ChainError("npm has installed no Anvil for this machine; use NETWORK=ganache")
    return str(found)


def free_ports(count: int) -> int:
    """The first of `count` consecutive ports that are free now."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise ChainError(f"found no {count} free ports in a row")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as nodes do: after a chain has ended
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def launch(arguments: list[str], port: int, log: Path) -> Chain:
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(log.parent),
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    return Chain(process=process, port=port, log=log)


def environment(folder: Path) -> dict[str, str]:
    """A node keeps its data in `folder`."""
    return {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}


def wait_until_ready(chain: Chain) -> None:
    wait_until_answers(chain.process.pid, chain.port, chain.log, lambda: chain.process.poll() is None)


def wait_until_answers(pid: int, port: int, log: Path, is_alive: Callable[[], bool]) -> None:
    """Raises ChainError, with the node's last words, if it ends or does not answer within a minute."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and is_alive():
        if listens(pid, port) and chain_id_of(f"http://127.0.0.1:{port}", through_proxy=False) == CHAIN_ID:
            return
        time.sleep(0.05)
    last_words = log.read_text(errors="replace")[-2000:].strip() or "it said nothing"
    raise ChainError(f"the chain on port {port} did not start: {last_words}")


def listens(pid: int, port: int) -> bool:
    """Whether it is this process, and not another run's, that has the port."""
    try:
        connections = psutil.Process(pid).connections(kind="tcp")
    except psutil.Error:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in connections)


def chain_id_of(address: str, *, through_proxy: bool) -> int | None:
    """The chain id that the node at `address` gives, or None if it gives none within five seconds."""
    try:
        return int(ask(address, "eth_chainId", through_proxy=through_proxy), 16)
    except (ChainError, TypeError, ValueError):
        return None


def ask(address: str, method: str, *parameters: Any, through_proxy: bool = False) -> Any:
    """The node's answer. Raises ChainError if it gives none within five seconds, or an error."""
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(None if through_proxy else {}))
    try:
        body, kind = json.dumps(question).encode(), {"content-type": "application/json"}
        with opener.open(urllib.request.Request(address, body, kind), timeout=5) as reply:
            answer = json.load(reply)
        if "result" in answer:
            return answer["result"]
        reason = answer.get("error", {}).get("message", "it answers nothing")
    except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
        reason = str(error)
    raise ChainError(f"the node does not do {method}: {reason}")


def stop(running: list[Chain]) -> None:
    while running:
        process = running.pop().process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
