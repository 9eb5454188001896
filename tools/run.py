"""Run a command beside a fresh local chain, or against a live network, with nothing left behind.

    python -m tools.run [--network ganache|anvil|local|none|<live>] [--hard-fork NAME] [--clock SECONDS]
                        [--workers N] -- COMMAND …

`local` is the chain that `salus chain start` started; it goes on when COMMAND ends. `none` is no chain.

COMMAND is `brownie …` (told the network by itself) or any other. It finds the node's address in SALUS_RPC_URL
and runs with a HOME of its own below .cache, so that two runs, also in one clone, do not meet, and a user's
own ~/.brownie stays untouched. Keystores are shared by all runs: the folder `keystores`.

Ctrl-C, SIGTERM and a closed terminal are passed on to COMMAND; then, as after any failure, the chain is
stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import yaml
from dotenv import dotenv_values

from tools import compiled
from tools.chain import HARD_FORKS, ChainError, chain_id_of, chains
from tools.chain_state import running
from tools.ending import CANNOT_RUN, plainly
from tools.places import CACHE, KEYSTORES, ROOT, RUNS, tool_environment
from tools.supervise import NoSuchProgram, supervise

NETWORKS = ROOT / "tools" / "networks.yaml"
RUNNING, NO_CHAIN = "local", "none"
WITHIN = "SALUS_WITHIN_RUN"
"""In the environment of a command whose HOME and chain are arranged: the network as Brownie names it."""
KNOWN_OF_RUNNING = {"SALUS_NETWORK": "network", "SALUS_RPC_URL": "url", "SALUS_DEPLOYMENTS": "deployments"}
BROWNIE_ID = {"ganache": "development", "anvil": "anvil"}
TAKES_NETWORK = {"test", "run", "console"}
COMPILE = ["python", "-m", "tools.compile"]
SHARED_BROWNIE_DATA = {
    "accounts": KEYSTORES,
    "hypothesis": CACHE / "hypothesis",
    "packages": CACHE / "packages",
}


class RunError(Exception):
    """The command could not be started; the text says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _: sys.exit(128 + caught))
    return plainly("run", lambda: attempt(options))


def attempt(options: argparse.Namespace) -> int:
    try:
        with run_folder() as folder:
            return run(options, folder)
    except (ChainError, NoSuchProgram, RunError) as error:
        print(f"run: {error}", file=sys.stderr)
        return CANNOT_RUN


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.run", description="Run a command beside a fresh chain."
    )
    parser.add_argument(
        "--network", default="ganache", help="ganache (default), anvil, local, or a live network"
    )
    parser.add_argument(
        "--hard-fork", default="", help="of the local chain; ganache: berlin, anvil: shanghai"
    )
    parser.add_argument("--clock", type=int, default=0, help="time of the chain's first block, Unix seconds")
    parser.add_argument(
        "--workers", type=int, default=1, help="chains on consecutive ports, for brownie test -n"
    )
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, folder: Path) -> int:
    if options.network == RUNNING:
        return run_beside(options, folder)
    if options.network == NO_CHAIN:
        environment = environment_of(folder, {})
        compile_contracts(folder, environment)
        return supervise(options.command, environment)
    local = options.network in HARD_FORKS
    if options.clock and not local:
        raise RunError(
            f"the clock of {options.network} cannot be set: the demo plays on {' or '.join(HARD_FORKS)}"
        )
    settings = local_settings(options.network, folder) if local else live_settings(options.network)
    environment = environment_of(folder, settings)
    compile_contracts(folder, environment)
    command = with_network(options.command, options.network)
    if not local:
        write_brownie_home(folder)
        return supervise(command, environment)
    with chains(options.network, options.workers, folder, options.hard_fork, options.clock) as port:
        write_brownie_home(folder, port)
        return supervise(command, {**environment, "SALUS_RPC_URL": f"http://127.0.0.1:{port}"})


