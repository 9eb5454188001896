"""Describes the claim desk's answer about a future claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salus.base import money
from salus.base.days import period_words
from salus.claim.adjudication import cover_days
from salus.types import MAX_AMOUNT, ClaimStatus, Decision, Eligibility, Line, SkipReason


def words_of(answer: Eligibility, line: Line, decision: Decision | None) -> Iterator[str]:
    """Yields lines that describe whether a claim would be decided, the reasons, the payment and the limits.

    The payment is left out if it is unknown. For each limit, a line shows what is left.
    """
    terms, benefit, diagnosis = line.policy, line.benefit, line.diagnosis
    if answer.reason is SkipReason.UNKNOWN_POLICY:
        yield f"A claim would not be decided: {answer.reason.words}."
        return

    first, end = cover_days(terms, line.member)
    is_covered = first <= diagnosis.service_from < end
    if not is_covered:
        cover = f"which is {period_words(first, end)}" if first < end else "which has no day"
        yield f"The day is outside the cover, {cover}."
    if answer.reason is SkipReason.NONE:
        yield f"A claim would be decided, and {answer.status.outlook}."
    elif answer.reason is SkipReason.NO_CONSENT and not is_covered:
        # Consent would not help, because the day is not covered.
        yield "A claim would not be decided without the member's consent, and denied with it."
    else:
        yield f"A claim would not be decided: {answer.reason.words}."
    for code in answer.codes:
        yield f"    {code}  {code.words}"

    def amount(minor: int) -> str:
        return money.to_words(minor, terms.currency)

    if decision is not None and diagnosis.billed and decision.status is not ClaimStatus.DENIED:
        yield f"Of {amount(diagnosis.billed)} the plan would pay {amount(decision.remittance.paid)}."
    most = terms.out_of_pocket
    bears = amount(answer.out_of_pocket_left) if most < MAX_AMOUNT else "no maximum"
    rows = (
        ("policy year", amount(answer.annual_left), amount(terms.annual_limit)),
        ("deductible", amount(answer.deductible_left), amount(terms.deductible)),
        ("out-of-pocket maximum", bears, amount(most) if most < MAX_AMOUNT else ""),
        (
            "benefit or its group",
            "no limit" if answer.group_left is None else amount(answer.group_left),
            amount(benefit.group_limit) if benefit.group_limit else "",
        ),
        (
            "units of the same",
            "no limit" if answer.units_left is None else f"{answer.units_left:,}",
            f"{benefit.unit_limit:,}" if benefit.unit_limit else "",
        ),
        ("each claim", amount(benefit.claim_limit) if benefit.claim_limit else "no limit", ""),
    )
    yield "Left of each limit:"
    for name, left, whole in rows:
        yield f"    {name:<22} {left:>16}{f' of {whole}' if whole else ''}"


def as_json(answer: Eligibility, line: Line, decision: Decision | None) -> dict[str, Any]:
    """Returns the answer as a JSON object: amounts are decimals in text, None where there is no limit."""
    terms, benefit, diagnosis = line.policy, line.benefit, line.diagnosis

    def amount(minor: int | None) -> str | None:
        return None if minor is None else str(money.to_decimal(minor, terms.currency))

    is_decided = answer.reason is SkipReason.NONE
    is_known = answer.reason is not SkipReason.UNKNOWN_POLICY
    first, end = cover_days(terms, line.member)
    is_bounded = terms.out_of_pocket < MAX_AMOUNT
    is_priced = is_known and decision is not None and diagnosis.billed
    limits: list[tuple[str, Any, Any]] = [
        ("policy year", amount(answer.annual_left), amount(terms.annual_limit)),
        ("deductible", amount(answer.deductible_left), amount(terms.deductible)),
        (
            "out-of-pocket maximum",
            amount(answer.out_of_pocket_left) if is_bounded else None,
            amount(terms.out_of_pocket) if is_bounded else None,
        ),
        ("benefit or its group", amount(answer.group_left), amount(benefit.group_limit or None)),
        ("units of the same", answer.units_left, benefit.unit_limit or None),
        ("each claim", amount(benefit.claim_limit or None), amount(benefit.claim_limit or None)),
    ]
    return {
        "decided": is_decided,
        "reason": None if is_decided else answer.reason.name.lower(),
        "status": answer.status.name.lower() if is_decided else None,
        "codes": [str(code) for code in answer.codes],
        "covered": is_known and first <= diagnosis.service_from < end,
        "currency": terms.currency,
        "billed": amount(diagnosis.billed) if diagnosis.billed else None,
        "plan_pays": amount(decision.remittance.paid) if is_priced and decision else None,
        "limits": [{"name": name, "left": left, "limit": whole} for name, left, whole in limits]
        if is_known
        else [],
    }
