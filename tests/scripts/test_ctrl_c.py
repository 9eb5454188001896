"""scripts.hospital as a process of its own that is stopped by Ctrl-C

given a hospital that attests, or files
    when SIGINT comes while records are read, while the batch is signed, before a transaction leaves, before
    its answer is there, or while it is waited for
        it ends with 130 and one line, and shows no traceback
        nothing is lost, and the same command goes on from there: each bill is attested and filed once
    when it runs under `brownie run`: the same
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from brownie import accounts, web3

from salus.chain import events
from salus.outbox import State
from tests.scripts.conftest import READY, Clinic, states
from tools.run import BROWNIE_ID, write_brownie_home

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds."""
STOPPED = "Stopped. Nothing is lost: run the same command again, and it goes on from here."
DECIDED = [State.PAID, State.PAID, State.HELD, State.HELD]


class Between:
    """A node in front of the node, which keeps one method's answer back: asked or not, as `passes` says."""

    def __init__(self, method: str, *, passes: bool) -> None:
        self.reached, self.leave = threading.Event(), threading.Event()
        node = str(web3.provider.endpoint_uri)
        between = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_it = json.loads(body)["method"] == method
                if is_it and not passes:
                    between.hold()
                request = urllib.request.Request(node, body, {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    content = answer.read()
                if is_it and passes:
                    between.hold()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True  # whoever asked is gone

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def hold(self) -> None:
        """Until the process is gone; then what was asked and not passed on must not reach the chain."""
        self.reached.set()
        self.leave.wait(PATIENCE)
        raise ConnectionAbortedError


@contextmanager
def between(method: str, *, passes: bool) -> Iterator[Between]:
    node = Between(method, passes=passes)
    thread = threading.Thread(target=node.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield node
    finally:
        node.leave.set()
        node.server.shutdown()
        node.server.server_close()


def start(command: list[str], **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell's background jobs ignore SIGINT, and their children would
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def hospital(*words: str) -> list[str]:
    return [sys.executable, "-m", "scripts.hospital", *words]


def stop(process: subprocess.Popen[str], release: Callable[[], None]) -> None:
    """Ctrl-C, and what must then be seen. What the process waits for ends after the signal: one that comes in
    the moment before a wait begins is seen only when it is over."""
    process.send_signal(signal.SIGINT)
    release()
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 130, out + err
    assert "Traceback" not in out + err
    assert err.strip().splitlines()[-1] == STOPPED
    assert (out + err).count(STOPPED) == 1


def attest_words(clinic: Clinic) -> list[str]:
    return [
        "attest",
        "provider=1",
        f"records={clinic.records}",
        f"cards={clinic.path('cards')}",
        "table=family",
        f"readers={clinic.reader}",
        f"outbox={clinic.outbox}",
    ]


@contextmanager
def waiting_for_a_recipient(
    clinic: Clinic, started: Callable[[], subprocess.Popen[str]]
) -> Iterator[tuple[subprocess.Popen[str], Callable[[], None]]]:
    """The process, as it reads the second patient's records, and what ends that: her age key is a pipe."""
    clinic.treat_too(1)
    recipient = clinic.path("cards") / clinic.patients[1].patient.id / "record.age"
    kept = recipient.read_bytes()
    recipient.unlink()
    os.mkfifo(recipient)
    try:
        process = started()
        pipe = opened(recipient, process)
        yield process, lambda: os.close(pipe)
    finally:
        recipient.unlink()
        recipient.write_bytes(kept)


def opened(pipe: Path, process: subprocess.Popen[str]) -> int:
    """The writing end, once the process wants to read."""
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
    with between("eth_blockNumber", passes=False) as node:
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
