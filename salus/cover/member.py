"""A person's way into a policy: applied for, agreed, enrolled.

    Applicant        who the holder wants covered: an entry of people.yaml
    AgreedMember     that person as the insurer has priced it: an entry of offer.yaml
    EnrolledMember   the leaf that the holder made for that person, and the key that opens it

What the chain knows of that person is the leaf alone, `salus.types.Member`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from salus.base.days import of_date, to_date
from salus.cover.card import MemberCard
from salus.cover.keys import MemberKey
from salus.crypto.abi import ZERO_ADDRESS, AddressCodec
from salus.crypto.eip712 import Domain
from salus.types import Member

Address = Annotated[str, BeforeValidator(AddressCodec().normalise)]
if TYPE_CHECKING:
    CivilDay = int
else:
    # a file has a date, and what is read from it a civil day
    CivilDay = Annotated[date, Field(ge=date(1970, 1, 1)), AfterValidator(of_date)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A person to be covered."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    consent_signer: Address
    """Address whose consent lets providers file; a parent's for a child."""
    covered_since: CivilDay
    """First civil day covered; earlier than the policy's start if waiting periods already run."""
    covered_until: CivilDay
    """First civil day no longer covered."""
    payee: Address = ZERO_ADDRESS
    """Who is paid; 0 for the policy's payee."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits that the person has no cover for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedMember:
    """A person as the insurer has priced the cover."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    covered_since: CivilDay
    """First civil day covered; waiting periods count from it."""
    covered_until: CivilDay
    """First civil day no longer covered."""
    payee: Address = ZERO_ADDRESS
    """Who is paid; 0 for the policy's payee."""
    consent_signer: Address | None = None
    """None: whom the holder names."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits without cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledMember:
    """A person as the holder hands it to the insurer: the leaf, and the key that it can be checked with."""

    index: int
    """Place in the policy, 0 … 255."""
    key: MemberKey
    excluded: frozenset[int]
    """Rows of the benefit table, from 0, that the person has no cover for."""
    member: Member

    def card(self, book: Domain, policy_id: bytes) -> MemberCard:
        """The member's card under the issued policy; `book` is the domain of its policy book."""
        return MemberCard(
            chain_id=book.chain_id,
            policy_book=book.verifying_contract,
            policy_id=policy_id,
            index=self.index,
            key=self.key,
            excluded=self.excluded,
        )


def check_days(members: Sequence[Applicant | AgreedMember]) -> None:
    """Checks that each is covered for a day at least. Raises ValueError, naming the member."""
    for index, member in enumerate(members):
        if member.covered_since >= member.covered_until:
            since, until = to_date(member.covered_since), to_date(member.covered_until)
            raise ValueError(f"member {index} is covered from {since} until {until}, which is no day")
