"""The Adjudication library, called through its harness

adjudicate
  given a case that was worked out by hand
    it should give the denial, remittance and codes of golden-cases.json and adjudication-cases.json
  given a case that is denied
    it should give an empty remittance and no further code
  given a line that cannot be decided
    it should revert
  given any well-formed case
    it should give what the Python model gives
isWellFormed
  it should accept exactly the lines that the Python model accepts
lock
  it should equal the Python model, up to the largest terms
  given a closed account
    it should be 0
  given an account whose decided sum exceeds the limit
    it should revert

SPECIFICATION A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import brownie
import pytest

from salus.base import codes
from salus.claim.adjudication import lock
from salus.types import MAX_AMOUNT, Account, Remittance
from tests.support.adjudication import Case, amount, golden, random_case, tabled
from tests.support.depth import SHALLOW
from tests.support.words import account_word

BATCH = 8 if SHALLOW else 100  # a node returns the whole trace of a call as one string
RANDOM_CASES = 2_000
RANDOM_LOCKS = 40

Answer = tuple[tuple[str, ...], Remittance]


@pytest.fixture(autouse=True)
def isolation() -> None:
    """Replaces the isolation fixture: pure functions change no state and need no deployed world."""


@pytest.fixture(scope="module")
def harness(AdjudicationHarness: Any, accounts: Any) -> Any:
    return AdjudicationHarness.deploy({"from": accounts[0]})


def answer(outcome: Any) -> Answer:
    """Returns the contract's answer in the types of the model."""
    denial, reasons, remittance = outcome
    reason_codes = codes.from_chain(bytes(denial)) or codes.from_chain(bytes(reasons))
    return tuple(code.code for code in reason_codes), Remittance.from_tuple(
        [int(value) for value in remittance]
    )


def asked(function: Any, cases: Sequence[Case]) -> list[Any]:
    """Returns what a function of the harness answers for each case."""
    batches = (cases[at : at + BATCH] for at in range(0, len(cases), BATCH))
    return [each for batch in batches for each in function([case.as_tuple() for case in batch])]


def answers(adjudicate: Any, cases: Sequence[Case]) -> list[Answer]:
    return [answer(each) for each in asked(adjudicate, cases)]


def model(case: Case) -> Answer:
    outcome = case.outcome()
    return tuple(code.code for code in outcome.codes), outcome.remittance


@pytest.mark.parametrize("table", [golden, tabled])
def test_gives_the_answers_of_the_tables(harness: Any, table: Any) -> None:
    rows = [row for row in table() if not row.malformed]

    results = answers(harness.adjudicate, [row.case for row in rows])

    for row, (reasons, remittance) in zip(rows, results, strict=True):
        assert remittance == row.remittance, row.name
        assert reasons == model(row.case)[0], row.name
        if row.denied:
            assert reasons == (row.denied,), row.name


def test_a_denial_splits_nothing(harness: Any) -> None:
    denied = [row.case for row in tabled() if row.denied]

    for denial, reasons, remittance in asked(harness.adjudicate, denied):
        assert any(denial)
        assert not any(reasons)
        assert not any(remittance)


def test_tells_malformed_lines_from_the_others(harness: Any) -> None:
    rows = tabled()

    verdicts = asked(harness.isWellFormed, [row.case for row in rows])

    assert {row.name for row, well_formed in zip(rows, verdicts, strict=True) if not well_formed} == {
        row.name for row in rows if row.malformed
    }


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("no units: indemnity", "Division or modulo by zero"),
        ("a share a basis point above the whole", "Integer overflow"),
        ("a stay that ends before it begins", "Integer overflow"),
        ("four nights at a rate of 2^62", f"SafeCastOverflowedUintDowncast: 64, {2**64}"),
    ],
)
def test_reverts_on_a_line_that_cannot_be_decided(harness: Any, name: str, error: str) -> None:
    case = next(row.case for row in tabled() if row.name == name)

    with brownie.reverts(error):
        harness.adjudicate([case.as_tuple()])


def test_gives_what_the_model_gives(harness: Any) -> None:
    rng = Random(secrets.randbits(64))
    cases = [random_case(rng) for _ in range(RANDOM_CASES)]

    for case, result in zip(cases, answers(harness.adjudicate.call, cases), strict=True):
        assert result == model(case), case


def test_random_cases_reach_every_rule() -> None:
    rng = Random(1)
    reasons = {reason for _ in range(RANDOM_CASES) for reason in model(random_case(rng))[0]}

    assert reasons == {"1", "2", "23", "26", "27", "29", "78", "119", "179", "238"}


class TestLock:
    def test_is_what_the_model_says(self, harness: Any) -> None:
        rng = Random(secrets.randbits(64))
        policy = random_case(rng).policy
        terms = [(amount(rng), rng.choice((0, 1, 2_501, 10_000, 2**16 - 1))) for _ in range(RANDOM_LOCKS)]

        for limit, bps in [*terms, (MAX_AMOUNT, 10_000), (MAX_AMOUNT, 2**16 - 1)]:
            decided = rng.choice((0, limit, rng.randint(0, limit)))
            paid = rng.randint(0, decided)
            account = Account(paid=paid, reserved=decided - paid)
            sold = replace(policy, annual_limit=limit, solvency_bps=bps)

            assert harness.lock(sold.as_tuple(), account_word(account)) == lock(limit, bps, account)

    def test_is_nothing_for_a_closed_account(self, harness: Any) -> None:
        policy = replace(random_case(Random(1)).policy, annual_limit=1_000_003, solvency_bps=2_501)
        account = Account(paid=7)

        assert harness.lock(policy.as_tuple(), account_word(account)) == 250_099
        assert harness.lock(policy.as_tuple(), account_word(replace(account, closed=True))) == 0

    def test_reverts_when_more_was_decided_than_the_limit(self, harness: Any) -> None:
        policy = replace(random_case(Random(1)).policy, annual_limit=10, solvency_bps=10_000)

        with brownie.reverts("Integer overflow"):
            harness.lock(policy.as_tuple(), account_word(Account(paid=11)))
