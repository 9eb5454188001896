"""What a desk records on a bill line, and how the registry then reports it."""

from __future__ import annotations

from typing import Any

from tests.support import words
from tests.support.craft import BILLED, word
from tests.support.world import World

LINE = word("bill line")
POLICY, OTHER_POLICY = word("policy"), word("other policy")
DIAGNOSIS, OTHER_DIAGNOSIS = word("diagnosis"), word("other diagnosis")
CLAIMED = 60_013
"""Minor units."""

_BILL = ("provider", "line", "policy", "pool", "diagnosis")
_SUMS = ("billed", "currency", "claimed", "auto_paid")
_LINE = ("billed", "claimed", "currency", "revision", "payer", "leaf", "shared")


def bill(world: World, **changes: Any) -> tuple[tuple[Any, ...], int]:
    """Returns a `Bill` of the hospital, paid without review, and its `BillSums`."""
    facts: dict[str, Any] = {
        "provider": world.provider,
        "line": LINE,
        "policy": POLICY,
        "pool": world.pool.address,
        "diagnosis": DIAGNOSIS,
        "billed": BILLED,
        "currency": world.currency,
        "claimed": CLAIMED,
        "auto_paid": True,
    }
    facts |= changes
    return tuple(facts[name] for name in _BILL), words.bill_sums(*(facts[name] for name in _SUMS))


def line(world: World, bill_line: bytes = LINE) -> dict[str, Any]:
    """Returns the bill line as stored, without the first bytes of hashes."""
    stored = dict(zip(_LINE, world.providers.billLineOf(world.provider, bill_line), strict=True))
    stored["currency"] = bytes(stored["currency"]).rstrip(b"\0").decode()
    return {name: stored[name] for name in _LINE if name not in ("payer", "leaf")}


def standing(world: World, desk: Any, day: int | None = None, **changes: Any) -> dict[str, Any]:
    """Returns what the desk receives about a bill on a day, today by default."""
    on = world.today() if day is None else day
    asked, _ = bill(world, **changes)
    return words.standing(world.providers.standingOf(asked, desk, on))
