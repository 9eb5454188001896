"""Reads the two YAML files in which the parties agree on a policy before it is signed.

    people.yaml   written by the holder: who is covered, who signs consents, who is paid → `enrolment.enrol`
    offer.yaml    written by the insurer: pool, days, limits, premium, and each member that is priced
                  → `enrolment.check`, `build_policy`

The holder creates the leaves, so the insurer checks them: an enrolment that differs from the offer is
refused. `words_of` lists in words what is going to be signed.

Amounts are in the currency of the benefit table ("1200.50"), and days are written YYYY-MM-DD. `last_day` is
included. This module converts them to minor units, and to civil days whose end is the first day after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from salus.base import files, money
from salus.base.days import DAY_SECONDS, period_words
from salus.base.days import words_of as day_words
from salus.base.errors import InputError, PolicyError
from salus.base.money import BPS
from salus.base.plain_words import first_fault, plain_words
from salus.base.yaml_file import parse_mapping
from salus.cover.enrolment import excluded_words, payee_words
from salus.cover.former_days import refuse_ends
from salus.cover.member import Address, AgreedMember, Applicant, CivilDay, EndDay, EnrolledMember, check_days
from salus.cover.policy import PolicyFile, build_policy
from salus.cover.terms import (
    DEFAULT_FILING_DAYS,
    DEFAULT_REVIEW_DAYS,
    DEFAULT_SOLVENCY_BPS,
    MAX_FILING_DAYS,
    MAX_MEMBERS,
    MAX_REVIEW_DAYS,
    MAX_YEAR_DAYS,
    NO_MAXIMUM,
)
from salus.crypto.eip712 import Domain
from salus.product import Table
from salus.types import Policy

Amount = Annotated[Decimal, Field(ge=0)]
_NO_FIELDS = "Input should be a dictionary or an instance of a member"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    remedy: ClassVar[str] = "see the example in docs/files.md"
    member: ClassVar[str] = "covered_since: 2027-01-01"
    """What the fields of a member can begin with."""
    words: ClassVar[Mapping[tuple[str, str], str]] = {
        ("members", "too_short"): "names no member",
        ("members", "too_long"): f"names more than {MAX_MEMBERS} members",
    }
    """Own words, by name and type of a fault."""

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads a file. Raises PolicyError, naming the file and the field."""
        content = parse_mapping(
            files.read(path, fault=PolicyError), file=str(path), fault=PolicyError, wanted=cls.remedy
        )
        with files.about(path):
            refuse_ends(content)
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            place, words, _ = first_fault(error, cls.words)
            is_a_member = len(place) == 2 and place[0] == "members" and words == plain_words(_NO_FIELDS)
            raise PolicyError(
                words,
                file=str(path),
                field=".".join(map(str, place)),
                remedy=f"write its fields, such as {cls.member}" if is_a_member else "correct it",
            ) from None


