"""Says what a member's cover is now: benefits, what is left of each limit, waiting periods, consents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from salus.base import money
from salus.base.days import period_words
from salus.base.days import words_of as day_words
from salus.chain.actions.consents import purpose_words
from salus.chain.consent_history import ConsentHistory, Grant
from salus.claim.adjudication import cover_days
from salus.cover.membership import Membership
from salus.product import BenefitRow
from salus.product.brochure import paid_words
from salus.statement.ledger import Ledger
from salus.statement.meters import Meter, benefit_meters, policy_meters
from salus.types import GroupUse

NameOf = Callable[[int], str]
"""Returns the name of a provider by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredBenefit:
    """A benefit that the member has."""

    row: BenefitRow
    pays: str
    """What the plan pays for a bill, in words."""
    paid_from: int | None
    """First civil day of care that is paid, while the waiting period is still running."""
    meters: tuple[Meter, ...]
    """Its yearly limits, which other benefits of the same group share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A member's cover on a day. `cover_of` creates it."""

    membership: Membership
    number: str
    """The member's number."""
    today: int
    """Civil day."""
    first: int
    """First civil day of cover."""
    last: int
    """Last civil day of cover."""
    meters: tuple[Meter, ...]
    """The limits that all members of the policy share."""
    benefits: tuple[CoveredBenefit, ...]
    excluded: tuple[BenefitRow, ...]
    """Benefits of the table that do not cover this member."""
    consents: tuple[Grant, ...]
    """Consents in force today or later."""
    without_consent: tuple[int, ...]
    """Providers with an entry of their own that allows nothing any more."""

    @property
    def waiting(self) -> tuple[CoveredBenefit, ...]:
        """Returns the benefits whose waiting period is still running."""
        return tuple(benefit for benefit in self.benefits if benefit.paid_from is not None)


def cover_of(
    membership: Membership, ledger: Ledger, consents: ConsentHistory, *, number: str, today: int
) -> Cover:
    """Describes the cover of a member on a civil day; the ledger is that of the policy.

    >>> from salus import samples
    >>> member = samples.sell(20_454).membership()
    >>> cover = cover_of(member, Ledger(), ConsentHistory(), number="7", today=20_460)
    >>> [(meter.name, meter.left) for meter in cover.meters]
    [('Deductible', 50000), ('Yearly limit of the policy', 10000000)]
    >>> len(cover.benefits) > 40, len(cover.waiting) > 0, cover.excluded
    (True, True, ())
    """
    first, end = cover_days(membership.cover.terms, membership.cover.member)
    benefits = [_benefit(membership, ledger, row, today) for row in membership.table]
    return Cover(
        membership=membership,
        number=number,
        today=today,
        first=first,
        last=end - 1,
        meters=tuple(policy_meters(membership, ledger.account)),
        benefits=tuple(benefit for benefit in benefits if benefit is not None),
        excluded=tuple(
            row for row, benefit in zip(membership.table, benefits, strict=True) if benefit is None
        ),
        consents=tuple(consents.from_day(today)),
        without_consent=tuple(consents.without(today)),
    )


def _benefit(membership: Membership, ledger: Ledger, row: BenefitRow, today: int) -> CoveredBenefit | None:
    benefit = membership.benefit(row.code)
    if benefit is None:
        return None
    paid_from = membership.cover.member.covered_since + row.terms.waiting_days
    use = ledger.uses.get(benefit.group_key, GroupUse())
    return CoveredBenefit(
        row=row,
        pays=paid_words(row.terms, membership.currency),
        paid_from=paid_from if row.terms.waiting_days and paid_from > today else None,
        meters=tuple(benefit_meters(membership, row, use)),
    )


def words_of(cover: Cover, name_of: NameOf = "provider {}".format) -> Iterator[str]:
    """Yields the cover in words, for its member: an empty line before each part."""
    terms, currency = cover.membership.cover.terms, cover.membership.currency
    yield f"{cover.membership.table.title}, member {cover.number}"
    yield f"Covered {period_words(cover.first, cover.last + 1)}, the last day included: {_state(cover)}."
    yield ""
    yield "Left this year, of limits that all members of the policy share:"
    yield from _left(cover.meters, currency)
    own = list(_own_meters(cover.benefits))
    if own:
        yield ""
        yield "Left this year, of your own limits:"
        yield from _left(own, currency)
    yield ""
    yield "The plan pays:"
    for benefit in cover.benefits:
        yield from _benefit_lines(benefit, currency)
    if cover.excluded:
        yield ""
        yield "Not covered for you:"
        for row in cover.excluded:
            yield f"    {row.title} ({row.code})"
    yield ""
    yield from _consent_lines(cover, name_of)
    yield ""
    yield f"Bills must be filed within {terms.filing_days} days after the care."


