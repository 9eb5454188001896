"""Finds the member behind each claim of an insurer.

It needs only the PolicyIssued events of the chain and the enrolments that the holders have sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from salus.base.errors import PolicyError
from salus.chain.events import ClaimDecided, ClaimWithdrawn, PolicyIssued
from salus.chain.suite import Chain, Pool
from salus.cover.member import EnrolledMember
from salus.cover.membership import Membership, open_card
from salus.cover.policy import PolicyFile
from salus.crypto.eip712 import Domain
from salus.crypto.merkle import MerkleTree
from salus.insurer.audit import without_withdrawn
from salus.product import Table
from salus.product.naming import words_of_hash
from salus.types import Policy

Enrolments = Sequence[EnrolledMember]


class Portfolio:
    """The policies of a pool, with the enrolments and tables that they were sold under.

    Raises PolicyError if the table of a policy is missing. Enrolments without a policy are ignored.

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
        self._files: dict[bytes, PolicyFile] = {}
        self._opened: dict[tuple[bytes, bytes], Membership | None] = {}
        for policy, terms in self._terms.items():
            if terms.benefit_table not in self._tables:
                raise PolicyError(
                    f"was sold under {words_of_hash(terms.benefit_table)}, which is not named",
                    resource=f"Policy/0x{policy.hex()}",
                    field="table",
                    remedy="name the table of each policy of the pool, separated by commas",
                )

    @classmethod
    def of_pool(cls, pool: Pool, enrolments: Iterable[Enrolments], tables: Iterable[Table]) -> Self:
        """Creates a portfolio of the policies of a pool on the chain."""
        chain = pool.chain
        issued = chain.past(PolicyIssued, pool=pool.address)
        return cls(issued, enrolments, tables, chain.book_domain)

    def claims(self, chain: Chain) -> list[ClaimDecided]:
        """Returns the decided claims of these policies, without withdrawn ones."""
        decided = (event for event in chain.past(ClaimDecided) if event.policy in self)
        return without_withdrawn(decided, chain.past(ClaimWithdrawn))

    def __contains__(self, policy: object) -> bool:
        return policy in self._terms

    @property
    def without_enrolment(self) -> list[bytes]:
        """Returns the ids of the policies that have no enrolment."""
        return [policy for policy, enrolled in self._enrolled.items() if not enrolled]

    @property
    def policies(self) -> list[bytes]:
        """Returns the ids of all policies, in the order in which they were issued."""
        return list(self._terms)

    def members(self) -> Iterator[tuple[EnrolledMember, Membership]]:
        """Yields each enrolled member of each policy. Raises CardError as `member_of` does."""
        for policy, enrolled in self._enrolled.items():
            for enrolment in enrolled:
                membership = self._member(policy, enrolment.member.commitment)
                assert membership is not None, "it is in the enrolment"
                yield enrolment, membership

    def member_of(self, event: ClaimDecided) -> Membership | None:
        """Returns the membership behind a claim; None if it is in no enrolment.

        Raises CardError if the enrolment does not match the table.
        """
        return self._member(event.policy, event.service.member)

    def _member(self, policy: bytes, commitment: bytes) -> Membership | None:
        key = policy, commitment
        if key not in self._opened:
            self._opened[key] = self._open(*key)
        return self._opened[key]

    def _open(self, policy: bytes, commitment: bytes) -> Membership | None:
        enrolled = self._enrolled.get(policy, ())
        for index, enrolment in enumerate(enrolled):
            if enrolment.member.commitment == commitment:
                terms: Policy = self._terms[policy]
                if policy not in self._files:
                    self._files[policy] = PolicyFile(
                        self._book, terms, tuple(other.member for other in enrolled)
                    )
                file = self._files[policy]
                card = enrolment.card(self._book, policy)
                return open_card(card, file.cover(index), self._tables[terms.benefit_table])
        return None


def _root(enrolment: Enrolments) -> bytes:
    """Returns `Policy.members` of a policy with this enrolment."""
    return MerkleTree(enrolled.member.hash_struct() for enrolled in enrolment).root
