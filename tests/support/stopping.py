"""A script in a separate process that Ctrl-C stops, and a node that makes it wait."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from brownie import web3

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds."""
STOPPED = "Stopped. Nothing is lost: run the same command again, and it goes on from here."


class Between:
    """A proxy in front of the node that holds back the answer to one method, and answers nothing after that.

    The first `spared` calls are answered. `passes` says whether the node receives the call that is held back.
    With a selector, only calls of that function count.
    """

    def __init__(self, method: str, *, passes: bool, spared: int, selector: str) -> None:
        self.spared = spared
        self.reached, self.leave = threading.Event(), threading.Event()
        node = str(web3.provider.endpoint_uri)
        between = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if between.reached.is_set():
                    raise ConnectionAbortedError
                is_it = json.loads(body)["method"] == method and selector.encode() in body
                if is_it and between.spared:
                    is_it, between.spared = False, between.spared - 1
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
                    self.close_connection = True  # the client is gone

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def hold(self) -> None:
        """Waits until the process is gone; a call that was not passed on must not reach the chain then."""
        self.reached.set()
        self.leave.wait(PATIENCE)
        raise ConnectionAbortedError


@contextmanager
def between(method: str, *, passes: bool, spared: int = 0, selector: str = "") -> Iterator[Between]:
    node = Between(method, passes=passes, spared=spared, selector=selector)
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
        # A shell's background jobs ignore SIGINT, and so would their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def stop(process: subprocess.Popen[str], release: Callable[[], None]) -> None:
    """Sends Ctrl-C and checks the outcome.

    `release` ends the process's wait after the signal, because a signal just before a wait begins is noticed
    only when the wait is over.
    """
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
