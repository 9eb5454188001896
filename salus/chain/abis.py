"""The interfaces of the contracts, and their errors in words: `abis.json`, made by `scripts/abis.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Abi = list[dict[str, Any]]


def abi_of(contract: str) -> Abi:
    """The ABI of a contract by its name in Solidity; `Asset` for any ERC-20 token with permit.

    >>> sorted(entry["name"] for entry in abi_of("ConsentRegistry") if entry["type"] == "event")
    ['ConsentGiven', 'ConsentWithdrawn', 'EIP712DomainChanged']
    """
    abi: Abi = _content()["contracts"][contract]
    return abi


def contracts() -> list[str]:
    """All names that `abi_of` knows."""
    return list(_content()["contracts"])


def errors_in_words() -> Mapping[str, Mapping[str, str]]:
    """What each error of a contract means, as its interface documents it.

    >>> errors_in_words()["RiskPool"]["NoDeficit"]
    'there is no deficit to fill'
    """
    words: Mapping[str, Mapping[str, str]] = _content()["errors"]
    return words


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((files("salus.chain") / "abis.json").read_text(encoding="utf-8"))
    return content
