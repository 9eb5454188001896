"""salus.chain.http_node before nodes that misbehave: a real HTTP server that answers as it should not

given a node that takes no more calls
    when it says when to come back, it should be asked again then, be the answer 429, 503 or a JSON-RPC error
    when it says a time too far off, the error should name the time at once
    when it says no time, it should be asked ever more rarely, until patience ends in NodeBusy
    a transaction that the node signs should be sent again after 429, and after 503 not
given a node that hangs, the error should name the seconds waited
given a node that hangs up, the error should say so
given an error that is no contract's
    each kind should be an error of its type, with host and remedy, on the plain call and while sending
    no word of the node's address should show, be it in the node's own words
given a watcher
    it should hear of a wait after two seconds, each second, and of its end; of a short one nothing
given JSON that is no JSON-RPC, or a result that is not what the method promises
    it should be NodeUnreachable, on the plain call and through web3
given an address without code
    the error should name address and contract, and one with code that answers nothing should pass
given several calls, the chain's number should be asked for once
"""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest
from eth_account import Account
from web3 import Web3

from salus.base.errors import (
    FeeTooLow,
    InsufficientFunds,
    NoContract,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
    NonceUsed,
    Reverted,
)
from salus.chain import Action, Unlocked, sending, waiting
from salus.chain.abis import abi_of
from salus.chain.http_node import Node
from tests.support.bad_node import Answer, bad_node

KEY = "0123456789abcdef0123"
SOMEWHERE = "0x" + "ab" * 20
SENDER = Web3.to_checksum_address("0x" + "5e" * 20)


def node(url: str, *, patience: float = 0, timeout: float = 60) -> Node:
    return Node(f"{url}/v3/{KEY}", patience=patience, timeout=timeout)


def ask(asked: Node, method: str = "eth_blockNumber", params: Any = ()) -> Any:
    return asked.make_request(method, list(params))["result"]  # type: ignore[arg-type]


def in_seconds(seconds: int) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("refused", "least"),
    [
        (Answer(status=429, headers={"Retry-After": "1"}), 1.0),
        (Answer(status=503, headers={"Retry-After": "1"}), 1.0),
        (Answer(status=429), 0.4),
        (
            Answer(error={"code": -32005, "message": "request rate limited"}),
            0.4,
        ),
        (
            Answer(
                error={"code": -32005, "message": "slow down", "data": {"rate": {"backoff_seconds": 0.7}}}
            ),
            0.7,
        ),
    ],
)
def test_is_asked_again_when_it_says(refused: Answer, least: float) -> None:
    with bad_node(eth_blockNumber=[refused, Answer("0x7")]) as server:
        assert ask(node(server.url, patience=10)) == "0x7"

        (pause,) = server.pauses()
    assert least <= pause < least + 2


def test_understands_a_date() -> None:
    refused = Answer(status=429, headers={"Retry-After": in_seconds(2)})
    with bad_node(eth_blockNumber=[refused, Answer("0x7")]) as server:
        assert ask(node(server.url, patience=10)) == "0x7"

        (pause,) = server.pauses()
    assert 0.5 < pause < 3


def test_a_time_too_far_off_is_named_at_once() -> None:
    with bad_node(eth_blockNumber=Answer(status=429, headers={"Retry-After": "3600"})) as server:
        with pytest.raises(NodeBusy) as ended:
            ask(node(server.url, patience=10))

        assert server.count("eth_blockNumber") == 1
    host = server.url.removeprefix("http://")
    assert str(ended.value) == (
        f"the node at {host} answers 429 (too many calls), and asks to wait 3600 seconds; run again later, "
        "or choose another node"
    )
    assert ended.value.wait == 3600


def test_is_asked_ever_more_rarely() -> None:
    with bad_node(eth_blockNumber=Answer(status=429)) as server:
        with pytest.raises(NodeBusy, match=r"answers 429 \(too many calls\); run again later"):
            ask(node(server.url, patience=0.7))

        pauses = server.pauses()
    assert len(pauses) >= 2
    assert pauses[1] > pauses[0] * 1.5


