"""salus.chain.health, fees and keystore.address_of before nodes that answer as a test says, and on an Anvil

given no node, or one that hangs up
    one row should be at fault, with the host and a remedy, and nothing should be raised
given a node of another chain than wanted, no address book, or one of another chain
    that row should be at fault, and the rows that need no contract should be there
given an address book whose addresses have no code
    each contract should be a row with its name and address
given a live chain whose latest block is old or ahead, or a node that still reads
    clock and block should say so
given an account that has nothing, little or enough
    the balance should be a fault, a warning or in order; where gas costs nothing, in order
given actions
    the fee should be the sum of their estimates at the present price
    one that cannot be estimated should be named, and of many of a kind only a few should be asked for
given a keystore, an address, a key in the environment or nothing
    its address should be known without a password, and no key should show
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from web3 import Web3

from salus.base.errors import InputError, NodeUnreachable
from salus.chain import network
from salus.chain.abis import abi_of
from salus.chain.address_book import AddressBook, Deployed
from salus.chain.fees import Fee, fee_of
from salus.chain.health import Check, Health, Subject, examine
from salus.chain.http_node import Node
from salus.chain.keystore import address_of
from salus.chain.manifest import CONTRACTS
from salus.chain.sending import Action
from tests.support.announcing import Desk
from tests.support.bad_node import Answer, BadNode, bad_node
from tools.chain import chains, free_ports

ACCOUNT = Web3.to_checksum_address("0x" + "5e" * 20)
GENESIS = "0x" + "01" * 32
GWEI = 10**9


def block(age: float = 0, base: int | None = GWEI) -> Answer:
    content = {
        "number": "0x7",
        "hash": GENESIS,
        "timestamp": hex(int(time.time() - age)),
        "gasLimit": "0x1000000",
    }
    return Answer(content | ({} if base is None else {"baseFeePerGas": hex(base)}))


def healthy(**other: Any) -> dict[str, Any]:
    return {
        "eth_blockNumber": Answer("0x7"),
        "web3_clientVersion": Answer("Geth/v1.14/linux"),
        "eth_syncing": Answer(False),
        "eth_getBlockByNumber": block(),
        "eth_getBalance": Answer(hex(10**18)),
        "eth_maxPriorityFeePerGas": Answer("0x0"),
        "eth_gasPrice": Answer("0x0"),
        "eth_getCode": Answer("0x"),
        **other,
    }


def book(genesis: str = GENESIS) -> AddressBook:
    found = AddressBook(chain_id=1337, genesis=genesis)
    for number, name in enumerate(CONTRACTS, 1):
        address = Web3.to_checksum_address(number.to_bytes(20, "big"))
        entry = Deployed(address=address, arguments=(), block=3, transaction="0x01", commit="")
        found = found.adding(name, entry)
    return found


def rows(node: BadNode, **options: Any) -> dict[str, Check]:
    options = {"addresses": book(), "patience": 0, **options}
    subject = options.pop("subject", Subject())
    return {check.name: check for check in examine(node.url, subject, **options)}


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "LOCAL_CHAINS", frozenset())


def test_no_node() -> None:
    port = free_ports(1)
    (check,) = examine(f"http://127.0.0.1:{port}/v3/0123456789abcdef", patience=0)

    assert check == Check(
        "node",
        Health.FAULT,
        f"the node at 127.0.0.1:{port} does not answer",
        "start it or choose another, then run again",
    )


def test_an_address_that_is_none() -> None:
    (check,) = examine("node.example")
    assert (check.state, check.words) == (Health.FAULT, "the node's address is not http:// or https://")


def test_a_node_that_stops_in_the_middle() -> None:
    with bad_node(**healthy(eth_getCode=Answer(drop=True))) as node:
        last = list(examine(node.url, addresses=book(), patience=0))[-1]

    assert (last.name, last.state) == ("node", Health.FAULT)
    assert "closed the connection" in last.words


def test_another_chain() -> None:
    with bad_node(**healthy()) as node:
        found = rows(node, chain_id=11_155_111)

    assert found["node"].words == "answers, at block 7 (Geth)"
    assert found["chain"].state is Health.FAULT
    assert found["chain"].words == "the node serves chain 1337 (a local chain), not chain 11155111"


def test_no_address_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    with bad_node(**healthy()) as node:
        found = rows(node, addresses=None, subject=Subject(account=ACCOUNT, provider=1))

    assert list(found) == ["node", "chain", "clock", "latest block", "balance", "address book"]
    assert found["address book"].state is Health.FAULT
    assert "nothing is deployed on chain 1337" in found["address book"].words
    assert found["address book"].remedy


def test_a_book_of_another_chain() -> None:
    with bad_node(**healthy()) as node:
        found = rows(node, addresses=book("0x" + "02" * 32))

    assert found["address book"].state is Health.FAULT
    assert "that began as 0x01010101…" in found["address book"].words


def test_addresses_without_code() -> None:
    with bad_node(**healthy()) as node:
        found = rows(node)

    faults = {name: check for name, check in found.items() if check.state is Health.FAULT}
    assert list(faults) == list(CONTRACTS)
    for name, check in faults.items():
        assert check.words == f"there is no contract at {book().address(name)}"


def test_code_that_is_another() -> None:
    nonsense = healthy(
        eth_getCode=Answer("0x6000"), eth_call=Answer("0x" + "00" * 31), eth_getLogs=Answer([])
    )
    with bad_node(**nonsense) as node:
        found = rows(node, subject=Subject(provider=1, attestor=ACCOUNT))

    assert found["contracts"].state is Health.FAULT
    assert "does not answer" in found["contracts"].words
    assert found["provider"].state is Health.FAULT


@pytest.mark.parametrize(
    ("age", "name", "state", "words"),
    [
        (30, "latest block", Health.OK, " seconds old"),
        (300, "latest block", Health.WARNING, "5 minutes old"),
        (7_200, "latest block", Health.FAULT, "2 hours old"),
        (-3_600, "clock", Health.FAULT, "ahead of this machine's clock"),
    ],
)
def test_clocks_of_a_live_chain(live: None, age: int, name: str, state: Health, words: str) -> None:
    with bad_node(**healthy(eth_getBlockByNumber=block(age))) as node:
        found = rows(node)

    assert found[name].state is state
    assert words in found[name].words
    assert (found[name].remedy is None) is (state is Health.OK)


def test_a_local_chain_may_have_a_clock_of_its_own() -> None:
    with bad_node(**healthy(eth_getBlockByNumber=block(-3_600_000))) as node:
        assert rows(node)["clock"].state is Health.OK
    with bad_node(**healthy(eth_getBlockByNumber=block(3_600_000))) as node:
        assert rows(node)["latest block"].state is Health.OK


def test_a_node_that_still_reads() -> None:
    with bad_node(**healthy(eth_syncing=Answer({"currentBlock": "0x1", "highestBlock": "0x9"}))) as node:
        checks = list(examine(node.url, addresses=book(), patience=0))

    assert (
        Check(
            "latest block",
            Health.FAULT,
            "the node is still reading the chain",
            "wait until it has, or choose another node",
        )
        in checks
    )


@pytest.mark.parametrize(
    ("held", "base", "state", "words"),
    [
        (0, GWEI, Health.FAULT, "has 0 ETH, and can pay no fee"),
        (10**15, GWEI, Health.WARNING, "has 0.001 ETH; a filing of forty claims costs about 0.005 ETH"),
        (10**17, GWEI, Health.OK, "has 0.1 ETH, for about 20 filings of forty claims"),
        (0, None, Health.OK, "has 0 ETH; gas costs nothing here"),
    ],
)
def test_the_balance(held: int, base: int | None, state: Health, words: str) -> None:
    answers = healthy(eth_getBalance=Answer(hex(held)), eth_getBlockByNumber=block(base=base))
    with bad_node(**answers) as node:
        check = rows(node, subject=Subject(account=ACCOUNT))["balance"]

    assert check.state is state
    assert check.words == f"{ACCOUNT} {words}"


# FEES


def approval(w3: Web3, amount: int) -> Action:
    token = w3.eth.contract(ACCOUNT, abi=abi_of("Asset"))
    return Action("Asset", token.functions.approve(ACCOUNT, amount), ("Approve.",))


def test_a_fee_is_the_sum_at_the_present_price() -> None:
    tip = Answer(hex(GWEI // 5))
    with bad_node(
        eth_getBlockByNumber=block(),
        eth_maxPriorityFeePerGas=tip,
        eth_estimateGas=[Answer(hex(100_000)), Answer(hex(250_000))],
    ) as node:
        w3 = Web3(Node(node.url, patience=0))
        fee = fee_of(w3, [approval(w3, 1), approval(w3, 2)], ACCOUNT)

    assert fee == Fee(gas=350_000, price=1_200_000_000, actions=2, unknown=0)
    assert fee.words("ETH") == "fee about 0.00042 ETH at 1.2 gwei"


def test_what_cannot_be_estimated_is_named() -> None:
    reverts = Answer(error={"code": 3, "message": "execution reverted", "data": "0x"})
    poor = Answer(error={"code": -32000, "message": "insufficient funds for gas"})
    for refused in (reverts, poor):
        with bad_node(
            eth_getBlockByNumber=block(),
            eth_maxPriorityFeePerGas=Answer("0x0"),
            eth_estimateGas=[Answer(hex(100_000)), refused],
        ) as node:
            w3 = Web3(Node(node.url, patience=0))
            fee = fee_of(w3, [approval(w3, 1), approval(w3, 2)], ACCOUNT)
        assert (fee.gas, fee.unknown) == (100_000, 1)


def test_of_many_only_a_few_are_asked_for() -> None:
    with bad_node(
        eth_getBlockByNumber=block(),
        eth_maxPriorityFeePerGas=Answer("0x0"),
        eth_estimateGas=[Answer(hex(90_000)), Answer(hex(100_000)), Answer(hex(110_000))],
    ) as node:
        w3 = Web3(Node(node.url, patience=0))
        fee = fee_of(w3, [approval(w3, number) for number in range(50)], ACCOUNT)
        asked = node.count("eth_estimateGas")

    assert (asked, fee.gas, fee.unknown) == (3, 50 * 100_000, 0)


def test_silence_is_no_unknown_fee() -> None:
    with bad_node(
        eth_getBlockByNumber=block(),
        eth_maxPriorityFeePerGas=Answer("0x0"),
        eth_estimateGas=Answer(drop=True),
    ) as node:
        w3 = Web3(Node(node.url, patience=0))
        with pytest.raises(NodeUnreachable):
            fee_of(w3, [approval(w3, 1)], ACCOUNT)


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chains("anvil", 1, tmp_path_factory.mktemp("anvil")) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_real_node_where_gas_costs_nothing(anvil: str) -> None:
    Desk.on(anvil)
    found = {check.name: check for check in examine(anvil, Subject(account=ACCOUNT), addresses=book())}

    assert found["node"].words.startswith("answers, at block 0 (anvil")
    assert found["clock"].state is found["latest block"].state is Health.OK


# KEYS


def test_an_address_is_known_without_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account.create()
    monkeypatch.setenv("SOME_KEY", account.key.hex())
    (tmp_path / "desk.json").write_text(json.dumps({"address": ACCOUNT[2:].lower(), "crypto": {}}))
    (tmp_path / "empty.json").write_text("{}")

    assert address_of("desk", variable="NONE", folders=[tmp_path]) == ACCOUNT
    assert address_of(ACCOUNT.lower(), variable="NONE", folders=[]) == ACCOUNT
    assert address_of(None, variable="SOME_KEY", folders=[]) == account.address
    assert address_of(None, variable="NO_SUCH_KEY", folders=[]) is None
    with pytest.raises(InputError, match="there is no keystore 'front'"):
        address_of("front", variable="NONE", folders=[tmp_path])
    with pytest.raises(InputError, match=r"empty\.json: shows no address"):
        address_of("empty", variable="NONE", folders=[tmp_path])
    monkeypatch.setenv("SOME_KEY", "0123456789abcdefXX")
    with pytest.raises(InputError) as refused:
        address_of(None, variable="SOME_KEY", folders=[])
    assert "0123456789abcdef" not in str(refused.value)
