"""scripts.hospital in a separate process that Ctrl-C stops

given a hospital that attests or files
    when SIGINT arrives while it reads records, while it signs the batch, before it sends a transaction,
    before the answer arrives, or while it waits for the block
        it should end with 130 and one line, without a traceback
        nothing should be lost, and the same command should continue: it attests and files each bill once
    when it runs under `brownie run`, it should do the same
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from brownie import accounts, web3

from salus.chain import events
from salus.provider.outbox import State
from tests.scripts.conftest import READY, Clinic, states
from tests.support.ending import flags
from tests.support.stopping import PATIENCE, between, start, stop
from tools.run import BROWNIE_ID, write_brownie_home

DECIDED = [State.PAID, State.PAID, State.HELD, State.HELD]


def hospital(action: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "salus.cli", "hospital", action, *flags(*words)]


def attest_words(clinic: Clinic) -> list[str]:
    return [
        "attest",
        "provider=1",
        f"records={clinic.records}",
        f"cards={clinic.path('cards')}",
        "table=family",
        f"readers={clinic.reader}",
        f"outbox={clinic.outbox}",
        f"profile={clinic.profile}",
    ]


@contextmanager
def waiting_for_a_recipient(
    clinic: Clinic, started: Callable[[], subprocess.Popen[str]]
) -> Iterator[tuple[subprocess.Popen[str], Callable[[], None]]]:
    """Starts the process, which then waits for the second patient's age key: a pipe that a call closes."""
    clinic.treat_too(1)
    recipient = clinic.path("cards") / clinic.patients[1].patient.id / "record.age"
    content = recipient.read_bytes()
    recipient.unlink()
    os.mkfifo(recipient)
    try:
        process = started()
        pipe = opened(recipient, process)
        yield process, lambda: os.close(pipe)
    finally:
        recipient.unlink()
        recipient.write_bytes(content)


def opened(pipe: Path, process: subprocess.Popen[str]) -> int:
    """Returns the writing end of the pipe, once the process reads from it."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.05)
    process.kill()
    raise AssertionError("".join(process.communicate()))


def goes_on_reading(clinic: Clinic) -> None:
    assert states(clinic) == [State.DRAFTED] * READY
    clinic.attest()
    assert set(states(clinic)) == {State.ATTESTED}
    assert len(states(clinic)) > READY


def test_while_records_are_read(clinic: Clinic) -> None:
    with waiting_for_a_recipient(
        clinic, lambda: start(hospital(*attest_words(clinic)), SALUS_RPC_URL=web3.provider.endpoint_uri)
    ) as (process, release):
        stop(process, release)

    goes_on_reading(clinic)


def test_under_brownie_run(clinic: Clinic, tmp_path: Path) -> None:
    write_brownie_home(tmp_path, urlsplit(web3.provider.endpoint_uri).port)
    network = BROWNIE_ID[os.environ["SALUS_NETWORK"]]
    action, *words = attest_words(clinic)
    command = ["brownie", "run", "hospital", action, *words, "--network", network]
    with waiting_for_a_recipient(clinic, lambda: start(command, HOME=str(tmp_path))) as (process, release):
        stop(process, release)

    goes_on_reading(clinic)


def test_while_the_batch_is_signed(clinic: Clinic) -> None:
    # the chain is read up to its last block before the records and before the signature
    with between("eth_blockNumber", passes=False, spared=2) as node:
        process = start(hospital(*attest_words(clinic)), SALUS_RPC_URL=node.url)
        assert node.reached.wait(PATIENCE)
        stop(process, node.leave.set)
    assert states(clinic) == [State.DRAFTED] * READY

    clinic.attest()

    assert states(clinic) == [State.ATTESTED] * READY


@pytest.mark.parametrize(
    ("method", "passes", "filed"),
    [
        ("eth_call", False, 0),
        ("eth_sendRawTransaction", False, 0),
        ("eth_sendRawTransaction", True, 1),
        ("eth_getTransactionReceipt", False, 1),
    ],
)
def test_while_lines_are_filed(clinic: Clinic, method: str, passes: bool, filed: int) -> None:
    clinic.attest()
    accounts[9].transfer(clinic.parent.address, "1 ether")
    words = ("file", "provider=1", f"outbox={clinic.outbox}", "at_once=1")

    with between(method, passes=passes) as node:
        process = start(hospital(*words), SALUS_RPC_URL=node.url)
        assert node.reached.wait(PATIENCE)
        stop(process, node.leave.set)
    assert decided(clinic) == filed
    assert len(states(clinic)) == READY
    clinic.file("at_once=1")

    assert decided(clinic) == READY
    assert states(clinic) == DECIDED


def decided(clinic: Clinic) -> int:
    return len(list(clinic.chain.past(events.ClaimDecided)))