@pytest.mark.parametrize(("status", "sent"), [(429, 2), (503, 1)])
def test_a_transaction_of_the_nodes_account(status: int, sent: int) -> None:
    refused = Answer(status=status, headers={"Retry-After": "0"})
    with bad_node(eth_sendTransaction=[refused, Answer("0x01")]) as server:
        asked = node(server.url, patience=5)
        if sent == 2:
            assert ask(asked, "eth_sendTransaction", [{}]) == "0x01"
        else:
            with pytest.raises(NodeUnreachable, match=r"answers 503"):
                ask(asked, "eth_sendTransaction", [{}])

        assert server.count("eth_sendTransaction") == sent


def test_a_node_that_hangs_is_given_up_in_words() -> None:
    hung = bad_node(eth_blockNumber=Answer("0x7", delay=5))
    with hung as server, pytest.raises(NodeUnreachable) as ended:
        ask(node(server.url, timeout=1.2))

    host = server.url.removeprefix("http://")
    assert str(ended.value) == (
        f"the node at {host} has not answered for 1 seconds; run again, or choose another"
    )


def test_a_node_that_hangs_up_is_asked_again_and_then_named() -> None:
    with bad_node(eth_blockNumber=[Answer(drop=True), Answer("0x7")]) as server:
        assert ask(node(server.url, patience=5)) == "0x7"
    words = "closed the connection without an answer; run again"
    with (
        bad_node(eth_blockNumber=Answer(drop=True)) as server,
        pytest.raises(NodeUnreachable, match=words),
    ):
        ask(node(server.url))


REFUSALS: list[tuple[int, str, type[NodeRefused], str]] = [
    (
        -32601,
        "the method eth_x does not exist",
        NodeRefused,
        "does not offer eth_estimateGas",
    ),
    (-32000, "Method not found", NodeRefused, "does not offer eth_estimateGas; choose a node that does"),
    (-32000, "header not found", NodeRefused, "does not have the block that eth_estimateGas asks for"),
    (-32000, "missing trie node 7f1 (path )", NodeRefused, "choose a node that keeps all blocks"),
    (-32000, "insufficient funds for gas * price + value", InsufficientFunds, f"{SENDER} has too little"),
    (-32003, "Insufficient funds for gas * price + value", InsufficientFunds, "bring it some"),
    (
        -32000,
        "nonce too low: next nonce 7, tx nonce 5",
        NonceUsed,
        "another transaction with the same number",
    ),
    (-32000, "replacement transaction underpriced", FeeTooLow, "no transaction at this price of gas"),
    (-32000, "max fee per gas less than block base fee: address 0x…", FeeTooLow, "run again"),
    (-32000, "exceeds block gas limit", NodeRefused, "needs more gas"),
    (-32002, "unauthorized: must be authenticated", NodeRefused, "check the key in the node's address"),
    (-32099, "the moon is full", NodeRefused, r"refuses eth_estimateGas: the moon is full \(-32099\)"),
]


@pytest.mark.parametrize(("code", "message", "kind", "words"), REFUSALS)
def test_each_error_has_its_type_and_its_way_out(
    code: int, message: str, kind: type[NodeRefused], words: str
) -> None:
    with bad_node(eth_estimateGas=Answer(error={"code": code, "message": message})) as server:
        with pytest.raises(kind, match=words) as ended:
            ask(node(server.url, patience=10), "eth_estimateGas", [{"from": SENDER}])

        assert server.count("eth_estimateGas") == 1
    assert type(ended.value) is kind
    assert (ended.value.code, ended.value.words) == (code, message)
    assert ended.value.remedy
    assert KEY not in str(ended.value)


def test_no_key_shows_in_the_nodes_own_words() -> None:
    said = f"key {KEY} has reached its end, see https://node.example/v3/{KEY}"
    talkative = bad_node(eth_blockNumber=Answer(error={"code": -1, "message": said}))
    with talkative as server, pytest.raises(NodeRefused) as ended:
        ask(node(server.url))

    assert "refuses eth_blockNumber: key … has reached its end, see (an address) (-1)" in str(ended.value)


