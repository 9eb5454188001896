"""What a desk records on a bill line, and what the registry then knows of it."""

from __future__ import annotations

from typing import Any

from tests.support.craft import BILLED, word
from tests.support.world import World

LINE = word("bill line")
POLICY, OTHER_POLICY = word("policy"), word("other policy")
DIAGNOSIS, OTHER_DIAGNOSIS = word("diagnosis"), word("other diagnosis")
CLAIMED = 60_013
"""Minor units."""

_BILL = ("provider", "line", "policy", "pool", "diagnosis", "billed", "currency", "claimed", "auto_paid")
_LINE = ("billed", "claimed", "currency", "revision", "payer", "leaf", "shared")
_STANDING = (
    "accredited",
    "under_review",
    "decided",
    "same_diagnosis",
    "revision",
    "billed",
    "currency",
    "claimed_by_others",
    "cap_left",
)


def bill(world: World, **changes: Any) -> tuple[Any, ...]:
    """A `Bill` of the hospital, paid without review."""
    facts: dict[str, Any] = {
        "provider": world.provider,
        "line": LINE,
        "policy": POLICY,
        "pool": world.pool.address,
        "diagnosis": DIAGNOSIS,
        "billed": BILLED,
        "currency": world.currency.encode(),
        "claimed": CLAIMED,
        "auto_paid": True,
    }
    return tuple({**facts, **changes}[name] for name in _BILL)


def line(world: World, bill_line: bytes = LINE) -> dict[str, Any]:
    """The bill line as stored; the heads of hashes left out."""
    found = _named(_LINE, world.providers.billLineOf(world.provider, bill_line))
    return {name: found[name] for name in _LINE if name not in ("payer", "leaf")}


def standing(world: World, desk: Any, day: int | None = None, **changes: Any) -> dict[str, Any]:
    """What the desk is told about a bill on a day, today unless given."""
    on = world.today() if day is None else day
    return _named(_STANDING, world.providers.standingOf(bill(world, **changes), desk, on))


def _named(names: tuple[str, ...], values: Any) -> dict[str, Any]:
    found = dict(zip(names, values, strict=True))
    return {**found, "currency": bytes(found["currency"]).rstrip(b"\0").decode()}
