"""The laws, numbered as in README.md, checked on the chain after every step."""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from salus.chain.facts import Facts
from salus.types import Account, Benefit, BenefitKind, ClaimStatus, Diagnosis
from tests.stateful.actor import Actor, Touched
from tests.stateful.model import Verdict
from tests.stateful.model_pool import ClaimKey, PolicyModel, PoolModel
from tests.stateful.node import Mined

TRANSFER = keccak(text="Transfer(address,address,uint256)").hex()
NONE, PAID, HELD = ClaimStatus.NONE, ClaimStatus.PAID, ClaimStatus.HELD
OWED, DENIED = ClaimStatus.OWED, ClaimStatus.DENIED
TRANSITIONS = {
    NONE: {PAID, HELD, OWED, DENIED},
    PAID: set(),
    HELD: {PAID, OWED, NONE},
    OWED: {PAID},
    DENIED: {NONE},
}
"""Every other change of a status is forbidden."""


class Laws(Actor):
    def invariant_laws(self) -> None:
        """Checks what the last step touched."""
        touched, self.touched = self.touched, Touched()
        self.check(touched)

    def check_everything(self) -> None:
        self.touched = Touched()
        claims = {claim.key for claim in self.shadow.claims()} | set(self.seen)
        self.check(Touched(set(self.shadow.pools), set(self.shadow.policies), claims))

    def check(self, touched: Touched) -> None:
        if touched.pools:
            self._check_money(touched)
        if touched.policies:
            self._check_counters(touched)
        if touched.claims:
            self._check_claims(touched)

    # Laws 1, 5, 7: money

    def _check_money(self, touched: Touched) -> None:
        holders = self.stage.holders
        for contract, token in zip(self.stage.pools, self.stage.tokens, strict=True):
            if contract.address not in touched.pools:
                continue
            pool = self.shadow.pools[contract.address]
            sums = [contract.locked, contract.outstanding, contract.unearned, contract.deficit]
            sums += [contract.reserved, contract.freeAssets, contract.totalSupply, token.totalSupply]
            now, answers = self.node.read(
                [(view, ()) for view in sums] + [(token.balanceOf, (holder,)) for holder in holders]
            )
            locked, outstanding, unearned, deficit, reserved, free, shares, supply, *balances = answers
            balance = balances[holders.index(contract.address)]

            owed = (outstanding + unearned) * pool.unit
            assert balance + deficit >= owed + free, "law 1: the pool lets out what it owes"
            assert deficit == max(0, owed - balance), "law 1: the deficit is the exact difference"
            assert locked == pool.locked(), "law 7: locked is the sum over policies"
            assert outstanding == pool.outstanding(), "law 7: outstanding is the sum over claims"
            assert reserved == pool.reserved(), "law 7: reserved is the sum over held claims"
            assert unearned == pool.unearned(now), "law 7: unearned is the sum over policies"
            assert free == pool.free(now), "law 1: free capital"
            assert shares == pool.supply, "law 5: shares"
            shadow = self.shadow.tokens.balances[token.address]
            assert balances == [shadow.get(holder, 0) for holder in holders], "law 5: everybody's balance"
            assert supply == sum(balances), "law 5: nobody else has a token"

    def law_5(self, mined: Mined, *permitted: str) -> None:
        """Checks that tokens leave a pool only for these payees."""
        tokens = {token.address.lower() for token in self.stage.tokens}
        for log in mined.logs:
            if log["topics"][0].removeprefix("0x") != TRANSFER or log["address"].lower() not in tokens:
                continue
            source, target = (to_checksum_address("0x" + topic[-40:]) for topic in log["topics"][1:3])
            if source in self.shadow.pools:
                assert target in permitted, f"law 5: a pool paid {target}"

    # Law 2: counters

    def _check_counters(self, touched: Touched) -> None:
        book = self.world.book
        policies = [self.shadow.policies[policy] for policy in sorted(touched.policies)]
        groups = [(policy, group) for policy in policies for group in sorted(policy.groups())]
        questions = [(book.accountOf, (policy.sold.policy_id,)) for policy in policies]
        questions += [(book.usageOf, (policy.sold.policy_id, group)) for policy, group in groups]
        _, answers = self.node.read(questions)

        for policy, answer in zip(policies, answers, strict=False):
            account, terms = Account.from_tuple(tuple(answer)), policy.sold.terms
            assert account.decided <= terms.annual_limit, "law 2: the annual limit"
            assert account.deductible <= terms.deductible, "law 2: the deductible"
            assert account.out_of_pocket <= terms.out_of_pocket, "law 2: the out-of-pocket maximum"
            assert account == policy.account(), "law 7: the counters are the sum over claims"
        for (policy, group), (_, use) in zip(groups, answers[len(policies) :], strict=True):
            paid, units = use
            for benefit in (row for row in policy.sold.benefits if row.group_key == group):
                assert not benefit.group_limit or paid <= benefit.group_limit, "law 2: a group's limit"
                assert not benefit.unit_limit or units <= benefit.unit_limit, "law 2: a unit limit"
            expected = policy.use(group)
            assert (paid, units) == (expected.paid, expected.units), "law 7: a group is the sum over claims"

    # Law 3, and how a claim may move

    def _check_claims(self, touched: Touched) -> None:
        claims = sorted(touched.claims)
        bills = sorted({key[1:] for key in claims})
        questions: list[Any] = [(self.world.desk.statusOf, (key,)) for key in claims]
        questions += [(self.world.providers.billLineOf, bill) for bill in bills]
        _, answers = self.node.read(questions)

        for key, answer in zip(claims, answers, strict=False):
            before, status = self.seen.get(key, NONE), ClaimStatus(answer)
            assert status == before or status in TRANSITIONS[before], f"{before.name} became {status.name}"
            assert status == self.status_of(key)
            self.seen[key] = status
        for bill, answer in zip(bills, answers[len(claims) :], strict=True):
            billed, _, currency, revision = answer[:4]
            model = self.shadow.bills[bill]
            bound = (billed, bytes(currency).rstrip(b"\0").decode(), revision)
            assert bound == (model.billed, model.currency, model.revision), "law 3: what binds on a bill"
            paid = [
                claim.remittance.paid
                for claim in self.shadow.claims()
                if claim.key[1:] == bill and claim.indemnity
            ]
            assert sum(paid) <= billed, "law 3: all policies pay more than was billed"

    def status_of(self, key: ClaimKey) -> ClaimStatus:
        claim = self.shadow.policies[key[0]].claims.get(key)
        return claim.status if claim else NONE

    # Laws 3, 6, 11: each decision, from its event

    def check_decision(
        self, key: ClaimKey, benefit: Benefit, diagnosis: Diagnosis, facts: Facts, verdict: Verdict
    ) -> None:
        decision = facts.decision
        balances(benefit, diagnosis, facts)
        assert (decision.status, decision.codes) == (verdict.status, verdict.codes), "another decision"
        assert decision.remittance == verdict.remittance, "another remittance"
        assert decision.release_at == verdict.release_at, "another review window"
        assert verdict.account is not None
        counters = (facts.account.paid, facts.account.reserved, facts.account.deductible)
        model = (verdict.account.paid, verdict.account.reserved, verdict.account.deductible)
        assert counters == model, "the event's counters"
        assert facts.use == verdict.use, "the event's group counters"

    def count_auto_paid(self, pool: PoolModel, provider: int, day: int, amount: int) -> None:
        place = (pool.address, provider, day)
        self.auto_paid[place] += amount
        limit = self.shadow.caps[place[:2]].limit
        assert not amount or self.auto_paid[place] <= limit, "law 6: the daily cap"


def balances(benefit: Benefit, diagnosis: Diagnosis, facts: Facts) -> None:
    """Law 11."""
    split, status = facts.decision.remittance, facts.decision.status
    if status == DENIED:
        assert not any(split.as_tuple()), "law 11: a denied line moves nothing"
        return
    cut = split.over_limit + split.not_covered
    if benefit.kind is BenefitKind.INDEMNITY:
        parts = split.paid + split.deductible + split.coinsurance + cut + split.other_cover
        assert parts == diagnosis.billed, "law 11: the bill is split exactly"
    else:
        nights = diagnosis.service_to - diagnosis.service_from
        units = nights if benefit.by_night else diagnosis.units
        parts = split.paid + cut + split.eliminated + split.outside
        assert parts == benefit.rate * units, "law 11: the sum for all units is split exactly"


def policy_payees(policy: PolicyModel) -> set[str]:
    """Law 5: the payees whom the signed terms of a policy allow."""
    return {policy.sold.terms.payee, *(member.payee for member in policy.sold.members)}
