"""Which chains are local, and which tokens pools may hold: what network and deployment both know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LOCAL_CHAINS: Final = frozenset({1337, 31337})
"""Chains on the user's own machine. Every other chain, also an unknown one, counts as live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A token that pools may hold, and the currency that it stands for."""

    address: str
    currency: str
    """ISO 4217 alphabetic code."""
    exponent: int
    """Decimals of the currency's minor unit."""
