"""Fixed sequences, one for each corner in which a law could break and which random ones may miss.

They use the same rules as the random ones, and the same laws are checked after each step. A replay itself
asserts only that it has reached its corner. tests/seeded_errors.yaml names the errors that they notice.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from salus.base.codes import DUPLICATE, ELIMINATION, LIMIT, OTHER_COVER, OUTSIDE_COVER
from salus.types import FLAG_EMERGENCY, ClaimStatus, Purpose
from tests.stateful.model_pool import ClaimModel
from tests.stateful.rules_claims import BILLED, FORGERIES, POISONS
from tests.stateful.stage import (
    CANCER,
    CLINIC,
    HOSPITAL,
    HOSPITAL_CASH,
    IMAGING,
    LABORATORY,
    LAPSED,
    MATERNITY,
    PHYSIOTHERAPY,
    SURGERY,
    VISIT,
    A,
    B,
    Stage,
)
from tests.stateful.walk import Walk
from tests.support.craft import DAY, word

PLAIN, FULLY_BACKED, HARDLY_BACKED = range(3)
"""The policies sold at the start; the second one is in pool B."""
SMALL, MIDDLE, DUST, LARGE, HUGE, LITTLE, SIXTH, NOTHING, EIGHTH, NINTH, GIANT, GIANT_TOO = range(12)
"""Bills."""
HOUR, MIDNIGHT, A_DAY, RELEASE, _, NOTICE, EXIT, MONTH, END, CLOSING, YEARS = range(11)
"""What to wait for."""
PAID, HELD, OWED, DENIED = ClaimStatus.PAID, ClaimStatus.HELD, ClaimStatus.OWED, ClaimStatus.DENIED


class Replay(Walk):
    def bill(self, policy: int, bill: int, benefit: int = VISIT, **facts: int) -> ClaimModel:
        """Files one line as `rule_file` does, and returns its claim."""
        claim = self.try_(policy, bill, benefit, **facts)
        assert claim
        return claim

    def skips(self, policy: int, bill: int, benefit: int = VISIT, **facts: int) -> bool:
        return self.try_(policy, bill, benefit, **facts) is None

    def try_(self, policy: int, bill: int, benefit: int, **facts: int) -> ClaimModel | None:
        usual = {"member": 0, "age": 0, "provider": HOSPITAL, "flags": 0}
        facts = {**usual, **facts}
        self.step("rule_file", policy=policy, bill=bill, benefit=benefit, **facts)
        chosen = self.policy(policy)
        key = (chosen.sold.policy_id, self.stage.providers[facts["provider"]], word("bill", bill))
        return chosen.claims.get(key)

    def wait(self, moment: int, policy: int = PLAIN) -> None:
        self.step("rule_wait", wait=moment, policy=policy)

    def wait_until(self, second: int) -> None:
        self.travel(second)
        self.invariant_laws()

    def deficit(self, pool: int) -> int:
        return self.pool(pool)[1].deficit(self.node.now())

    def place(self, claim: ClaimModel) -> int:
        """Returns the index at which rules that pick a claim find it, if no other claim has its status."""
        return [other for other in self.shadow.claims() if other.status == claim.status].index(claim)


@pytest.fixture
def replay(stage: Stage) -> Replay:
    return Replay(stage)


def test_law_1_capital_stays_while_it_is_locked(replay: Replay) -> None:
    replay.step("rule_give_notice", pool=A, lender=0, part=10_000)
    replay.step("rule_redeem", pool=A, lender=0, part=5_000)
    replay.wait(NOTICE)
    replay.step("rule_max_is_true", pool=A, lender=0)
    replay.step("rule_redeem", pool=A, lender=0, part=5_000)
    replay.step("rule_withdraw_capital", pool=A, lender=0, part=10_001)
    replay.step("rule_withdraw_capital", pool=A, lender=0, part=10_000)
    replay.step("rule_max_is_true", pool=A, lender=0)
    assert replay.pool(A)[1].shares[replay.stage.lenders[0]] > 0
    assert replay.pool(A)[1].free(replay.node.now()) <= 1


def test_law_1_capital_leaves_by_notice_only(replay: Replay) -> None:
    replay.step("rule_deposit", pool=B, lender=1, amount=300_007)
    replay.step("rule_max_is_true", pool=B, lender=1)
    replay.step("rule_give_notice", pool=B, lender=1, part=5_000)
    replay.step("rule_give_notice", pool=B, lender=1, part=10_001)
    replay.step("rule_max_is_true", pool=B, lender=1)
    replay.wait(NOTICE)
    replay.step("rule_max_is_true", pool=B, lender=1)
    replay.step("rule_hand_over", pool=B, lender=1, part=9_999)
    replay.step("rule_max_is_true", pool=B, lender=1)
    replay.step("rule_max_is_true", pool=B, lender=0)
    replay.wait(EXIT)
    replay.step("rule_max_is_true", pool=B, lender=1)


def test_law_1_a_deficit_is_the_exact_difference(replay: Replay) -> None:
    claim = replay.bill(HARDLY_BACKED, GIANT)
    assert claim.status == HELD
    replay.step("rule_donate", pool=A, amount=7)
    replay.step("rule_settle_due")
    assert claim.status == PAID
    assert replay.deficit(A)

    owed = replay.bill(HARDLY_BACKED, LARGE, member=1)
    assert owed.status == OWED
    replay.step("rule_deposit", pool=A, lender=0, amount=1_003)
    replay.step("rule_sell", pool=A, terms=0, lead=2)
    replay.step("rule_max_is_true", pool=A, lender=0)
    nothing = replay.bill(PLAIN, DUST)
    assert nothing.status == PAID
    replay.step("rule_collect", pick=replay.place(owed))
    replay.step("rule_recapitalise", pool=A, amount=1_003)
    replay.step("rule_rescue")
    assert owed.status == PAID
    replay.step("rule_recapitalise", pool=A, amount=1)


def test_law_1_earlier_claims_come_first(replay: Replay) -> None:
    """A small claim is not paid out of the reserve of a large one."""
    first = replay.bill(HARDLY_BACKED, GIANT)
    second = replay.bill(HARDLY_BACKED, LARGE, member=1)
    assert (first.status, second.status) == (HELD, OWED)
    replay.step("rule_collect", pick=replay.place(second))
    assert second.status == OWED
    replay.step("rule_settle_due")
    assert first.status == PAID


def test_law_1_a_policy_that_capital_cannot_carry_is_refused(replay: Replay) -> None:
    for _ in range(4):
        replay.step("rule_sell", pool=B, terms=1, lead=2)
    assert len(replay.shadow.policies) < 3 + 4


def test_law_2_the_members_share_ends_where_the_terms_say(replay: Replay) -> None:
    for bill in (SMALL, MIDDLE, LARGE, LITTLE, SIXTH):
        replay.bill(PLAIN, bill, member=bill % 2)
    account, terms = replay.policy(PLAIN).account(), replay.sold(PLAIN).terms
    assert (account.deductible, account.out_of_pocket) == (terms.deductible, terms.out_of_pocket)


def test_law_2_a_year_and_a_group_pay_what_is_left(replay: Replay) -> None:
    for policy in (PLAIN, FULLY_BACKED):
        for bill, benefit in [(MIDDLE, IMAGING), (SMALL, LABORATORY), (SIXTH, LABORATORY), (EIGHTH, IMAGING)]:
            last = replay.bill(policy, bill, benefit)
        assert last.status == DENIED
    assert LIMIT in replay.bill(FULLY_BACKED, HUGE, flags=FLAG_EMERGENCY).decision.codes
    assert replay.policy(FULLY_BACKED).account().decided == replay.sold(FULLY_BACKED).terms.annual_limit
    assert replay.bill(FULLY_BACKED, GIANT).status == DENIED


def test_law_2_units_end_where_the_terms_say(replay: Replay) -> None:
    for bill in (SMALL, MIDDLE, DUST):
        last = replay.bill(PLAIN, bill, PHYSIOTHERAPY)
    assert LIMIT in last.decision.codes
    for bill in (SIXTH, EIGHTH):
        last = replay.bill(PLAIN, bill, CANCER)
    assert last.status == DENIED


def test_law_3_all_policies_pay_a_bill_once(replay: Replay) -> None:
    for bill in (MIDDLE, LARGE):
        replay.bill(PLAIN, bill)
        replay.file(replay.line(HARDLY_BACKED, bill, billed=BILLED[bill] + 1))
        replay.step("rule_file_everywhere", bill=bill, benefit=VISIT)
        codes = [replay.bill(policy, bill).decision.codes for policy in (FULLY_BACKED, HARDLY_BACKED)]
        assert any(OTHER_COVER in line_codes for line_codes in codes)
        replay.bill(PLAIN, bill, LABORATORY)
        replay.bill(HARDLY_BACKED, bill, PHYSIOTHERAPY)
        replay.step("rule_file_again", pick=0)


def test_law_3_a_second_diagnosis_is_a_duplicate(replay: Replay) -> None:
    first = replay.bill(PLAIN, SMALL)
    filing = replay.attest(replay.line(PLAIN, SMALL, LABORATORY))
    preview, attestation = replay.world.desk.preview, filing.attestation.as_tuple()
    _, previewed = replay.node.try_(replay.stranger, preview, attestation, filing.lines[0].as_tuple())
    assert bytes(previewed[1]).endswith(DUPLICATE.on_chain)
    assert replay.bill(PLAIN, SMALL, LABORATORY) is first


def test_law_3_a_withdrawn_line_returns_only_in_the_next_revision(replay: Replay) -> None:
    replay.step("rule_cap", pool=B, office=HOSPITAL, limit=0)
    replay.bill(FULLY_BACKED, MIDDLE)
    replay.bill(PLAIN, MIDDLE)
    replay.step("rule_correct", pick=0, bill=MIDDLE)
    replay.step("rule_file_again", pick=0)
    replay.step("rule_withdraw", pick=0)
    replay.step("rule_file_again", pick=0)
    replay.step("rule_file_again", pick=2)
    replay.step("rule_correct", pick=0, bill=SMALL)


def test_law_4_a_line_signed_by_mistake_is_skipped(replay: Replay) -> None:
    """The mistake blocks nobody's claim: the corrected line is decided."""
    line = replay.line(PLAIN, SMALL)
    replay.bill(FULLY_BACKED, MIDDLE)
    replay.file(*(wrong(line) for wrong in POISONS.values() if wrong is not POISONS["another bill"]))
    replay.step("rule_file_batch", policy=PLAIN, bill=SMALL, benefit=VISIT, poison="another bill")
    assert len(list(replay.shadow.claims())) == 3


