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
from salus.types import MAX_AMOUNT, ClaimStatus, Remittance, claim_id


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
    number: str
    """The claim number in the letter: the first digits of the claim id."""
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
class Meter:
    """The used part of a yearly limit."""

    name: str
    words: str
    used: int
    limit: int
    money: bool = True
    """Whether the numbers are minor units; otherwise they are counts."""

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


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
        number=_number(entry),
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


def _number(entry: LedgerEntry) -> str:
    event = entry.decided
    digits = claim_id(event.policy, event.provider, event.bill_line).hex()[:8].upper()
    return f"{digits[:4]}-{digits[4:]}"


def _by_day(item: Item) -> tuple[int, int, int]:
    event = item.entry.decided
    return event.service.from_, *event.place


def _meters(membership: Membership, ledger: Ledger, items: Iterable[Item]) -> Iterator[Meter]:
    terms, account = membership.cover.terms, ledger.account
    if terms.deductible and any(row.terms.deductible_applies for row in membership.table):
        yield Meter(
            name="Deductible",
            words="What all members together pay themselves before the plan shares some costs.",
            used=account.deductible,
            limit=terms.deductible,
        )
    if terms.out_of_pocket < MAX_AMOUNT and any(row.terms.kind == "indemnity" for row in membership.table):
        yield Meter(
            name="Out-of-pocket maximum",
            words="The most that all members together bear of deductible and coinsurance.",
            used=account.out_of_pocket,
            limit=terms.out_of_pocket,
        )
    yield Meter(
        name="Yearly limit of the policy",
        words="The most that the plan pays for all members together; held sums count.",
        used=account.decided,
        limit=terms.annual_limit,
    )
    yield from _group_meters(membership, ledger, items)


def _group_meters(membership: Membership, ledger: Ledger, items: Iterable[Item]) -> Iterator[Meter]:
    """Yields the member's own limits for each group of benefits that was used."""
    seen: set[bytes] = set()
    for item in items:
        benefit = membership.benefit(item.row.code)
        if benefit is None or benefit.group_key in seen or benefit.group_key not in ledger.uses:
            continue
        seen.add(benefit.group_key)
        use, name = ledger.uses[benefit.group_key], _group_name(item.row)
        if benefit.group_limit:
            yield Meter(
                name=name,
                words="The most that the plan pays for this kind of care of yours.",
                used=use.paid,
                limit=benefit.group_limit,
            )
        if benefit.unit_limit:
            counted = "nights" if benefit.by_night else "sums" if item.fixed else "times"
            yield Meter(
                name=f"{name} ({counted})",
                words=f"The most {counted} of this kind that the plan pays for you.",
                used=use.units,
                limit=benefit.unit_limit,
                money=False,
            )


def _group_name(row: BenefitRow) -> str:
    return (row.group or row.title).replace("-", " ").capitalize()
