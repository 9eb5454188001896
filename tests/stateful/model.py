"""The shadow: what the contracts must do, in Python, after `salus.adjudication` and the specification.

Every method returns the typed error that the contract must revert with, or takes the step and returns None.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from salus.base.codes import DUPLICATE, HELD, NOT_ACCREDITED, Carc
from salus.base.errors import InputError
from salus.claim.adjudication import Used, adjudicate, check_form
from salus.crypto.eip712 import Domain, recover
from salus.crypto.merkle import verify
from salus.types import (
    ATTESTATION_LIFETIME,
    Account,
    Attestation,
    BenefitKind,
    ClaimStatus,
    GroupUse,
    Line,
    Remittance,
    SkipReason,
)
from tests.stateful.model_pool import ClaimKey, ClaimModel, PolicyModel, PoolModel, Tokens
from tests.stateful.model_registry import BillModel, CapModel, Consents, ProviderModel
from tests.support.craft import DAY, Filing, Sold

EARLIEST_OFFSET = 14 * 3_600
"""Seconds by which a civil day begins somewhere before it begins in UTC."""
MAX_MEMBER_PROOF = 8


@dataclass(frozen=True)
class Verdict:
    """The event that must be emitted for a line."""

    reason: SkipReason
    status: ClaimStatus = ClaimStatus.SKIPPED
    codes: tuple[Carc, ...] = ()
    remittance: Remittance = field(default_factory=Remittance)
    release_at: int = 0
    account: Account | None = None
    """Counters after the decision."""
    use: GroupUse | None = None


class Shadow:
    def __init__(self, book: Domain, desk: Domain) -> None:
        self.book, self.desk = book, desk
        self.tokens = Tokens()
        self.pools: dict[str, PoolModel] = {}
        self.policies: dict[bytes, PolicyModel] = {}
        self.providers: dict[int, ProviderModel] = {}
        self.consents = Consents()
        self.bills: dict[tuple[int, bytes], BillModel] = defaultdict(BillModel)
        self.caps: dict[tuple[str, int], CapModel] = defaultdict(CapModel)
        self.withdrawn_roots: set[tuple[int, bytes]] = set()
        self.safe_until = 0

    def claims(self) -> Iterator[ClaimModel]:
        for policy in self.policies.values():
            yield from policy.claims.values()

    def pool_of(self, claim: ClaimModel) -> PoolModel:
        return self.pools[claim.pool]

    # Policies

    def issue(self, sold: Sold, payer: str, now: int) -> str | None:
        terms = sold.terms
        if sold.policy_id in self.policies:
            return "AlreadyIssued"
        if now + EARLIEST_OFFSET >= terms.start * DAY:
            return "QuoteClosed"
        policy = PolicyModel(sold)
        error = self.pools[terms.pool].underwrite(policy, payer, now)
        if error is None:
            self.policies[sold.policy_id] = policy
        return error

    def close(self, policy_id: bytes, now: int) -> str | None:
        policy = self.policies[policy_id]
        if policy.closed:
            return "AlreadyClosed"
        if now < policy.closable_at:
            return "TooEarlyToClose"
        if policy.account().reserved:
            return "ClaimsHeld"
        policy.closed = True
        return None

    # Claims

    def dead(self, filing: Filing, now: int) -> str | None:
        """Returns why the attestation cannot be filed now."""
        attestation = filing.attestation
        if not attestation.issued_at <= now <= attestation.expires_at:
            return "AttestationNotInForce"
        if attestation.expires_at - attestation.issued_at > ATTESTATION_LIFETIME:
            return "AttestationTooLong"
        if (attestation.provider, attestation.root) in self.withdrawn_roots:
            return "RootWithdrawn"
        provider = self.providers.get(attestation.provider)
        if provider is None or not provider.is_key_live(filing.attestor, attestation.issued_at):
            return "DeadKey"
        if recover(self.desk.digest(attestation), filing.signature) != filing.attestor:
            return "InvalidAttestation"
        return None

    def file(self, attestation: Attestation, line: Line, now: int) -> Verdict:
        """Decides a line of a live attestation, and books it."""
        verdict = self.decide(attestation, line, now)
        if verdict.status == ClaimStatus.SKIPPED:
            return verdict
        policy = self.policies[self.book.digest(line.policy)]
        key = (policy.sold.policy_id, attestation.provider, line.diagnosis.bill_line)
        group = line.benefit.group_key
        if key not in policy.claims:
            verdict = replace(verdict, status=self._book(policy, key, line, verdict, now))
        return replace(verdict, account=policy.account(), use=policy.use(group))

    def decide(self, attestation: Attestation, line: Line, now: int) -> Verdict:
        policy = self.policies.get(self.book.digest(line.policy))
        if policy is None:
            return Verdict(SkipReason.UNKNOWN_POLICY)
        reason = self._form(attestation, line)
        if reason == SkipReason.NONE:
            reason = self._standing(attestation.provider, policy, line)
        return Verdict(reason) if reason else self._adjudicate(attestation.provider, policy, line, now)

    def _form(self, attestation: Attestation, line: Line) -> SkipReason:
        """Checks that the line is consistent."""
        if len(line.member_proof) > MAX_MEMBER_PROOF or not verify(
            line.policy.members, line.member.hash_struct(), line.member_proof
        ):
            return SkipReason.BAD_MEMBER_PROOF
        if not verify(line.member.schedule, line.benefit.hash_struct(), line.benefit_proof):
            return SkipReason.BAD_BENEFIT_PROOF
        diagnosis = line.diagnosis
        try:
            check_form(line.benefit, diagnosis)
        except InputError:
            return SkipReason.MALFORMED
        if diagnosis.currency != line.policy.currency:
            return SkipReason.WRONG_CURRENCY
        if not verify(attestation.root, self.leaf(line), line.diagnosis_proof):
            return SkipReason.BAD_DIAGNOSIS_PROOF
        if diagnosis.service_to > (attestation.issued_at + EARLIEST_OFFSET) // DAY:
            return SkipReason.NOT_YET_SERVED
        return SkipReason.NONE

    def leaf(self, line: Line) -> bytes:
        named = replace(
            line.diagnosis,
            policy=self.book.digest(line.policy),
            member=line.member.commitment,
            benefit=line.benefit.id,
        )
        return named.hash_struct()

    def _standing(self, provider: int, policy: PolicyModel, line: Line) -> SkipReason:
        """Checks whether the line may be decided, given the earlier decisions."""
        diagnosis = line.diagnosis
        claim = policy.claims.get((policy.sold.policy_id, provider, diagnosis.bill_line))
        bill = self.bills[provider, diagnosis.bill_line]
        if claim is not None and claim.leaf == self.leaf(line):
            return SkipReason.ALREADY_DECIDED
        if diagnosis.revision != bill.revision:
            return SkipReason.SUPERSEDED
        if bill.billed and (bill.billed, bill.currency) != (diagnosis.billed, diagnosis.currency):
            return SkipReason.BILL_MISMATCH
        day, member = diagnosis.service_from, line.member.commitment
        if not diagnosis.is_emergency and not self.consents.in_force(member, provider, day):
            return SkipReason.NO_CONSENT
        if line.benefit.authorisation:
            return SkipReason.NOT_AUTHORISED
        return SkipReason.NONE

    def _adjudicate(self, number: int, policy: PolicyModel, line: Line, now: int) -> Verdict:
        diagnosis, provider = line.diagnosis, self.providers[number]
        key = (policy.sold.policy_id, number, diagnosis.bill_line)
        used = Used(
            account=policy.account(),
            group=policy.use(line.benefit.group_key),
            claimed_by_others=self.claimed(number, diagnosis.bill_line, other_than=key),
            filed_day=now // DAY,
        )
        outcome = adjudicate(line.policy, line.member, line.benefit, diagnosis, used)
        if key in policy.claims:
            return _denied(DUPLICATE)
        if not provider.accredited_on(diagnosis.service_from):
            return _denied(NOT_ACCREDITED)
        if outcome.denial:
            return _denied(outcome.denial)

        paid = outcome.remittance.paid
        held = (
            paid > line.policy.auto_pay_limit
            or paid > self.caps[line.policy.pool, number].left(now // DAY)
            or provider.suspended
            or now < self.safe_until
            or diagnosis.is_emergency
        )
        return Verdict(
            SkipReason.NONE,
            status=ClaimStatus.HELD if held else ClaimStatus.PAID,
            codes=(*outcome.codes, HELD) if held else outcome.codes,
            remittance=outcome.remittance,
            release_at=now + line.policy.review_window if held else 0,
        )

    def claimed(self, provider: int, bill_line: bytes, other_than: ClaimKey | None = None) -> int:
        """Returns what is paid or reserved for a bill line, in minor units."""
        return sum(
            claim.remittance.paid
            for claim in self.claims()
            if claim.key[1:] == (provider, bill_line) and claim.key != other_than
        )

    def _book(
        self, policy: PolicyModel, key: ClaimKey, line: Line, verdict: Verdict, now: int
    ) -> ClaimStatus:
        diagnosis, pool = line.diagnosis, self.pools[line.policy.pool]
        bill = self.bills[key[1:]]
        bill.billed, bill.currency = diagnosis.billed, diagnosis.currency
        auto_paid = verdict.status == ClaimStatus.PAID
        claim = ClaimModel(
            key=key,
            pool=pool.address,
            status=ClaimStatus.OWED if auto_paid else verdict.status,
            leaf=self.leaf(line),
            remittance=verdict.remittance,
            group=line.benefit.group_key,
            payee=line.policy.payee if int(line.member.payee, 16) == 0 else line.member.payee,
            indemnity=line.benefit.kind is BenefitKind.INDEMNITY,
            billed=diagnosis.billed,
            revision=diagnosis.revision,
            release_at=verdict.release_at,
        )
        policy.claims[key] = claim
        if auto_paid:
            self.caps[pool.address, key[1]].use(verdict.remittance.paid, now // DAY)
            pool.pay(claim, first=pool.outstanding())
        return claim.status

    def settle(self, claim: ClaimModel, now: int) -> str | None:
        if claim.status != ClaimStatus.HELD:
            return "WrongStatus"
        if now < claim.release_at:
            return "ReviewOpen"
        claim.status = ClaimStatus.OWED
        self.pool_of(claim).pay(claim)
        return None

    def collect(self, claim: ClaimModel) -> str | None:
        if claim.status != ClaimStatus.OWED:
            return "WrongStatus"
        self.pool_of(claim).pay(claim, first=self._due_with(claim))
        return None if claim.status == ClaimStatus.PAID else "StillOwed"

    def is_collectable(self, claim: ClaimModel) -> bool:
        """Checks whether an owed claim would be paid now."""
        return self.pool_of(claim).can_pay(claim, first=self._due_with(claim))

    def _due_with(self, claim: ClaimModel) -> int:
        """Returns the sum that the balance must cover: held claims keep their money."""
        return self.pool_of(claim).reserved() + claim.remittance.paid

    def withdraw(self, claim: ClaimModel, now: int) -> str | None:
        if claim.status not in (ClaimStatus.HELD, ClaimStatus.DENIED):
            return "WrongStatus"
        if claim.status == ClaimStatus.HELD and now >= claim.release_at:
            return "ReviewOver"
        policy, provider, bill_line = claim.key
        del self.policies[policy].claims[claim.key]
        bill = self.bills[provider, bill_line]
        bill.revision += 1
        decided = (key for policy in self.policies.values() for key in policy.claims)
        if all(key[1:] != (provider, bill_line) for key in decided):
            bill.billed, bill.currency = 0, ""
        return None


def _denied(code: Carc) -> Verdict:
    return Verdict(SkipReason.NONE, status=ClaimStatus.DENIED, codes=(code,))
