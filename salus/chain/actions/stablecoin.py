"""Making test money, on a local chain: the deploy leaves a stablecoin there that anyone may mint."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from salus.base import money
from salus.base.errors import InputError
from salus.chain.sending import Action
from salus.chain.suite import Chain

_ABI: list[dict[str, Any]] = [
    {
        "type": "function",
        "name": "mint",
        "stateMutability": "nonpayable",
        "inputs": [{"name": "to", "type": "address"}, {"name": "amount", "type": "uint256"}],
        "outputs": [],
    }
]
"""Not among the library's interfaces: no token of value has this function."""


def mint(chain: Chain, *, asset: str, amount: Decimal, to: str) -> Action:
    """Makes an amount of the test stablecoin, in the currency that it is listed for."""
    currency, exponent = chain.listing(asset)
    if not currency:
        raise InputError(
            f"{asset} is not listed", field="asset", remedy="name the test stablecoin that the deploy made"
        )
    minor = money.exactly(amount, currency)
    if minor == 0:
        raise InputError("is 0, and would make nothing", field="amount", remedy="name an amount")
    decimals = chain.at("Asset", asset).functions.decimals().call()
    token = chain.w3.eth.contract(chain.w3.to_checksum_address(asset), abi=_ABI)
    return Action(
        "Asset",
        token.functions.mint(to, minor * 10 ** (decimals - exponent)),
        (f"Make {money.to_words(minor, currency)} of test money for {to}.",),
    )
