"""Decides claims by the rules of the policy, in exact integers.

This is the reference model of contracts/libraries/Adjudication.sol. Both run the same cases and the same
random inputs, and must agree to the minor unit. The rules, in order:

  R1  Gates. The first gate that fails denies the line, and nothing is counted. The day of admission decides.
  R2  Units. At most the units that are left; by night, only insured nights after the elimination days.
  R3  Deductible. What is left of it is taken off first, if it applies to the benefit.
  R4  Coinsurance. The member's share of the rest. The insurer's share is rounded down.
  R5  Out of pocket. The insurer bears what exceeds the maximum: coinsurance is cut first, then deductible.
  R6  Limits. The limits per claim, group and year cap what the insurer pays.
  R7  Other cover. All policies together never pay more than was billed.
  R8  Payment. The rest is paid. It may be 0: a claim that the deductible absorbs is also a paid claim.
  R9  Counters. They change by exactly the amounts of the remittance.

A scheduled benefit pays a rate for each unit, regardless of the bill, and skips R3, R4, R5 and R7. The claim
desk checks two more gates, which depend on other data: a duplicate (18), and a provider that was not
accredited on that day (B7).

Amounts are minor units of the policy's currency; days are civil days since 1970-01-01; shares are basis
points. A claim limit, group limit or unit limit of 0 means no limit. The annual limit, the deductible and the
out-of-pocket maximum are taken literally: 0 is 0.

>>> nobody, blank = "0x" + "00" * 20, bytes(32)
>>> policy = Policy(
...     holder=nobody, payee=nobody, pool=nobody, benefit_table=blank, members=blank, account=blank,
...     salt=blank, start=20_089, end=20_454, filing_days=90, annual_limit=10_000_00, deductible=500_00,
...     out_of_pocket=2_000_00, auto_pay_limit=0, review_window=0, solvency_bps=0, premium=0, currency="USD")
>>> member = Member(
...     commitment=blank, consent_signer=nobody, payee=nobody, schedule=blank,
...     covered_since=20_089, covered_until=20_454)
>>> benefit = Benefit(
...     id=blank, group=blank, kind=BenefitKind.INDEMNITY, share_bps=8_000, rate=0, claim_limit=0,
...     group_limit=0, unit_limit=0, waiting_days=0, elimination_days=0, deductible_applies=True,
...     by_night=False, authorisation=False)
>>> diagnosis = Diagnosis(
...     policy=blank, member=blank, benefit=blank, bill_line=blank, case_id=blank, record=blank, revision=0,
...     service_from=20_249, service_to=20_249, units=1, billed=786_33, currency="USD", flags=0)
>>> used = Used(account=Account(deductible=125_00, out_of_pocket=125_00), filed_day=20_250)
>>> outcome = adjudicate(policy, member, benefit, diagnosis, used)
>>> outcome.remittance.deductible, outcome.remittance.coinsurance, outcome.remittance.paid
(37500, 8227, 32906)
>>> [str(code) for code in outcome.codes]
['PR-1', 'PR-2']
>>> outcome.account.deductible, outcome.account.out_of_pocket
(50000, 58227)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from salus.base.codes import (
    AFTER_COVER,
    BEFORE_COVER,
    COINSURANCE,
    DEDUCTIBLE,
    ELIMINATION,
    FILED_LATE,
    LIMIT,
    OTHER_COVER,
    OUTSIDE_COVER,
    WAITING,
    Carc,
)
from salus.base.errors import InputError
from salus.base.money import BPS
from salus.types import Account, Benefit, BenefitKind, Diagnosis, GroupUse, Member, Policy, Remittance

MAX_UINT64: Final = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What is already counted when the line is filed."""

    account: Account = Account()
    group: GroupUse = GroupUse()
    """Counters of the benefit's `group_key`; 0 if it has none."""
    claimed_by_others: int = 0
    """Amount paid or held for this bill line under other policies, in minor units."""
    filed_day: int
    """UTC day of filing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The decision on one line, and the counters after it if it is paid immediately."""

    denial: Carc | None
    """None if the line is payable."""
    remittance: Remittance
    """All zero if the line is denied."""
    account: Account
    group: GroupUse

    @property
    def codes(self) -> tuple[Carc, ...]:
        """Returns all reasons of the decision, in the order of the contracts."""
        return (self.denial,) if self.denial else codes_of(self.remittance)