@pytest.mark.parametrize("said", [f"KEY {KEY.upper()} is off", "key a+b/c-d_e%2Bf is off\x1b[2J\a"])
def test_no_key_shows_in_another_spelling(said: str) -> None:
    talkative = bad_node(eth_blockNumber=Answer(error={"code": 3, "message": said}))
    with talkative as server, pytest.raises(NodeRefused) as ended:
        ask(Node(f"{server.url}/{KEY}?key=a%2Bb%2Fc-d_e%252Bf", patience=0))

    assert "key … is off" in str(ended.value).replace("KEY", "key")
    assert str(ended.value).isprintable()


NO_ANSWERS = [
    b"null",
    b"[]",
    b"7",
    b'"zz"',
    b"<html>",
    b'{"jsonrpc": "2.0", "id": 1}',
    b'{"jsonrpc": "2.0", "id": 1, "error": null}',
    b'{"jsonrpc": "2.0", "id": 1, "result": "zz"}',
    b'{"jsonrpc": "2.0", "id": 1, "result": null}',
    b'{"jsonrpc": "2.0", "id": 1, "result": {}}',
]


@pytest.mark.parametrize("body", NO_ANSWERS)
@pytest.mark.parametrize("method", ["chain_id", "block_number", "gas_price"])
def test_what_is_no_answer(method: str, body: bytes) -> None:
    said = Answer(body=body)
    with bad_node(eth_chainId=said, eth_blockNumber=said, eth_gasPrice=said) as server:
        w3 = Web3(node(server.url))
        for _ in range(2):
            with pytest.raises(NodeUnreachable, match="does not answer in JSON-RPC; start it or choose"):
                getattr(w3.eth, method)


@pytest.mark.parametrize(
    ("method", "ask_for", "result"),
    [
        ("eth_getBlockByNumber", lambda eth: eth.get_block("latest"), {"number": "0x1"}),
        (
            "eth_getBlockByNumber",
            lambda eth: eth.get_block("latest"),
            {"number": "0x1", "hash": "0x01", "timestamp": "soon"},
        ),
        ("eth_getBlockByNumber", lambda eth: eth.get_block("latest"), [7]),
        ("eth_getLogs", lambda eth: eth.get_logs({}), {}),
        ("eth_getLogs", lambda eth: eth.get_logs({}), [{"topics": []}]),
        ("eth_getLogs", lambda eth: eth.get_logs({}), ["0x"]),
        ("eth_getCode", lambda eth: eth.get_code(SENDER), None),
        ("eth_call", lambda eth: eth.call({"to": SENDER}), "hello"),
        ("eth_getTransactionReceipt", lambda eth: eth.get_transaction_receipt("0x" + "01" * 32), "0x"),
        (
            "eth_getTransactionReceipt",
            lambda eth: eth.get_transaction_receipt("0x" + "01" * 32),
            {"status": "fine"},
        ),
        ("eth_accounts", lambda eth: eth.accounts, {}),
    ],
)
def test_a_result_of_another_shape(method: str, ask_for: Any, result: Any) -> None:
    words = "does not answer in JSON-RPC"
    answering = bad_node(**{method: Answer(result)})
    with answering as server, pytest.raises(NodeUnreachable, match=words):
        ask_for(Web3(node(server.url)).eth)


def prepared(w3: Web3) -> Action:
    token = w3.eth.contract(Web3.to_checksum_address(SOMEWHERE), abi=abi_of("Asset"))
    return Action("Asset", token.functions.approve(SENDER, 1), ("Approve.",))


BLOCK = Answer(
    {
        "number": "0x1",
        "hash": "0x" + "01" * 32,
        "timestamp": "0x1",
        "gasLimit": "0x1000000",
        "baseFeePerGas": "0x1",
    }
)
TRUE = Answer("0x" + "01".rjust(64, "0"))


def test_sending_names_the_account_that_cannot_pay() -> None:
    poor = Answer(error={"code": -32000, "message": "insufficient funds for gas"})
    account = Account.create()
    with bad_node(
        eth_call=TRUE,
        eth_getBlockByNumber=BLOCK,
        eth_maxPriorityFeePerGas=Answer("0x1"),
        eth_estimateGas=Answer("0x5208"),
        eth_getTransactionCount=Answer("0x0"),
        eth_sendRawTransaction=poor,
    ) as server:
        w3 = Web3(node(server.url))
        with pytest.raises(InsufficientFunds, match=f"^{account.address} has too little of the chain's coin"):
            sending.send(w3, prepared(w3), account)

        assert server.count("eth_sendRawTransaction") == 1


