"""Says how much of each yearly limit is used: the policy's own, and those of a member's benefits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from salus.cover.membership import Membership
from salus.product import BenefitRow
from salus.types import MAX_AMOUNT, Account, GroupUse


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


def policy_meters(membership: Membership, account: Account) -> Iterator[Meter]:
    """Yields the limits that all members of the policy share."""
    terms = membership.cover.terms
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


def benefit_meters(membership: Membership, row: BenefitRow, use: GroupUse) -> Iterator[Meter]:
    """Yields the member's own limits of a benefit, which it may share with others of its group."""
    benefit = membership.benefit(row.code)
    if benefit is None:
        return
    name = (row.group or row.title).replace("-", " ").capitalize()
    if benefit.group_limit:
        yield Meter(
            name=name,
            words="The most that the plan pays for this kind of care of yours.",
            used=use.paid,
            limit=benefit.group_limit,
        )
    if benefit.unit_limit:
        fixed = row.terms.kind == "scheduled"
        counted = "nights" if benefit.by_night else "sums" if fixed else "times"
        yield Meter(
            name=f"{name} ({counted})",
            words=f"The most {counted} of this kind that the plan pays for you.",
            used=use.units,
            limit=benefit.unit_limit,
            money=False,
        )
