"""A contract that announces what it is told, on an Anvil, and a proxy that counts and delays."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from web3 import Web3

from salus.chain import events
from salus.chain.event_layout import layout_of
from salus.chain.event_reader import EventReader
from salus.chain.event_store import EventStore
from salus.chain.events import ClaimEvent, ClaimPaid, ClaimWithdrawn
from salus.chain.history import past
from salus.chain.node import connect
from tests.support.bad_node import respond, serving

DESK = Web3.to_checksum_address("0x" + "de" * 20)
PAYEE = Web3.to_checksum_address("0x" + "ab" * 20)
ANNOUNCES = "0x60803603608060003760603560403560203560003560803603" + "6000a400"
"""Runtime code: LOG4 with the first four words of the calldata as topics, and the rest as data."""


BOTH = (ClaimPaid, ClaimWithdrawn)


@dataclass
class Desk:
    """Announces payments and withdrawals, a block each."""

    w3: Web3
    sent: int = 0

    @classmethod
    def on(cls, url: str) -> Desk:
        desk = cls(Web3(Web3.HTTPProvider(url)))
        desk.call("anvil_setCode", DESK, ANNOUNCES)
        return desk

    def call(self, method: str, *params: Any) -> Any:
        answer = self.w3.provider.make_request(method, list(params))  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]

    def pay(self, policy: int, provider: int = 1, bill: int | None = None) -> None:
        self.sent += 1
        data = encode(["address", "uint64"], [PAYEE, self.sent])
        self._announce(layout_of(ClaimPaid).topic, policy, provider, bill, data)

    def withdraw(self, policy: int, provider: int = 1, bill: int | None = None) -> None:
        self.sent += 1
        self._announce(layout_of(ClaimWithdrawn).topic, policy, provider, bill, b"")

    def mine(self, blocks: int, *, every: int = 1) -> None:
        """Blocks so many seconds apart."""
        self.call("anvil_mine", hex(blocks), hex(every))

    @property
    def head(self) -> int:
        return self.w3.eth.block_number

    @property
    def genesis(self) -> str:
        return self.w3.eth.get_block(0)["hash"].to_0x_hex()

    def _announce(self, topic: str, policy: int, provider: int, bill: int | None, data: bytes) -> None:
        words = encode(["uint256"] * 3, [policy, provider, self.sent if bill is None else bill])
        account = self.w3.eth.accounts[0]
        content = bytes.fromhex(topic[2:]) + words + data
        sent = self.w3.eth.send_transaction({"from": account, "to": DESK, "data": content, "gasPrice": 0})  # type: ignore[typeddict-item]
        assert self.w3.eth.wait_for_transaction_receipt(sent)["status"] == 1


@dataclass
class Between:
    """A proxy before a node. It counts the calls, waits `delay` seconds before each, refuses `eth_getLogs`
    over more than `most` blocks, and is silent after so many `eth_getLogs`."""

    node: str
    delay: float = 0
    most: int | None = None
    stops_after: int | None = None
    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    ranges: list[tuple[int, int]] = field(default_factory=list)

    def forget(self) -> None:
        self.calls.clear()
        self.ranges.clear()

    def handle(self, request: BaseHTTPRequestHandler, call: dict[str, Any]) -> None:
        self.calls[call["method"]] += 1
        time.sleep(self.delay)
        if call["method"] == "eth_getLogs":
            asked = call["params"][0]
            first, last = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
            if self.stops_after is not None and self.calls["eth_getLogs"] > self.stops_after:
                time.sleep(60)
            if self.most and last - first >= self.most:
                words = f"exceed maximum block range: {self.most}"
                error = {"code": -32000, "message": words}
                respond(request, json.dumps({"jsonrpc": "2.0", "id": call["id"], "error": error}).encode())
                return
            self.ranges.append((first, last))
        body = json.dumps(call).encode()
        asked_node = urllib.request.Request(self.node, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked_node, timeout=60) as answer:
            respond(request, answer.read())


@contextmanager
def between(node: str, **options: Any) -> Iterator[Between]:
    proxy = Between(node, **options)
    with serving(proxy.handle) as url:
        proxy.url = url
        yield proxy


def reader_of(url: str, path: Path | None, *, depth: int = 2, seconds: int = 0) -> EventReader:
    w3 = connect(url)
    genesis = w3.eth.get_block(0)["hash"].to_0x_hex()
    return EventReader(w3, genesis, EventStore(path) if path else None, depth=depth, seconds=seconds)


def read(reader: EventReader, *kinds: type[ClaimEvent], since: int = 0, **indexed: Any) -> list[ClaimEvent]:
    return list(past(reader, kinds or BOTH, DESK, since=since, indexed=indexed))


def on_chain(desk: Desk, *kinds: type[ClaimEvent], since: int = 0, **indexed: Any) -> list[ClaimEvent]:
    """What the node says, without any store."""
    found = [
        event
        for kind in kinds or BOTH
        for event in events.past(desk.w3, kind, DESK, from_block=since, **indexed)
    ]
    return sorted(found, key=lambda event: event.place)


def as_bytes(number: int) -> bytes:
    return number.to_bytes(32, "big")


def rows(path: Path) -> int:
    with sqlite3.connect(path) as file:
        return int(file.execute("SELECT count(*) FROM logs").fetchone()[0])