def _state(cover: Cover) -> str:
    if cover.last < cover.first:
        return "it has no day"
    if cover.today < cover.first:
        return "it has not begun"
    return "it has ended" if cover.today > cover.last else "in force"


def _own_meters(benefits: Iterable[CoveredBenefit]) -> Iterator[Meter]:
    """Yields each limit once, though the benefits of a group share it."""
    groups: set[str] = set()
    for benefit in benefits:
        if benefit.row.group not in groups:
            yield from benefit.meters
        if benefit.row.group:
            groups.add(benefit.row.group)


def _left(meters: Iterable[Meter], currency: str) -> Iterator[str]:
    for meter in meters:
        left, limit = _amount(meter, meter.left, currency), _amount(meter, meter.limit, currency)
        yield f"    {meter.name:<36} {left:>16} of {limit}{'' if meter.left else ': used up'}"


def _amount(meter: Meter, value: int, currency: str) -> str:
    return money.to_words(value, currency) if meter.money else f"{value:,}"


def _benefit_lines(benefit: CoveredBenefit, currency: str) -> Iterator[str]:
    terms = benefit.row.terms
    yield f"    {benefit.row.title} ({benefit.row.code}): {benefit.pays}"
    if terms.claim_limit:
        yield f"        at most {money.to_words(terms.claim_limit, currency)} for one claim"
    if benefit.paid_from is not None:
        days = f"the first {terms.waiting_days} days are a waiting period"
        yield f"        not yet: care is paid from {day_words(benefit.paid_from)} on; {days}"
    if terms.authorisation:
        yield "        only with the insurer's authorisation before the care"


def _consent_lines(cover: Cover, name_of: NameOf) -> Iterator[str]:
    if not cover.consents:
        yield "Consents: none is in force. Without one, a provider can file nothing but an emergency."
    else:
        yield "Consents in force, the last day included:"
    for grant in cover.consents:
        who = name_of(grant.provider) if grant.provider else "any accredited provider"
        period = period_words(grant.from_, grant.until + 1)
        yield f"    {who}: {purpose_words(grant.purposes)}, for care {period}"
    for provider in cover.without_consent:
        yield f"    {name_of(provider)}: none, whatever any other provider may do"


def as_json(cover: Cover, name_of: NameOf = "provider {}".format) -> dict[str, Any]:
    """Returns the cover as a JSON object: amounts are decimals in text, days are dates."""
    currency = cover.membership.currency

    def meter(one: Meter) -> dict[str, Any]:
        def value(number: int) -> str | int:
            return str(money.to_decimal(number, currency)) if one.money else number

        return {
            "name": one.name,
            "limit": value(one.limit),
            "used": value(one.used),
            "left": value(one.left),
            "money": one.money,
        }

    return {
        "member": cover.number,
        "policy": "0x" + cover.membership.policy_id.hex(),
        "plan": cover.membership.table.title,
        "currency": currency,
        "day": day_words(cover.today),
        "first_day": day_words(cover.first),
        "last_day": day_words(cover.last),
        "state": _state(cover),
        "shared_limits": [meter(one) for one in cover.meters],
        "own_limits": [meter(one) for one in _own_meters(cover.benefits)],
        "benefits": [
            {
                "code": benefit.row.code,
                "title": benefit.row.title,
                "pays": benefit.pays,
                "paid_from": None if benefit.paid_from is None else day_words(benefit.paid_from),
                "authorisation": benefit.row.terms.authorisation,
            }
            for benefit in cover.benefits
        ],
        "excluded": [row.code for row in cover.excluded],
        "consents": [
            {
                "provider": grant.provider or None,
                "name": name_of(grant.provider) if grant.provider else "any accredited provider",
                "purposes": [purpose.name.lower() for purpose in grant.purposes if purpose.name],
                "first_day": day_words(grant.from_),
                "last_day": day_words(grant.until),
            }
            for grant in cover.consents
        ],
        "without_consent": list(cover.without_consent),
    }
