"""How often an action asks the node, measured through a proxy

given a chain of a thousand blocks on which claims were decided
    the first time, an action should read the events in a few calls
    the next time, it should read only what is new: one call for each contract
    both times it should say the same

SALUS_TEST_BLOCKS and SALUS_TEST_LATENCY (seconds) set another length of the chain, and a slow node; with
`-- -s` the figures are printed.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from typing import NamedTuple

import pytest
from brownie import chain, web3

from tests.scripts.conftest import RELAYER, Clinic
from tests.support.announcing import between

BLOCKS = int(os.environ.get("SALUS_TEST_BLOCKS") or 1_000)
PACE = 2
"""Seconds to a block: within them enough are settled, and no review window ends."""
FAMILY = "--table=family"
ACTIONS = (
    ("hospital", "status", "--provider=1", "--outbox={outbox}"),
    (
        "patient",
        "claims",
        "--card={keys}/member-0.card.json",
        "--cover={keys}/member-0.cover.json",
        "--table=family",
    ),
    ("keeper", "settle-due", f"--account={RELAYER}"),
    ("governor", "status"),
)


class Run(NamedTuple):
    words: str
    logs: int
    calls: int
    seconds: float
    processor: float
    """Seconds of processor time, of which a start-up consists."""


def mine(blocks: int) -> None:
    if os.environ["SALUS_NETWORK"] == "anvil":
        web3.provider.make_request("anvil_mine", [hex(blocks), hex(PACE)])
    else:
        chain.mine(blocks, timedelta=PACE * blocks)


def run(clinic: Clinic, action: tuple[str, ...]) -> Run:
    places = {"outbox": clinic.outbox, "keys": clinic.path("keys-0")}
    delay = float(os.environ.get("SALUS_TEST_LATENCY") or 0)
    with between(str(web3.provider.endpoint_uri), delay=delay) as proxy:
        command = [sys.executable, "-m", "salus.cli", *(word.format(**places) for word in action)]
        started, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            command,
            env={**os.environ, "SALUS_RPC_URL": proxy.url},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        seconds, now = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    assert done.returncode == 0, done.stdout + done.stderr
    return Run(done.stdout, proxy.calls["eth_getLogs"], sum(proxy.calls.values()), seconds, processor)


@pytest.mark.apart
def test_an_action_reads_what_is_new(clinic: Clinic) -> None:
    clinic.attest()
    clinic.file()
    for _ in range(0, BLOCKS, 500):
        mine(500)
    for action in ACTIONS:
        cold, warm = run(clinic, action), run(clinic, action)
        sys.stderr.write(
            f"{' '.join(action[:2])}: {cold.logs} then {warm.logs} eth_getLogs of {cold.calls} then "
            f"{warm.calls} calls, {cold.seconds:.1f} then {warm.seconds:.1f} s, of which "
            f"{warm.processor:.2f} s of processor time\n"
        )
        assert re.sub(r"\d+:\d\d", "", warm.words) == re.sub(r"\d+:\d\d", "", cold.words)
        assert warm.logs <= 1
        assert warm.calls <= cold.calls - 3, "what was kept is asked for again"
        assert warm.processor < 2, "some module is loaded that the action does not need"
        assert cold.logs <= 8