def test_law_4_a_line_changed_after_signing_is_skipped(replay: Replay) -> None:
    filing = replay.attest(replay.line(PLAIN, MIDDLE), replay.line(FULLY_BACKED, MIDDLE))
    first, second = filing.lines
    forged = tuple(change(first) for change in FORGERIES.values())
    replay.present(replace(filing, lines=(*forged, second)))
    assert len(list(replay.shadow.claims())) == 1
    replay.present(filing)
    assert len(list(replay.shadow.claims())) == 2


def test_law_4_nothing_is_decided_without_a_live_attestation(replay: Replay) -> None:
    for death in range(8):
        replay.step("rule_file_dead", policy=PLAIN, bill=SMALL, death=death)
    replay.bill(PLAIN, SMALL)
    replay.step("rule_withdraw_root", pick=0, policy=PLAIN, bill=MIDDLE)
    replay.step("rule_replace_key", office=HOSPITAL)
    replay.step("rule_file_again", pick=0)
    replay.bill(PLAIN, LARGE)
    replay.wait(MONTH)
    replay.step("rule_file_again", pick=1)


def test_law_4_a_provider_is_accredited_on_the_day(replay: Replay) -> None:
    assert replay.bill(PLAIN, SMALL, provider=LAPSED).status == DENIED
    assert replay.bill(PLAIN, SMALL, provider=CLINIC).status == HELD
    assert replay.bill(PLAIN, MIDDLE, provider=CLINIC, age=5).status == DENIED
    replay.step("rule_end_accreditation", office=CLINIC, lead=1)
    replay.wait(A_DAY)
    assert replay.bill(PLAIN, LARGE, provider=CLINIC).status == DENIED
    replay.step("rule_suspend", office=HOSPITAL, suspended=True)
    assert replay.bill(PLAIN, LARGE).status == HELD


