"""Sells a policy to invented people, for examples and tests that need one."""

from __future__ import annotations

from dataclasses import dataclass

from salus import product
from salus.cover.card import MemberCard
from salus.cover.enrolment import enrol
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant, EnrolledMember
from salus.cover.membership import Membership, open_card
from salus.cover.policy import PolicyFile, build_policy
from salus.crypto.eip712 import Domain
from salus.product import Table

_YEAR = 365
_BOOK = Domain.policy_book(31337, "0x" + "b0" * 20)
_POOL, _HOLDER = "0x" + "c0" * 20, "0x" + "ab" * 20


@dataclass(frozen=True, slots=True)
class Sale:
    """A policy with its table and enrolments. Its keys are public, so never use it on a real chain."""

    table: Table
    enrolments: tuple[EnrolledMember, ...]
    policy: PolicyFile

    def card(self, index: int = 0) -> MemberCard:
        """Returns the card that a member shows to a hospital."""
        return self.enrolments[index].card(self.policy.book, self.policy.policy_id)

    def membership(self, index: int = 0) -> Membership:
        """Returns the membership of a member's card."""
        return open_card(self.card(index), self.policy.cover(index), self.table)


def sell(start: int, *, plan: str = "family", members: int = 1) -> Sale:
    """Sells a policy for one year from the civil day `start`, always the same, under a table of Salus.

    >>> sale = sell(20_454, members=2)
    >>> len(sale.policy.members), sale.membership(1).currency
    (2, 'USD')
    """
    benefits = product.shipped(plan)
    person = Applicant(consent_signer=_HOLDER, covered_since=start, covered_until=start + _YEAR)
    enrolments = enrol(PolicyKey(bytes(32)), benefits, [person] * members)
    policy = build_policy(
        _BOOK,
        benefits,
        enrolments,
        holder=_HOLDER,
        pool=_POOL,
        start=start,
        end=start + _YEAR,
        annual_limit=100_000_00,
        premium=1_200_00,
        deductible=500_00,
        auto_pay_limit=2_000_00,
        salt=bytes(32),
    )
    return Sale(benefits, enrolments, policy)