def adjudicate(policy: Policy, member: Member, benefit: Benefit, diagnosis: Diagnosis, used: Used) -> Outcome:
    """Decides one line.

    Raises `InputError` for a line that the contracts would skip as malformed: see `check_form`.
    """
    check_form(benefit, diagnosis)

    denial = _gate(policy, member, benefit, diagnosis, used)  # R1
    if denial is not None:
        return Outcome(denial=denial, remittance=Remittance(), account=used.account, group=used.group)

    indemnity = benefit.kind is BenefitKind.INDEMNITY
    if indemnity:
        split = _indemnity(policy, benefit, diagnosis, used)  # R2 to R5
    else:
        split = _scheduled(policy, member, benefit, diagnosis, used)  # R2
    payable = split.allowed - split.deductible - split.coinsurance

    within_limits = min(payable, _limit_left(policy, benefit, used))  # R6
    unclaimed = max(0, diagnosis.billed - used.claimed_by_others)
    paid = min(within_limits, unclaimed) if indemnity else within_limits  # R7, R8
    remittance = replace(
        split, over_limit=payable - within_limits, other_cover=within_limits - paid, paid=paid
    )

    return Outcome(  # R9
        denial=None,
        remittance=remittance,
        account=used.account.charged(remittance),
        group=used.group.charged(remittance) if any(benefit.group_key) else used.group,
    )


def check_form(benefit: Benefit, diagnosis: Diagnosis) -> None:
    """Checks that a line can be decided. Raises `InputError` if the contracts would skip it as malformed."""
    if diagnosis.units == 0:
        raise InputError("the line has no units", field="units", remedy="state at least 1")
    if diagnosis.service_to < diagnosis.service_from:
        raise InputError(
            f"day {diagnosis.service_to} is before the service begins, on day {diagnosis.service_from}",
            field="serviceTo",
            remedy="correct the days",
        )
    if benefit.kind is BenefitKind.NONE:
        raise InputError("the benefit has no kind", field="kind", remedy="choose indemnity or scheduled")
    if benefit.kind is BenefitKind.INDEMNITY and benefit.share_bps > BPS:
        raise InputError(
            f"{benefit.share_bps} basis points are more than 100 %",
            field="shareBps",
            remedy=f"use 0 to {BPS}",
        )
    if benefit.kind is BenefitKind.SCHEDULED:
        units = diagnosis.service_to - diagnosis.service_from if benefit.by_night else diagnosis.units
        if benefit.rate * units > MAX_UINT64:
            raise InputError(
                f"{benefit.rate} for each of {units} units is more than 64 bits can store",
                field="rate",
                remedy="lower the rate or split the line",
            )


def codes_of(remittance: Remittance) -> tuple[Carc, ...]:
    """Returns the reasons of a remittance, in the order of the contracts.

    >>> [str(code) for code in codes_of(Remittance(allowed=100, coinsurance=20, other_cover=30, paid=50))]
    ['PR-2', 'OA-23']
    """
    return tuple(code for code, _ in reductions_of(remittance))


def reductions_of(remittance: Remittance) -> tuple[tuple[Carc, int], ...]:
    """Returns each reason with the minor units that it reduced, in the order of the contracts.

    >>> reductions = reductions_of(Remittance(allowed=100, coinsurance=20, other_cover=30, paid=50))
    >>> [(str(code), amount) for code, amount in reductions]
    [('PR-2', 20), ('OA-23', 30)]
    """
    amounts = (
        (DEDUCTIBLE, remittance.deductible),
        (COINSURANCE, remittance.coinsurance),
        (LIMIT, remittance.over_limit + remittance.not_covered),
        (OTHER_COVER, remittance.other_cover),
        (ELIMINATION, remittance.eliminated),
        (OUTSIDE_COVER, remittance.outside),
    )
    return tuple((code, amount) for code, amount in amounts if amount)


