"""What is agreed before a policy is signed, as two YAML files that people write.

    people.yaml   the holder's: who is covered, whose consent counts, who is paid → `enrolment.enrol`
    offer.yaml    the insurer's: pool, days, limits, premium, and each member that it is priced for
                  → `enrolment.check`, `build_policy`

The holder writes the leaves, so nothing of them is believed: an enrolment that is not what the offer lists is
refused, and `words_of` says in words what is about to be signed.

Amounts are in the currency of the benefit table ("1200.50"), days are written YYYY-MM-DD, and both become
minor units and civil days here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from salus.base import files, money
from salus.base.days import of_date
from salus.base.days import words_of as day_words
from salus.base.errors import InputError, PolicyError
from salus.base.yaml_file import parse_mapping
from salus.cover.enrolment import Agreed, Applicant, Enrolment, excluded_words, payee_words
from salus.cover.policy import PolicyFile, build_policy
from salus.crypto.abi import ZERO_ADDRESS, AddressCodec
from salus.crypto.eip712 import Domain
from salus.product import Table
from salus.types import MAX_AMOUNT, MAX_MEMBERS, Policy

Address = Annotated[str, BeforeValidator(AddressCodec().normalise)]
Amount = Annotated[Decimal, Field(ge=0)]
Day = Annotated[date, Field(ge=date(1970, 1, 1))]
_DAY = 86_400


def _listed(members: Any) -> Any:
    """A number of members stands for as many with nothing of their own."""
    if type(members) is int and 1 <= members <= MAX_MEMBERS:
        return [{}] * members
    return members


def _check_order(since: date, until: date) -> None:
    if since >= until:
        raise ValueError(f"is covered from {since} until {until}, which is no day")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: ClassVar[str] = "docs/files.md shows one"

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The file's content. Raises PolicyError, naming file and field."""
        content = parse_mapping(
            files.read(path, fault=PolicyError), file=str(path), fault=PolicyError, wanted=cls.wanted
        )
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            said: Any = first.get("ctx", {}).get("error", first["msg"])
            raise PolicyError(str(said).lower(), file=str(path), field=field, remedy="correct it") from None


class Person(_File):
    """One person to be covered."""

    consent_signer: Address
    """Whose consent lets providers file; a parent's for a child."""
    covered_since: Day
    covered_until: Day
    """First day no longer covered."""
    payee: Address = ZERO_ADDRESS
    """Who is paid; absent: the policy's payee."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits without cover."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.covered_since, self.covered_until)
        return self


class People(_File):
    """The holder's file."""

    members: Annotated[list[Person], Field(min_length=1, max_length=MAX_MEMBERS)]

    def applicants(self) -> list[Applicant]:
        """As `salus.cover.enrolment.enrol` takes them."""
        return [
            Applicant(
                consent_signer=person.consent_signer,
                covered_since=of_date(person.covered_since),
                covered_until=of_date(person.covered_until),
                payee=person.payee,
                excluded=person.excluded,
            )
            for person in self.members
        ]


class Priced(BaseModel):
    """One member that the premium was priced for; what is left out is as for the whole policy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    covered_since: Day | None = None
    """Waiting periods count from it; absent: the start."""
    covered_until: Day | None = None
    """First day no longer covered; absent: the end."""
    payee: Address = ZERO_ADDRESS
    """Who is paid; absent: the policy's payee."""
    consent_signer: Address | None = None
    """Absent: whom the holder names."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits without cover."""


