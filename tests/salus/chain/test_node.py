"""salus.chain.node and salus.chain.sending, on a chain of their own

given no node
    the error should name the host in one line, without the key in the address
    an invalid address should be refused
given a server that is not a node
    the error should report its answer
given a node of another chain
    the error should name that chain
given a node
    a transfer should be sent once, and its hash should be known before it is sent
    a node that does not answer for a moment should be waited for
    a transaction that is never mined should end as NotFinished, with its hash
    a call to an address without a contract should raise an error that says so
    a node that stops during a call should end in one line
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
from eth_account import Account
from web3 import HTTPProvider, Web3

from salus.base.errors import ChainError, NodeUnreachable, NotFinished, WrongChain
from salus.chain import Action, sending
from salus.chain.abis import abi_of
from salus.chain.http_node import Node
from salus.chain.node import connect, genesis_of
from salus.chain.sending import Unlocked
from tools.chain import CHAIN_ID, chains, free_ports

SECRET = "v3/0123456789abcdef"
SOMEWHERE = "0x" + "ab" * 20


@pytest.fixture
def anvil(tmp_path: Path) -> Iterator[str]:
    with chains("anvil", 1, tmp_path) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serves one status and body, whatever is requested."""
    status, body = request.param

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def action(w3: Web3) -> Action:
    """Returns a token's approval; any call works here, because no token is deployed."""
    token = w3.eth.contract(Web3.to_checksum_address(SOMEWHERE), abi=abi_of("Asset"))
    return Action("Asset", token.functions.approve(Web3.to_checksum_address(SOMEWHERE), 1), ("Approve.",))


def test_a_missing_node_is_reported_without_its_key() -> None:
    port = free_ports(1)

    with pytest.raises(NodeUnreachable) as refused:
        connect(f"http://user:0123456789abcdef@127.0.0.1:{port}/{SECRET}", patience=0)

    assert str(refused.value) == (
        f"the node at 127.0.0.1:{port} does not answer; start it or choose another, then run again"
    )
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8545", "ftp://node", "http://", "http://user:key/path@node", "http://[x"]
)
def test_an_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(NodeUnreachable, match="is not http:// or https://"):
        connect(url)


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ((503, b""), "answers 503"),
        ((401, b""), "answers 401"),
        ((200, b"<html>Log in</html>"), "does not answer in JSON-RPC"),
    ],
    indirect=["site"],
)
def test_a_server_that_is_not_a_node_is_reported(site: str, expected: str) -> None:
    with pytest.raises(NodeUnreachable, match=expected):
        connect(site, patience=0)


def test_a_wrong_chain_is_named(anvil: str) -> None:
    with pytest.raises(WrongChain, match=f"serves chain {CHAIN_ID}, not 11155111; choose the node"):
        connect(anvil, chain_id=11_155_111)


def test_the_hash_is_known_before_the_transaction_leaves(anvil: str) -> None:
    w3 = connect(anvil)
    account = Account.create()
    gift = {"from": w3.eth.accounts[0], "to": account.address, "value": 10**18, "gasPrice": 0}
    w3.eth.send_transaction(gift)  # type: ignore[arg-type]
    seen: list[tuple[str, bool]] = []

    with pytest.raises(ChainError, match="there is no Asset at"):
        sending.send(w3, action(w3), account)
    w3.provider.make_request("anvil_setCode", [SOMEWHERE, "0x600160005260206000f3"])  # type: ignore[arg-type]
    receipt = sending.send(
        w3, action(w3), account, on_signed=lambda hash_: seen.append((hash_, sending.is_known(w3, hash_)))
    )

    assert seen == [(receipt.transaction, False)]
    assert w3.eth.get_transaction_count(account.address) == 1
    assert sending.find(w3, receipt.transaction) == receipt


def test_a_short_silence_is_waited_for(anvil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = [True, True, False]
    real = HTTPProvider.make_request

    def flaky(self: HTTPProvider, *arguments: object) -> object:
        if silent.pop(0):
            raise requests.ConnectionError
        silent.append(False)
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(HTTPProvider, "make_request", flaky)

    assert len(genesis_of(connect(anvil))) == 66


def test_a_transaction_that_the_node_signs_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def dead(self: HTTPProvider, method: object, params: object) -> object:
        asked.append(method)
        raise requests.ConnectionError

    monkeypatch.setattr(HTTPProvider, "make_request", dead)

    with pytest.raises(NodeUnreachable):
        Node("http://localhost:1", patience=10).make_request("eth_sendTransaction", [{}])  # type: ignore[arg-type]

    assert asked == ["eth_sendTransaction"]


def test_a_transaction_that_is_never_mined_is_named(anvil: str) -> None:
    w3 = connect(anvil)
    w3.provider.make_request("anvil_setCode", [SOMEWHERE, "0x600160005260206000f3"])  # type: ignore[arg-type]
    w3.provider.make_request("evm_setAutomine", [False])  # type: ignore[arg-type]

    with pytest.raises(NotFinished) as ended:
        sending.send(w3, action(w3), Unlocked(w3.eth.accounts[0]), wait=0.2)

    assert sending.is_known(w3, ended.value.transaction)
    assert sending.find(w3, ended.value.transaction) is None
    w3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    assert sending.wait_for(w3, ended.value.transaction).block == 1


def test_a_node_that_dies_midway_ends_in_one_line(tmp_path: Path) -> None:
    with chains("anvil", 1, tmp_path) as port:
        w3 = connect(f"http://127.0.0.1:{port}", patience=0.2)
        w3.provider.make_request("anvil_setCode", [SOMEWHERE, "0x600160005260206000f3"])  # type: ignore[arg-type]
        prepared = action(w3)

    with pytest.raises(NodeUnreachable, match=rf"^the node at 127.0.0.1:{port} does not answer; "):
        sending.send(w3, prepared, Unlocked(SOMEWHERE))