def test_law_4_the_member_agrees_for_the_day(replay: Replay) -> None:
    replay.step("rule_withdraw_consent", policy=PLAIN, member=0, office=1)
    replay.bill(PLAIN, SMALL)
    replay.wait(A_DAY)
    assert replay.skips(PLAIN, MIDDLE)
    assert replay.bill(PLAIN, MIDDLE, flags=FLAG_EMERGENCY).status == HELD
    replay.bill(PLAIN, LARGE, age=1)
    replay.bill(PLAIN, MIDDLE, provider=CLINIC)
    consent = {"policy": PLAIN, "member": 0, "office": 1}
    replay.step("rule_give_consent", **consent, since=2, days=3, purpose=Purpose.RESEARCH)
    replay.step("rule_give_consent", **consent, since=2, days=3, purpose=Purpose.FILE)
    assert replay.skips(PLAIN, HUGE)
    replay.bill(PLAIN, HUGE, age=2)
    replay.wait_until(replay.node.now() + 2 * DAY)
    replay.bill(PLAIN, LITTLE)
    replay.wait_until(replay.node.now() + 4 * DAY)
    assert replay.skips(PLAIN, SIXTH)


def test_law_4_waiting_periods_and_authorisation(replay: Replay) -> None:
    assert replay.skips(PLAIN, SMALL, SURGERY)
    assert replay.bill(PLAIN, SMALL, MATERNITY).status == DENIED
    assert replay.bill(PLAIN, MIDDLE, age=12).status == DENIED
    replay.wait(MONTH)
    assert replay.bill(PLAIN, LARGE, MATERNITY).status in (PAID, HELD)


