"""The start of every run: two pools, three providers, three policies of one family, and their shadow.

Amounts are close to each other, so that limits, caps and capital are used up within a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brownie import BlockingTokenMock, ReaderMock
from eth_account.signers.local import LocalAccount

from salus.crypto.abi import ZERO_ADDRESS
from salus.crypto.merkle import MerkleTree
from salus.types import Benefit, BenefitKind
from tests.stateful.model import Shadow
from tests.stateful.model_pool import PoolModel
from tests.stateful.model_registry import ProviderModel
from tests.stateful.node import Node
from tests.support import craft
from tests.support.craft import DAY, Sold
from tests.support.world import FAR, World

HOSPITAL, CLINIC, LAPSED = range(3)
LAST_DAY = 2**32 - 1
EVERYTHING = 2**256 - 1

GROUP = craft.word("group", "outpatient")
BENEFITS: tuple[Benefit, ...] = (
    craft.indemnity("visit"),
    craft.indemnity("imaging", group=GROUP, group_limit=60_007, claim_limit=45_003),
    craft.indemnity("laboratory", group=GROUP, group_limit=60_007, deductible_applies=False),
    craft.indemnity("physiotherapy", unit_limit=4, deductible_applies=False, share_bps=10_000),
    craft.scheduled("hospital cash", unit_limit=6, elimination_days=1, by_night=True),
    craft.scheduled("cancer", rate=150_003, unit_limit=1),
    craft.indemnity("maternity", waiting_days=30),
    craft.indemnity("surgery", authorisation=True),
    # terms that no honest insurer signs, and with which nothing can be decided
    craft.indemnity("no kind", kind=BenefitKind.NONE),
    craft.indemnity("more than the whole", share_bps=10_001),
    craft.scheduled("more than an amount", rate=2**63),
)
VISIT, IMAGING, LABORATORY, PHYSIOTHERAPY, HOSPITAL_CASH, CANCER, MATERNITY, SURGERY = range(8)
NO_KIND, OVER_THE_WHOLE, OVER_AN_AMOUNT = range(8, len(BENEFITS))
SCHEDULE = MerkleTree(benefit.hash_struct() for benefit in BENEFITS)
"""The schedule of every member."""

PLAIN: dict[str, Any] = {
    "annual_limit": 400_003,
    "deductible": 20_001,
    "out_of_pocket": 40_003,
    "auto_pay_limit": 120_009,
    "review_window": 3 * DAY,
    "solvency_bps": 2_501,
    "premium": 60_007,
}
FULLY_BACKED: dict[str, Any] = {
    **PLAIN,
    "annual_limit": 150_007,
    "deductible": 0,
    "auto_pay_limit": 500_000,
    "solvency_bps": 10_000,
}
HARDLY_BACKED: dict[str, Any] = {
    **PLAIN,
    "annual_limit": 1_000_003,
    "out_of_pocket": 0,
    "auto_pay_limit": 300_011,
    "review_window": 0,
    "solvency_bps": 1,
    "premium": 7,
}
ALWAYS_HELD: dict[str, Any] = {**PLAIN, "auto_pay_limit": 0, "review_window": 30 * DAY, "premium": 360_007}
TERMS = (PLAIN, FULLY_BACKED, HARDLY_BACKED, ALWAYS_HELD)

A, B = range(2)
"""Pools."""
CAPITAL = (300_011, 200_003)
CAPS = {(A, HOSPITAL): 150_001, (B, HOSPITAL): 250_003, (B, CLINIC): 40_001}
"""All others have no cap, so every claim is held."""


@dataclass
class Stage:
    """The parties; addresses are text, amounts minor units."""

    world: World
    node: Node
    tokens: list[Any]
    pools: list[Any]
    providers: list[int]
    lenders: list[str]
    child: str
    shadow: Shadow
    """The state at the start; each run works on a copy."""

    def draft(self, pool: int, terms: int, salt: int, *, start: int) -> Sold:
        """Returns a policy of two members, of whom the second has a separate payee."""
        return self.world.draft(
            members=2,
            pool=self.pools[pool].address,
            payees=[ZERO_ADDRESS, self.child],
            benefits=BENEFITS,
            start=start,
            salt=craft.word("salt", salt),
            **TERMS[terms],
        )

    def key_of(self, provider: int, number: int = 0) -> LocalAccount:
        """Returns the key of the provider's billing system, or of one that replaced it."""
        return craft.signer(f"billing system {provider} {number}")

    @property
    def payees(self) -> list[str]:
        return [self.world.payee, self.child]

    @property
    def holders(self) -> list[str]:
        """Returns every account that may ever have a token."""
        return [*(pool.address for pool in self.pools), *self.lenders, *self.payees, str(self.world.payer)]


