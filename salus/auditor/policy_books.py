"""What policies, claims and bill lines must be, replayed from their events alone.

An event that contradicts the ones before it, such as the payment of a claim that nobody decided, becomes a
row of `contradictions`; the replay goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from salus.auditor.counters import Counters, Use
from salus.auditor.rows import Comparison, contradiction
from salus.base.days import utc_day
from salus.chain.events import (
    ClaimDecided,
    ClaimEvent,
    ClaimOwed,
    ClaimPaid,
    ClaimWithdrawn,
    Event,
    PolicyClosed,
    PolicyIssued,
)
from salus.crypto.eip712 import Domain
from salus.types import ClaimRef, ClaimStatus, Policy, Remittance

_LAST_REVISION = 255


@dataclass(slots=True)
class ClaimBook:
    """A claim that was ever decided."""

    decided: ClaimDecided
    """The decision in force, or the last one that was."""
    status: ClaimStatus
    """NONE once it was withdrawn."""
    payment: Event | None = None
    """Which announced that the money was paid."""

    @property
    def remittance(self) -> Remittance:
        return self.decided.decision.remittance


@dataclass(slots=True)
class PolicyBook:
    """A policy that was issued."""

    issued: PolicyIssued
    counters: Counters = Counters()
    uses: dict[bytes, Use] = field(default_factory=dict)
    """By key of the group."""

    @property
    def terms(self) -> Policy:
        return self.issued.terms

    @property
    def lock(self) -> int:
        """Capital that the pool must lock for it, minor units."""
        return self.counters.lock(self.terms)


@dataclass(slots=True)
class BillBook:
    """A line of a provider's bill."""

    billed: int = 0
    currency: str = ""
    revision: int = 0
    first: ClaimRef | None = None
    """The claim of the first payer."""
    first_claimed: int = 0
    others: set[ClaimRef] = field(default_factory=set)


@dataclass(slots=True)
class CapBook:
    """What a pool has paid a provider without review on the last day on which it did."""

    day: int = 0
    used: int = 0


