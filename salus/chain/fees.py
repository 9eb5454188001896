"""What actions cost in the chain's coin at the present price of gas, for a plan that is shown before sending.

A rollup adds a fee for the data that it writes to Ethereum, which no estimate of gas contains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from salus.base.errors import ChainError, NodeUnreachable
from salus.chain.sending import Action
from salus.chain.web3_lazily import web3

if TYPE_CHECKING:
    from web3 import Web3

_WEI: Final = Decimal(10) ** 18
_GWEI: Final = Decimal(10) ** 9
_ASKED: Final = 3
"""Of many calls of one function, so many are estimated, and the others are taken to cost as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """The fee of some actions, as it would be now.

    >>> Fee(gas=350_000, price=1_200_000_000, actions=2, unknown=0).words("ETH")
    'fee about 0.00042 ETH at 1.2 gwei'
    >>> Fee(gas=350_000, price=1_200_000_000, actions=3, unknown=1).words("ETH")
    'fee about 0.00042 ETH at 1.2 gwei, without 1 of 3 steps, which only an earlier one makes possible'
    >>> Fee(gas=350_000, price=0, actions=2, unknown=0).words("ETH")
    'no fee: gas costs nothing here'
    """

    gas: int
    """Of those that can be estimated."""
    price: int
    """Wei for a unit of gas."""
    actions: int
    unknown: int
    """How many cannot be estimated now: they need what an action before them brings about."""

    @property
    def wei(self) -> int:
        return self.gas * self.price

    def words(self, coin: str) -> str:
        """For a person. `coin` is the symbol of the chain's coin."""
        if not self.price:
            return "no fee: gas costs nothing here"
        at = f"at {_short(self.price / _GWEI)} gwei"
        if self.unknown == self.actions:
            return f"fee not known before it is sent, {at}"
        rest = f", without {self.unknown} of {self.actions} steps, which only an earlier one makes possible"
        return f"fee about {in_coin(self.wei)} {coin} {at}{rest if self.unknown else ''}"


def fee_of(w3: Web3, actions: Sequence[Action], sender: str) -> Fee:
    """The fee of actions that an account would send one after the other. Sends nothing. The fee of an action
    that would be refused now is unknown. Raises NodeUnreachable."""
    price = price_of_gas(w3)
    if not price:
        return Fee(gas=0, price=0, actions=len(actions), unknown=0)
    by_function: dict[tuple[str, str], list[Action]] = defaultdict(list)
    for action in actions:
        by_function[action.contract, action.name].append(action)
    gas = unknown = 0
    for same in by_function.values():
        estimated = [found for action in same[:_ASKED] if (found := _estimate(w3, action, sender))]
        if estimated:
            # what was asked for and refused stays unknown; what was not asked for costs as the others
            missing = min(len(same), _ASKED) - len(estimated)
            gas += sum(estimated) * (len(same) - missing) // len(estimated)
            unknown += missing
        else:
            unknown += len(same)
    return Fee(gas=gas, price=price, actions=len(actions), unknown=unknown)


def price_of_gas(w3: Web3) -> int:
    """Wei that a unit of gas costs now: base fee and tip, or the gas price of a chain without a base fee."""
    base = w3.eth.get_block("latest").get("baseFeePerGas")
    return int(base + w3.eth.max_priority_fee) if base else int(w3.eth.gas_price)


def in_coin(wei: int) -> str:
    """An amount of the chain's coin for a person, to two digits that matter.

    >>> in_coin(420_000_000_000_000), in_coin(1_234_567_890_000_000_000), in_coin(0)
    ('0.00042', '1.23', '0')
    """
    return _short(Decimal(wei) / _WEI)


def _short(value: Decimal) -> str:
    if not value:
        return "0"
    decimals = max(2, 1 - value.adjusted()) if value < 1 else 2
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _estimate(w3: Web3, action: Action, sender: str) -> int | None:
    try:
        return int(action.function.estimate_gas({"from": w3.to_checksum_address(sender)}))
    except web3.exceptions.Web3Exception:
        return None
    except NodeUnreachable:
        raise
    except ChainError:
        return None