def set_up(world: World) -> Stage:
    node = Node(ReaderMock.deploy({"from": world.stranger}))
    tokens = [BlockingTokenMock.deploy(decimals, {"from": world.governor}) for decimals in (6, 2)]
    pools = []
    for token in tokens:
        world.factory.listAsset(token, b"USD", 2, {"from": world.governor})
        pools.append(world.new_pool(token))
    stage = Stage(
        world=world,
        node=node,
        tokens=tokens,
        pools=pools,
        providers=[],
        lenders=[str(world.capital), str(world.holder)],
        child=craft.signer("child").address,
        shadow=Shadow(world.book_domain, world.desk_domain),
    )
    for pool in (A, B):
        _fund(stage, pool)
    _accredit(stage)
    _sell(stage)
    return stage


def _fund(stage: Stage, number: int) -> None:
    shadow, token, pool = stage.shadow, stage.tokens[number], stage.pools[number]
    balances = shadow.tokens.balances.setdefault(token.address, {})
    model = PoolModel(pool.address, token.address, int(pool.unit()), shadow.tokens)
    shadow.pools[pool.address] = model
    for owner in (*stage.lenders, str(stage.world.payer)):
        balances[owner] = 10**9 * model.unit
        stage.node.send(owner, token.mint, owner, balances[owner])
        stage.node.send(owner, token.approve, pool.address, EVERYTHING)
    for owner, amount in zip(stage.lenders, (CAPITAL[number], 50_021), strict=True):
        mined = stage.node.send(owner, pool.deposit, amount * model.unit, owner)
        assert model.deposit(owner, amount * model.unit, mined.time) is None


def _accredit(stage: Stage) -> None:
    world, shadow, admin = stage.world, stage.shadow, str(stage.world.hospital)
    today = stage.node.now() // DAY
    for number, (since, until) in enumerate([(0, LAST_DAY), (today + 8, LAST_DAY), (0, today + 5)]):
        provider = world.accredit(world.hospital, since, until)
        stage.providers.append(provider)
        key = stage.key_of(number).address
        stage.node.send(admin, world.providers.addKey, provider, key, 0, FAR)
        shadow.providers[provider] = ProviderModel(admin, since, until, keys={key: (0, FAR)})
    for (pool, number), limit in CAPS.items():
        address, provider = stage.pools[pool].address, stage.providers[number]
        stage.node.send(str(world.insurer), world.providers.setDailyCap, address, provider, limit)
        shadow.caps[address, provider].limit = limit


def _sell(stage: Stage) -> None:
    """Sells three policies to one family, for bills with other cover, and moves to their tenth day."""
    world, shadow, node = stage.world, stage.shadow, stage.node
    start = node.now() // DAY + 2
    for salt, (pool, terms) in enumerate([(A, 0), (B, 1), (A, 2)]):
        sold = stage.draft(pool, terms, salt, start=start)
        arguments = (sold.terms.as_tuple(), world.quote_signer.address, world.quote(sold))
        mined = node.send(str(world.payer), world.book.issue, *arguments)
        assert shadow.issue(sold, str(world.payer), mined.time) is None
        for member in sold.members:
            consent = world.signed_consent(member.commitment)
            mined = node.send(str(world.stranger), world.consents.giveBySignature, *consent)
            shadow.consents.give(member.commitment, 0, 0, LAST_DAY, mined.time // DAY, files=True)
    node.travel((start + 10) * DAY + DAY // 2)
    for pool in stage.pools:
        node.send(str(world.stranger), pool.accrue)
