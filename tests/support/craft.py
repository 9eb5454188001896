"""Policies, lines and attestations for tests: real structs, real trees, real signatures, odd amounts.

Nothing here needs a chain. Every default has one name, so a test states only what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from salus.crypto.abi import ZERO_ADDRESS, keccak
from salus.crypto.eip712 import Domain
from salus.crypto.merkle import MerkleTree
from salus.types import Attestation, Benefit, BenefitKind, Diagnosis, Line, Member, Policy

DAY = 86_400
LIFETIME = 30 * DAY
"""Seconds for which an attestation is valid."""
YEAR = 365
"""Days of cover."""
ANNUAL_LIMIT = 1_000_003
"""Minor units, like all amounts here."""
DEDUCTIBLE = 50_001
OUT_OF_POCKET = 200_003
AUTO_PAY_LIMIT = 400_009
REVIEW_WINDOW = 3 * DAY
SOLVENCY_BPS = 2_501
PREMIUM = 120_007
FILING_DAYS = 90
BILLED = 78_633
CLAIM_LIMIT = 350_003
GROUP_LIMIT = 300_007
UNIT_LIMIT = 10
RATE = 15_001


def word(*parts: Any) -> bytes:
    """Returns 32 bytes that stand for something, the same in every run."""
    return keccak(repr(parts).encode())


def signer(name: str) -> LocalAccount:
    """Returns an account with a local key, the same in every run for a name."""
    return Account.from_key(word("signer", name))


def indemnity(name: str = "visit", **terms: Any) -> Benefit:
    """A benefit that pays a share of the bill after the deductible, without limits."""
    return replace(
        Benefit(
            id=word("benefit", name),
            group=bytes(32),
            kind=BenefitKind.INDEMNITY,
            share_bps=8_000,
            rate=0,
            claim_limit=0,
            group_limit=0,
            unit_limit=0,
            waiting_days=0,
            elimination_days=0,
            deductible_applies=True,
            by_night=False,
            authorisation=False,
        ),
        **terms,
    )


def scheduled(name: str = "night", **terms: Any) -> Benefit:
    """A benefit that pays a fixed sum per unit."""
    benefit = indemnity(
        name, kind=BenefitKind.SCHEDULED, share_bps=10_000, rate=RATE, deductible_applies=False
    )
    return replace(benefit, **terms)


BENEFITS = (
    indemnity("visit"),
    indemnity("imaging", group=word("group", "outpatient"), group_limit=GROUP_LIMIT, claim_limit=CLAIM_LIMIT),
    indemnity("physiotherapy", unit_limit=UNIT_LIMIT, deductible_applies=False, share_bps=10_000),
    indemnity("maternity", waiting_days=30),
    indemnity("surgery", authorisation=True),
    scheduled("hospital cash", unit_limit=30, elimination_days=1, by_night=True),
    scheduled("cancer", rate=500_003, unit_limit=1),
)
VISIT, IMAGING, PHYSIOTHERAPY, MATERNITY, SURGERY, HOSPITAL_CASH, CANCER = range(len(BENEFITS))


@dataclass(frozen=True)
class Sold:
    """A policy, and everything that its parties know of it."""

    book: Domain
    terms: Policy
    members: tuple[Member, ...]
    benefits: tuple[Benefit, ...]

    @cached_property
    def policy_id(self) -> bytes:
        return self.book.digest(self.terms)

    @cached_property
    def _members(self) -> MerkleTree:
        return MerkleTree(member.hash_struct() for member in self.members)

    @cached_property
    def _schedule(self) -> MerkleTree:
        return MerkleTree(benefit.hash_struct() for benefit in self.benefits)

    def line(self, bill: Any = 1, *, member: int = 0, benefit: int = VISIT, **diagnosis: Any) -> Line:
        """Returns a bill under the policy, not yet attested; by default ten days after the start."""
        day = diagnosis.pop("day", self.terms.start + 10)
        facts: dict[str, Any] = {
            "policy": self.policy_id,
            "member": self.members[member].commitment,
            "benefit": self.benefits[benefit].id,
            "bill_line": word("bill", bill),
            "case_id": word("case", bill),
            "record": word("record", bill, sorted(diagnosis.items())),
            "revision": 0,
            "service_from": day,
            "service_to": day,
            "units": 1,
            "billed": BILLED,
            "currency": self.terms.currency,
            "flags": 0,
        }
        return Line(
            policy=self.terms,
            member=self.members[member],
            member_proof=self._members.proof(member),
            benefit=self.benefits[benefit],
            benefit_proof=self._schedule.proof(benefit),
            diagnosis=Diagnosis(**{**facts, **diagnosis}),
            diagnosis_proof=(),
        )


def policy(
    book: Domain,
    *,
    holder: str,
    pool: str,
    start: int,
    consent_signers: Sequence[str],
    payees: Sequence[str] | None = None,
    benefits: Sequence[Benefit] = BENEFITS,
    covered_since: int | None = None,
    covered_until: int | None = None,
    **terms: Any,
) -> Sold:
    """Returns a policy with one member for each consent signer, all under the same schedule."""
    end = terms.pop("end", start + YEAR)
    schedule = MerkleTree(benefit.hash_struct() for benefit in benefits).root
    members = tuple(
        Member(
            commitment=word("member", number, terms.get("salt")),
            consent_signer=consent_signer,
            payee=payees[number] if payees else ZERO_ADDRESS,
            covered_since=start if covered_since is None else covered_since,
            covered_until=end if covered_until is None else covered_until,
            schedule=schedule,
        )
        for number, consent_signer in enumerate(consent_signers)
    )
    defaults: dict[str, Any] = {
        "holder": holder,
        "payee": holder,
        "pool": pool,
        "benefit_table": word("table"),
        "members": MerkleTree(member.hash_struct() for member in members).root,
        "start": start,
        "end": end,
        "filing_days": FILING_DAYS,
        "annual_limit": ANNUAL_LIMIT,
        "deductible": DEDUCTIBLE,
        "out_of_pocket": OUT_OF_POCKET,
        "auto_pay_limit": AUTO_PAY_LIMIT,
        "review_window": REVIEW_WINDOW,
        "solvency_bps": SOLVENCY_BPS,
        "premium": PREMIUM,
        "currency": "USD",
        "account": bytes(32),
        "salt": word("salt"),
    }
    return Sold(book, Policy(**{**defaults, **terms}), members, tuple(benefits))


@dataclass(frozen=True)
class Filing:
    """The arguments of `ClaimDesk.file`."""

    attestation: Attestation
    attestor: str
    signature: bytes
    lines: tuple[Line, ...]

    def as_arguments(self) -> tuple[Any, ...]:
        return (
            self.attestation.as_tuple(),
            self.attestor,
            self.signature,
            [line.as_tuple() for line in self.lines],
        )


def attest(
    desk: Domain, attestor: LocalAccount, provider: int, lines: Sequence[Line], issued_at: int, **changes: Any
) -> Filing:
    """Signs the diagnoses of the lines with one signature."""
    tree = MerkleTree(line.diagnosis.hash_struct() for line in lines)
    attestation = replace(
        Attestation(provider=provider, root=tree.root, issued_at=issued_at, expires_at=issued_at + LIFETIME),
        **changes,
    )
    proven = tuple(replace(line, diagnosis_proof=tree.proof(place)) for place, line in enumerate(lines))
    return Filing(attestation, attestor.address, desk.sign(attestation, attestor), proven)
