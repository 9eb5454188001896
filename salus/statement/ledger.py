"""Replays the claims of a policy from its events, to get their status and what the policy has used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from salus.chain.events import CLAIM_EVENTS, ClaimDecided, ClaimEvent, ClaimOwed, ClaimPaid, ClaimWithdrawn
from salus.chain.suite import Chain
from salus.types import Account, ClaimRef, ClaimStatus, GroupUse


def claim_events(chain: Chain, policy: bytes) -> list[ClaimEvent]:
    """Returns all that happened to the claims of a policy."""
    return list(chain.past(CLAIM_EVENTS, policy=policy))


def claim_events_of(chain: Chain, policies: Iterable[bytes]) -> dict[bytes, list[ClaimEvent]]:
    """Returns all that happened to the claims of each policy; the chain is read once for all."""
    found: dict[bytes, list[ClaimEvent]] = {policy: [] for policy in policies}
    for event in chain.past(CLAIM_EVENTS):
        if event.policy in found:
            found[event.policy].append(event)
    return found


@dataclass(slots=True)
class LedgerEntry:
    """One decision, and what has happened to it since."""

    decided: ClaimDecided
    status: ClaimStatus
    """NONE if the provider has withdrawn the claim."""
    payment: str | None = None
    """Hash of the transaction that paid the money."""
    withdrawn: str | None = None
    """Hash of the transaction that withdrew the claim."""

    @property
    def is_duplicate(self) -> bool:
        """Returns whether the line was denied as a duplicate; the earlier decision on its bill is valid."""
        return self.decided.decision.is_duplicate


@dataclass(slots=True)
class Ledger:
    """All decisions of one policy in order, and its counters after the last one."""

    entries: list[LedgerEntry] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    uses: dict[bytes, GroupUse] = field(default_factory=dict)
    """Counters of each group of benefits, by `Decision.group`."""

    @classmethod
    def replay(cls, events: Iterable[ClaimEvent]) -> Self:
        """Creates a ledger from the claim events of one policy in any order. Ignores other kinds."""
        ledger = cls()
        latest: dict[ClaimRef, LedgerEntry] = {}
        for event in sorted(events, key=lambda event: event.place):
            match event:
                case ClaimDecided():
                    entry = ledger._decide(event)
                    if not entry.is_duplicate:
                        latest[event.claim] = entry
                case ClaimPaid():
                    ledger._due(latest[event.claim], ClaimStatus.PAID)
                    latest[event.claim].payment = event.transaction
                case ClaimOwed():
                    ledger._due(latest[event.claim], ClaimStatus.OWED)
                case ClaimWithdrawn():
                    ledger._withdraw(latest.pop(event.claim), event.transaction)
        return ledger

    @classmethod
    def of_policy(cls, chain: Chain, policy: bytes) -> Self:
        """From the chain's events of a policy. The chain itself only knows the decision that is in force, and
        a bill that was filed twice has two."""
        return cls.replay(claim_events(chain, policy))

    def of_member(self, commitment: bytes) -> list[LedgerEntry]:
        """Returns the decisions on a member's claims, oldest first."""
        return [entry for entry in self.entries if entry.decided.service.member == commitment]

    def _decide(self, event: ClaimDecided) -> LedgerEntry:
        status = event.decision.status
        entry = LedgerEntry(event, status, event.transaction if status is ClaimStatus.PAID else None)
        self.entries.append(entry)
        self.account = event.account
        if any(event.decision.group):
            self.uses[event.decision.group] = event.use
        return entry

    def _due(self, entry: LedgerEntry, status: ClaimStatus) -> None:
        if entry.status is ClaimStatus.HELD:
            paid = entry.decided.decision.remittance.paid
            account = self.account
            self.account = replace(account, paid=account.paid + paid, reserved=account.reserved - paid)
        entry.status = status

    def _withdraw(self, entry: LedgerEntry, transaction: str) -> None:
        """Returns what a held claim has used to the counters; a denied claim has used nothing."""
        remittance, group = entry.decided.decision.remittance, entry.decided.decision.group
        self.account = replace(
            self.account,
            reserved=self.account.reserved - remittance.paid,
            deductible=self.account.deductible - remittance.deductible,
            out_of_pocket=self.account.out_of_pocket - remittance.deductible - remittance.coinsurance,
        )
        if any(group):
            use = self.uses[group]
            self.uses[group] = replace(
                use, paid=use.paid - remittance.paid, units=use.units - remittance.units
            )
        entry.status, entry.withdrawn = ClaimStatus.NONE, transaction
