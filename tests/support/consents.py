"""Consents as the days on which a purpose is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from salus.types import Purpose
from tests.support.craft import word
from tests.support.world import World

MEMBER = word("member whose consent it is")
ANY, OTHER_PROVIDER = 0, 2
"""The world's hospital is provider 1."""
FILE = int(Purpose.FILE)


def give(
    world: World,
    signer: Any,
    first: int,
    last: int,
    *,
    provider: int = ANY,
    purposes: int = FILE,
    member: bytes = MEMBER,
) -> Any:
    """Gives consent by the signer's own transaction."""
    return world.consents.give(member, provider, purposes, first, last, {"from": signer})


def allowed(
    world: World,
    signer: Any,
    days: Iterable[int],
    *,
    provider: int | None = None,
    purpose: int = FILE,
    member: bytes = MEMBER,
) -> list[int]:
    """Returns those of these days on which the provider, by default the hospital, is allowed the purpose."""
    named = world.provider if provider is None else provider
    return [day for day in days if world.consents.inForce(signer, member, named, day, purpose)]
