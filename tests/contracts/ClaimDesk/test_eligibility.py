"""eligibility

├── when nothing was used
│   └── it should return the limits of the terms, and what the claim would become
├── when a part was used, by held claims too
│   └── it should return what is left of each limit
├── when the benefit has no limit for the group or for units
│   └── it should return the largest number
├── when all units are used
│   └── it should return 0
├── when the claim would be held, denied or skipped
│   └── it should return that with its codes or reason, and what is left
├── when the diagnosis is not proven, or the day is in the future
│   └── it should still answer
├── when the policy is not issued
│   └── it should report that, and return that nothing is left
└── when the desk is retired
    └── it should revert

SPECIFICATION F16.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from salus.base.codes import from_chain
from salus.types import FLAG_EMERGENCY, Attestation, ClaimStatus, Line, SkipReason
from tests.support.answers import refuses
from tests.support.claims import hold, plain
from tests.support.craft import (
    ANNUAL_LIMIT,
    BILLED,
    DEDUCTIBLE,
    GROUP_LIMIT,
    HOSPITAL_CASH,
    IMAGING,
    MATERNITY,
    OUT_OF_POCKET,
    PHYSIOTHERAPY,
    SURGERY,
    UNIT_LIMIT,
    Sold,
    word,
)
from tests.support.world import World, decision

NO_GROUP_LIMIT, NO_UNIT_LIMIT = 2**64 - 1, 2**32 - 1


@dataclass(frozen=True)
class Answer:
    reason: SkipReason
    status: ClaimStatus
    codes: tuple[str, ...]
    left: tuple[int, int, int]
    """What is left of the year, the deductible and the out-of-pocket maximum."""
    group: int
    units: int


def eligibility(world: World, line: Line, **changes: Any) -> Answer:
    """Calls eligibility; the attestation gives it only the provider."""
    attestation = {"provider": world.provider, "root": bytes(32), "issued_at": 0, "expires_at": 0}
    answer = world.desk.eligibility(Attestation(**{**attestation, **changes}).as_tuple(), line.as_tuple())
    reason, status, packed, *left, group, units = plain(answer)
    codes = tuple(carc.code for carc in from_chain(packed))
    return Answer(SkipReason(reason), ClaimStatus(status), codes, tuple(left), group, units)


def test_answers_the_limits_of_the_terms(world: World, sold: Sold) -> None:
    assert eligibility(world, sold.line(benefit=IMAGING)) == Answer(
        reason=SkipReason.NONE,
        status=ClaimStatus.PAID,
        codes=("1", "2"),
        left=(ANNUAL_LIMIT, DEDUCTIBLE, OUT_OF_POCKET),
        group=GROUP_LIMIT,
        units=NO_UNIT_LIMIT,
    )


def test_answers_what_is_left(world: World, sold: Sold) -> None:
    paid = decision(world.file(sold.line(1, benefit=IMAGING))).remittance
    held = hold(world, sold.line(2, benefit=PHYSIOTHERAPY, units=3)).remittance
    borne = paid.deductible + paid.coinsurance
    left = ANNUAL_LIMIT - paid.paid - held.paid, DEDUCTIBLE - paid.deductible, OUT_OF_POCKET - borne

    imaging, therapy = (
        eligibility(world, sold.line(3, benefit=benefit)) for benefit in (IMAGING, PHYSIOTHERAPY)
    )

    assert imaging.left == therapy.left == left
    assert (imaging.group, imaging.units) == (GROUP_LIMIT - paid.paid, NO_UNIT_LIMIT)
    assert (therapy.group, therapy.units) == (NO_GROUP_LIMIT, UNIT_LIMIT - 3)


def test_answers_nothing_left_when_all_is_used(world: World, full: Sold) -> None:
    world.file(full.line(1, benefit=PHYSIOTHERAPY, units=UNIT_LIMIT))

    answer = eligibility(world, full.line(2, benefit=PHYSIOTHERAPY))

    assert (answer.units, answer.status, answer.codes) == (0, ClaimStatus.DENIED, ("119",))


def test_tells_what_would_be_held(world: World, full: Sold) -> None:
    answer = eligibility(world, full.line(flags=FLAG_EMERGENCY))

    assert (answer.status, answer.codes) == (ClaimStatus.HELD, ("133",))


def test_tells_what_would_be_denied(world: World, full: Sold) -> None:
    answer = eligibility(world, full.line(benefit=MATERNITY))

    assert (answer.reason, answer.status) == (SkipReason.NONE, ClaimStatus.DENIED)
    assert answer.codes == ("179",)
    assert answer.left == (ANNUAL_LIMIT, 0, 0)


def test_tells_what_would_be_skipped(world: World, full: Sold) -> None:
    answer = eligibility(world, full.line(benefit=SURGERY))

    assert (answer.reason, answer.status) == (SkipReason.NOT_AUTHORISED, ClaimStatus.NONE)
    assert (answer.codes, answer.left) == ((), (ANNUAL_LIMIT, 0, 0))


def test_tells_who_is_not_accredited(world: World, full: Sold) -> None:
    answer = eligibility(world, full.line(), provider=99)

    assert (answer.status, answer.codes) == (ClaimStatus.DENIED, ("B7",))


def test_answers_for_a_day_to_come(world: World, full: Sold) -> None:
    day = world.today() + 30
    stay = full.line(benefit=HOSPITAL_CASH, day=day, service_to=day + 3, billed=0)

    answer = eligibility(world, stay)

    assert (answer.reason, answer.status) == (SkipReason.NONE, ClaimStatus.PAID)
    assert (answer.codes, answer.units) == (("78",), 30)


def test_counts_a_claim_that_was_decided(world: World, full: Sold) -> None:
    world.file(full.line())

    answer = eligibility(world, full.line())

    assert answer.reason is SkipReason.ALREADY_DECIDED
    assert answer.left[0] == ANNUAL_LIMIT - BILLED


def test_knows_no_policy_that_is_not_issued(world: World) -> None:
    draft = world.draft(salt=word("draft"))

    assert eligibility(world, draft.line()) == Answer(
        reason=SkipReason.UNKNOWN_POLICY,
        status=ClaimStatus.NONE,
        codes=(),
        left=(0, 0, 0),
        group=0,
        units=0,
    )


def test_refuses_where_the_desk_is_retired(world: World, full: Sold) -> None:
    world.providers.retireDesk(world.desk, {"from": world.governor})

    with refuses("NotDesk", world.desk):
        eligibility(world, full.line())
