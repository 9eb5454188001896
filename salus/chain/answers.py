"""Whether what a node says is an answer at all: JSON-RPC, and of the shape that the method promises.

Something else than a node may stand at an address, such as a page of its provider or a proxy that has failed.
What it says is told apart here, before anything reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_HEX: Final = re.compile(r"0x[0-9a-fA-F]*")
_NUMBERS: Final = frozenset(
    {
        "baseFeePerGas",
        "blockNumber",
        "cumulativeGasUsed",
        "effectiveGasPrice",
        "gas",
        "gasLimit",
        "gasPrice",
        "gasUsed",
        "logIndex",
        "number",
        "status",
        "timestamp",
        "transactionIndex",
        "value",
    }
)
"""Fields of blocks, transactions, receipts and logs, as far as Salus reads them."""
_DATA: Final = frozenset({"address", "blockHash", "data", "hash", "transactionHash"})


def is_answer(response: Any) -> bool:
    """Whether this is an answer of JSON-RPC: an object with a result or an error.

    >>> [is_answer(said) for said in (None, [], {"id": 1}, {"id": 1, "result": None}, {"error": "no"})]
    [False, False, False, True, True]
    """
    return isinstance(response, Mapping) and ("result" in response or bool(response.get("error")))


def fits(method: str, result: Any) -> bool:
    """Whether a result has the shape that the method promises; of a method not listed, any has.

    >>> [fits("eth_blockNumber", said) for said in ("0x7", "zz", None, [])]
    [True, False, False, False]
    >>> fits("eth_getBlockByNumber", {"number": "0x7", "hash": "0xab", "timestamp": "soon"})
    False
    """
    shape = _SHAPES.get(method)
    return shape is None or shape(result)


def _is_number(value: Any) -> bool:
    return type(value) is int or (_is_data(value) and value != "0x")


def _is_data(value: Any) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_record(value: Any, *needed: str) -> bool:
    """Whether this is an object with these fields, in which those that are known have their shapes."""
    return (
        isinstance(value, Mapping)
        and all(value.get(name) is not None for name in needed)
        and all(given is None or _is_field(name, given) for name, given in value.items())
    )


def _is_field(name: str, value: Any) -> bool:
    if name in _NUMBERS:
        return _is_number(value)
    if name in _DATA:
        return _is_data(value)
    return name != "logs" or _are_logs(value)


def _is_block(value: Any) -> bool:
    return value is None or _is_record(value, "number", "hash", "timestamp")


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_record_or_nothing(value: Any) -> bool:
    return value is None or _is_record(value)


def _are_logs(value: Any) -> bool:
    # null is named where events are read
    return value is None or (
        isinstance(value, list)
        and all(
            _is_record(log, "address", "topics", "data")
            and isinstance(log["topics"], list)
            and all(map(_is_data, log["topics"]))
            for log in value
        )
    )


def _are_accounts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_data, value))


def _is_sync(value: Any) -> bool:
    return isinstance(value, bool | Mapping)


_SHAPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "eth_accounts": _are_accounts,
    "eth_blockNumber": _is_number,
    "eth_call": _is_data,
    "eth_chainId": _is_number,
    "eth_estimateGas": _is_number,
    "eth_feeHistory": _is_object,
    "eth_gasPrice": _is_number,
    "eth_getBalance": _is_number,
    "eth_getBlockByHash": _is_block,
    "eth_getBlockByNumber": _is_block,
    "eth_getCode": _is_data,
    "eth_getLogs": _are_logs,
    "eth_getStorageAt": _is_data,
    "eth_getTransactionByHash": _is_record_or_nothing,
    "eth_getTransactionCount": _is_number,
    "eth_getTransactionReceipt": _is_record_or_nothing,
    "eth_maxPriorityFeePerGas": _is_number,
    "eth_sendRawTransaction": _is_data,
    "eth_sendTransaction": _is_data,
    "eth_syncing": _is_sync,
    "web3_clientVersion": _is_text,
}