class Offer(_File):
    """The insurer's file.

    >>> from salus import samples
    >>> from salus.cover import enrolment
    >>> offer = Offer(holder="0x" + "ab" * 20, pool="0x" + "c0" * 20, start=date(2026, 1, 1),
    ...               end=date(2027, 1, 1), members=2, annual_limit="100000", premium="2400.00")
    >>> sale = samples.sell(of_date(offer.start), members=2)
    >>> enrolment.check(sale.enrolments, sale.table, offer.agreed())
    >>> policy = offer.policy(sale.policy.book, sale.table, sale.enrolments)
    >>> print("\\n".join(words_of(policy, sale.enrolments, sale.table)[2:4]))
    Cover from 2026-01-01 until 2027-01-01, bills filed within 90 days
    Premium 2,400.00 USD, annual limit 100,000.00 USD, deductible 0.00 USD, a members' part without a maximum
    """

    holder: Address
    pool: Address
    start: Day
    end: Day
    """First day after cover."""
    members: Annotated[list[Priced], BeforeValidator(_listed), Field(min_length=1, max_length=MAX_MEMBERS)]
    """Those who were priced, in order; a number, if each is covered from start to end without exclusions."""
    annual_limit: Amount
    premium: Amount
    deductible: Amount = Decimal(0)
    out_of_pocket: Amount | None = None
    """Most that the members bear; absent: no maximum."""
    auto_pay_limit: Amount = Decimal(0)
    """A claim above it is held for review."""
    review_days: Annotated[int, Field(ge=0, le=30)] = 3
    filing_days: Annotated[int, Field(ge=0, le=366)] = 90
    solvency_bps: Annotated[int, Field(ge=1, le=10_000)] = 10_000
    """Capital locked for each unit of unused annual limit, basis points."""
    payee: Address | None = None
    """Absent: the holder."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"start is {self.start} and end {self.end}, which is no day of cover")
        for index, member in enumerate(self.members):
            try:
                _check_order(member.covered_since or self.start, member.covered_until or self.end)
            except ValueError as error:
                raise ValueError(f"member {index} {error}") from None
        return self

    def agreed(self) -> list[Agreed]:
        """The members, as `salus.cover.enrolment.check` holds an enrolment against them."""
        return [
            Agreed(
                covered_since=of_date(member.covered_since or self.start),
                covered_until=of_date(member.covered_until or self.end),
                payee=member.payee,
                consent_signer=member.consent_signer,
                excluded=member.excluded,
            )
            for member in self.members
        ]

    def policy(self, book: Domain, table: Table, enrolments: tuple[Enrolment, ...]) -> PolicyFile:
        """The terms over the enrolled members, ready to be signed. Raises PolicyError for an amount that the
        currency does not have."""

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
            start=of_date(self.start),
            end=of_date(self.end),
            annual_limit=minor("annual_limit"),
            premium=minor("premium"),
            deductible=minor("deductible"),
            out_of_pocket=MAX_AMOUNT if self.out_of_pocket is None else minor("out_of_pocket"),
            auto_pay_limit=minor("auto_pay_limit"),
            review_window=self.review_days * _DAY,
            solvency_bps=self.solvency_bps,
            filing_days=self.filing_days,
            payee=self.payee,
        )


def words_of(policy: PolicyFile, enrolments: Sequence[Enrolment], table: Table) -> list[str]:
    """What a signature under the policy promises, line by line, read from what is signed."""
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

    unbounded = terms.out_of_pocket == MAX_AMOUNT
    most = "without a maximum" if unbounded else f"of at most {words(terms.out_of_pocket)}"
    return [
        f"Cover from {day_words(terms.start)} until {day_words(terms.end)}, "
        f"bills filed within {terms.filing_days} days",
        f"Premium {words(terms.premium)}, annual limit {words(terms.annual_limit)}, "
        f"deductible {words(terms.deductible)}, a members' part {most}",
        f"Paid without review up to {words(terms.auto_pay_limit)}, else held for "
        f"{terms.review_window // _DAY} days; {terms.solvency_bps} basis points of capital locked",
    ]


def _member_words(enrolment: Enrolment, terms: Policy, table: Table) -> str:
    member = enrolment.member
    ahead = terms.start - member.covered_since
    early = f" ({ahead} days of waiting periods are over at the start)" if ahead > 0 else ""
    return (
        f"  member {enrolment.index}: covered from {day_words(member.covered_since)}{early} until "
        f"{day_words(member.covered_until)}, paid to {payee_words(member.payee)}, consent of "
        f"{member.consent_signer}, benefits left out: {excluded_words(table, enrolment.excluded)}"
    )
