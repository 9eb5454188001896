"""salus.chain.logs and event_layout

given a node that limits eth_getLogs, in the words of several
    ranges should be halved until they fit, and grow again
    each block should be asked for once, in order
given a node that refuses even one block, that is busy, or that lacks the method
    the error should be raised, and not be taken for too much
given an answer that is no list, it should be named
given a log
    its event should be the one that web3 reads from it, with addresses as they are written
    data of another form should be an error that names the transaction
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from web3 import Web3

from salus.base.errors import ChainError, NodeBusy, NodeRefused
from salus.chain.abis import abi_of
from salus.chain.event_layout import layout_of
from salus.chain.events import ClaimDecided, Event, PolicyIssued, ProviderAccredited, kinds_of
from salus.chain.http_node import Node
from salus.chain.logs import Log, Span, from_node, read
from salus.chain.manifest import CONTRACTS
from tests.support.bad_node import Answer, BadNode, bad_node

DESK = Web3.to_checksum_address("0x" + "de" * 20)


class Limited(BadNode):
    """Answers `eth_getLogs` for so many blocks."""

    def __init__(self, most: int, words: str, code: int) -> None:
        super().__init__({})
        self.most, self.refused = most, Answer(error={"code": code, "message": words})
        self.ranges: list[tuple[int, int]] = []

    def answer(self, call: dict[str, Any]) -> Answer:
        (asked,) = call["params"]
        first, last = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
        if last - first + 1 > self.most:
            return self.refused
        self.ranges.append((first, last))
        return Answer([])


@pytest.mark.apart
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-32005, "query returned more than 10000 results"),
        (-32000, "exceed maximum block range: 50000"),
        (-32602, "Log response size exceeded. You can make requests with up to a 2K block range"),
        (-32600, "eth_getLogs is limited to a 10,000 range"),
        (35, "ranges over 10000 blocks are not supported on freetier"),
        (-32000, "query timeout exceeded"),
        (-32012, "block range is too wide"),
    ],
)
def test_ranges_shrink_until_they_fit_and_grow_again(code: int, words: str) -> None:
    limited = Limited(700, words, code)
    with bad_node() as server:
        server.answer = limited.answer  # type: ignore[method-assign]
        w3 = Web3(Node(server.url, patience=0))
        span = Span()
        parts = [end for end, _ in read(w3, DESK, [None], 5, 30_000, span)]

    starts = [first for first, _ in limited.ranges]
    ends = [last for _, last in limited.ranges]
    assert (starts[0], ends[-1]) == (5, 30_000)
    assert starts[1:] == [end + 1 for end in ends[:-1]]
    assert parts == ends
    assert max(last - first for first, last in limited.ranges) + 1 > 350
    assert span.size <= 1_400


def test_a_node_without_limits_is_asked_a_few_times() -> None:
    free = Limited(10**9, "", 0)
    with bad_node() as server:
        server.answer = free.answer  # type: ignore[method-assign]
        list(read(Web3(Node(server.url, patience=0)), DESK, [None], 0, 15_000_000))

    assert len(free.ranges) == 7


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": -32000, "message": "block range is too wide"}, NodeRefused),
        ({"code": -32601, "message": "the method eth_getLogs does not exist"}, NodeRefused),
        ({"code": -32005, "message": "request rate limited"}, NodeBusy),
        ({"code": -32000, "message": "the moon is full"}, NodeRefused),
    ],
)
def test_other_refusals_are_raised(error: dict[str, Any], kind: type[Exception]) -> None:
    with bad_node(eth_getLogs=Answer(error=error)) as server:
        w3 = Web3(Node(server.url, patience=0))
        with pytest.raises(kind):
            list(read(w3, DESK, [None], 0, 5_000))

        asked = server.count("eth_getLogs")
    assert asked == (13 if "range" in error["message"] else 1)


def test_an_answer_without_logs_is_named() -> None:
    with bad_node(eth_getLogs=Answer(None)) as server:
        w3 = Web3(Node(server.url, patience=0))
        with pytest.raises(NodeRefused, match="answers eth_getLogs with no list of logs"):
            list(read(w3, DESK, [None], 0, 5_000))


def log_of(kind: type[Event], indexed: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {
        "address": DESK.lower(),
        "blockNumber": "0x7",
        "logIndex": "0x2",
        "transactionIndex": "0x0",
        "transactionHash": "0x" + "0a" * 32,
        "blockHash": "0x" + "0b" * 32,
        "topics": [values[0] for values in layout_of(kind).topics(indexed) if values],
        "data": "0x" + data.hex(),
        "removed": False,
    }


def test_an_event_is_what_web3_reads() -> None:
    admin = "0x" + "ab" * 20
    data = encode(["address", "uint32", "uint32", "bytes32"], [admin, 20_000, 21_000, bytes(range(32))])
    log = log_of(ProviderAccredited, {"provider": 7}, data)

    event = layout_of(ProviderAccredited).decode(from_node(log))

    contract = Web3().eth.contract(DESK, abi=abi_of("ProviderRegistry"))
    raw = {**log, "blockNumber": 7, "logIndex": 2}
    raw |= {name: bytes.fromhex(log[name][2:]) for name in ("transactionHash", "blockHash", "data")}
    raw["topics"] = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    theirs = contract.events.ProviderAccredited().process_log(raw)  # type: ignore[arg-type]
    assert (event.provider, event.admin, event.from_, event.until, event.licence) == tuple(
        theirs["args"][name] for name in ("provider", "admin", "from", "until", "licence")
    )
    assert event.admin == Web3.to_checksum_address(admin)
    assert (event.address, event.place, event.transaction) == (DESK, (7, 2), "0x" + "0a" * 32)


def test_data_of_another_form_names_the_transaction() -> None:
    log = Log(DESK, 7, 2, "0x0a", (layout_of(PolicyIssued).topic, *["0x" + "00" * 32] * 3), b"short")

    with pytest.raises(ChainError, match="PolicyIssued in transaction 0x0a has data of another form"):
        layout_of(PolicyIssued).decode(log)


def test_every_kind_stands_in_its_contracts_interface() -> None:
    kinds = [kind for name in (*CONTRACTS, "RiskPool") for kind in kinds_of(name)]

    assert ClaimDecided in kinds
    assert len({layout_of(kind).topic for kind in kinds}) == len(kinds) >= 18
    for kind in kinds:
        assert all(layout_of(kind).place(name) for name in kind.kept_by), kind