def test_law_5_only_payees_in_signed_terms_are_paid(replay: Replay) -> None:
    replay.step("rule_block_payee", pool=A, lender=1, blocked=True)
    owed = replay.bill(PLAIN, MIDDLE, member=1)
    paid = replay.bill(PLAIN, SIXTH, member=0)
    held = replay.bill(PLAIN, GIANT, flags=FLAG_EMERGENCY)
    assert (owed.status, paid.status, held.status) == (OWED, PAID, HELD)
    for pick in range(3):
        replay.step("rule_forge_decision", pick=pick)
    replay.step("rule_collect", pick=0)
    replay.step("rule_settle", pick=0)
    replay.wait(RELEASE)
    replay.step("rule_forge_decision", pick=0)
    replay.step("rule_settle", pick=0)
    replay.step("rule_rescue")
    assert {claim.status for claim in replay.shadow.claims()} == {PAID}
    for pick in range(3):
        replay.step("rule_settle", pick=pick)
        replay.step("rule_collect", pick=pick)
        replay.step("rule_withdraw", pick=pick)


def test_law_6_a_day_pays_a_provider_no_more_than_its_cap(replay: Replay) -> None:
    bills = (SIXTH, LARGE, EIGHTH, SMALL, DUST)
    statuses = [replay.bill(PLAIN, bill).status for bill in bills]
    assert statuses == [PAID, PAID, HELD, HELD, PAID]
    replay.step("rule_cap", pool=A, office=HOSPITAL, limit=40_001)
    assert replay.bill(PLAIN, LITTLE).status == HELD
    replay.wait(MIDNIGHT)
    assert replay.bill(PLAIN, NINTH).status == PAID
    assert replay.bill(PLAIN, MIDDLE).status == HELD
    replay.step("rule_safe_mode")
    assert replay.bill(FULLY_BACKED, LITTLE).status == HELD
    replay.wait_until(replay.shadow.safe_until)
    assert replay.bill(FULLY_BACKED, SMALL).status == PAID


def test_law_7_premium_is_earned_by_the_second(replay: Replay) -> None:
    replay.step("rule_sell", pool=A, terms=0, lead=10)
    replay.step("rule_sell_again", policy=3)
    for moment in (HOUR, MIDNIGHT, A_DAY, MONTH):
        replay.wait(moment)
        replay.step("rule_accrue", pool=A)
    replay.step("rule_pause_sales", pool=A, paused=True)
    replay.step("rule_sell", pool=A, terms=0, lead=2)
    replay.step("rule_sell", pool=B, terms=2, lead=2)
    replay.wait(END)
    replay.step("rule_accrue", pool=A)
    replay.step("rule_max_is_true", pool=B, lender=0)
    replay.wait(YEARS)
    assert replay.pool(A)[1].unearned(replay.node.now()) == 0


