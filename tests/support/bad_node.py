"""A small HTTP server in the place of a node: it answers each call as a test says, late or not at all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any


@dataclass
class Answer:
    """What the server does with one call. With `drop` it closes the connection; `delay` is in seconds."""

    result: Any = None
    error: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    delay: float = 0
    drop: bool = False


NO_SUCH_METHOD = Answer(error={"code": -32601, "message": "no such method"})


@dataclass
class BadNode:
    """`plan` gives the answers of each method in order; the last one stays. `asked` has the calls so far."""

    plan: dict[str, list[Answer]]
    url: str = ""
    asked: list[tuple[str, Any, float]] = field(default_factory=list)

    def answer(self, call: dict[str, Any]) -> Answer:
        self.asked.append((call["method"], call["params"], time.monotonic()))
        answers = self.plan.get(call["method"]) or [
            Answer(error={"code": -32601, "message": "no such method"})
        ]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def count(self, method: str) -> int:
        return sum(asked == method for asked, _, _ in self.asked)

    def pauses(self) -> list[float]:
        """Seconds between one call and the next."""
        times = [at for _, _, at in self.asked]
        return [later - earlier for earlier, later in pairwise(times)]


@contextmanager
def serving(handle: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]) -> Iterator[str]:
    """A server on a free port that hands each JSON-RPC call to `handle`; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            handle(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # the client is gone

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def bad_node(**plan: Sequence[Answer] | Answer) -> Iterator[BadNode]:
    """A server whose every method has its answers: `bad_node(eth_chainId=Answer("0x1"))`."""
    answers = {
        method: [given] if isinstance(given, Answer) else list(given) for method, given in plan.items()
    }
    node = BadNode({"eth_chainId": [Answer("0x539")], **answers})

    def handle(request: BaseHTTPRequestHandler, call: dict[str, Any]) -> None:
        answer = node.answer(call)
        time.sleep(answer.delay)
        if answer.drop:
            raise ConnectionAbortedError
        content = {"jsonrpc": "2.0", "id": call["id"]}
        content |= {"error": answer.error} if answer.error is not None else {"result": answer.result}
        respond(request, json.dumps(content).encode() if answer.body is None else answer.body, answer)

    with serving(handle) as url:
        node.url = url
        yield node


def respond(request: BaseHTTPRequestHandler, body: bytes, answer: Answer | None = None) -> None:
    request.send_response(answer.status if answer else 200)
    for name, value in (answer.headers if answer else {}).items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
