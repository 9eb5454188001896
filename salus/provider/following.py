"""Reads from the chain what became of a provider's bills, and each event only once.

The outbox keeps up to which block it has read, with the block's hash. The next reading begins behind it; if
the hash is no longer on the chain, everything is read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from salus.chain import Chain, events
from salus.provider.outbox import OPEN, Outbox, OutboxLine, State
from salus.provider.outbox.entry import likeness_of
from salus.provider.parts import in_parts
from salus.types import ClaimStatus

_KINDS = (events.ClaimDecided, events.ClaimPaid, events.ClaimOwed, events.ClaimWithdrawn)
_UNSETTLED = (*OPEN, State.HELD, State.OWED, State.DENIED)
Bill = tuple[bytes, bytes]
"""A policy and a bill line."""


def follow(outbox: Outbox, chain: Chain) -> None:
    """Saves all decisions, payments and withdrawals of the provider's bills since the last reading.

    Claims that are not in this outbox are saved too, so that no bill is signed again that another outbox has
    filed under another key.
    """
    latest = chain.w3.eth.block_number
    read = outbox.read_to()
    if read is not None and (read[0] > latest or _hash_of(chain, read[0]) != read[1]):
        outbox.forget_elsewhere()
        read = None
    since = None if read is None else read[0] + 1
    if since is not None and since > latest:
        return
    latest_hash = _hash_of(chain, latest)
    by_bill: dict[Bill, list[events.ClaimEvent]] = defaultdict(list)
    for event in chain.without_store().past(_KINDS, since=since, provider=outbox.place.provider):
        if event.block <= latest:
            by_bill[event.policy, event.bill_line].append(event)

    own: dict[Bill, list[OutboxLine]] = defaultdict(list)
    for entry in outbox.of_bills(by_bill):
        own[entry.diagnosis.policy, entry.diagnosis.bill_line].append(entry)
    for part in in_parts(by_bill.items()):
        with outbox.together():
            for bill, bill_events in part:
                for entry in own[bill]:
                    if entry.state in _UNSETTLED:
                        _apply(bill_events, entry, outbox)
                if not own[bill]:
                    _apply_elsewhere(bill_events, outbox)
    outbox.has_read(latest, latest_hash)


def _hash_of(chain: Chain, block: int) -> str:
    return chain.w3.eth.get_block(block)["hash"].to_0x_hex()


def _apply(bill_events: Sequence[events.ClaimEvent], entry: OutboxLine, outbox: Outbox) -> None:
    """Saves the events of an entry. Ignores those before its decision, which concern an earlier revision."""
    leaf = entry.diagnosis.hash_struct()
    decides = [
        isinstance(event, events.ClaimDecided) and event.decision.diagnosis == leaf for event in bill_events
    ]
    decided = entry.decision is not None and not any(decides)
    for event, is_decision in zip(bill_events, decides, strict=True):
        match event:
            case events.ClaimDecided() if is_decision:
                decided = True
                if entry.state in OPEN:
                    outbox.decided(entry, event.decision, event.transaction)
            case events.ClaimPaid() if decided:
                outbox.moved(entry, ClaimStatus.PAID)
            case events.ClaimOwed() if decided:
                outbox.moved(entry, ClaimStatus.OWED)
            case events.ClaimWithdrawn() if decided:
                outbox.withdrawn(entry)
                return
            case _:
                pass


def _apply_elsewhere(bill_events: Sequence[events.ClaimEvent], outbox: Outbox) -> None:
    for event in bill_events:
        match event:
            case events.ClaimDecided() if not event.decision.is_duplicate:
                outbox.decided_elsewhere(event.claim, likeness_of(event.policy, event.service))
            case events.ClaimWithdrawn():
                outbox.withdrawn_elsewhere(event.claim)
            case _:
                pass
