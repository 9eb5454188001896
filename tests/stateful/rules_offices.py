"""Sales, accreditation, keys, caps, consents, and time."""

from __future__ import annotations

from collections.abc import Callable

from salus.types import ClaimStatus, Purpose
from tests.stateful.laws import policy_payees
from tests.stateful.model_pool import EXIT_WINDOW
from tests.stateful.model_registry import SAFE_MODE
from tests.stateful.node import rpc
from tests.stateful.rules_claims import ClaimRules
from tests.stateful.stage import HOSPITAL, LAST_DAY, A, B
from tests.support.craft import DAY, word
from tests.support.words import bill_sums, charge
from tests.support.world import FAR

MAX_POLICIES = 6
LONG_WAITS = (6, 7, 8, 9, 10)


class OfficeRules(ClaimRules):
    # Policies

    def rule_sell(self, pool: int = "st_pool", terms: int = "st_terms", lead: int = "st_lead") -> None:
        """Sells if the pool's capital can carry the policy, sales are open and its start is in the future."""
        if len(self.shadow.policies) >= MAX_POLICIES:
            return
        self.sales += 1
        sold = self.stage.draft(pool, terms, 100 + self.sales, start=self.today + lead)
        world, payer = self.world, str(self.world.payer)
        arguments = (sold.terms.as_tuple(), world.quote_signer.address, world.quote(sold))
        mined = self.do(lambda now: self.shadow.issue(sold, payer, now), payer, world.book.issue, *arguments)
        self.touched.pools.add(sold.terms.pool)
        if mined:
            self.touched.policies.add(sold.policy_id)
            for member in sold.members:
                self.consent(member.commitment, 0, 0, LAST_DAY)

    def rule_next_year(self) -> None:
        """Long after the end of cover, closes policies and insures the family again."""
        if self.sales or len(self.shadow.policies) >= MAX_POLICIES:
            return
        last = max(policy.closable_at for policy in self.shadow.policies.values())
        self.travel(max(last, self.node.now() + 1))
        self.rule_settle_due()
        self.invariant_laws()
        for policy in range(len(self.shadow.policies)):
            self.rule_close(policy)
        self.rule_sell(A, 0, 2)
        self.rule_sell(B, 1, 2)
        self.travel((self.today + 10) * DAY)

    def rule_sell_again(self, policy: int = "st_policy") -> None:
        """Checks that a quote cannot be used twice."""
        sold, world = self.sold(policy), self.world
        arguments = (sold.terms.as_tuple(), world.quote_signer.address, world.quote(sold))
        closed = self.node.now() + 14 * 3_600 >= sold.terms.start * DAY
        expected = "QuoteClosed" if closed else "AlreadyIssued"
        assert self.node.refusal(str(world.payer), world.book.issue, *arguments) == expected

    def rule_pause_sales(self, pool: int = "st_pool", paused: bool = "st_yes") -> None:
        contract, model = self.pool(pool)
        table = word("table")

        def expect(now: int) -> None:
            (model.paused.add if paused else model.paused.discard)(table)

        self.do(expect, self.insurer, contract.setSalesPaused, table, paused)

    def rule_close(self, policy: int = "st_policy") -> None:
        chosen = self.policy(policy)
        policy_id, terms = chosen.sold.policy_id, chosen.sold.terms
        close = self.world.book.close
        self.do(lambda now: self.shadow.close(policy_id, now), self.stranger, close, terms.as_tuple())
        self.touched.pools.add(terms.pool)
        self.touched.policies.add(policy_id)

    # Providers

    def rule_suspend(self, office: int = "st_office", suspended: bool = "st_yes") -> None:
        provider = self.stage.providers[office]

        def expect(now: int) -> None:
            self.shadow.providers[provider].suspended = suspended

        accreditor = str(self.world.accreditor)
        self.do(expect, accreditor, self.world.providers.setSuspended, provider, suspended)

    def rule_end_accreditation(self, office: int = "st_office", lead: int = "st_lead") -> None:
        if office == HOSPITAL:  # at least one provider must continue
            return
        provider, until = self.stage.providers[office], self.today + lead
        model = self.shadow.providers[provider]

        def expect(now: int) -> str | None:
            if not model.since <= until < model.until:
                return "InvalidWindow"
            model.until = until
            return None

        accreditor = str(self.world.accreditor)
        self.do(expect, accreditor, self.world.providers.endAccreditation, provider, until)

    def rule_replace_key(self, office: int = "st_office") -> None:
        """Replaces the billing system's stolen key: revokes it, and adds a new one."""
        provider, registry = self.stage.providers[office], self.world.providers
        old = self.stage.key_of(office, self.keys[provider]).address
        self.keys[provider] += 1
        new = self.stage.key_of(office, self.keys[provider]).address
        model = self.shadow.providers[provider]
        self.do(lambda now: model.keys.pop(old) and None, self.hospital, registry.revokeKey, provider, old)
        self.do(lambda now: None, self.hospital, registry.addKey, provider, new, 0, FAR)
        model.keys[new] = (0, FAR)

    def rule_cap(self, pool: int = "st_pool", office: int = "st_office", limit: int = "st_limit") -> None:
        address, provider = self.stage.pools[pool].address, self.stage.providers[office]

        def expect(now: int) -> None:
            self.shadow.caps[address, provider].limit = limit

        self.do(expect, self.insurer, self.world.providers.setDailyCap, address, provider, limit)

    def rule_safe_mode(self) -> None:
        def expect(now: int) -> None:
            self.shadow.safe_until = now + SAFE_MODE

        sentinel, desk = str(self.world.sentinel), self.world.desk.address
        self.do(expect, sentinel, self.world.providers.enterSafeMode, desk)

    # Consents

    def rule_give_consent(
        self,
        policy: int = "st_policy",
        member: int = "st_member",
        office: int = "st_any_or_one",
        since: int = "st_from",
        days: int = "st_days",
        purpose: Purpose = "st_purpose",
    ) -> None:
        """Gives consent to any provider, or to one."""
        provider = [0, *self.stage.providers][office]
        commitment = self.sold(policy).members[member].commitment
        first = self.today + since
        self.consent(commitment, provider, first, first + days, purpose)

    def consent(
        self, member: bytes, provider: int, since: int, until: int, purpose: Purpose = Purpose.FILE
    ) -> None:
        def expect(now: int) -> None:
            files = purpose == Purpose.FILE
            self.shadow.consents.give(member, provider, since, until, now // DAY, files=files)

        signed = self.world.signed_consent(member, provider, since, until, purposes=int(purpose))
        self.do(expect, self.stranger, self.world.consents.giveBySignature, *signed)

    def rule_withdraw_consent(
        self, policy: int = "st_policy", member: int = "st_member", office: int = "st_any_or_one"
    ) -> None:
        provider = [0, *self.stage.providers][office]
        commitment = self.sold(policy).members[member].commitment
        signed = self.world.signed_consent(commitment, provider, 0, 0, purposes=0)

        def expect(now: int) -> str | None:
            withdrawn = self.shadow.consents.withdraw(commitment, provider, now // DAY)
            return None if withdrawn else "NothingToWithdraw"

        self.do(expect, self.stranger, self.world.consents.withdrawBySignature, *signed)

    # Time

    def rule_wait(self, wait: int = "st_wait", policy: int = "st_policy") -> None:
        """Moves to the next moment at which something changes, or by a fixed time; not past the cover."""
        now, terms = self.node.now(), self.sold(policy).terms
        releases = [claim.release_at for claim in self.shadow.claims() if claim.status == ClaimStatus.HELD]
        notices = [ready for pool in self.shadow.pools.values() for _, ready in pool.notices.values()]
        ahead: list[list[int]] = [
            [now + 3_600],
            [(now // DAY + 1) * DAY],
            [now + DAY],
            releases,
            releases,
            notices,
            [ready + EXIT_WINDOW for ready in notices],
            [now + 30 * DAY],
            [terms.end * DAY],
            [self.policy(policy).closable_at],
            [now + 900 * DAY],
        ]
        self.travel(min([second for second in ahead[wait] if second > now], default=now + 40))

    def rule_wait_long(self, pick: int = "st_pick", policy: int = "st_policy") -> None:
        """Sometimes waits for very long, so that later steps come too late."""
        if pick < len(LONG_WAITS):
            self.rule_wait(LONG_WAITS[pick], policy)

    def travel(self, second: int) -> None:
        is_long = second - self.node.now() > 3 * DAY
        self.node.travel(second)
        self.touched.pools |= set(self.shadow.pools)
        if is_long:
            self.catch_up()

    def catch_up(self) -> None:
        """Accrues after an idle time; else Ganache would take seconds for every later view."""
        for pool in self.stage.pools:
            now, (unearned,) = self.node.read([(pool.unearned, ())])
            assert unearned == self.shadow.pools[pool.address].unearned(now), "law 7: premium after idleness"
            self.do(lambda now: None, self.stranger, pool.accrue)

    # Laws 8 and 9

    def rule_close_every_target(self) -> None:
        """Closes everything as ADMIN and empties the list of desks: what is due must still go through."""
        snapshot = rpc("evm_snapshot")
        try:
            self.shut_everything()
            self.check_due()
        finally:
            rpc("evm_revert", snapshot)

    def shut_everything(self) -> None:
        world, governor = self.world, str(self.world.governor)
        self.node.send(governor, world.providers.retireDesk, world.desk.address)
        for contract in (world.providers, world.factory, world.book, world.desk, world.consents):
            self.node.send(governor, world.manager.setTargetClosed, contract.address, True)
        for pool in self.stage.pools:
            self.node.send(governor, world.manager.setTargetClosed, pool.address, True)

    def check_due(self) -> None:
        desk, now, refusal = self.world.desk, self.node.now(), self.node.refusal
        for claim in self.shadow.claims():
            if claim.decision is None:
                continue
            handed = (claim.key, claim.decision.as_tuple())
            if claim.status == ClaimStatus.HELD and claim.release_at <= now:
                assert refusal(self.stranger, desk.settle, *handed) is None, "law 8: a settlement is due"
            elif claim.status in (ClaimStatus.HELD, ClaimStatus.DENIED):
                terms = self.shadow.policies[claim.key[0]].sold.terms.as_tuple()
                assert refusal(self.hospital, desk.withdraw, terms, *handed) is None, "law 8: a withdrawal"
            elif claim.status == ClaimStatus.OWED:
                expected = None if self.shadow.is_collectable(claim) else "StillOwed"
                assert refusal(self.stranger, desk.collect, *handed) == expected, "law 8: an owed claim"
        for pool in self.stage.pools:
            for owner in self.stage.lenders:
                shares = self.shadow.pools[pool.address].max_redeem(owner, now)
                error = refusal(owner, pool.redeem, shares, owner, owner)
                assert error is None, "law 8: capital that is free leaves"

    def rule_stranger(self, pool: int = "st_pool", policy: int = "st_policy") -> None:
        """Checks that a stranger can move nothing."""
        contract, _ = self.pool(pool)
        chosen, world = self.policy(policy), self.world
        thief, policy_id = self.stranger, chosen.sold.policy_id
        assert thief not in policy_payees(chosen)
        bill = (1, word("bill"), policy_id, contract.address, word("leaf"))
        tries: list[tuple[Callable[..., object], tuple[object, ...]]] = [
            (contract.pay, (thief, 1, 0)),
            (contract.settle, (thief, 1)),
            (contract.collect, (thief, 1)),
            (contract.reserve, (1, 0)),
            (contract.release, (0, 1)),
            (contract.unlock, (0,)),
            (contract.setQuoteSigner, (thief, True)),
            (contract.setSalesPaused, (word("table"), True)),
            (world.book.charge, (policy_id, bytes(32), charge(1, 0, 0, 0), False)),
            (world.book.settle, (policy_id, 0)),
            (world.book.release, (policy_id, bytes(32), charge(0, 0, 0, 0))),
            (world.providers.record, (bill, bill_sums(1, "USD", 1, True))),
            (world.providers.release, (1, word("bill"), policy_id)),
            (world.providers.setDailyCap, (contract.address, 1, FAR)),
            (world.providers.setSuspended, (1, True)),
            (world.providers.accredit, (thief, 0, 1, bytes(32))),
            (world.providers.addKey, (1, thief, 0, FAR)),
            (world.providers.enterSafeMode, (world.desk.address,)),
            (world.providers.listDesk, (thief,)),
            (world.desk.withdrawRoot, (1, word("root"))),
        ]
        for method, arguments in tries:
            assert self.node.refusal(thief, method, *arguments), f"law 9: a stranger may {method}"
