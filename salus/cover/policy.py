"""Builds a policy, and reads and writes the files that its parties keep.

The chain does not store the terms, so each party keeps a file:

    policy file   terms and all members' leaves; for holder and insurer
    cover file    terms, one member's leaf and its proof; for a hospital, with the member's card

Neither file contains a key, so a cover file alone reveals no claim. To file claims, a hospital needs the
card, the cover file and the public benefit table (`salus.cover.membership`).
"""

from __future__ import annotations

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from salus.base import files
from salus.base.days import DAY_SECONDS
from salus.base.errors import InputError, PolicyError
from salus.cover.member import EnrolledMember
from salus.cover.terms import (
    DEFAULT_FILING_DAYS,
    DEFAULT_REVIEW_DAYS,
    DEFAULT_SOLVENCY_BPS,
    MAX_MEMBERS,
    NO_MAXIMUM,
    check_terms,
)
from salus.crypto import merkle
from salus.crypto.eip712 import Domain
from salus.crypto.merkle import MerkleTree, Proof
from salus.product import Table
from salus.types import Member, Policy

_FORMAT = 1


@dataclass(frozen=True)
class _Document(ABC):
    """The terms of a policy in one policy book. The digest of the terms is the policy id."""

    book: Domain
    terms: Policy

    mark: ClassVar[str]

    @cached_property
    def policy_id(self) -> bytes:
        """Returns the 32-byte EIP-712 digest of the terms, which is the token id on the chain."""
        return self.book.digest(self.terms)

    def to_json(self) -> bytes:
        """Returns the content of the file."""
        content = {
            self.mark: _FORMAT,
            "chain": self.book.chain_id,
            "book": self.book.verifying_contract,
            "policy": "0x" + self.policy_id.hex(),
            "terms": self.terms.to_json(),
            **self._members_json(),
        }
        return json.dumps(content, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Reads a document from `to_json`.

        Raises PolicyError, also if the policy id in the file does not belong to its terms.
        """
        document = files.parse_object(content, fault=PolicyError, wanted=f"a {cls.mark} file")
        if document.get(cls.mark) != _FORMAT:
            raise PolicyError(f"is not a {cls.mark} file of format {_FORMAT}", remedy="ask for a new one")
        try:
            book = Domain.policy_book(document["chain"], document["book"])
            terms = Policy.from_json(document["terms"])
            policy = cls._from_parts(book, terms, document)
            if "0x" + policy.policy_id.hex() != document["policy"]:
                raise PolicyError("is not the id of these terms", field="policy", remedy="ask for a new file")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise PolicyError(f"is not a complete {cls.mark} file", remedy="ask for a new one") from None
        return policy

    def save(self, path: str | Path) -> None:
        """Writes the complete file or nothing."""
        files.write_durably(path, [self.to_json()], fault=PolicyError)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads a document from a file. Raises PolicyError, naming the file."""
        with files.about(path):
            return cls.from_json(files.read(path, fault=PolicyError))

    @abstractmethod
    def _members_json(self) -> dict[str, Any]:
        """Returns what the file says of members."""

    @classmethod
    @abstractmethod
    def _from_parts(cls, book: Domain, terms: Policy, document: dict[str, Any]) -> Self:
        """Puts the document together again."""


@dataclass(frozen=True)
class CoverFile(_Document):
    """The file that a hospital needs with a member's card: the terms, the member's leaf, and its proof."""

    member: Member
    proof: Proof

    mark: ClassVar[str] = "salusCover"

    def __post_init__(self) -> None:
        if not merkle.verify(self.terms.members, self.member.hash_struct(), self.proof):
            raise PolicyError(
                "is not a member of the policy", field="member", remedy="ask for a new cover file"
            )

    def _members_json(self) -> dict[str, Any]:
        return {"member": self.member.to_json(), "proof": ["0x" + node.hex() for node in self.proof]}

    @classmethod
    def _from_parts(cls, book: Domain, terms: Policy, document: dict[str, Any]) -> Self:
        proof = tuple(bytes.fromhex(node.removeprefix("0x")) for node in document["proof"])
        return cls(book, terms, Member.from_json(document["member"]), proof)


@dataclass(frozen=True)
class PolicyFile(_Document):
    """The policy file of the holder and the insurer. It contains no key."""

    members: tuple[Member, ...]

    mark: ClassVar[str] = "salusPolicy"

    def __post_init__(self) -> None:
        check_terms(self.book, self.terms)
        if not 1 <= len(self.members) <= MAX_MEMBERS:
            raise PolicyError(
                f"are {len(self.members)} instead of 1 to {MAX_MEMBERS}",
                field="members",
                remedy="enrol fewer members, or at least one",
            )
        for index, member in enumerate(self.members):
            if member.payee in (self.terms.pool, self.book.verifying_contract):
                raise PolicyError(
                    "is the pool or the policy book",
                    resource=f"Member/{index}",
                    field="payee",
                    remedy="name another payee",
                )
        if self._tree.root != self.terms.members:
            raise PolicyError("do not match the terms", field="members", remedy="ask for a new policy file")

    def cover(self, index: int) -> CoverFile:
        """Returns the cover file of one member. Raises PolicyError if there is no such member."""
        if not 0 <= index < len(self.members):
            raise PolicyError(
                f"{index} is not 0 … {len(self.members) - 1}", field="member", remedy="use a member's index"
            )
        return CoverFile(self.book, self.terms, self.members[index], self._tree.proof(index))

    @cached_property
    def _tree(self) -> MerkleTree:
        return MerkleTree(member.hash_struct() for member in self.members)

    def _members_json(self) -> dict[str, Any]:
        return {"members": [member.to_json() for member in self.members]}

    @classmethod
    def _from_parts(cls, book: Domain, terms: Policy, document: dict[str, Any]) -> Self:
        return cls(book, terms, tuple(Member.from_json(member) for member in document["members"]))


def build_policy(
    book: Domain,
    table: Table,
    enrolments: Sequence[EnrolledMember],
    *,
    holder: str,
    pool: str,
    start: int,
    end: int,
    annual_limit: int,
    premium: int,
    deductible: int = 0,
    out_of_pocket: int = NO_MAXIMUM,
    auto_pay_limit: int = 0,
    review_window: int = DEFAULT_REVIEW_DAYS * DAY_SECONDS,
    solvency_bps: int = DEFAULT_SOLVENCY_BPS,
    filing_days: int = DEFAULT_FILING_DAYS,
    payee: str | None = None,
    salt: bytes | None = None,
) -> PolicyFile:
    """Builds the policy of the enrolled members, which the insurer then signs.

    Call `salus.cover.enrolment.check` first. The signature of the returned policy file `sale` is the quote:
    `sale.book.sign(sale.terms, signer)`.

    Amounts are minor units of the table's currency, days are civil days, and the review window is in seconds.
    By default the payee is the holder, the salt is random, and there is no out-of-pocket maximum. Raises
    PolicyError for terms that the contract would refuse.

    >>> from salus import product
    >>> from salus.cover.keys import PolicyKey
    >>> from salus.cover.enrolment import enrol
    >>> from salus.cover.member import Applicant
    >>> family, book = product.shipped("family"), Domain.policy_book(31337, "0x" + "b0" * 20)
    >>> child = Applicant(consent_signer="0x" + "ab" * 20, covered_since=20_454, covered_until=20_819)
    >>> enrolled = enrol(PolicyKey.generate(), family, [child])
    >>> sale = build_policy(book, family, enrolled, holder="0x" + "ab" * 20, pool="0x" + "c0" * 20,
    ...                     start=20_454, end=20_819, annual_limit=100_000_00, premium=1_200_00)
    >>> sale.terms.currency, sale.terms.filing_days
    ('USD', 90)
    >>> sale.cover(0).policy_id == PolicyFile.from_json(sale.to_json()).policy_id
    True
    """
    members = tuple(enrolment.member for enrolment in enrolments)
    terms = Policy(
        holder=holder,
        payee=payee or holder,
        pool=pool,
        benefit_table=table.hash,
        members=MerkleTree(member.hash_struct() for member in members).root,
        start=start,
        end=end,
        filing_days=filing_days,
        annual_limit=annual_limit,
        deductible=deductible,
        out_of_pocket=out_of_pocket,
        auto_pay_limit=auto_pay_limit,
        review_window=review_window,
        solvency_bps=solvency_bps,
        premium=premium,
        currency=table.currency,
        account=bytes(32),
        salt=secrets.token_bytes(32) if salt is None else salt,
    )
    return PolicyFile(book, terms, members)


def check_place(book: Domain, served: Domain, *, fault: type[InputError]) -> None:
    """Checks that a card or policy is for the chain and policy book in use. Raises `fault`, naming both."""
    if book != served:
        raise fault(
            f"is for chain {book.chain_id} and policy book {book.verifying_contract}, but the node serves "
            f"chain {served.chain_id} and policy book {served.verifying_contract}",
            field="book",
            remedy="choose the network that it was made for, or ask for a new one",
        )
