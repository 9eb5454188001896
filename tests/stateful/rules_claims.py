"""Filing, and what follows a decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from salus.types import ClaimStatus, Decision, Line, SkipReason
from tests.stateful import stage
from tests.stateful.actor import decided
from tests.stateful.model_pool import ClaimModel
from tests.stateful.rules_money import MoneyRules
from tests.stateful.stage import CLINIC, HOSPITAL, A, B
from tests.support import craft
from tests.support.craft import DAY, Filing, word

BILLED = (30_001, 78_633, 1, 120_007, 200_003, 9_999, 45_679, 0, 64_937, 15_013, 400_009, 299_993)
"""The amount of each bill line, so that all insurers of a patient see the same sum."""

POISONS: dict[str, Callable[[Line], Line]] = {
    "malformed": lambda line: _with(line, units=0),
    "backwards": lambda line: _with(line, service_to=line.diagnosis.service_from - 1),
    "currency": lambda line: _with(line, currency="EUR"),
    "not yet served": lambda line: _with(line, service_to=line.diagnosis.service_to + 30),
    "another bill": lambda line: _with(line, billed=line.diagnosis.billed + 1),
    "no kind": lambda line: _under(line, stage.NO_KIND),
    "more than the whole": lambda line: _under(line, stage.OVER_THE_WHOLE),
    "more than an amount": lambda line: _with(_under(line, stage.OVER_AN_AMOUNT), units=2),
}
"""What an attestor may sign by mistake."""
FORGERIES: dict[str, Callable[[Line], Line]] = {
    "terms": lambda line: replace(
        line, policy=replace(line.policy, annual_limit=line.policy.annual_limit + 1)
    ),
    "payee": lambda line: replace(line, member=replace(line.member, payee=craft.signer("thief").address)),
    "benefit": lambda line: replace(line, benefit=replace(line.benefit, share_bps=9_999)),
    "no waiting": lambda line: replace(line, benefit=replace(line.benefit, waiting_days=1)),
    "diagnosis": lambda line: _with(line, billed=line.diagnosis.billed + 1_000),
    "long proof": lambda line: replace(line, member_proof=line.member_proof * 9),
    "no proof": lambda line: replace(line, diagnosis_proof=(word("elsewhere"),)),
}
"""What a filer may change after the attestor has signed."""


class ClaimRules(MoneyRules):
    def line(
        self, policy: int, bill: int, benefit: int = stage.VISIT, member: int = 0, age: int = 0, **facts: Any
    ) -> Line:
        """Returns a bill line of a patient, served this many days ago."""
        day, provider = self.today - age, self.stage.providers[facts.pop("provider", HOSPITAL)]
        nights = bill if stage.BENEFITS[benefit].by_night else 0
        usual = {
            "service_from": day - nights,
            "service_to": day,
            "units": 1 + bill % 3,
            "billed": BILLED[bill],
            "revision": self.shadow.bills[provider, word("bill", bill)].revision,
        }
        sold = self.sold(policy)
        return sold.line(bill, member=member, benefit=benefit, **{**usual, **facts})

    def attest(self, *lines: Line, provider: int = HOSPITAL, **changes: Any) -> Filing:
        number = self.stage.providers[provider]
        attestor = changes.pop("attestor", self.stage.key_of(provider, self.keys[number]))
        issued_at = changes.pop("issued_at", self.node.now())
        return craft.attest(self.shadow.desk, attestor, number, lines, issued_at, **changes)

    def file(self, *lines: Line, provider: int = HOSPITAL) -> None:
        self.present(self.attest(*lines, provider=provider))

    def present(self, filing: Filing) -> None:
        """Files; chain and shadow must both revert, or decide each line equally."""
        verdicts = []

        def expect(now: int) -> str | None:
            error = self.shadow.dead(filing, now)
            if error is None:
                before = set(self.claim_keys())
                for line in filing.lines:
                    verdict = self.shadow.file(filing.attestation, line, now)
                    verdicts.append((verdict, set(self.claim_keys()) - before))
                    before |= set(self.claim_keys())
            return error

        mined = self.do(expect, self.stranger, self.world.desk.file, *filing.as_arguments())
        if mined is None:
            return
        self.filed.append(filing)
        self.law_5(mined, *self.stage.payees)
        outcomes = decided(mined)
        assert len(outcomes) == len(filing.lines)
        for line, (key, reason, facts), (verdict, new) in zip(filing.lines, outcomes, verdicts, strict=True):
            assert reason == verdict.reason, f"skipped as {reason.name}, not {verdict.reason.name}"
            if facts is None:
                continue
            self.check_decision(key, line.benefit, line.diagnosis, facts, verdict)
            claim = self.shadow.policies[key[0]].claims[key]
            self.touch(claim)
            if key in new:
                claim.decision = facts.decision
                self.check_claim(claim, facts.decision)
                if facts.decision.status in (ClaimStatus.PAID, ClaimStatus.OWED):
                    pool = self.shadow.pool_of(claim)
                    paid = facts.decision.remittance.paid
                    self.count_auto_paid(pool, key[1], mined.time // DAY, paid)

    def claim_keys(self) -> list[Any]:
        return [claim.key for claim in self.shadow.claims()]

    def check_claim(self, claim: ClaimModel, decision: Decision) -> None:
        announced = (decision.pool, decision.payee, decision.group, decision.diagnosis)
        assert announced == (claim.pool, claim.payee, claim.group, claim.leaf)

    # File

    def rule_file(
        self,
        policy: int = "st_policy",
        bill: int = "st_bill",
        benefit: int = "st_benefit",
        member: int = "st_member",
        age: int = "st_age",
        provider: int = "st_provider",
        flags: int = "st_flags",
    ) -> None:
        line = self.line(policy, bill, benefit, member, age, provider=provider, flags=flags)
        self.file(line, provider=provider)

    def rule_file_visit(self, policy: int = "st_policy", bill: int = "st_bill", age: int = "st_age") -> None:
        self.file(self.line(policy, bill, stage.VISIT, age=min(age, 5)))

    def rule_file_everywhere(self, bill: int = "st_bill", benefit: int = "st_benefit") -> None:
        """Files one bill under every policy of the patient, in one call."""
        count = len(self.shadow.policies)
        self.file(*(self.line(policy, bill, benefit) for policy in range(count)))

    def rule_file_batch(
        self,
        policy: int = "st_policy",
        bill: int = "st_bill",
        benefit: int = "st_benefit",
        poison: str = "st_poison",
    ) -> None:
        """Files valid lines around one that the attestor signed by mistake."""
        lines = [
            self.line(policy, bill, benefit),
            POISONS[poison](self.line(policy + 1, (bill + 1) % len(BILLED))),
            self.line(policy, (bill + 2) % len(BILLED), stage.LABORATORY, member=1),
        ]
        self.file(*lines)

    def rule_file_forged(
        self, policy: int = "st_policy", bill: int = "st_bill", forgery: str = "st_forgery"
    ) -> None:
        """Changes the first of two lines after signing; the claims can still be filed correctly."""
        filing = self.attest(self.line(policy, bill), self.line(policy, (bill + 3) % len(BILLED)))
        first, second = filing.lines
        self.present(replace(filing, lines=(FORGERIES[forgery](first), second)))

    def rule_file_again(self, pick: int = "st_pick") -> None:
        """Files an earlier filing again, whatever its outcome was."""
        if self.filed:
            self.present(self.filed[pick % len(self.filed)])

    def rule_file_dead(
        self, policy: int = "st_policy", bill: int = "st_bill", death: int = "st_death"
    ) -> None:
        now, thief = self.node.now(), craft.signer("thief")
        line = self.line(policy, bill)
        live = self.attest(line)
        filing = [
            lambda: self.attest(line, issued_at=now - 31 * DAY),
            lambda: self.attest(line, issued_at=now + 1_000),
            lambda: self.attest(line, expires_at=now + 91 * DAY),
            lambda: self.attest(line, attestor=thief),
            lambda: self.attest(line, attestor=self.stage.key_of(CLINIC)),
            lambda: replace(live, signature=self.attest(line, attestor=thief).signature),
            lambda: replace(live, attestation=replace(live.attestation, expires_at=now + 60 * DAY)),
            lambda: replace(
                live, attestation=replace(live.attestation, provider=self.stage.providers[CLINIC])
            ),
        ][death]()
        error = self.shadow.dead(filing, now)
        refusal = self.node.refusal(self.stranger, self.world.desk.file, *filing.as_arguments())
        assert refusal == error, "law 4: nothing is decided without a live attestation"

    def rule_preview(
        self, policy: int = "st_policy", bill: int = "st_bill", benefit: int = "st_benefit"
    ) -> None:
        """Checks that the view returns what filing would decide."""
        filing = self.attest(self.line(policy, bill, benefit))
        (line,) = filing.lines
        preview, attestation = self.world.desk.preview, filing.attestation.as_tuple()
        reason, previewed = self.node.try_(self.stranger, preview, attestation, line.as_tuple())
        verdict = self.shadow.decide(filing.attestation, line, self.node.now())
        assert SkipReason(reason) == verdict.reason
        if verdict.reason == SkipReason.NONE:
            decision = Decision.from_tuple(previewed)
            assert (decision.status, decision.codes) == (verdict.status, verdict.codes)
            assert decision.remittance == verdict.remittance

    # Settle, collect, withdraw

    def rule_settle(self, pick: int = "st_pick") -> None:
        claim = self.claim(pick, ClaimStatus.HELD)
        if claim:
            self._move(claim, self.stranger, self.world.desk.settle, self.shadow.settle)

    def rule_settle_due(self) -> None:
        now = self.node.now()
        for claim in list(self.shadow.claims()):
            if claim.status == ClaimStatus.HELD and claim.release_at <= now:
                self._move(claim, self.stranger, self.world.desk.settle, self.shadow.settle)

    def rule_collect(self, pick: int = "st_pick") -> None:
        claim = self.claim(pick, ClaimStatus.OWED)
        if claim:
            collect = self.world.desk.collect
            self._move(claim, self.stranger, collect, lambda claim, now: self.shadow.collect(claim))

    def rule_rescue(self) -> None:
        """Lets payees take tokens again, fills the deficit, and collects every owed claim."""
        for number, payee in [(pool, payee) for pool in (A, B) for payee in self.stage.payees]:
            if (self.stage.tokens[number].address, payee) in self.shadow.tokens.blocked:
                self.block(number, payee, blocked=False)
        for pool in (A, B):
            self.recapitalise(pool, 10**8)
        for claim in list(self.shadow.claims()):
            if claim.status == ClaimStatus.OWED:
                collect = self.world.desk.collect
                self._move(claim, self.stranger, collect, lambda claim, now: self.shadow.collect(claim))

    def _move(self, claim: ClaimModel, sender: str, method: Any, expected: Callable[..., str | None]) -> None:
        assert claim.decision is not None
        arguments = (claim.key, claim.decision.as_tuple())
        mined = self.do(lambda now: expected(claim, now), sender, method, *arguments)
        self.touch(claim)
        if mined:
            self.law_5(mined, claim.payee)

    def rule_withdraw(self, pick: int = "st_pick") -> None:
        self.withdraw(self.claim(pick, ClaimStatus.HELD, ClaimStatus.DENIED))

    def rule_correct(self, pick: int = "st_pick", bill: int = "st_bill") -> None:
        """Withdraws a line and files a corrected one with another sum; only the next revision counts."""
        claim = self.claim(pick, ClaimStatus.HELD)
        if not self.withdraw(claim) or claim is None:
            return
        self.invariant_laws()
        policy = list(self.shadow.policies).index(claim.key[0])
        number = next(bill for bill in range(len(BILLED)) if word("bill", bill) == claim.key[2])
        billed = BILLED[bill] + 7
        for revision in (claim.revision, claim.revision + 2, claim.revision + 1):
            self.file(self.line(policy, number, billed=billed, revision=revision))

    def withdraw(self, claim: ClaimModel | None) -> bool:
        if claim is None or claim.decision is None:
            return False
        terms = self.shadow.policies[claim.key[0]].sold.terms.as_tuple()
        arguments = (terms, claim.key, claim.decision.as_tuple())
        withdraw = self.world.desk.withdraw
        mined = self.do(lambda now: self.shadow.withdraw(claim, now), self.hospital, withdraw, *arguments)
        self.touch(claim)
        return mined is not None

    def rule_withdraw_root(
        self, pick: int = "st_pick", policy: int = "st_policy", bill: int = "st_bill"
    ) -> None:
        """Withdraws a root that is already filed, or one that nobody has filed yet."""
        filing = self.attest(self.line(policy, bill))
        if self.filed and pick % 2:
            filing = self.filed[pick % len(self.filed)]
        attestation = filing.attestation

        def expect(now: int) -> None:
            self.shadow.withdrawn_roots.add((attestation.provider, attestation.root))

        method = self.world.desk.withdrawRoot
        self.do(expect, self.hospital, method, attestation.provider, attestation.root)
        self.present(filing)

    def rule_forge_decision(self, pick: int = "st_pick") -> None:
        """Checks that a decision passed in must equal the emitted one in every bit."""
        claim = self.claim(pick, ClaimStatus.HELD, ClaimStatus.OWED)
        if claim is None or claim.decision is None:
            return
        desk, thief = self.world.desk, craft.signer("thief").address
        forged = replace(claim.decision, payee=thief)
        method = desk.settle if claim.status == ClaimStatus.HELD else desk.collect
        wrong = claim.status not in (ClaimStatus.HELD, ClaimStatus.OWED)
        expected = "WrongStatus" if wrong else "WrongDecision"
        assert self.node.refusal(self.stranger, method, claim.key, forged.as_tuple()) == expected, "law 5"


def _under(line: Line, number: int) -> Line:
    benefit, proof = stage.BENEFITS[number], stage.SCHEDULE.proof(number)
    return replace(_with(line, benefit=benefit.id), benefit=benefit, benefit_proof=proof)


def _with(line: Line, **facts: Any) -> Line:
    return replace(line, diagnosis=replace(line.diagnosis, **facts))
