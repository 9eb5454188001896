"""Bring a chain into the world that stays: start its node, deploy the suite, hand out money.

What is killed half-way leaves no node, and no state.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.abi import function_signature_to_4byte_selector

from tools import run
from tools.chain import (
    CHAIN_ID,
    HARD_FORKS,
    ChainError,
    ask,
    command,
    environment,
    free_ports,
    is_free,
    wait_until_answers,
)
from tools.chain_state import FOLDER, STATE, is_same, save
from tools.midwife import KEEP
from tools.places import KEYSTORES, ROOT
from tools.supervise import supervise

USUAL_PORT = 8545
FIRST_RICH, TOKENS_EACH, DECIMALS = 4, 1_000_000, 6
"""Accounts from this number on, which hold no role, get so many test stablecoins."""
MINT_GAS = 200_000
MINES_EACH_SECONDS = 0.05
MINED_WITHIN_SECONDS = 60


def begin(network: str, port: int, clock: int, block: int) -> dict[str, Any]:
    """Starts, deploys and funds a chain; its state, which is on disk when it is all done.

    `port` 0 is the usual one or a free one, `clock` the time of its first block in Unix seconds (0: now),
    `block` the seconds between blocks (0: one for each transaction). Raises ChainError.
    """
    port = port or (USUAL_PORT if is_free(USUAL_PORT) else free_ports(1))
    if not is_free(port):
        raise ChainError(f"port {port} is in use; leave --port out, or name another")
    with run.run_folder() as home:
        settings = run.environment_of(home, {})
        run.compile_contracts(home, settings)
        folder = Path(tempfile.mkdtemp(prefix="data-", dir=FOLDER))
        wanted = command(network, port, HARD_FORKS[network], clock, block)
        print(f"chain: starting {network} and deploying the suite …", flush=True)
        with birth(folder, wanted) as (who, midwife):
            wait_until_answers(who["pid"], port, folder / "log", lambda: is_same(who))
            url, book = f"http://127.0.0.1:{port}", folder / "deployments"
            with mining(url) if block else contextlib.nullcontext():
                deploy(
                    network, port, home, {**settings, "SALUS_RPC_URL": url, "SALUS_DEPLOYMENTS": str(book)}
                )
                stablecoin = fund(url, book)
            first = int(ask(url, "eth_getBlockByNumber", "0x0", False)["timestamp"], 16)
            state = {
                "url": url,
                "chain_id": CHAIN_ID,
                "deployments": str(book),
                "keystores": str(KEYSTORES),
                **who,
                "network": network,
                "port": port,
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
                "clock": datetime.fromtimestamp(first, UTC).isoformat(),
                "block": block,
                "stablecoin": stablecoin,
            }
            save(state)
            assert midwife.stdin is not None
            midwife.stdin.write(f"{KEEP}\n".encode())
            midwife.stdin.flush()
            midwife.wait()
    return state


@contextlib.contextmanager
def birth(folder: Path, wanted: list[str]) -> Iterator[tuple[dict[str, Any], subprocess.Popen[bytes]]]:
    """A node that ends with us, or with this block, unless its midwife is told to keep it; who it is."""
    midwife = subprocess.Popen(
        [sys.executable, "-m", "tools.midwife", str(folder), *wanted],
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a terminal that closes or a Ctrl-C does not reach it
    )
    assert midwife.stdin is not None
    assert midwife.stdout is not None
    try:
        said = midwife.stdout.readline()
        if not said:
            raise ChainError("the node could not be started; what it said is above")
        yield json.loads(said), midwife
    finally:
        with contextlib.suppress(BrokenPipeError):
            midwife.stdin.close()
        midwife.wait()
        midwife.stdout.close()
        if not STATE.exists():
            shutil.rmtree(folder, ignore_errors=True)


def deploy(network: str, port: int, home: Path, settings: dict[str, str]) -> None:
    run.write_brownie_home(home, port)
    words = run.with_network(["brownie", "run", "deploy"], network)
    with (home / "deploy.log").open("w+b") as log:
        code = supervise(words, {**settings, "SALUS_NETWORK": network}, log)
        if code > 128:
            sys.exit(code)
        if code != 0:
            log.seek(0)
            raise ChainError("the suite was not deployed:\n" + log.read().decode(errors="replace").strip())


def fund(url: str, book: Path) -> str:
    """Mints test stablecoins for the accounts without a role; the address of the coin."""
    contracts = json.loads((book / f"{CHAIN_ID}.json").read_text())["contracts"]
    coin = str(contracts["TestStablecoin"]["address"])
    accounts = ask(url, "eth_accounts")
    selector = function_signature_to_4byte_selector("mint(address,uint256)")
    for owner in accounts[FIRST_RICH:]:
        amount = TOKENS_EACH * 10**DECIMALS
        data = "0x" + (selector + encode(["address", "uint256"], [owner, amount])).hex()
        sent = {"from": accounts[0], "to": coin, "data": data, "gas": hex(MINT_GAS), "gasPrice": "0x0"}
        receipt = wait_for(url, ask(url, "eth_sendTransaction", sent))
        if int(receipt["status"], 16) != 1:
            raise ChainError(f"the mint for {owner} failed; look at the node's log")
    return coin


def wait_for(url: str, transaction: str) -> dict[str, Any]:
    deadline = time.monotonic() + MINED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        receipt = ask(url, "eth_getTransactionReceipt", transaction)
        if receipt:
            return dict(receipt)
        time.sleep(MINES_EACH_SECONDS)
    raise ChainError("a transaction was not mined within a minute")


@contextlib.contextmanager
def mining(url: str) -> Iterator[None]:
    """Blocks without a wait while the suite is deployed on a chain that makes one every few seconds."""
    done = threading.Event()

    def mine() -> None:
        while not done.wait(MINES_EACH_SECONDS):
            with contextlib.suppress(ChainError):
                ask(url, "evm_mine")

    miner = threading.Thread(target=mine, daemon=True)
    miner.start()
    try:
        yield
    finally:
        done.set()
        miner.join()
