"""salus.chain.history: which logs a question is answered from

given kinds of a contract that are not in the list of its usual kinds
    all that are asked for should be read, be they the first of the question or a later one
given kinds that cannot be read together
    it should say so
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from salus.chain.event_layout import layout_of
from salus.chain.events import Event, PoolCreated, ProviderAccredited
from salus.chain.history import past
from salus.chain.registry_events import KeyRevoked, ProviderSuspended


class Reader:
    """Notes which topics it is asked to keep."""

    def __init__(self) -> None:
        self.topics: set[str] = set()

    def stream(self, address: str, topics: Any, *parts: Any) -> str:
        self.topics |= set(topics)
        return "stream"

    def read(self, stream: str, wanted: Any, *, since: int) -> list[Any]:
        assert set(wanted[0]) <= self.topics
        return []


@pytest.mark.parametrize("kinds", permutations((ProviderAccredited, KeyRevoked, ProviderSuspended)))
def test_every_kind_that_is_asked_for_is_read(kinds: Sequence[type[Event]]) -> None:
    reader: Any = Reader()

    assert list(past(reader, kinds, "0x", since=0, indexed={})) == []
    assert {layout_of(kind).topic for kind in kinds} <= reader.topics


def test_kinds_of_two_contracts_are_refused() -> None:
    reader: Any = Reader()

    with pytest.raises(ValueError, match="PoolCreated cannot be read together with ProviderAccredited"):
        list(past(reader, (ProviderAccredited, PoolCreated), "0x", since=0, indexed={}))
