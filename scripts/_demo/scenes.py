"""Which bills play the special scenes, chosen by rule, so that any folder of records can play them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from salus.claim.bill_line import BillLine
from salus.product import BenefitRow, Terms
from scripts._demo.cast import Cast, Plan

MOST_AUTO_PAY = 2_500_00
"""Minor units: what the insurer pays without review, unless the bills are all smaller."""
_EARLY_DAYS = (30, 150)


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """The chosen bills; None where the records hold none that fits."""

    late: BillLine | None = field(repr=False)
    """A small bill that its hospital forgets until the filing time is over."""
    upcoded: BillLine | None = field(repr=False)
    """A large bill that its hospital attests under a better benefit than the record gives."""
    richer: str | None
    """Code of that better benefit."""
    auto_pay_limit: int
    """Minor units; above it a payment waits for review."""


def choose(cast: Cast) -> Scenes:
    plan, upcoded = _upcoded(cast) or (None, None)
    return Scenes(
        late=_late(cast, upcoded),
        upcoded=upcoded,
        richer=_richer(plan, upcoded) if plan and upcoded else None,
        auto_pay_limit=min(MOST_AUTO_PAY, upcoded.billed * 2 // 5) if upcoded else MOST_AUTO_PAY,
    )


def _late(cast: Cast, upcoded: BillLine | None) -> BillLine | None:
    encounters = Counter(line.encounter for line in _lines(cast))
    fitting = [
        line
        for _, line in _payable(cast)
        if line is not upcoded
        and encounters[line.encounter] == 1
        and line.service_to == line.service_from
        and not _consents_late(cast, line)
    ]
    first, last = (cast.start + day for day in _EARLY_DAYS)
    early = [line for line in fitting if first <= line.service_from <= last]
    return min(early or fitting, key=lambda line: (line.billed, line.claim), default=None)


def _upcoded(cast: Cast) -> tuple[Plan, BillLine] | None:
    """The largest bill for which the table has a better benefit, rather of a small policy than of the
    family's, whose own large bill is to be held and settled."""
    fitting = [(plan, line) for plan, line in _payable(cast) if _richer(plan, line)]
    large = [(plan, line) for plan, line in fitting if line.billed >= 2 * MOST_AUTO_PAY]
    outside = [(plan, line) for plan, line in large if plan is not cast.plans[0]]
    return max(outside or large or fitting, key=lambda one: (one[1].billed, one[1].claim), default=None)


def _richer(plan: Plan, line: BillLine) -> str | None:
    """A benefit that pays a larger share, or the same share without a deductible, at once: one of the same
    category first, as the likeliest temptation."""
    own = plan.table[line.benefit]
    if own.terms.kind != "indemnity":
        return None
    better = [row for row in plan.table if _is_open(row) and _pays_more(row.terms, own.terms)]
    better.sort(key=lambda row: (row.category is not own.category, row.code))
    return better[0].code if better else None


def _pays_more(terms: Terms, than: Terms) -> bool:
    return terms.share_bps > than.share_bps or (
        terms.share_bps == than.share_bps and than.deductible_applies and not terms.deductible_applies
    )


def _is_open(row: BenefitRow) -> bool:
    terms = row.terms
    return (
        terms.kind == "indemnity"
        and not terms.authorisation
        and not terms.waiting_days
        and not terms.deductible_applies
    )


def _payable(cast: Cast) -> Iterator[tuple[Plan, BillLine]]:
    """Bills that nothing stands against: no waiting period, no authorisation, inside the member's cover."""
    for plan in cast.plans:
        for person in plan.people:
            until = person.covered_until or cast.start + 365
            for line in person.lines:
                terms = plan.table[line.benefit].terms
                if line.emergency or terms.authorisation or line.service_from >= until:
                    continue
                if line.service_from >= cast.start + terms.waiting_days:
                    yield plan, line


def _lines(cast: Cast) -> Iterator[BillLine]:
    return (line for plan in cast.plans for line in plan.lines)


def _consents_late(cast: Cast, line: BillLine) -> bool:
    return any(person.consents_late and line in person.lines for person in cast.people)
