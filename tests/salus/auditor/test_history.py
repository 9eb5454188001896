"""salus.auditor.history

given the kinds of events that the library knows
    each should be read, so that the digest and a second node cover it
"""

from __future__ import annotations

from salus.auditor.history import POOL_KINDS, SUITE_KINDS
from salus.chain import events, pool_events, registry_events
from salus.chain.events import Event
from salus.chain.manifest import SUITE

GROUPS = {events.ClaimEvent, pool_events.PoolEvent, registry_events.RegistryEvent}
"""Which are no kinds themselves."""


def is_kind(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Event) and hasattr(value, "contract")


def test_every_kind_is_read() -> None:
    defined = [value for module in (events, pool_events, registry_events) for value in vars(module).values()]
    known = {kind for kind in defined if is_kind(kind)} - GROUPS

    assert {kind.contract for kind in known} <= {contract.name for contract in SUITE} | {"RiskPool", "Asset"}
    assert known == {*SUITE_KINDS, *POOL_KINDS, pool_events.Transfer}
