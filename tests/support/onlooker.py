"""Everything that anybody can read on a chain: calldata, events, code and storage."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from web3 import Web3
from web3.exceptions import Web3RPCError

from salus.base.errors import NodeRefused

_SLOTS = 100_000


@dataclass(frozen=True)
class Seen:
    """Each kind of data as one byte string; a separator byte that occurs in no part divides the parts."""

    calldata: bytes
    events: bytes
    code: bytes
    storage: bytes

    @property
    def everything(self) -> bytes:
        return b"|".join((self.calldata, self.events, self.code, self.storage))


def look(w3: Web3) -> Seen:
    """Reads the whole chain."""
    calldata, events, contracts = [], [], set()
    for number in range(w3.eth.block_number + 1):
        for transaction in w3.eth.get_block(number, full_transactions=True)["transactions"]:
            calldata.append(bytes(transaction["input"]))
            receipt = w3.eth.get_transaction_receipt(transaction["hash"])
            contracts |= {receipt["contractAddress"], *(log["address"] for log in receipt["logs"])}
            for log in receipt["logs"]:
                events += [bytes(topic) for topic in log["topics"]] + [bytes(log["data"])]
    addresses = sorted(contracts - {None})
    _knock(w3)
    return Seen(
        calldata=b"|".join(calldata),
        events=b"|".join(events),
        code=b"|".join(bytes(w3.eth.get_code(address)) for address in addresses),
        storage=b"|".join(word for address in addresses for word in storage(w3, address)),
    )


def _knock(w3: Web3) -> None:
    """Sends a last transaction, because Ganache shows storage only as of a transaction."""
    account = w3.eth.accounts[0]
    sent = w3.eth.send_transaction({"from": account, "to": account, "gasPrice": 0})
    w3.eth.wait_for_transaction_receipt(sent)


def storage(w3: Web3, address: str) -> Iterator[bytes]:
    """Returns keys and values of a contract's slots, 32 bytes each."""
    try:
        state = json.loads(gzip.decompress(bytes.fromhex(_ask(w3, "anvil_dumpState")[2:])))
        account = next(value for key, value in state["accounts"].items() if key.lower() == address.lower())
        slots = account["storage"].items()
    except (Web3RPCError, NodeRefused):
        latest = w3.eth.get_block("latest")
        answer = _ask(w3, "debug_storageRangeAt", latest["hash"].to_0x_hex(), 0, address, "0x0", _SLOTS)
        slots = [(slot["key"], slot["value"]) for slot in answer["storage"].values()]
    for key, value in slots:
        yield int(key, 16).to_bytes(32, "big")
        yield int(value, 16).to_bytes(32, "big")


def _ask(w3: Web3, method: str, *arguments: Any) -> Any:
    answer = w3.provider.make_request(method, list(arguments))  # type: ignore[arg-type]
    if "error" in answer:
        raise Web3RPCError(str(answer["error"]), rpc_response=answer)
    return answer["result"]
