"""Describes a benefit table in words, as a brochure would: what each benefit pays, and on what conditions."""

from __future__ import annotations

from collections.abc import Iterator

from salus.base import money
from salus.product.model import BenefitRow, Matcher, Table, Terms

_BILLS = {
    "institutional": "hospitals",
    "oral": "dentists",
    "pharmacy": "pharmacies",
    "professional": "doctors",
    "vision": "opticians",
}
"""Who sends bills of a claim type."""
_SETTINGS = {
    "AMB": "outpatient care",
    "EMER": "an emergency",
    "FLD": "the field",
    "HH": "the home",
    "IMP": "a hospital stay",
    "ACUTE": "an acute hospital stay",
    "NONAC": "a hospital stay that is not acute",
    "OBSENC": "observation",
    "PRENC": "the time before admission",
    "SS": "a short stay",
    "VR": "a call or video call",
}
"""Where care of an encounter class takes place."""


def words_of(table: Table) -> Iterator[str]:
    """Yields the plan in words: its name, and for each benefit the care, what is paid, and the limits.

    >>> from salus.product import shipped
    >>> for line in list(words_of(shipped("critical-illness")))[:7]:
    ...     print(line)
    Critical illness and hospital cash
    Amounts are in USD. Limits count for each member and policy year. The first benefit that fits decides.
    <BLANKLINE>
    FIXED SUM FOR AN ILLNESS
      Cancer (illness.cancer)
        for: bills of hospitals and doctors; listed illnesses
        pays: 25,000.00 USD whatever is billed
    """
    yield table.title
    yield (
        f"Amounts are in {table.currency}. Limits count for each member and policy year. The first benefit "
        "that fits decides."
    )
    heading = None
    for benefit in table:
        if benefit.category is not heading:
            heading = benefit.category
            yield ""
            yield heading.value.upper()
        yield f"  {benefit.title} ({benefit.code})"
        yield f"    for: {_care(benefit.when)}"
        yield from (f"    {line}" for line in terms_lines(benefit, table))
    yield ""
    yield (
        "The policy adds its own deductible, out-of-pocket maximum and yearly limit: they are in the offer. "
        "An emergency needs no consent, and its claim is reviewed before it is paid."
    )


def terms_lines(benefit: BenefitRow, table: Table) -> Iterator[str]:
    """Yields what a benefit pays, its limits and its conditions, each in a line that begins with its name.

    >>> from salus.product import shipped
    >>> family = shipped("family")
    >>> print("\\n".join(terms_lines(family["dental.treatment"], family)))
    pays: 70 % of the bill, without a deductible; the member bears 30 %
    limit: at most 1,500.00 USD a year
    waiting period: the first 90 days of a member's cover
    """
    terms = benefit.terms
    yield f"pays: {paid_words(terms, table.currency)}"
    limits = list(_limits(terms, table.currency))
    if limits:
        yield f"limit: {', '.join(limits)}{_shared(benefit, table)}"
    if terms.waiting_days:
        yield f"waiting period: the first {terms.waiting_days} days of a member's cover"
    if terms.authorisation:
        yield "authorisation: needed before the care; without it no claim is decided"


def paid_words(terms: Terms, currency: str) -> str:
    """Says what terms pay for a bill, without their limits.

    >>> paid_words(Terms(kind="indemnity", share_bps=8_750, deductible_applies=True), "EUR")
    '87.5 % of the bill after the deductible; the member bears 12.5 %'
    >>> paid_words(Terms(kind="scheduled", share_bps=10_000, rate=200_00, by_night=True), "EUR")
    '200.00 EUR for each night of a stay, whatever is billed'
    """
    if terms.kind == "indemnity":
        deductible = " after the deductible" if terms.deductible_applies else ", without a deductible"
        rest = money.BPS - terms.share_bps
        bears = f"; the member bears {_percent(rest)}" if rest else ""
        return f"{_percent(terms.share_bps)} of the bill{deductible}{bears}"
    rate = money.to_words(terms.rate, currency)
    if terms.by_night:
        nights = f", from night {terms.elimination_days + 1} on" if terms.elimination_days else ""
        return f"{rate} for each night of a stay{nights}, whatever is billed"
    if terms.unit_limit == 1:
        return f"{rate} whatever is billed"
    return f"{rate} for each unit (a visit, a day), whatever is billed"


def _limits(terms: Terms, currency: str) -> Iterator[str]:
    if terms.claim_limit:
        yield f"at most {money.to_words(terms.claim_limit, currency)} for one claim"
    if terms.group_limit:
        yield f"at most {money.to_words(terms.group_limit, currency)} a year"
    if terms.unit_limit == 1 and not terms.by_night:
        yield "once a year"
    elif terms.unit_limit:
        yield f"at most {terms.unit_limit:,} {'nights' if terms.by_night else 'units'} a year"


def _shared(benefit: BenefitRow, table: Table) -> str:
    others = sum(other.group == benefit.group for other in table) - 1 if benefit.group else 0
    if not others:
        return ""
    plural = "benefits" if others > 1 else "benefit"
    return f" (yearly limits are shared with {others} other {plural}: group {benefit.group})"


def _care(when: Matcher) -> str:
    parts = []
    if when.claim_types:
        parts.append(f"bills of {_listed([_BILLS[kind] for kind in _BILLS if kind in when.claim_types])}")
    if when.encounter_classes:
        places = [_SETTINGS[kind] for kind in _SETTINGS if kind in when.encounter_classes]
        parts.append(f"in {_listed(places, last='or')}")
    if when.items is not None:
        parts.append("listed services")
    if when.diagnoses is not None:
        parts.append("listed illnesses")
    return "; ".join(parts) or "any care"


def _listed(words: list[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _percent(bps: int) -> str:
    return f"{bps / 100:g} %"
