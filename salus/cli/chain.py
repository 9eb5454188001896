"""The local chain of a clone, in the background. `salus chain` lists the actions.

The work is done by the clone's own tools, which know Brownie, Ganache and Anvil (tools/local_chain.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import Annotated, Any, cast

import typer

from salus.base.days import DAY_SECONDS, moment_words
from salus.base.errors import ChainError
from salus.cli.actor import Actor
from salus.cli.clone import clone, python_of
from salus.cli.ending import DONE, INTERRUPTED, WRONG_CALL
from salus.cli.output import out
from salus.cli.session import Session
from salus.cli.usage import CallError

actor = Actor("chain")


@actor.action
def start(
    network: Annotated[str | None, typer.Option(help="ganache or anvil; ganache if none is named")] = None,
    clock: Annotated[
        str | None, typer.Option(help="time of the first block: a day, or Unix seconds; now if none is named")
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(min=1, max=3600, help="seconds between blocks; else one block for each transaction"),
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="8545, or a free one")] = None,
) -> None:
    """Starts a local chain that stays when this command ends, with the suite deployed. Its accounts have
    ether, and those from number 4 on have test stablecoins. All other commands in this clone use it, in any
    terminal, unless a network is named.

    Example:
        salus chain start --clock 2025-01-31
    """
    given = {"network": network, "clock": clock, "block": block, "port": port}
    _tool("start", *(f"--{name}={value}" for name, value in given.items() if value is not None))
    _record()


@actor.action
def stop() -> None:
    """Ends the local chain, and deletes all that it held: blocks, contracts and addresses.

    Example:
        salus chain stop
    """
    _tool("stop")


@actor.action
def status() -> None:
    """Whether the local chain runs, where, and what it holds. The exit code is 1 if it does not.

    Example:
        salus chain status
    """
    code = _tool("status")
    _record()
    if code != DONE:
        raise SystemExit(code)


@actor.action
def forward(
    days: Annotated[int, typer.Option(min=1, max=3660, help="by how many days")],
) -> None:
    """Moves the clock of a local chain forward, and mines a block.

    Example:
        salus chain forward --days 30
    """
    session = Session()
    session.network.check_local("the clock is not moved")
    for method, parameters in (("evm_increaseTime", [days * DAY_SECONDS]), ("evm_mine", [])):
        session.chain.w3.provider.make_request(cast(Any, method), parameters)
    now = session.chain.now()
    out.fact(now=now)
    out.print(f"It is {moment_words(now)} on the chain now.")


def _tool(*words: str) -> int:
    """Lets the clone's tool do it, and repeats what it says. What it complains of is raised."""
    with tempfile.TemporaryFile("w+") as complaint:
        with subprocess.Popen(_command(*words), **_place(), stderr=complaint) as process:
            try:
                for line in process.stdout or ():
                    out.print(line.rstrip("\n"), markup=False)
            except KeyboardInterrupt:
                process.wait()  # it had the same Ctrl-C, and leaves nothing half done
                raise
        complaint.seek(0)
        said = complaint.read().strip()
    if process.returncode == INTERRUPTED:
        raise KeyboardInterrupt
    if said and process.returncode == WRONG_CALL:
        raise CallError(said.rpartition("error: ")[2], remedy="correct it")
    if said and process.returncode != DONE:
        raise ChainError(said.removeprefix("chain: "))
    return process.returncode


def _record() -> None:
    """The state of the chain, for `--json`."""
    asked = subprocess.run(_command("status", "--json"), **_place(), check=False)
    state: dict[str, Any] | None = json.loads(asked.stdout or "null")
    out.fact(running=state is not None, **(state or {}))


def _command(*words: str) -> list[str]:
    return [str(python_of(clone())), "-m", "tools.local_chain", *words]


def _place() -> dict[str, Any]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return {"cwd": clone(), "env": environment, "stdout": subprocess.PIPE, "text": True}
