"""What the claim desk answers about a claim to come, in words."""

from __future__ import annotations

from collections.abc import Iterator

from salus import money
from salus.chain import ClaimStatus, Eligibility, SkipReason
from salus.structs import MAX_AMOUNT, Benefit, Policy

_BECOMES = {
    ClaimStatus.PAID: "A claim would be decided, and what it brings paid at once.",
    ClaimStatus.HELD: "A claim would be decided, and held for review before it is paid.",
    ClaimStatus.OWED: "A claim would be decided, and paid as soon as the pool has the money.",
    ClaimStatus.DENIED: "A claim would be decided, and denied.",
}


def words_of(answer: Eligibility, terms: Policy, benefit: Benefit) -> Iterator[str]:
    """A line for whether a claim would be decided, one for each reason, and one for each limit."""
    if answer.reason is SkipReason.NONE:
        yield _BECOMES[answer.status]
    else:
        yield f"A claim would not be decided: {answer.reason.words}."
    for code in answer.codes:
        yield f"    {code}  {code.words}"
    if answer.reason is SkipReason.UNKNOWN_POLICY:
        return

    def amount(minor: int) -> str:
        return money.to_words(minor, terms.currency)

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
