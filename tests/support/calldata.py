"""Calldata that no encoder produces: a word with a value that exceeds its field.

The desk and the book hash structs word by word, as they are in memory, and would hash the excess too. So
Solidity must revert when it decodes such calldata.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brownie import web3

from salus.crypto.abi import Struct

EXCESS = {"bool": 1 << 1, "bytes3": 1, "address": 1 << 160}
"""One bit outside the type; for a number, the next higher bit is used."""
WORD = 64
"""Hexadecimal digits."""


def overfull(calldata: str, struct: Struct, left_out: int = 0) -> Iterator[tuple[str, str]]:
    """Yields each field that is smaller than a word: its name, and the call with one bit too many in it.

    The struct occurs in the calldata once, without its first `left_out` members.
    """
    parts = struct.parts[left_out:]
    words = struct.encode()[32 * (1 + left_out) :].hex()
    assert calldata.count(words) == 1
    for place, part in enumerate(parts):
        kind = part.codec.name
        if kind in ("bytes32", "uint256"):
            continue
        excess = EXCESS.get(kind) or 1 << int(kind.removeprefix("uint"))
        start = calldata.index(words) + place * WORD
        word = int(calldata[start : start + WORD], 16) | excess
        yield part.solidity, calldata[:start] + f"{word:0{WORD}x}" + calldata[start + WORD :]


def check_refuses_overfull(
    sender: Any, method: Any, arguments: Any, struct: Struct, left_out: int = 0
) -> int:
    """Checks that an extra bit in any field reverts the call; returns the number of such fields."""
    calldata = method.encode_input(*arguments)
    assert _refusal(sender, method, calldata) is None
    wrong = dict(overfull(calldata, struct, left_out))
    for name, call in wrong.items():
        assert _refusal(sender, method, call) == b"", name
    return len(wrong)


def _refusal(sender: Any, method: Any, calldata: str) -> bytes | None:
    """Returns the call's revert data, None if it succeeds; malformed calldata gives no data."""
    call = {"from": sender.address, "to": method._address, "data": calldata}
    answer: dict[str, Any] = dict(web3.provider.make_request("eth_call", [call, "latest"]))
    if "error" not in answer:
        return None
    data = answer["error"].get("data") or "0x"
    return bytes.fromhex((data["result"] if isinstance(data, dict) else data).removeprefix("0x"))
