"""What happens to the money of a pool, read back from the chain: see `salus.chain.events`.

    past(chain.w3, Deposit, [pool.address], from_block=chain.addresses.first_block)

Premiums and locks are minor units; assets are token units, and shares are shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from salus.chain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetListed(Event):
    contract: ClassVar[str] = "RiskPoolFactory"

    asset: str
    currency: bytes
    """ISO 4217 code, three ASCII bytes."""
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEvent(Event):
    """Something that a pool announced; `address` is the pool."""

    contract: ClassVar[str] = "RiskPool"


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumReceived(PoolEvent):
    payer: str
    premium: int
    locked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitalUnlocked(PoolEvent):
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(PoolEvent):
    sender: str
    owner: str
    assets: int
    shares: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(PoolEvent):
    sender: str
    receiver: str
    owner: str
    assets: int
    shares: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGiven(PoolEvent):
    owner: str
    shares: int
    ready_at: int
    """First second at which they may be redeemed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recapitalised(PoolEvent):
    payer: str
    assets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteSignerSet(PoolEvent):
    signer: str
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesPauseSet(PoolEvent):
    benefit_table: bytes
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipTransferred(PoolEvent):
    """The pool has another insurer; the first event is of its creation."""

    previous_owner: str
    new_owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Event):
    """An ERC-20 transfer: of the tokens of an asset, or of the shares of a pool. `address` says which."""

    contract: ClassVar[str] = "Asset"

    from_: str
    to: str
    value: int