def test_law_7_a_policy_closes_when_nothing_is_open(replay: Replay) -> None:
    held = replay.bill(PLAIN, MIDDLE, flags=FLAG_EMERGENCY)
    replay.step("rule_close", policy=PLAIN)
    replay.wait(CLOSING)
    replay.step("rule_close", policy=PLAIN)
    assert held.status == HELD
    assert not replay.policy(PLAIN).closed
    replay.step("rule_settle_due")
    replay.step("rule_close", policy=PLAIN)
    replay.step("rule_close", policy=PLAIN)
    replay.step("rule_close", policy=HARDLY_BACKED)
    assert replay.policy(PLAIN).closed
    assert replay.pool(A)[1].locked() == 0
    assert replay.bill(PLAIN, SMALL).status == DENIED
    replay.step("rule_next_year")


def test_law_8_what_is_due_goes_through_when_everything_is_closed(replay: Replay) -> None:
    replay.bill(PLAIN, MIDDLE, flags=FLAG_EMERGENCY)
    replay.bill(HARDLY_BACKED, SMALL, flags=FLAG_EMERGENCY)
    replay.bill(FULLY_BACKED, LARGE, provider=LAPSED)
    replay.step("rule_block_payee", pool=A, lender=1, blocked=True)
    replay.step("rule_block_payee", pool=B, lender=1, blocked=True)
    owed = replay.bill(PLAIN, NINTH, member=1), replay.bill(FULLY_BACKED, SIXTH, member=1)
    assert {claim.status for claim in owed} == {OWED}
    replay.step("rule_block_payee", pool=A, lender=1, blocked=False)
    replay.step("rule_give_notice", pool=A, lender=1, part=10_000)
    replay.wait(NOTICE)
    assert len([claim for claim in replay.shadow.claims() if claim.status in (HELD, DENIED)]) == 3
    replay.step("rule_withdraw", pick=0)
    replay.step("rule_close_every_target")
    replay.step("rule_settle_due")


def test_law_9_a_stranger_is_refused(replay: Replay) -> None:
    replay.step("rule_stranger", pool=A, policy=PLAIN)


def test_law_11_a_withdrawn_line_gives_back_what_it_took(replay: Replay) -> None:
    before = replay.policy(PLAIN).account()
    for bill, benefit in [(MIDDLE, VISIT), (HUGE, IMAGING), (LARGE, PHYSIOTHERAPY), (EIGHTH, HOSPITAL_CASH)]:
        claim = replay.bill(PLAIN, bill, benefit, flags=FLAG_EMERGENCY)
        assert claim.status == HELD
    while any(claim.status == HELD for claim in replay.shadow.claims()):
        replay.step("rule_withdraw", pick=0)
    assert replay.policy(PLAIN).account() == before
    assert replay.bill(PLAIN, MIDDLE).status == PAID


def test_law_11_a_withdrawn_line_enriches_no_newcomer(replay: Replay) -> None:
    claim = replay.bill(PLAIN, HUGE, IMAGING, flags=FLAG_EMERGENCY)
    assert claim.status == HELD
    replay.step("rule_deposit", pool=A, lender=0, amount=1_000_003)
    replay.step("rule_withdraw", pick=0)
    replay.step("rule_max_is_true", pool=A, lender=0)


def test_law_11_nights_are_split_exactly(replay: Replay) -> None:
    end = replay.sold(HARDLY_BACKED).terms.end
    replay.wait_until((end + 2) * DAY)
    codes = replay.bill(HARDLY_BACKED, EIGHTH, HOSPITAL_CASH).decision.codes
    assert {ELIMINATION, OUTSIDE_COVER} <= set(codes)
    for bill in (GIANT, NINTH):
        assert LIMIT in replay.bill(HARDLY_BACKED, bill, HOSPITAL_CASH).decision.codes
