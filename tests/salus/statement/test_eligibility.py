"""salus.statement.eligibility: claims that may come, in words

given an answer of the claim desk about a future claim
    it should say whether the claim would be decided, why not, and what is left of each limit
    when the day is not covered, it should say that consent would not help
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salus.statement.eligibility import words_of as eligibility_words
from salus.types import ClaimStatus, Eligibility, SkipReason
from tests.support.decided import START, memberships

(MOTHER,) = memberships(members=1)
ANSWER = Eligibility(
    reason=SkipReason.NONE,
    status=ClaimStatus.PAID,
    codes=(),
    annual_left=49_000_00,
    deductible_left=100_00,
    out_of_pocket_left=2_000_00,
    group_left=None,
    units_left=None,
)


def words(day: int = 9, **changes: Any) -> list[str]:
    line = MOTHER.inquiry("visit.primary", service_from=START + day, service_to=START + day)
    return list(eligibility_words(replace(ANSWER, **changes), line, None))


def test_says_what_is_left() -> None:
    first, head, *left = words()

    assert first.startswith("A claim would be decided, and ")
    assert head == "Left of each limit:"
    assert left[0].split() == ["policy", "year", "49,000.00", "USD", "of", "50,000.00", "USD"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (9, f"A claim would not be decided: {SkipReason.NO_CONSENT.words}."),
        (400, "A claim would not be decided without the member's consent, and denied with it."),
    ],
)
def test_says_what_is_missing(day: int, expected: str) -> None:
    said = words(day, reason=SkipReason.NO_CONSENT, status=ClaimStatus.NONE)

    assert expected in said
    assert (said[0] == expected) == (day == 9)
    assert day == 9 or said[0] == ("The day is outside the cover, which is from 2026-01-01 until 2026-12-31.")


def test_says_that_a_member_is_covered_on_no_day() -> None:
    """The member's own days and the policy's may have none in common."""
    line = MOTHER.inquiry("visit.primary", service_from=START, service_to=START)
    never = replace(line, member=replace(line.member, covered_since=START + 400))

    said = list(eligibility_words(replace(ANSWER, reason=SkipReason.NO_CONSENT), never, None))

    assert said[0] == "The day is outside the cover, which has no day."


def test_an_unknown_policy_has_no_limits() -> None:
    assert words(reason=SkipReason.UNKNOWN_POLICY) == [
        f"A claim would not be decided: {SkipReason.UNKNOWN_POLICY.words}."
    ]
