"""Capital, tokens that were not requested, and payees that are blocked."""

from __future__ import annotations

from typing import Any

from tests.stateful.laws import Laws


class MoneyRules(Laws):
    def rule_deposit(
        self, pool: int = "st_pool", lender: int = "st_lender", amount: int = "st_amount"
    ) -> None:
        contract, model = self.pool(pool)
        owner, assets = self.stage.lenders[lender], amount * model.unit
        self._change(
            pool, lambda now: model.deposit(owner, assets, now), owner, contract.deposit, assets, owner
        )

    def rule_give_notice(
        self, pool: int = "st_pool", lender: int = "st_lender", part: int = "st_part"
    ) -> None:
        contract, model = self.pool(pool)
        owner = self.stage.lenders[lender]
        shares = model.shares[owner] * part // 10_000
        self.do(lambda now: model.give_notice(owner, shares, now), owner, contract.giveNotice, shares)

    def rule_redeem(self, pool: int = "st_pool", lender: int = "st_lender", part: int = "st_part") -> None:
        """Redeems parts of what the notice allows, and more than that."""
        contract, model = self.pool(pool)
        owner = self.stage.lenders[lender]
        shares = max(model.max_redeem(owner, self.node.now()), 1) * part // 10_000
        method, arguments = contract.redeem, (shares, owner, owner)
        self._change(pool, lambda now: model.redeem(owner, shares, now), owner, method, *arguments)

    def rule_withdraw_capital(
        self, pool: int = "st_pool", lender: int = "st_lender", part: int = "st_part"
    ) -> None:
        contract, model = self.pool(pool)
        owner = self.stage.lenders[lender]
        assets = max(model.max_withdraw(owner, self.node.now()), 1) * part // 10_000
        method, arguments = contract.withdraw, (assets, owner, owner)
        self._change(pool, lambda now: model.withdraw(owner, assets, now), owner, method, *arguments)

    def rule_leave(self, pool: int = "st_pool", lender: int = "st_lender") -> None:
        """Redeems everything, with notice and after the notice period."""
        contract, model = self.pool(pool)
        owner = self.stage.lenders[lender]
        shares = model.shares[owner]
        self.do(lambda now: model.give_notice(owner, shares, now), owner, contract.giveNotice, shares)
        self.rule_redeem(pool, lender, 10_000)
        self.node.travel(model.notices[owner][1])
        self.touched.pools.add(model.address)
        self.invariant_laws()
        self.rule_max_is_true(pool, lender)
        self.rule_redeem(pool, lender, 10_000)

    def rule_hand_over(self, pool: int = "st_pool", lender: int = "st_lender", part: int = "st_part") -> None:
        """Transfers shares, which lose their notice."""
        contract, model = self.pool(pool)
        owner, other = self.stage.lenders[lender], self.stage.lenders[1 - lender]
        shares = model.shares[owner] * part // 10_000
        method, arguments = contract.transfer, (other, shares)
        self._change(pool, lambda now: model.hand_over(owner, other, shares), owner, method, *arguments)

    def rule_max_is_true(self, pool: int = "st_pool", lender: int = "st_lender") -> None:
        """Checks that a call within `max*` succeeds, and one above it reverts."""
        contract, model = self.pool(pool)
        owner = self.stage.lenders[lender]
        views = (contract.maxRedeem, contract.maxWithdraw, contract.maxDeposit)
        now, (shares, assets, deposit) = self.node.read([(view, (owner,)) for view in views])
        assert (shares, assets) == (model.max_redeem(owner, now), model.max_withdraw(owner, now))
        assert bool(deposit) == (model.deficit(now) == 0)

        refusal = self.node.refusal
        assert refusal(owner, contract.redeem, shares, owner, owner) is None, "maxRedeem lies"
        assert refusal(owner, contract.withdraw, assets, owner, owner) is None, "maxWithdraw lies"
        assert refusal(owner, contract.deposit, min(deposit, 1), owner) is None, "maxDeposit lies"
        assert refusal(owner, contract.redeem, shares + 1, owner, owner) == "ERC4626ExceededMaxRedeem"
        assert refusal(owner, contract.withdraw, assets + 1, owner, owner) == "ERC4626ExceededMaxWithdraw"

    def rule_recapitalise(self, pool: int = "st_pool", amount: int = "st_amount") -> None:
        self.recapitalise(pool, amount)

    def recapitalise(self, pool: int, amount: int) -> None:
        contract, model = self.pool(pool)
        payer, assets = str(self.world.payer), amount * model.unit
        method = contract.recapitalise
        self._change(pool, lambda now: model.recapitalise(payer, assets, now), payer, method, assets)

    def rule_donate(self, pool: int = "st_pool", amount: int = "st_amount") -> None:
        """Sends tokens that were not requested, and not in whole minor units."""
        _, model = self.pool(pool)
        payer, token = str(self.world.payer), self.stage.tokens[pool]

        def expect(now: int) -> None:
            assert model.tokens.moves(model.token, payer, model.address, amount)

        self._change(pool, expect, payer, token.transfer, model.address, amount)

    def rule_accrue(self, pool: int = "st_pool") -> None:
        contract, _ = self.pool(pool)
        self._change(pool, lambda now: None, self.stranger, contract.accrue)

    def rule_block_payee(
        self, pool: int = "st_pool", lender: int = "st_lender", blocked: bool = "st_yes"
    ) -> None:
        """Blocks one of the payees, or unblocks it."""
        self.block(pool, self.stage.payees[lender], blocked=blocked)

    def block(self, pool: int, payee: str, *, blocked: bool) -> None:
        _, model = self.pool(pool)
        token = self.stage.tokens[pool]

        def expect(now: int) -> None:
            change = model.tokens.blocked.add if blocked else model.tokens.blocked.discard
            change((token.address, payee))

        self.do(expect, self.stranger, token.block, payee, blocked)

    def _change(self, pool: int, expect: Any, sender: str, method: Any, *arguments: Any) -> None:
        mined = self.do(expect, sender, method, *arguments)
        self.touched.pools.add(self.stage.pools[pool].address)
        if mined:
            self.law_5(mined, sender)