def run_beside(options: argparse.Namespace, folder: Path) -> int:
    """Beside the chain that runs in the background."""
    there = running()
    if there is None:
        raise RunError(
            "no local chain is running; start one with `salus chain start`, or name ganache or anvil"
        )
    if options.clock:
        raise RunError("the clock of a chain that runs cannot be set")
    if options.command[:2] == ["brownie", "test"]:
        raise RunError("tests set a chain back: they need one of their own, so name ganache or anvil")
    settings = {name: there[key] for name, key in KNOWN_OF_RUNNING.items()}
    environment = environment_of(folder, settings)
    compile_contracts(folder, environment)
    write_brownie_home(folder, there["port"])
    return supervise(with_network(options.command, there["network"]), environment)


def environment_of(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    network = settings.get("SALUS_NETWORK", NO_CHAIN)
    own = {"HOME": str(folder), "TMPDIR": str(folder), WITHIN: BROWNIE_ID.get(network, network)}
    return {**tool_environment(), **settings, **own}


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """A folder for this run alone, gone afterwards, as are those of runs that were killed."""
    RUNS.mkdir(parents=True, exist_ok=True)
    for old in RUNS.iterdir():
        owner = old.name.split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=RUNS))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def local_settings(network: str, folder: Path) -> dict[str, str]:
    """An address book that ends with the chain, unless the caller names a folder for it."""
    book = os.environ.get("SALUS_DEPLOYMENTS") or str(folder / "deployments")
    return {"SALUS_NETWORK": network, "SALUS_DEPLOYMENTS": book}


def live_settings(network: str) -> dict[str, str]:
    """What .env says, with the address of a live network's node. The environment goes before .env."""
    groups = yaml.safe_load(NETWORKS.read_text())["live"]
    entries = {entry["id"]: entry for group in groups for entry in group["networks"]}
    if network not in entries:
        known = ", ".join([*HARD_FORKS, RUNNING, *entries])
        raise RunError(f"unknown network {network!r}; tools/networks.yaml lists {known}")
    variable = entries[network]["host"].removeprefix("$")
    from_file = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value}
    settings = {**from_file, **{name: os.environ[name] for name in from_file if name in os.environ}}
    address = os.environ.get(variable) or settings.get(variable)
    if not address:
        raise RunError(f"{network} needs the address of a node: set {variable} in the environment or in .env")
    found, wanted = chain_id_of(address, through_proxy=True), entries[network]["chainid"]
    if found is None:
        raise RunError(f"the node in {variable} does not answer; look at its address and at the node")
    if found != wanted:
        raise RunError(f"the node in {variable} is on chain {found}, {network} is chain {wanted}")
    return {**settings, variable: address, "SALUS_NETWORK": network, "SALUS_RPC_URL": address}


def write_brownie_home(folder: Path, port: int | None = None) -> None:
    home = folder / ".brownie"
    home.mkdir(exist_ok=True)
    networks = yaml.safe_load(NETWORKS.read_text())
    if port is not None:
        for network in networks["development"]:
            network["cmd_settings"]["port"] = port
    (home / "network-config.yaml").write_text(yaml.safe_dump(networks))
    for name, shared in SHARED_BROWNIE_DATA.items():
        shared.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (home / name).symlink_to(shared)
    KEYSTORES.chmod(0o700)


def compile_contracts(folder: Path, environment: Mapping[str, str]) -> None:
    """Compile what a change affects, one run at a time: `build/` is written in place."""
    write_brownie_home(folder)
    with (CACHE / "compile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not compiled.changes(ROOT, compiled.Record.load(ROOT)):
            return
        code = supervise(COMPILE, environment)
        if code > 128:
            sys.exit(code)
        if code != 0:
            raise RunError("the contracts do not compile; the compiler's messages are above")


def with_network(command: list[str], network: str) -> list[str]:
    if (
        command[0] == "brownie"
        and len(command) > 1
        and command[1] in TAKES_NETWORK
        and "--network" not in command
        and network
    ):
        return [*command, "--network", BROWNIE_ID.get(network, network)]
    return command


if __name__ == "__main__":
    sys.exit(main())
