"""Replays the consents of a member from events, because the registry only answers for one provider and day.

It follows contracts/ConsentRegistry.sol: the entry for one provider overrides the entry for any provider, and
a new consent or a withdrawal leaves the days that are past as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from salus.base.days import utc_day
from salus.chain.events import ConsentGiven, ConsentWithdrawn
from salus.chain.suite import Chain
from salus.types import Purpose

ANY = 0
"""Stands for any accredited provider."""
_PAST_GRANTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a provider may do for the care of some days."""

    provider: int
    """0 means any accredited provider that has no entry of its own."""
    from_: int
    """First civil day of service."""
    until: int
    """Last civil day of service."""
    purposes: Purpose

    def covers(self, day: int, purpose: Purpose) -> bool:
        return purpose in self.purposes and self.from_ <= day <= self.until


@dataclass(slots=True)
class _Entry:
    current: Grant
    past: list[Grant] = field(default_factory=list)


@dataclass(slots=True)
class ConsentHistory:
    """The consents of one signer for one member."""

    _entries: dict[int, _Entry] = field(default_factory=dict)

    @classmethod
    def of_member(cls, chain: Chain, *, signer: str, member: bytes) -> Self:
        """Reads the consents of a member's signer from the chain."""
        happened: list[ConsentGiven | ConsentWithdrawn] = list(
            chain.past((ConsentGiven, ConsentWithdrawn), signer=signer, member=member)
        )
        days = {
            block: utc_day(chain.w3.eth.get_block(block)["timestamp"])
            for block in {event.block for event in happened}
        }
        return cls.replay((event, days[event.block]) for event in happened)

    @classmethod
    def replay(cls, happened: Iterable[tuple[ConsentGiven | ConsentWithdrawn, int]]) -> Self:
        """Creates the history from the events of one signer and member in order, each with its UTC day."""
        history = cls()
        for event, day in happened:
            entry = history._own_entry(event.provider)
            if isinstance(event, ConsentGiven):
                grant = Grant(
                    provider=event.provider,
                    from_=event.from_,
                    until=event.until,
                    purposes=Purpose(event.purposes),
                )
                history._give(entry, grant, day)
            elif entry is not None:
                entry.current = replace(entry.current, until=event.last_day)
        return history

    def in_force(self, provider: int, day: int, purpose: Purpose = Purpose.FILE) -> bool:
        """Returns whether the signer has consented to a purpose for a day of service, as the registry does.

        >>> ConsentHistory().in_force(1, 20_454)
        False
        """
        entry = self._entries.get(provider) or self._entries.get(ANY)
        if entry is None:
            return False
        return any(grant.covers(day, purpose) for grant in (entry.current, *entry.past[-_PAST_GRANTS:]))

    def from_day(self, day: int) -> Iterator[Grant]:
        """Yields what is in force on a day or later, by provider; the entry for any provider comes first."""
        for provider, entry in sorted(self._entries.items()):
            for grant in (*entry.past[-_PAST_GRANTS:], entry.current):
                if grant.from_ <= grant.until and grant.until >= day:
                    yield replace(grant, provider=provider)

    def without(self, day: int) -> list[int]:
        """Returns the providers with an entry of their own that allows nothing on a day or later."""
        allowed = {grant.provider for grant in self.from_day(day)}
        return sorted(set(self._entries) - allowed - {ANY})

    def _give(self, entry: _Entry | None, grant: Grant, day: int) -> None:
        if entry is None:
            self._entries[grant.provider] = _Entry(grant)
            return
        old = entry.current
        if old.from_ <= day:
            old = replace(old, until=min(old.until, day))
            is_covered = (
                grant.from_ <= old.from_ and grant.until >= old.until and old.purposes in grant.purposes
            )
            if not is_covered:
                entry.past.append(old)
        entry.current = grant

    def _own_entry(self, provider: int) -> _Entry | None:
        """A provider's first entry starts as a copy of the entry for any provider."""
        entry, any_ = self._entries.get(provider), self._entries.get(ANY)
        if entry is None and any_ is not None:
            entry = self._entries[provider] = _Entry(any_.current, any_.past[-_PAST_GRANTS:])
        return entry
