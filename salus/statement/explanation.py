"""Explains a member's year line by line: who bears which amount and why, and what is used and left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from salus.base.codes import Carc, Group
from salus.chain.events import ClaimEvent
from salus.claim.adjudication import coinsurance_of, reductions_of
from salus.cover.membership import Membership
from salus.product import BenefitRow
from salus.statement.ledger import Ledger, LedgerEntry
from salus.statement.meters import Meter, benefit_meters, policy_meters
from salus.types import ClaimStatus, Remittance, claim_id


@dataclass(frozen=True, slots=True)
class Reduction:
    """An amount that the plan does not pay, in minor units, and the reason."""

    carc: Carc
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One decision on one bill line. Amounts are minor units."""

    entry: LedgerEntry
    row: BenefitRow
    """The row of the benefit table, which describes the care."""
    base: int
    """The amount before reductions: the bill or, for a fixed benefit, the rate times the days or units."""
    reductions: tuple[Reduction, ...]
    paid: int
    """The amount that the plan has paid, reserved or owes; 0 if denied or withdrawn."""
    owe: int | None
    """The amount that the member may owe the provider; None for a fixed benefit, which ignores the bill."""
    capped: bool
    """Whether the out-of-pocket maximum reduced the member's share; the plan bears the rest."""

    @property
    def claim(self) -> bytes:
        """Returns the claim's id on the chain, 32 bytes."""
        event = self.entry.decided
        return claim_id(event.policy, event.provider, event.bill_line)

    @property
    def number(self) -> str:
        """Returns the claim number in the letter: the first digits of the claim id."""
        digits = self.claim.hex()[:8].upper()
        return f"{digits[:4]}-{digits[4:]}"

    @property
    def status(self) -> ClaimStatus:
        return self.entry.status

    @property
    def billed(self) -> int:
        return self.entry.decided.service.billed

    @property
    def fixed(self) -> bool:
        """Returns whether the benefit is a fixed sum or a rate for each night, regardless of the bill."""
        return self.row.terms.kind == "scheduled"

    @property
    def counts(self) -> bool:
        """Returns whether the item counts in the totals: it is neither withdrawn nor a duplicate."""
        return self.status is not ClaimStatus.NONE and not self.entry.is_duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A member's explanation of benefits."""

    membership: Membership
    items: tuple[Item, ...]
    """In the order of the days of service."""
    meters: tuple[Meter, ...]

    @property
    def currency(self) -> str:
        return self.membership.currency

    @property
    def billed(self) -> int:
        return sum(item.billed for item in self.items if item.counts)

    @property
    def paid(self) -> int:
        """Returns the amount that the plan has paid."""
        return sum(item.paid for item in self.items if item.status is ClaimStatus.PAID)

    @property
    def coming(self) -> int:
        """Returns the amount that is decided but not paid yet, because it is held or owed."""
        return sum(item.paid for item in self.items if item.status.is_open)

    @property
    def owe(self) -> int:
        """Returns the amount that the member may owe providers, without fixed benefits."""
        return sum(item.owe or 0 for item in self.items if item.counts)


def statement(membership: Membership, events: Iterable[ClaimEvent]) -> Statement:
    """Creates a member's explanation of benefits from the claim events of the policy.

    Include the events of the other members, because they share the deductible and the limits. Skipped lines
    are not decided and are left out.

    >>> from salus import samples
    >>> letter = statement(samples.sell(20_454).membership(), [])
    >>> [(meter.name, meter.left) for meter in letter.meters]
    [('Deductible', 50000), ('Yearly limit of the policy', 10000000)]
    """
    ledger = Ledger.replay(event for event in events if event.policy == membership.policy_id)
    own = ledger.of_member(membership.commitment)
    items = sorted((_item(entry, membership) for entry in own), key=_by_day)
    return Statement(
        membership=membership, items=tuple(items), meters=tuple(_meters(membership, ledger, items))
    )


def _item(entry: LedgerEntry, membership: Membership) -> Item:
    event = entry.decided
    code = membership.schedule.code_of(event.service.benefit)
    assert code is not None, "the contract has checked that the benefit is in the member's schedule"
    row = membership.table[code]
    remittance = event.decision.remittance
    fixed = row.terms.kind == "scheduled"
    denial = event.decision.codes[0] if event.decision.status is ClaimStatus.DENIED else None
    amounts = ((denial, event.service.billed),) if denial else reductions_of(remittance)
    reductions = tuple(Reduction(carc, amount) for carc, amount in amounts)
    in_force = entry.status is not ClaimStatus.NONE
    base = sum(part.amount for part in reductions) + remittance.paid if fixed else event.service.billed
    return Item(
        entry=entry,
        row=row,
        base=base,
        reductions=reductions,
        paid=remittance.paid if in_force else 0,
        owe=_owed(reductions) if in_force and not fixed else None,
        capped=not denial and not fixed and _is_capped(remittance, row.terms.share_bps),
    )


def _is_capped(remittance: Remittance, share_bps: int) -> bool:
    return remittance.coinsurance < coinsurance_of(remittance.allowed - remittance.deductible, share_bps)


def _owed(reductions: Iterable[Reduction]) -> int:
    return sum(part.amount for part in reductions if part.carc.group is Group.PATIENT)


def _by_day(item: Item) -> tuple[int, int, int]:
    event = item.entry.decided
    return event.service.from_, *event.place


def _meters(membership: Membership, ledger: Ledger, items: Iterable[Item]) -> Iterator[Meter]:
    """Yields the limits of the policy, and those of the member's benefits that were used."""
    yield from policy_meters(membership, ledger.account)
    seen: set[bytes] = set()
    for item in items:
        benefit = membership.benefit(item.row.code)
        if benefit is None or benefit.group_key in seen or benefit.group_key not in ledger.uses:
            continue
        seen.add(benefit.group_key)
        yield from benefit_meters(membership, item.row, ledger.uses[benefit.group_key])