def test_a_revert_without_data_stays_the_contracts() -> None:
    refused = Answer(error={"code": -32000, "message": "execution reverted"})
    with bad_node(eth_call=refused) as server:
        w3 = Web3(node(server.url))
        with pytest.raises(Reverted, match="the contract refused without a reason"):
            sending.preview(w3, prepared(w3), SENDER)


def test_a_priority_fee_that_the_node_does_not_know_is_worked_out() -> None:
    history = Answer({"oldestBlock": "0x1", "reward": [["0x2"]], "baseFeePerGas": ["0x1"]})
    with bad_node(eth_feeHistory=history) as server:
        w3 = Web3(node(server.url))
        with pytest.warns(UserWarning, match="eth_maxPriorityFeePerGas"):
            assert w3.eth.max_priority_fee > 0


class Heard:
    def __init__(self) -> None:
        self.words: list[str] = []

    def waiting(self, host: str, seconds: int) -> None:
        self.words.append(f"{host} {seconds}")

    def answered(self) -> None:
        self.words.append("answered")


def test_a_watcher_hears_of_a_long_wait_alone() -> None:
    heard = Heard()
    waiting.watch(heard)
    try:
        with bad_node(eth_blockNumber=[Answer("0x1"), Answer("0x2", delay=3.5)]) as server:
            asked = node(server.url)
            assert ask(asked) == "0x1"
            assert heard.words == []
            assert ask(asked) == "0x2"
    finally:
        waiting.watch(None)

    host = server.url.removeprefix("http://")
    assert heard.words == [f"{host} 2", f"{host} 3", "answered"]


def test_a_watcher_hears_of_the_end_of_a_wait_that_failed() -> None:
    heard = Heard()
    waiting.watch(heard)
    try:
        with bad_node(eth_blockNumber=Answer("0x1", delay=9)) as server, pytest.raises(NodeUnreachable):
            ask(node(server.url, timeout=2.5))
    finally:
        waiting.watch(None)

    assert heard.words[-1] == "answered"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            {SOMEWHERE: "ClaimDesk"},
            f"has no contract at {SOMEWHERE}, where the address book lists ClaimDesk; ",
        ),
        ({}, f"has no contract at {SOMEWHERE}; check the address and the network"),
    ],
)
def test_an_address_without_code_is_named(names: dict[str, str], words: str) -> None:
    with bad_node(eth_call=Answer("0x"), eth_getCode=Answer("0x")) as server:
        asked = node(server.url)
        asked.names = names
        with pytest.raises(NoContract, match=words) as ended:
            ask(asked, "eth_call", [{"to": SOMEWHERE}, "latest"])

    assert ended.value.address == SOMEWHERE


def test_the_chain_is_asked_for_its_number_once() -> None:
    with bad_node(eth_blockNumber=Answer("0x7"), eth_gasPrice=Answer("0x1")) as server:
        w3 = Web3(node(server.url))
        assert (w3.eth.chain_id, w3.eth.block_number, w3.eth.gas_price, w3.eth.chain_id) == (1337, 7, 1, 1337)

        assert server.count("eth_chainId") == 1


def test_code_that_answers_nothing_is_asked_for_once() -> None:
    with bad_node(eth_call=Answer("0x"), eth_getCode=Answer("0x6000")) as server:
        asked = node(server.url)
        assert [ask(asked, "eth_call", [{"to": SOMEWHERE}, "latest"]) for _ in range(3)] == ["0x"] * 3

        assert server.count("eth_getCode") == 1


def test_an_unlocked_account_that_cannot_pay_is_named() -> None:
    poor = Answer(error={"code": -32000, "message": "insufficient funds for gas"})
    with bad_node(
        eth_call=TRUE,
        eth_getBlockByNumber=BLOCK,
        eth_gasPrice=Answer("0x1"),
        eth_maxPriorityFeePerGas=Answer("0x1"),
        eth_estimateGas=poor,
    ) as server:
        w3 = Web3(node(server.url))
        with pytest.raises(InsufficientFunds, match=f"^{SENDER} has too little"):
            sending.send(w3, prepared(w3), Unlocked(SENDER))
