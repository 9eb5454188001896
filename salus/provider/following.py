"""Reads from the chain what became of a provider's bills.

The outbox keeps up to which block it has read, with the block's hash, and the next reading begins behind it.
The latest blocks are read anew each time, because a machine behind the node's address may not have their
events yet; what was saved before is not changed by reading it again.

The outbox also keeps the latest block, and those of own transactions since. If the chain has left one of
them, everything is read again, and what the chain no longer says of a line is undone, so that the line is
filed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from salus.chain import Chain, claims, events
from salus.chain.settled import DEPTH
from salus.chain.web3_lazily import web3
from salus.provider.outbox import OPEN, Outbox, OutboxLine, State
from salus.provider.outbox.entry import likeness_of
from salus.provider.parts import in_parts
from salus.types import ClaimStatus, Decision

_UNSETTLED = (*OPEN, State.HELD, State.OWED, State.DENIED)
_DECIDED = (State.PAID, State.HELD, State.OWED, State.DENIED, State.WITHDRAWN)
Bill = tuple[bytes, bytes]
"""A policy and a bill line."""
Events = Sequence[events.ClaimEvent]


def follow(outbox: Outbox, chain: Chain) -> None:
    """Saves all decisions, payments and withdrawals of the provider's bills since the last reading.

    Claims that are not in this outbox are saved too, so that no bill is signed again that another outbox has
    filed under another key.
    """
    latest = chain.w3.eth.block_number
    latest_hash = _hash_of(chain, latest)
    read = outbox.read_to()
    if latest_hash is None or (read is not None and latest < read[0]):
        return  # The node is behind what was read, so it knows nothing new.
    if outbox.seen() == [(latest, latest_hash)]:
        return
    has_left = _has_left(outbox, chain, latest)
    since = None if read is None or has_left else read[0] + 1
    by_bill: dict[Bill, list[events.ClaimEvent]] = defaultdict(list)
    for event in chain.without_store().past(events.CLAIM_EVENTS, since=since, provider=outbox.place.provider):
        if event.block <= latest:
            by_bill[event.policy, event.bill_line].append(event)
    if has_left:
        undone = list(_undone(outbox, chain, by_bill))
        with outbox.together():
            outbox.forget_elsewhere()
            for entry in undone:
                outbox.undecided(entry)

    own: dict[Bill, list[OutboxLine]] = defaultdict(list)
    for entry in outbox.of_bills(by_bill):
        own[_bill(entry)].append(entry)
    for part in in_parts(by_bill.items()):
        with outbox.together():
            for bill, bill_events in part:
                for entry in own[bill]:
                    if entry.state in _UNSETTLED:
                        _apply(bill_events, entry, outbox, chain)
                if not own[bill]:
                    _apply_elsewhere(bill_events, outbox)
    _has_read(outbox, chain, latest, latest_hash)


def _has_read(outbox: Outbox, chain: Chain, latest: int, latest_hash: str) -> None:
    """Saves how far the chain was read. This does not go back if a node is behind another."""
    read = outbox.read_to()
    settled = latest - max(DEPTH, chain.confirmations)
    if settled > (0 if read is None else read[0]):
        settled_hash = _hash_of(chain, settled)
        if settled_hash is not None:
            outbox.has_read(settled, settled_hash)
    outbox.has_seen(latest, latest_hash, was_read=True)


def _has_left(outbox: Outbox, chain: Chain, latest: int) -> bool:
    """Whether the chain has left a block that it had. One that a node does not know yet proves nothing."""
    marks = [mark for mark in (outbox.read_to(), *outbox.seen()) if mark is not None]
    return any(
        _hash_of(chain, block) not in (None, block_hash) for block, block_hash in marks if block <= latest
    )


def _hash_of(chain: Chain, block: int) -> str | None:
    try:
        return chain.w3.eth.get_block(block)["hash"].to_0x_hex()
    except web3.exceptions.BlockNotFound:
        return None


def _undone(outbox: Outbox, chain: Chain, by_bill: Mapping[Bill, Events]) -> Iterator[OutboxLine]:
    """The decided lines of which the chain, all of whose events are given, says something else now."""
    for entry in outbox.entries(*_DECIDED):
        if entry.decision is None:
            continue
        decision, state = _outcome(by_bill.get(_bill(entry), ()), entry.diagnosis.hash_struct())
        if decision is not None:
            if (decision, state) != (entry.decision, entry.state):
                yield entry
        # Its event may only be missing at a machine that is behind.
        elif (
            entry.state is not State.WITHDRAWN
            and claims.status_of(chain, entry.ref(outbox.place.provider)) is ClaimStatus.NONE
        ):
            yield entry


def _outcome(bill_events: Events, leaf: bytes) -> tuple[Decision | None, State | None]:
    """What all events of a bill say of one revision of it."""
    decision: Decision | None = None
    state: State | None = None
    for event in bill_events:
        match event:
            case events.ClaimDecided() if event.decision.diagnosis == leaf:
                decision = event.decision
                state = State(decision.status.word)
            case events.ClaimPaid() if decision is not None:
                state = State.PAID
            case events.ClaimOwed() if decision is not None:
                state = State.OWED
            case events.ClaimWithdrawn() if decision is not None:
                return decision, State.WITHDRAWN
            case _:
                pass
    return decision, state


def _bill(entry: OutboxLine) -> Bill:
    return entry.diagnosis.policy, entry.diagnosis.bill_line


def _apply(bill_events: Events, entry: OutboxLine, outbox: Outbox, chain: Chain) -> None:
    """Saves the events of an entry. Ignores those before its decision, which concern an earlier revision.

    A withdrawal whose line was decided in an earlier reading may be one of an earlier revision that is read
    again, while the decision is missing at a machine that is behind: the revision that is due tells.
    """
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
                if any(decides) or _is_past(entry, outbox, chain):
                    outbox.withdrawn(entry)
                return
            case _:
                pass


def _is_past(entry: OutboxLine, outbox: Outbox, chain: Chain) -> bool:
    due = chain.due_revision(outbox.place.provider, entry.diagnosis.bill_line)
    return due > entry.diagnosis.revision


def _apply_elsewhere(bill_events: Events, outbox: Outbox) -> None:
    for event in bill_events:
        match event:
            case events.ClaimDecided() if not event.decision.is_duplicate:
                outbox.decided_elsewhere(event.claim, likeness_of(event.policy, event.service))
            case events.ClaimWithdrawn():
                outbox.withdrawn_elsewhere(event.claim)
            case _:
                pass
