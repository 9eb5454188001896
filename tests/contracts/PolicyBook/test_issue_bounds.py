"""issue: the bounds of the terms

given terms signed by the insurer
├── when a value is on its bound
│   └── it should issue
├── when a value is one beyond its bound
│   └── it should revert, and name the value
└── when the start day has begun anywhere on earth
    └── it should revert from that second on

SPECIFICATION I5.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import refuses
from tests.support.craft import DAY, word
from tests.support.issuing import purse, quoted
from tests.support.world import World

MAX_AMOUNT = 2**56 - 1
MONTH = 30 * DAY


def issue(world: World, **terms: Any) -> None:
    """Issues a policy with no premium and a tiny capital requirement, unless the terms set others."""
    sold = world.draft(**{"premium": 0, "solvency_bps": 1, **terms})
    world.book.issue(*quoted(world, sold), {"from": world.payer})
    assert world.account(sold)["issued"]


@pytest.mark.parametrize(
    "terms",
    [
        {"solvency_bps": 1},
        {"solvency_bps": 10_000},
        {"review_window": 0},
        {"review_window": MONTH},
        {"annual_limit": 1},
        {"deductible": MAX_AMOUNT},
        {"deductible": 0},
        {"out_of_pocket": MAX_AMOUNT},
        {"out_of_pocket": 0},
        {"auto_pay_limit": 2**64 - 1},
        {"filing_days": 0},
        {"filing_days": 366},
    ],
    ids=str,
)
def test_issues_on_the_bound(world: World, terms: dict[str, int]) -> None:
    issue(world, **terms)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"solvency_bps": 0}, ("InvalidSolvency", 0)),
        ({"solvency_bps": 10_001}, ("InvalidSolvency", 10_001)),
        ({"review_window": MONTH + 1}, ("ReviewWindowTooLong", MONTH + 1)),
        ({"filing_days": 367}, ("FilingTooLong", 367)),
        ({"annual_limit": 0}, ("ZeroAnnualLimit",)),
        ({"annual_limit": MAX_AMOUNT + 1}, ("AmountTooLarge", MAX_AMOUNT + 1)),
        ({"annual_limit": 2**64 - 1}, ("AmountTooLarge", 2**64 - 1)),
        ({"deductible": MAX_AMOUNT + 1}, ("AmountTooLarge", MAX_AMOUNT + 1)),
        ({"out_of_pocket": MAX_AMOUNT + 1}, ("AmountTooLarge", MAX_AMOUNT + 1)),
        ({"premium": MAX_AMOUNT + 1}, ("AmountTooLarge", MAX_AMOUNT + 1)),
        ({"account": word("another policy")}, ("ForeignAccount", word("another policy"))),
        ({"account": bytes(31) + b"\1"}, ("ForeignAccount", bytes(31) + b"\1")),
    ],
    ids=str,
)
def test_refuses_beyond_the_bound(world: World, terms: dict[str, Any], error: tuple[Any, ...]) -> None:
    with refuses(*error):
        issue(world, **terms)


def test_issues_the_largest_limit_and_premium_where_there_is_capital(world: World) -> None:
    world.fund(2 * MAX_AMOUNT)
    purse(world, world.payer, MAX_AMOUNT)

    issue(world, annual_limit=MAX_AMOUNT, premium=MAX_AMOUNT, solvency_bps=10_000)

    assert (world.pool.locked(), world.pool.unearned()) == (MAX_AMOUNT, MAX_AMOUNT)


@pytest.mark.parametrize("days", [1, 365, 366])
def test_covers_a_day_to_a_leap_year(world: World, days: int) -> None:
    start = world.today() + 2

    issue(world, start=start, end=start + days)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_refuses_no_day_or_more_than_a_leap_year(world: World, days: int) -> None:
    start = world.today() + 2

    with refuses("InvalidPeriod", start, start + days):
        issue(world, start=start, end=start + days)


def test_starts_at_most_366_days_ahead(world: World) -> None:
    world.travel_to_day(world.today() + 1)
    latest = world.today() + 366

    with refuses("StartTooFar", latest + 1):
        issue(world, start=latest + 1)
    issue(world, start=latest)


def test_closes_the_quote_when_the_start_day_begins_anywhere(world: World) -> None:
    sold = world.draft(premium=0)
    begins_first = sold.terms.start * DAY - 14 * 3_600

    world.travel(begins_first - 1)
    world.book.issue.call(*quoted(world, sold), {"from": world.payer})
    for second in (begins_first, sold.terms.start * DAY, sold.terms.end * DAY):
        world.travel(second)
        with refuses("QuoteClosed", sold.terms.start):
            world.book.issue.call(*quoted(world, sold), {"from": world.payer})


def test_refuses_payees_that_could_not_pass_the_money_on(world: World) -> None:
    for payee in ("0x" + "00" * 20, world.pool, world.book, world.desk):
        with refuses("InvalidPayee", payee):
            issue(world, payee=str(getattr(payee, "address", payee)))
    with refuses("PayeeIsAsset", world.asset):
        issue(world, payee=world.asset.address)