class PolicyBooks:
    """All policies and claims of a suite, after the events."""

    def __init__(self, events: Iterable[Event], book: Domain) -> None:
        """`book` is the domain of the policy book, under which policies have their ids."""
        self._domain = book
        self.policies: dict[bytes, PolicyBook] = {}
        self.claims: dict[ClaimRef, ClaimBook] = {}
        self.bills: dict[tuple[int, bytes], BillBook] = defaultdict(BillBook)
        self.caps: dict[tuple[str, int], CapBook] = defaultdict(CapBook)
        self.contradictions: list[Comparison] = []
        for event in events:
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case PolicyIssued():
                self._issue(event)
            case PolicyClosed():
                self._close(event)
            case ClaimDecided():
                self._decide(event)
            case ClaimPaid() | ClaimOwed():
                self._due(event)
            case ClaimWithdrawn():
                self._withdraw(event)

    def _issue(self, event: PolicyIssued) -> None:
        self._agree(event, "policy id", self._domain.digest(event.terms), event.policy)
        self._agree(event, "pool of the policy", event.terms.pool, event.pool)
        self._agree(event, "holder of the policy", event.terms.holder, event.holder)
        self._agree(event, "times that the policy was issued", 1, 1 + (event.policy in self.policies))
        self.policies[event.policy] = PolicyBook(event)

    def _close(self, event: PolicyClosed) -> None:
        policy = self.policies.get(event.policy)
        self._agree(event, "the closed policy was issued", True, policy is not None)
        if policy is None:
            return
        currency = policy.terms.currency
        self._agree(event, "capital released at closing", policy.lock, event.released, currency)
        policy.counters = policy.counters._replace(closed=True)

    def _decide(self, event: ClaimDecided) -> None:
        decision, policy = event.decision, self.policies.get(event.policy)
        self._agree(event, "the policy of the claim was issued", True, policy is not None)
        if not decision.is_duplicate:
            self._record(event)
        if policy is None:
            return
        group, split = decision.group, decision.remittance
        if decision.status is not ClaimStatus.DENIED:
            policy.counters = policy.counters.charged(split, held=decision.status is ClaimStatus.HELD)
            if any(group):
                policy.uses[group] = policy.uses.get(group, Use()).charged(split)
        counted, stated = policy.counters, Counters._make(event.account.as_tuple())
        for name, expected, found in zip(Counters._fields, counted, stated, strict=True):
            unit = policy.terms.currency if name not in ("issued", "closed") else ""
            self._agree(event, f"{name} of the policy after the decision", expected, found, unit)
        use = policy.uses.get(group, Use())
        self._agree(event, "paid of the group after the decision", use.paid, event.use.paid)
        self._agree(event, "units of the group after the decision", use.units, event.use.units)
        self._agree(event, "pool that pays", policy.terms.pool, decision.pool)

    def _record(self, event: ClaimDecided) -> None:
        known = self.claims.get(event.claim)
        in_force = known is not None and known.status is not ClaimStatus.NONE
        self._agree(event, "the claim has a decision already", False, in_force)
        status, service = event.decision.status, event.service
        payment = event if status is ClaimStatus.PAID else None
        self.claims[event.claim] = ClaimBook(event, status, payment)

        bill, paid = self.bills[event.provider, event.bill_line], event.decision.remittance.paid
        self._agree(event, "revision of the bill line", bill.revision, service.revision)
        bill.billed, bill.currency = service.billed, service.currency
        if bill.first is None:
            bill.first, bill.first_claimed = event.claim, paid
        else:
            bill.others.add(event.claim)
        # Owed here means that the pool could not pay what needed no review.
        if status in (ClaimStatus.PAID, ClaimStatus.OWED) and paid:
            cap, day = self.caps[event.decision.pool, event.provider], utc_day(service.decided_at)
            cap.day, cap.used = day, paid + (cap.used if cap.day == day else 0)

    def _due(self, event: ClaimPaid | ClaimOwed) -> None:
        claim = self._known(event)
        if claim is None:
            return
        before = (ClaimStatus.HELD, ClaimStatus.OWED) if isinstance(event, ClaimPaid) else (ClaimStatus.HELD,)
        self._agree(event, "the claim is open", True, claim.status in before)
        self._agree(event, "payee of the claim", claim.decided.decision.payee, event.payee)
        currency = claim.decided.service.currency
        self._agree(event, "amount of the claim", claim.remittance.paid, event.amount, currency)
        policy = self.policies.get(event.policy)
        if claim.status is ClaimStatus.HELD and policy is not None:
            policy.counters = policy.counters.settled(claim.remittance.paid)
        claim.status = ClaimStatus.PAID if isinstance(event, ClaimPaid) else ClaimStatus.OWED
        claim.payment = event if isinstance(event, ClaimPaid) else None

    def _withdraw(self, event: ClaimWithdrawn) -> None:
        claim = self._known(event)
        if claim is None:
            return
        self._agree(event, "the claim can be withdrawn", True, claim.status.can_be_withdrawn)
        policy, group = self.policies.get(event.policy), claim.decided.decision.group
        if claim.status is ClaimStatus.HELD and policy is not None:
            policy.counters = policy.counters.released(claim.remittance)
            if any(group):
                policy.uses[group] = policy.uses.get(group, Use()).released(claim.remittance)
        claim.status = ClaimStatus.NONE

        bill = self.bills[event.provider, event.bill_line]
        if bill.first == event.claim:
            bill.first, bill.first_claimed = None, 0
        bill.others.discard(event.claim)
        if bill.first is None and not bill.others:
            bill.billed, bill.currency = 0, ""
        bill.revision = min(bill.revision + 1, _LAST_REVISION)

    def _known(self, event: ClaimEvent) -> ClaimBook | None:
        claim = self.claims.get(event.claim)
        self._agree(event, "the claim was decided", True, claim is not None)
        return claim

    def _agree(self, event: Event, what: str, expected: Any, found: Any, unit: str = "") -> None:
        if expected != found:
            place = f"transaction {event.transaction}, log {event.log_index}"
            self.contradictions.append(contradiction(place, what, expected=expected, found=found, unit=unit))