def lock(annual_limit: int, solvency_bps: int, account: Account) -> int:
    """Returns the capital, in minor units, that the pool must keep for future claims of a policy. Rounds up.

    Raises `InputError` if the account has used more than the annual limit.

    >>> lock(1_000_000, 3_333, Account(paid=1, reserved=2))
    333300
    >>> lock(1_000_000, 3_333, Account(paid=1, reserved=2, closed=True))
    0
    """
    if account.closed:
        return 0
    if account.decided > annual_limit:
        raise InputError(
            f"is {annual_limit}, but the account has used {account.decided}",
            field="annualLimit",
            remedy="pass the account of the same policy",
        )
    return -(-(annual_limit - account.decided) * solvency_bps // BPS)


def coinsurance_of(amount: int, share_bps: int) -> int:
    """Returns what the member bears of an amount of which the plan pays a share (R4), in minor units."""
    return amount - amount * share_bps // BPS


def cover_days(policy: Policy, member: Member) -> tuple[int, int]:
    """Returns the first civil day that a member is covered, and the first day after that."""
    return max(policy.start, member.covered_since), min(policy.end, member.covered_until)


def _gate(policy: Policy, member: Member, benefit: Benefit, diagnosis: Diagnosis, used: Used) -> Carc | None:
    """Applies R1 and returns the reason for a denial, if there is one."""
    first, end = cover_days(policy, member)
    if diagnosis.service_from < first:
        return BEFORE_COVER
    if diagnosis.service_from >= end:
        return AFTER_COVER
    if used.filed_day > diagnosis.service_to + policy.filing_days:
        return FILED_LATE
    if diagnosis.service_from < member.covered_since + benefit.waiting_days:
        return WAITING
    if used.account.decided >= policy.annual_limit:
        return LIMIT
    if benefit.group_limit and used.group.paid >= benefit.group_limit:
        return LIMIT
    if benefit.unit_limit and used.group.units >= benefit.unit_limit:
        return LIMIT
    return None


def _indemnity(policy: Policy, benefit: Benefit, diagnosis: Diagnosis, used: Used) -> Remittance:
    """Applies R2 to R5 to a benefit that pays a share of the bill."""
    units = _units_payable(benefit, used, diagnosis.units)
    allowed = diagnosis.billed * units // diagnosis.units

    deductible_left = max(0, policy.deductible - used.account.deductible)
    deductible = min(allowed, deductible_left) if benefit.deductible_applies else 0  # R3

    after_deductible = allowed - deductible
    coinsurance = coinsurance_of(after_deductible, benefit.share_bps)

    bearable = max(0, policy.out_of_pocket - used.account.out_of_pocket)
    deductible = min(deductible, bearable)  # R5
    coinsurance = min(coinsurance, bearable - deductible)

    return Remittance(
        allowed=allowed,
        deductible=deductible,
        coinsurance=coinsurance,
        not_covered=diagnosis.billed - allowed,
        units=units if benefit.unit_limit else 0,
    )


def _scheduled(
    policy: Policy, member: Member, benefit: Benefit, diagnosis: Diagnosis, used: Used
) -> Remittance:
    """Applies R2 to a benefit that pays a rate for each unit.

    By night, elimination days are taken off first, then the nights after the end of cover.
    """
    insured, eliminated, outside = diagnosis.units, 0, 0
    if benefit.by_night:
        stay = diagnosis.service_to - diagnosis.service_from
        _, end = cover_days(policy, member)
        inside = min(stay, end - diagnosis.service_from)
        eliminated = min(stay, benefit.elimination_days)
        insured = max(0, inside - eliminated)
        outside = stay - max(inside, eliminated)
    units = _units_payable(benefit, used, insured)

    return Remittance(
        allowed=benefit.rate * units,
        not_covered=benefit.rate * (insured - units),
        eliminated=benefit.rate * eliminated,
        outside=benefit.rate * outside,
        units=units if benefit.unit_limit else 0,
    )


def _units_payable(benefit: Benefit, used: Used, insured: int) -> int:
    """Applies the unit limit of R2."""
    return min(insured, max(0, benefit.unit_limit - used.group.units)) if benefit.unit_limit else insured


def _limit_left(policy: Policy, benefit: Benefit, used: Used) -> int:
    """Returns the amount that is left of the limits in R6."""
    left = policy.annual_limit - used.account.decided
    if benefit.claim_limit:
        left = min(left, benefit.claim_limit)
    if benefit.group_limit:
        left = min(left, benefit.group_limit - used.group.paid)
    return left
