"""The chain by direct RPC.

A state machine sends a thousand calls, and Brownie's receipts would take longer than the calls. The contract
objects are still Brownie's, so encoding and decoding are the same as in other tests.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from brownie import chain, web3
from brownie.project import get_loaded_projects
from eth_abi.abi import decode
from eth_utils.abi import abi_to_signature
from eth_utils.crypto import keccak

GAS = hex(20_000_000)
READING_GAS = hex(90_000_000)
MINED = "0x1"
WAITS = 5_000

Question = tuple[Any, tuple[Any, ...]]
"""A view of a Brownie contract, and its arguments."""


class Refused(Exception):
    """The contract reverted."""

    def __init__(self, name: str, arguments: tuple[Any, ...] = ()) -> None:
        super().__init__(f"{name}{arguments}")
        self.name, self.arguments = name, arguments


@dataclass(frozen=True)
class Mined:
    """A transaction that succeeded."""

    time: int
    """Seconds since 1970 of its block."""
    logs: list[dict[str, Any]]


class Node:
    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def now(self) -> int:
        """Returns the second of the latest block, as of which calls are answered."""
        return int(rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def travel(self, second: int) -> None:
        chain.mine(timestamp=second)

    def send(self, sender: str, method: Any, *arguments: Any) -> Mined:
        """Sends a transaction; raises Refused when the contract reverts."""
        call = _call(sender, method, arguments)
        answer = request("eth_sendTransaction", {**call, "gasPrice": "0x0"})
        if "error" not in answer:
            receipt = _receipt(answer["result"])
            if receipt["status"] == MINED:
                return Mined(self.now(), receipt["logs"])
        self.try_(sender, method, *arguments)
        raise AssertionError(f"{method._name} failed as a transaction and not as a call: {answer}")

    def try_(self, sender: str, method: Any, *arguments: Any) -> Any:
        """Returns a call's answer as of the latest block, and changes nothing.

        Raises Refused when the contract reverts.
        """
        answer = request("eth_call", _call(sender, method, arguments), "latest")
        if "error" in answer:
            raise _refused(answer["error"])
        return answer_of(method, bytes.fromhex(answer["result"][2:]))

    def refusal(self, sender: str, method: Any, *arguments: Any) -> str | None:
        """Returns the name of the error that a call would raise, or None if it would succeed."""
        try:
            self.try_(sender, method, *arguments)
        except Refused as refused:
            return refused.name
        return None

    def read(self, questions: Sequence[Question]) -> tuple[int, list[Any]]:
        """Returns the second to which the answers apply, and the answers."""
        asked = [(view._address, view.encode_input(*arguments)) for view, arguments in questions]
        call = {"to": self.reader.address, "data": self.reader.read.encode_input(asked), "gas": READING_GAS}
        second, answers = decode(["uint256", "bytes[]"], bytes.fromhex(rpc("eth_call", call, "latest")[2:]))
        views = [view for view, _ in questions]
        return second, [answer_of(view, data) for view, data in zip(views, answers, strict=True)]


def answer_of(method: Any, data: bytes) -> Any:
    """Returns the values as Python objects; a single value without its tuple."""
    values = decode([_type(part) for part in method.abi["outputs"]], data)
    return values[0] if len(values) == 1 else values


def _type(part: dict[str, Any]) -> str:
    if not part["type"].startswith("tuple"):
        return str(part["type"])
    return "(" + ",".join(map(_type, part["components"])) + ")" + part["type"].removeprefix("tuple")


def request(method: str, *parameters: Any) -> dict[str, Any]:
    return dict(web3.provider.make_request(method, list(parameters)))


def rpc(method: str, *parameters: Any) -> Any:
    answer = request(method, *parameters)
    assert "error" not in answer, (method, answer)
    return answer["result"]


def _receipt(transaction: str) -> dict[str, Any]:
    """Waits for the receipt, because Anvil mines a moment after it has answered."""
    for _ in range(WAITS):
        receipt = rpc("eth_getTransactionReceipt", transaction)
        if receipt:
            return dict(receipt)
        time.sleep(0.002)
    raise AssertionError(f"{transaction} was never mined")


def _call(sender: str, method: Any, arguments: tuple[Any, ...]) -> dict[str, str]:
    return {"from": sender, "to": method._address, "data": method.encode_input(*arguments), "gas": GAS}


def _refused(error: dict[str, Any]) -> Refused:
    data = error.get("data") or "0x"
    raw = bytes.fromhex((data["result"] if isinstance(data, dict) else data).removeprefix("0x"))
    abi = _errors().get(raw[:4])
    if abi is None:
        return Refused(f"0x{raw[:4].hex()}")
    return Refused(abi["name"], decode([_type(part) for part in abi["inputs"]], raw[4:]))


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    errors = {}
    for container in get_loaded_projects()[0]:
        for abi in container.abi:
            if abi["type"] == "error":
                errors[keccak(text=abi_to_signature(abi))[:4]] = abi
    return errors
