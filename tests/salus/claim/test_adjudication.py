"""salus.adjudication

given a case that was worked out by hand
  it should give the answer of golden-cases.json and adjudication-cases.json
given any well-formed case
  it should agree with a second formulation of the rules
  it should balance the remittance to the minor unit
  it should stay within every limit
  it should increase counters by the remittance, and leave them unchanged when it denies
  it should name each amount by its own code only
  it should never pay less for a larger bill
given any year of claims under one policy
  it should keep every counter within its limit
given a malformed line
  it should raise an error that names the field
lock
  it should cover what may still be claimed, rounded up by less than one minor unit
  it should be 0 when the policy is closed, and refuse an account of another policy
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salus.base import codes
from salus.base.errors import InputError
from salus.base.money import BPS
from salus.claim.adjudication import Used, adjudicate, lock
from salus.types import MAX_AMOUNT, Account, BenefitKind, GroupUse, Remittance
from tests.support.adjudication import GOLDEN, Case, Tabled, counters, golden, random_case, tabled

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "golden-cases.json"

thorough = settings(max_examples=400, deadline=None)
cases = st.randoms(use_true_random=True).map(random_case)
amounts = st.one_of(st.integers(0, 200_000), st.integers(0, MAX_AMOUNT))


def second_opinion(case: Case) -> tuple[str | None, Remittance]:
    """States the rules another way: days as ranges, nights singly, shares as fractions, the member first."""
    policy, member, benefit, line, used = case.policy, case.member, case.benefit, case.diagnosis, case.used
    cover = range(max(policy.start, member.covered_since), min(policy.end, member.covered_until))
    room = {"year": policy.annual_limit - used.account.paid - used.account.reserved}
    if benefit.group_limit:
        room["group"] = benefit.group_limit - used.group.paid
    units_left = benefit.unit_limit - used.group.units if benefit.unit_limit else None

    gates = [
        ("26", line.service_from < cover.start),
        ("27", line.service_from not in cover),
        ("29", used.filed_day - line.service_to > policy.filing_days),
        ("179", line.service_from - member.covered_since < benefit.waiting_days),
        ("119", min(room.values()) <= 0 or (units_left is not None and units_left <= 0)),
    ]
    for code, fails in gates:
        if fails:
            return code, Remittance()
    if benefit.claim_limit:
        room["claim"] = benefit.claim_limit

    if benefit.kind == BenefitKind.SCHEDULED:
        units = ["day"] * line.units
        if benefit.by_night:
            nights = enumerate(range(line.service_from, line.service_to))
            units = [
                "first" if number < benefit.elimination_days else "day" if night in cover else "after"
                for number, night in nights
            ]
        count = Counter(units)
        paid_units = count["day"] if units_left is None else min(count["day"], units_left)
        worth = benefit.rate * paid_units
        paid = min(worth, *room.values())
        return None, Remittance(
            allowed=worth,
            eliminated=benefit.rate * count["first"],
            outside=benefit.rate * count["after"],
            not_covered=benefit.rate * (count["day"] - paid_units),
            over_limit=worth - paid,
            paid=paid,
            units=0 if units_left is None else paid_units,
        )

    paid_units = line.units if units_left is None else min(line.units, units_left)
    allowed = floor(Fraction(line.billed) * Fraction(paid_units, line.units))
    first_part = 0
    if benefit.deductible_applies:
        first_part = min(allowed, max(0, policy.deductible - used.account.deductible))
    insured = floor(Fraction(benefit.share_bps, BPS) * (allowed - first_part))
    borne = min(allowed - insured, max(0, policy.out_of_pocket - used.account.out_of_pocket))
    within = min(allowed - borne, *room.values())
    paid = max(0, min(within, line.billed - used.claimed_by_others))
    return None, Remittance(
        allowed=allowed,
        deductible=min(first_part, borne),
        coinsurance=max(0, borne - first_part),
        not_covered=line.billed - allowed,
        over_limit=allowed - borne - within,
        other_cover=within - paid,
        paid=paid,
        units=0 if units_left is None else paid_units,
    )


class TestTabledCases:
    @pytest.mark.parametrize("tabled", tabled(), ids=lambda tabled: tabled.name)
    def test_gives_the_answer_of_the_table(self, tabled: Tabled) -> None:
        if tabled.malformed:
            with pytest.raises(InputError):
                tabled.case.outcome()
            return

        outcome = tabled.case.outcome()

        assert outcome.denial == (codes.by_code(tabled.denied) if tabled.denied else None)
        assert outcome.remittance == tabled.remittance
        assert second_opinion(tabled.case) == (tabled.denied, tabled.remittance)
        if tabled.after is not None:
            assert counters(outcome.account, outcome.group) == tabled.after

    @pytest.mark.parametrize("golden", golden(), ids=lambda golden: golden.name)
    def test_gives_the_golden_answer(self, golden: Tabled) -> None:
        outcome = golden.case.outcome()

        assert outcome.denial == (codes.by_code(golden.denied) if golden.denied else None)
        assert outcome.remittance == golden.remittance
        after = counters(outcome.account, outcome.group)
        assert {name: after.get(name, 0) for name in golden.after or {}} == golden.after

    def test_the_tables_are_as_large_as_promised(self) -> None:
        assert len(list(golden())) == 19
        assert len({row.name for row in tabled()}) == len(list(tabled())) >= 150

    @pytest.mark.skipif(not SHARED.exists(), reason="the shared golden cases are not beside this checkout")
    def test_the_golden_cases_are_the_shared_ones(self) -> None:
        assert json.loads(GOLDEN.read_text()) == json.loads(SHARED.read_text())


class TestAnyCase:
    @thorough
    @given(case=cases)
    def test_agrees_with_a_second_formulation(self, case: Case) -> None:
        outcome = case.outcome()

        assert (outcome.denial.code if outcome.denial else None, outcome.remittance) == second_opinion(case)

    @thorough
    @given(case=cases)
    def test_balances_the_remittance(self, case: Case) -> None:
        outcome = case.outcome()
        split, line = outcome.remittance, case.diagnosis
        cut = split.paid + split.over_limit + split.not_covered

        if outcome.denial:
            assert split == Remittance()
        elif case.benefit.kind == BenefitKind.INDEMNITY:
            assert cut + split.deductible + split.coinsurance + split.other_cover == line.billed
            assert split.allowed == line.billed - split.not_covered
            assert split.eliminated == split.outside == 0
        else:
            stated = line.service_to - line.service_from if case.benefit.by_night else line.units
            assert cut + split.eliminated + split.outside == case.benefit.rate * stated
            assert split.deductible == split.coinsurance == split.other_cover == 0

    @thorough
    @given(case=cases)
    def test_stays_within_every_limit(self, case: Case) -> None:
        outcome = case.outcome()
        assume(outcome.denial is None)
        policy, benefit, before, split = case.policy, case.benefit, case.used, outcome.remittance

        assert outcome.account.decided <= policy.annual_limit
        assert outcome.account.deductible <= max(policy.deductible, before.account.deductible)
        assert outcome.account.out_of_pocket <= max(policy.out_of_pocket, before.account.out_of_pocket)
        if benefit.claim_limit:
            assert split.paid <= benefit.claim_limit
        if benefit.group_limit:
            assert outcome.group.paid <= benefit.group_limit
        if benefit.unit_limit:
            assert outcome.group.units <= benefit.unit_limit
        if benefit.kind == BenefitKind.INDEMNITY:
            assert split.paid + before.claimed_by_others <= max(
                case.diagnosis.billed, before.claimed_by_others
            )

    @thorough
    @given(case=cases)
    def test_moves_counters_by_the_remittance_and_never_back(self, case: Case) -> None:
        outcome = case.outcome()
        before, after, split = case.used, outcome.account, outcome.remittance

        moved = {
            name: value - counters(before.account, before.group).get(name, 0)
            for name, value in counters(after, outcome.group).items()
        }
        group = split.paid if any(case.benefit.group_key) else 0
        expected = {
            "paid": split.paid,
            "deductible": split.deductible,
            "out_of_pocket": split.deductible + split.coinsurance,
            "group_paid": group,
            "group_units": split.units,
        }
        assert {name: by for name, by in moved.items() if by} == {
            name: by for name, by in expected.items() if by
        }
        assert before.account.charged(split, held=True).decided == after.decided

    @thorough
    @given(case=cases)
    def test_names_each_amount_by_its_code(self, case: Case) -> None:
        outcome = case.outcome()
        split = outcome.remittance

        amounts_by_code = {
            "1": split.deductible,
            "2": split.coinsurance,
            "119": max(split.over_limit, split.not_covered),
            "23": split.other_cover,
            "78": split.eliminated,
            "238": split.outside,
        }
        named = [code.code for code in outcome.codes]
        if outcome.denial:
            assert named == [outcome.denial.code]
        else:
            assert named == [code for code, amount in amounts_by_code.items() if amount]

    @thorough
    @given(case=cases, more=st.integers(1, 10**6))
    def test_never_pays_less_for_a_larger_bill(self, case: Case, more: int) -> None:
        assume(case.diagnosis.billed + more < 2**64)
        larger = replace(case, diagnosis=replace(case.diagnosis, billed=case.diagnosis.billed + more))

        assert larger.outcome().remittance.paid >= case.outcome().remittance.paid


class TestAYearOfClaims:
    @settings(max_examples=60, deadline=None)
    @given(case=cases, bills=st.lists(amounts, min_size=1, max_size=15), held=st.booleans())
    def test_keeps_every_counter_within_its_limit(self, case: Case, bills: list[int], held: bool) -> None:
        policy, benefit = case.policy, case.benefit
        account, group = Account(), GroupUse()
        for billed in bills:
            line = replace(case.diagnosis, billed=billed)
            used = Used(account=account, group=group, filed_day=case.used.filed_day)
            outcome = adjudicate(policy, case.member, benefit, line, used)
            account = account.charged(outcome.remittance, held=held)
            group = outcome.group

        assert account.decided <= policy.annual_limit
        assert account.deductible <= policy.deductible
        assert account.deductible <= account.out_of_pocket <= policy.out_of_pocket
        assert group.paid <= (benefit.group_limit or policy.annual_limit)
        assert group.units <= benefit.unit_limit
        assert (account.paid == 0) if held else (account.reserved == 0)


class TestMalformed:
    @pytest.mark.parametrize(
        ("name", "field", "words"),
        [
            ("no units: indemnity", "units", "no units"),
            ("ends the day before it begins", "serviceTo", "day 20099 is before .* day 20100"),
            ("a benefit of no kind", "kind", "no kind"),
            ("a share a basis point above the whole", "shareBps", "10001 basis points"),
            ("two units at a rate of 2^63", "rate", "9223372036854775808 for each of 2 units"),
            ("four nights at a rate of 2^62", "rate", "4611686018427387904 for each of 4 units"),
        ],
    )
    def test_raises_naming_the_field(self, name: str, field: str, words: str) -> None:
        case = next(row.case for row in tabled() if row.name == name)

        with pytest.raises(InputError, match=words) as caught:
            case.outcome()

        assert caught.value.field == field
        assert caught.value.remedy


class TestLock:
    @thorough
    @given(limit=amounts, bps=st.integers(0, 2**16 - 1), data=st.data())
    def test_covers_what_may_still_be_claimed(self, limit: int, bps: int, data: st.DataObject) -> None:
        decided = data.draw(st.integers(0, limit))
        paid = data.draw(st.integers(0, decided))
        account = Account(paid=paid, reserved=decided - paid)

        exact = Fraction(bps, BPS) * (limit - decided)

        assert 0 <= lock(limit, bps, account) - exact < 1
        assert lock(limit, bps, replace(account, closed=True)) == 0

    def test_is_nothing_once_the_limit_is_used(self) -> None:
        assert lock(1_000_003, 10_000, Account(paid=1_000_000, reserved=2)) == 1
        assert lock(1_000_003, 10_000, Account(paid=1_000_000, reserved=3)) == 0

    def test_takes_the_largest_terms(self) -> None:
        assert lock(MAX_AMOUNT, 10_000, Account()) == MAX_AMOUNT

    def test_raises_when_more_was_decided_than_the_limit(self) -> None:
        with pytest.raises(InputError, match="is 10, but the account has used 11") as caught:
            lock(10, 10_000, Account(paid=11))

        assert caught.value.field == "annualLimit"


def test_the_contracts_codes_are_those_of_the_table() -> None:
    source = (ROOT / "contracts" / "types" / "Codes.sol").read_text(encoding="utf-8")
    constants = dict(re.findall(r'^bytes3 constant CARC_(\w+) = "(\w+)";', source, flags=re.MULTILINE))

    assert len(constants) == source.count(" constant ") > 0
    assert constants == {name: codes.BY_NAME[name].code for name in constants}
