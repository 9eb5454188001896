"""Defines a person in the three steps of a sale: applicant, agreed member, enrolled member.

    Applicant        a person that the holder wants to cover: an entry of people.yaml
    AgreedMember     the same person with the cover that the insurer priced: an entry of offer.yaml
    EnrolledMember   the leaf that the holder created for that person, and the member's key

The chain knows only the leaf, `salus.types.Member`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from salus.base.days import of_date, period_words
from salus.cover.card import MemberCard
from salus.cover.keys import MemberKey
from salus.crypto.abi import ZERO_ADDRESS, AddressCodec
from salus.crypto.eip712 import Domain
from salus.types import Member

Address = Annotated[str, BeforeValidator(AddressCodec().normalise)]
if TYPE_CHECKING:
    CivilDay = int
    EndDay = int
else:
    # Files contain dates, which are read as civil days.
    CivilDay = Annotated[date, Field(ge=date(1970, 1, 1)), AfterValidator(of_date)]
    # Files name the last day of cover, because that is what people expect; contracts, the first day after.
    EndDay = Annotated[
        date,
        Field(ge=date(1970, 1, 1), validation_alias="last_day"),
        AfterValidator(lambda day: of_date(day) + 1),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A person to be covered."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    consent_signer: Address
    """Address that signs consents to file claims; for a child, the address of a parent."""
    covered_since: CivilDay
    """First civil day covered; before the policy's start if waiting periods have already begun."""
    covered_until: EndDay
    """First civil day after the cover; a file names the `last_day` of cover."""
    payee: Address = ZERO_ADDRESS
    """Address that is paid; 0 means the policy's payee."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits that are excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedMember:
    """A person with the cover that the insurer priced."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    covered_since: CivilDay
    """First civil day covered; waiting periods count from it."""
    covered_until: EndDay
    """First civil day after the cover; a file names the `last_day` of cover."""
    payee: Address = ZERO_ADDRESS
    """Address that is paid; 0 means the policy's payee."""
    consent_signer: Address | None = None
    """None means any signer that the holder names."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits that are excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledMember:
    """A person as the holder reports it to the insurer: the leaf, and the key to check it."""

    index: int
    """Index in the policy, 0 … 255."""
    key: MemberKey
    excluded: frozenset[int]
    """Rows of the benefit table, from 0, that are excluded."""
    member: Member

    def card(self, book: Domain, policy_id: bytes) -> MemberCard:
        """Creates the member's card for the issued policy; `book` is the domain of its policy book."""
        return MemberCard(
            chain_id=book.chain_id,
            policy_book=book.verifying_contract,
            policy_id=policy_id,
            index=self.index,
            key=self.key,
            excluded=self.excluded,
        )


def check_days(members: Sequence[Applicant | AgreedMember]) -> None:
    """Checks that each member is covered for at least one day. Raises ValueError, naming the member."""
    for index, member in enumerate(members):
        if member.covered_since >= member.covered_until:
            cover = period_words(member.covered_since, member.covered_until)
            raise ValueError(f"member {index} is covered {cover}, which is no day")
