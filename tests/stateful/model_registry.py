"""What providers may do, and what members have agreed to."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.craft import DAY

SAFE_MODE = 7 * DAY
ANY = 0

Stretch = tuple[int, int]
"""First and last civil day."""


@dataclass
class ProviderModel:
    admin: str
    since: int
    until: int
    """First civil day no longer accredited."""
    suspended: bool = False
    keys: dict[str, Stretch] = field(default_factory=dict)
    """First second, and first second no longer, of keys that are not revoked."""

    def accredited_on(self, day: int) -> bool:
        return self.since <= day < self.until

    def is_key_live(self, attestor: str, signed_at: int) -> bool:
        since, until = self.keys.get(attestor, (0, 0))
        return since <= signed_at < until


@dataclass
class CapModel:
    """What one provider may be paid by one pool without review, a UTC day."""

    limit: int = 0
    day: int = 0
    used: int = 0

    def left(self, day: int) -> int:
        return max(0, self.limit - (self.used if day == self.day else 0))

    def use(self, amount: int, day: int) -> None:
        if amount:
            self.used = amount + (self.used if day == self.day else 0)
            self.day = day


@dataclass
class BillModel:
    """What binds on a bill line, whoever pays for it."""

    billed: int = 0
    """0 while nothing binds."""
    currency: str = ""
    revision: int = 0
    """The one that is due: how often a decision on it was withdrawn."""


class Consents:
    """Days on which a member lets a provider file, as stretches for each (member, provider)."""

    def __init__(self) -> None:
        self.entries: dict[tuple[bytes, int], list[Stretch]] = {}

    def give(self, member: bytes, provider: int, since: int, until: int, today: int, *, files: bool) -> None:
        """Replaces what is to come; days up to today stay as they were, or are given too."""
        kept = clipped(self.entry(member, provider) or [], today)
        self.entries[member, provider] = [*kept, (since, until)] if files else kept

    def withdraw(self, member: bytes, provider: int, today: int) -> bool:
        """Works forward only. False when there is nothing to withdraw."""
        entry = self.entry(member, provider)
        if entry is None:
            return False
        self.entries[member, provider] = clipped(entry, today)
        return True

    def in_force(self, member: bytes, provider: int, day: int) -> bool:
        return any(since <= day <= until for since, until in self.entry(member, provider) or [])

    def entry(self, member: bytes, provider: int) -> list[Stretch] | None:
        """A provider's own entry overrides that for any."""
        return self.entries.get((member, provider), self.entries.get((member, ANY)))


def clipped(stretches: list[Stretch], last: int) -> list[Stretch]:
    return [(since, min(until, last)) for since, until in stretches if since <= last]
