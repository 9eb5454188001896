"""What a deploy is asked for, and what it gives: values that scripts and tests share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from salus.chain.roles import Role

ADMIN, ACCREDITOR, SENTINEL = map(int, Role)
LABELS: Final = {ACCREDITOR: "ACCREDITOR", SENTINEL: "SENTINEL"}

LOCAL_CHAINS: Final = frozenset({1337, 31337})
"""Chains of one's own machine. Every other chain, also an unknown one, counts as live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A token that pools may hold, and the currency that it stands for."""

    address: str
    currency: str
    """ISO 4217 alphabetic code."""
    exponent: int
    """Decimals of the currency's minor unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What a suite is deployed with."""

    governor: str
    """Holds the ADMIN role: roles, listed desks, listed assets."""
    accreditor: str
    sentinel: str
    """May start seven days of safe mode."""
    governor_delay: int = 0
    """Seconds between the governor's announcing a step and taking it."""
    assets: tuple[Asset, ...] = ()
    stablecoin: bool = False
    """Deploy and list a test stablecoin; local chains only."""

    @classmethod
    def local(cls, accounts: Any) -> Params:
        """For a chain on one's own machine: accounts 1, 2 and 3 hold the roles; with a test stablecoin."""
        governor, accreditor, sentinel = (str(accounts[number]) for number in (1, 2, 3))
        return cls(governor=governor, accreditor=accreditor, sentinel=sentinel, stablecoin=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The deployed contracts, as Brownie handles."""

    manager: Any
    providers: Any
    consents: Any
    book: Any
    desk: Any
    factory: Any
    first_block: int
    """No event of the suite is older."""
    stablecoin: Any = None
    """None on live networks."""
