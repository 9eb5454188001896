"""What the registries must say of providers, keys, caps, desks and consents, replayed from events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from salus.chain.events import (
    AdminChanged,
    ConsentGiven,
    ConsentWithdrawn,
    Event,
    KeyAdded,
    ProviderAccredited,
    RootWithdrawnBy,
)
from salus.chain.registry_events import (
    AccreditationEnded,
    DailyCapSet,
    DeskChanged,
    KeyRevoked,
    ProviderSuspended,
    SafeModeEntered,
)

Window = tuple[int, int]
"""First civil day of an accreditation, and the first day after it."""


@dataclass(slots=True)
class ProviderBook:
    """A provider after the events."""

    admin: str = ""
    window: Window = (0, 0)
    """The latest accreditation."""
    past: list[Window] = field(default_factory=list)
    suspended: bool = False

    @property
    def windows(self) -> list[Window]:
        """Every accreditation, oldest first."""
        return [*self.past, self.window]

    def accredit(self, event: ProviderAccredited) -> None:
        """The first event of a provider accredits it; each later one renews."""
        start, end = self.window
        if not self.admin:
            self.window = event.from_, event.until
        elif event.from_ > end:
            self.past += [self.window] if start < end else []
            self.window = event.from_, event.until
        else:
            self.window = start, event.until
        self.admin = event.admin

    def end(self, until: int) -> None:
        """A window that was renewed early may not have begun: the last one that has begun is cut."""
        while until < self.window[0] and self.past:
            self.window = self.past.pop()
        start, end = self.window
        self.window = start, min(until, end)


@dataclass(slots=True)
class RegistryBooks:
    """The registries after the events."""

    providers: dict[int, ProviderBook] = field(default_factory=dict)
    keys: dict[tuple[int, str], tuple[int, int, bool]] = field(default_factory=dict)
    """First second and first second after, and whether it was revoked; by provider and attestor."""
    caps: dict[tuple[str, int], int] = field(default_factory=dict)
    """Minor units a day, by pool and provider."""
    desks: dict[str, int] = field(default_factory=dict)
    safe_until: dict[str, int] = field(default_factory=dict)
    roots: set[tuple[int, bytes]] = field(default_factory=set)
    """Withdrawn."""
    consents: Counter[str] = field(default_factory=Counter)
    """How many entries a signer has made."""


def replay(events: Iterable[Event]) -> RegistryBooks:
    """The books after the events."""
    books = RegistryBooks()
    for event in events:
        _take(books, event)
    return books


def _take(books: RegistryBooks, event: Event) -> None:
    match event:
        case ProviderAccredited():
            books.providers.setdefault(event.provider, ProviderBook()).accredit(event)
        case AdminChanged():
            books.providers.setdefault(event.provider, ProviderBook()).admin = event.admin
        case AccreditationEnded():
            books.providers.setdefault(event.provider, ProviderBook()).end(event.until)
        case ProviderSuspended():
            books.providers.setdefault(event.provider, ProviderBook()).suspended = event.suspended
        case KeyAdded():
            books.keys[event.provider, event.attestor] = event.from_, event.until, False
        case KeyRevoked():
            start, end, _ = books.keys.get((event.provider, event.attestor), (0, 0, False))
            books.keys[event.provider, event.attestor] = start, end, True
        case DailyCapSet():
            books.caps[event.pool, event.provider] = event.limit
        case DeskChanged():
            books.desks[event.desk] = event.status
        case SafeModeEntered():
            books.safe_until[event.desk] = event.until
        case RootWithdrawnBy():
            books.roots.add((event.provider, event.root))
        case ConsentGiven() | ConsentWithdrawn():
            books.consents[event.signer] += 1