class People(_File):
    """The holder's file, people.yaml."""

    member = 'consent_signer: "0x…"'

    members: Annotated[list[Applicant], Field(min_length=1, max_length=MAX_MEMBERS)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_days(self.members)
        return self


class Offer(_File):
    """The insurer's file, offer.yaml.

    >>> from datetime import date
    >>> from salus import samples
    >>> from salus.cover import enrolment
    >>> offer = Offer(holder="0x" + "ab" * 20, pool="0x" + "c0" * 20, start=date(2026, 1, 1),
    ...               last_day=date(2026, 12, 31), members=2, annual_limit="100000", premium="2400.00")
    >>> sale = samples.sell(offer.start, members=2)
    >>> enrolment.check(sale.enrolments, sale.table, offer.members)
    >>> policy = offer.policy(sale.policy.book, sale.table, sale.enrolments)
    >>> print("\\n".join(words_of(policy, sale.enrolments, sale.table)[2:4]))
    Cover from 2026-01-01 until 2026-12-31, bills filed within 90 days
    Premium 2,400.00 USD, annual limit 100,000.00 USD, deductible 0.00 USD, members' part without a maximum
    """

    words = {
        **_File.words,
        ("members", "list_type"): f"is neither a list of members nor a number from 1 to {MAX_MEMBERS}",
    }

    holder: Address
    pool: Address
    start: CivilDay
    end: EndDay
    """First civil day after the cover; the file names the `last_day` of cover."""
    members: Annotated[list[AgreedMember], Field(min_length=1, max_length=MAX_MEMBERS)]
    """The members that are priced, in order, each for all days of the policy unless the file gives others. A
    number means that many members without exclusions."""
    annual_limit: Amount
    premium: Amount
    deductible: Amount = Decimal(0)
    out_of_pocket: Amount | None = None
    """The most that the members bear; no maximum if absent."""
    auto_pay_limit: Amount = Decimal(0)
    """A claim above this amount is held for review."""
    review_days: Annotated[int, Field(ge=0, le=MAX_REVIEW_DAYS)] = DEFAULT_REVIEW_DAYS
    filing_days: Annotated[int, Field(ge=0, le=MAX_FILING_DAYS)] = DEFAULT_FILING_DAYS
    solvency_bps: Annotated[int, Field(ge=1, le=BPS)] = DEFAULT_SOLVENCY_BPS
    """Capital locked for each unit of unused annual limit, basis points."""
    payee: Address | None = None
    """The holder if absent."""

    @model_validator(mode="before")
    @classmethod
    def _with_all_days(cls, content: Any) -> Any:
        """Gives each member without days the days of the policy."""
        if not isinstance(content, Mapping):
            return content
        listed = content.get("members")
        if type(listed) is int and 1 <= listed <= MAX_MEMBERS:
            listed = [{}] * listed
        if not isinstance(listed, list):
            return content
        cover = {"covered_since": content.get("start"), "last_day": content.get("last_day")}
        members = [
            {**member, **{name: day for name, day in cover.items() if member.get(name) is None}}
            if isinstance(member, Mapping)
            else member
            for member in listed
        ]
        return {**content, "members": members}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"cover is {period_words(self.start, self.end)}, which is no day")
        if self.end > self.start + MAX_YEAR_DAYS:
            days = f"{self.end - self.start} days, and a policy covers at most {MAX_YEAR_DAYS}"
            raise ValueError(f"cover is {period_words(self.start, self.end)}, which is {days}")
        check_days(self.members)
        return self

    def policy(self, book: Domain, table: Table, enrolments: tuple[EnrolledMember, ...]) -> PolicyFile:
        """Creates the policy for the enrolled members, ready to be signed.

        Raises PolicyError for an amount with more decimals than the currency has.
        """

        def minor(field: str) -> int:
            try:
                return money.exactly(getattr(self, field), table.currency)
            except InputError as error:
                raise PolicyError(error.message, field=field, remedy=error.remedy) from None

        return build_policy(
            book,
            table,
            enrolments,
            holder=self.holder,
            pool=self.pool,
            start=self.start,
            end=self.end,
            annual_limit=minor("annual_limit"),
            premium=minor("premium"),
            deductible=minor("deductible"),
            out_of_pocket=NO_MAXIMUM if self.out_of_pocket is None else minor("out_of_pocket"),
            auto_pay_limit=minor("auto_pay_limit"),
            review_window=self.review_days * DAY_SECONDS,
            solvency_bps=self.solvency_bps,
            filing_days=self.filing_days,
            payee=self.payee,
        )


def words_of(policy: PolicyFile, enrolments: Sequence[EnrolledMember], table: Table) -> list[str]:
    """Lists what a signature of the policy promises, line by line, from the data that is signed."""
    terms = policy.terms
    return [
        f"Plan {table.name} {table.version}, pool {terms.pool}",
        f"Holder {terms.holder}, paid to {terms.payee}",
        *_terms_words(terms),
        "1 member:" if len(enrolments) == 1 else f"{len(enrolments)} members:",
        *(_member_words(enrolment, terms, table) for enrolment in enrolments),
    ]


def _terms_words(terms: Policy) -> list[str]:
    def words(minor: int) -> str:
        return money.to_words(minor, terms.currency)

    unbounded = terms.out_of_pocket == NO_MAXIMUM
    most = "without a maximum" if unbounded else f"of at most {words(terms.out_of_pocket)}"
    return [
        f"Cover {period_words(terms.start, terms.end)}, bills filed within {terms.filing_days} days",
        f"Premium {words(terms.premium)}, annual limit {words(terms.annual_limit)}, "
        f"deductible {words(terms.deductible)}, members' part {most}",
        f"Paid without review up to {words(terms.auto_pay_limit)}, otherwise held for "
        f"{terms.review_window // DAY_SECONDS} days; {terms.solvency_bps} basis points of capital locked",
    ]


def _member_words(enrolment: EnrolledMember, terms: Policy, table: Table) -> str:
    member = enrolment.member
    ahead = terms.start - member.covered_since
    early = f" ({ahead} days of waiting periods are over at the start)" if ahead > 0 else ""
    return (
        f"  member {enrolment.index}: covered from {day_words(member.covered_since)}{early} until "
        f"{day_words(member.covered_until - 1)}, paid to {payee_words(member.payee)}, consent of "
        f"{member.consent_signer}, benefits left out: {excluded_words(table, enrolment.excluded)}"
    )
