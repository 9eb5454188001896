"""What happens to providers, their keys and caps, and to desks, read back from the chain: see
`salus.chain.events`, which has the events that more readers need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from salus.chain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEvent(Event):
    """Something that the provider registry announced."""

    contract: ClassVar[str] = "ProviderRegistry"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationEnded(RegistryEvent):
    provider: int
    until: int
    """First civil day after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSuspended(RegistryEvent):
    provider: int
    suspended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked(RegistryEvent):
    provider: int
    attestor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyCapSet(RegistryEvent):
    pool: str
    provider: int
    limit: int
    """Minor units a UTC day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskChanged(RegistryEvent):
    desk: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeModeEntered(RegistryEvent):
    desk: str
    until: int
