"""What anyone may do for everyone: settle what is due, collect what is owed, close what is over.

All of it is found from the chain's events alone; a keeper needs no file of anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator

from salus.base.errors import Reverted
from salus.chain import Action, Chain, claims, events, policies
from salus.types import ClaimStatus


def due(chain: Chain) -> Iterator[Action]:
    """Settles each held claim whose review window is over."""
    now = chain.now()
    for event in _standing(chain, ClaimStatus.HELD):
        if event.decision.release_at <= now:
            yield claims.settle(
                chain, claim=event.claim, decision=event.decision, currency=event.service.currency
            )


def owed(chain: Chain) -> Iterator[Action]:
    """Collects each owed claim that the pool can pay now and its payee takes."""
    for event in _standing(chain, ClaimStatus.OWED):
        action = claims.collect(
            chain, claim=event.claim, decision=event.decision, currency=event.service.currency
        )
        if sendable(chain, action):
            yield action


def closable(chain: Chain) -> Iterator[Action]:
    """Closes each policy that can bring no more claims."""
    closed = {event.policy for event in chain.past(events.PolicyClosed)}
    for event in chain.past(events.PolicyIssued):
        if event.policy not in closed:
            action = policies.close(chain, terms=event.terms)
            if sendable(chain, action):
                yield action


def sendable(chain: Chain, action: Action) -> bool:
    """Whether anyone could send the action now."""
    try:
        chain.preview(action, chain.desk.address)
    except Reverted:
        return False
    return True


def _standing(chain: Chain, status: ClaimStatus) -> Iterator[events.ClaimDecided]:
    """The decisions whose claims are in that status now. An owed claim may have been held before."""
    latest = {
        event.claim: event for event in chain.past(events.ClaimDecided) if event.decision.status.is_open
    }
    for claim, event in latest.items():
        if claims.status_of(chain, claim) is status:
            yield event
