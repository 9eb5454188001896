"""What providers may do, and what members have consented to."""

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
    """First civil day that is no longer accredited."""
    suspended: bool = False
    keys: dict[str, Stretch] = field(default_factory=dict)
    """First second, and first second no longer valid, of keys that are not revoked."""

    def accredited_on(self, day: int) -> bool:
        return self.since <= day < self.until

    def is_key_live(self, attestor: str, signed_at: int) -> bool:
        since, until = self.keys.get(attestor, (0, 0))
        return since <= signed_at < until


@dataclass
class CapModel:
    """What one pool may pay one provider without review, per UTC day."""

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
    """What is bound on a bill line, whichever policy pays for it."""

    billed: int = 0
    """0 while nothing is bound."""
    currency: str = ""
    revision: int = 0
    """The revision that is due: the number of decisions withdrawn so far."""


class Consents:
    """Days on which a member lets a provider file, as periods for each (member, provider)."""

    def __init__(self) -> None:
        self.entries: dict[tuple[bytes, int], list[Stretch]] = {}

    def give(self, member: bytes, provider: int, since: int, until: int, today: int, *, files: bool) -> None:
        """Replaces future days; days up to today stay, or are added."""
        past = clipped(self.entry(member, provider) or [], today)
        self.entries[member, provider] = [*past, (since, until)] if files else past

    def withdraw(self, member: bytes, provider: int, today: int) -> bool:
        """Withdraws future days; returns False when there is nothing to withdraw."""
        entry = self.entry(member, provider)
        if entry is None:
            return False
        self.entries[member, provider] = clipped(entry, today)
        return True

    def in_force(self, member: bytes, provider: int, day: int) -> bool:
        return any(since <= day <= until for since, until in self.entry(member, provider) or [])

    def entry(self, member: bytes, provider: int) -> list[Stretch] | None:
        """Returns a provider's own entry, which overrides that for any provider."""
        return self.entries.get((member, provider), self.entries.get((member, ANY)))


def clipped(stretches: list[Stretch], last: int) -> list[Stretch]:
    return [(since, min(until, last)) for since, until in stretches if since <= last]
