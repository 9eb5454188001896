"""The members of an insurer's policies, found from the chain's PolicyIssued events and the enrolments that
the holders sent: the insurer needs no other file to know whose claim it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from salus.base.errors import PolicyError
from salus.chain.events import ClaimDecided, ClaimWithdrawn, PolicyIssued
from salus.chain.suite import Chain, Pool
from salus.cover.member import EnrolledMember
from salus.cover.membership import Membership, open_card
from salus.cover.policy import PolicyFile
from salus.crypto.eip712 import Domain
from salus.crypto.merkle import MerkleTree
from salus.insurer.audit import standing
from salus.product import Table
from salus.types import Policy

Enrolments = Sequence[EnrolledMember]


class Portfolio:
    """The policies of a pool, with the enrolments and tables that they were sold under.

    Raises PolicyError if a policy was sold under a table that is not among them. An enrolment that no policy
    was made of is passed over.

    >>> from salus import samples
    >>> sale = samples.sell(20_454)
    >>> sold = sale.policy
    >>> issued = PolicyIssued(address=sold.book.verifying_contract, block=7, transaction="0x", log_index=0,
    ...                       policy=sold.policy_id, pool=sold.terms.pool, holder=sold.terms.holder,
    ...                       payer=sold.terms.holder, terms=sold.terms)
    >>> Portfolio([issued], [sale.enrolments], [sale.table], sold.book).without_enrolment
    []
    >>> Portfolio([issued], [], [sale.table], sold.book).without_enrolment == [sold.policy_id]
    True
    """

    def __init__(
        self,
        issued: Iterable[PolicyIssued],
        enrolments: Iterable[Enrolments],
        tables: Iterable[Table],
        book: Domain,
    ) -> None:
        """`book` is the domain of the policy book."""
        self._book = book
        self._tables = {table.hash: table for table in tables}
        self._terms = {event.policy: event.terms for event in issued}
        by_root = {_root(enrolment): enrolment for enrolment in enrolments if enrolment}
        self._enrolled = {policy: by_root.get(terms.members, ()) for policy, terms in self._terms.items()}
        self._opened: dict[tuple[bytes, bytes], Membership | None] = {}
        for policy, terms in self._terms.items():
            if terms.benefit_table not in self._tables:
                raise PolicyError(
                    f"is sold under table 0x{terms.benefit_table.hex()}, which is not named",
                    resource=f"Policy/0x{policy.hex()}",
                    field="table",
                    remedy="name the table of each policy of the pool, separated by commas",
                )

    @classmethod
    def of_pool(cls, pool: Pool, enrolments: Iterable[Enrolments], tables: Iterable[Table]) -> Self:
        """The policies that the chain shows for a pool."""
        chain = pool.chain
        issued = chain.past(PolicyIssued, pool=pool.address)
        return cls(issued, enrolments, tables, chain.book_domain)

    def claims(self, chain: Chain) -> list[ClaimDecided]:
        """The decided claims of these policies, without those that were withdrawn."""
        decided = (event for event in chain.past(ClaimDecided) if event.policy in self)
        return standing(decided, chain.past(ClaimWithdrawn))

    def __contains__(self, policy: object) -> bool:
        return policy in self._terms

    @property
    def without_enrolment(self) -> list[bytes]:
        """Ids of policies whose members are in no enrolment."""
        return [policy for policy, enrolled in self._enrolled.items() if not enrolled]

    def member_of(self, event: ClaimDecided) -> Membership | None:
        """The membership behind a claim; None if no enrolment holds it. Raises CardError if the enrolment
        does not fit the table."""
        place = event.policy, event.service.member
        if place not in self._opened:
            self._opened[place] = self._open(*place)
        return self._opened[place]

    def _open(self, policy: bytes, commitment: bytes) -> Membership | None:
        enrolled = self._enrolled.get(policy, ())
        for place, one in enumerate(enrolled):
            if one.member.commitment == commitment:
                terms: Policy = self._terms[policy]
                file = PolicyFile(self._book, terms, tuple(other.member for other in enrolled))
                card = one.card(self._book, policy)
                return open_card(card, file.cover(place), self._tables[terms.benefit_table])
        return None


def _root(enrolment: Enrolments) -> bytes:
    """`Policy.members`, as a policy over the enrolment has it."""
    return MerkleTree(one.member.hash_struct() for one in enrolment).root
