"""One run: the chain and the shadow take each step together. A disagreement means that a law is broken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from salus.chain.facts import Facts, unpack
from salus.types import ClaimStatus, SkipReason
from tests.stateful.model import Shadow
from tests.stateful.model_pool import ClaimKey, ClaimModel, PolicyModel, PoolModel
from tests.stateful.node import Mined, Node, Refused
from tests.stateful.stage import Stage
from tests.support.craft import DAY, Filing, Sold
from tests.support.world import KEYS

DECIDED = keccak(
    text="ClaimDecided(bytes32,uint64,bytes32,"
    "(bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,address,address),"
    "(uint256,uint256,uint256,uint256,uint256,uint256))"
).hex()
SKIPPED = keccak(text="ClaimSkipped(bytes32,uint64,bytes32,uint256,uint8)").hex()
KEYS_TYPE = "(" + ",".join(["bytes32"] * 7 + ["address"] * 2) + ")"
FACTS_TYPE = "(" + ",".join(["uint256"] * 6) + ")"

Expectation = Callable[[int], str | None]
"""The shadow's answer for a second: the error, or None if it took the step."""


@dataclass
class Touched:
    """What the last steps may have changed; the rest is checked occasionally, and at the end."""

    pools: set[str] = field(default_factory=set)
    policies: set[bytes] = field(default_factory=set)
    claims: set[ClaimKey] = field(default_factory=set)


class Actor:
    stage: Stage

    def setup(self) -> None:
        self.shadow: Shadow = deepcopy(self.stage.shadow)
        self.node: Node = self.stage.node
        self.filed: list[Filing] = []
        self.keys: dict[int, int] = defaultdict(int)
        """How often each provider's billing system was replaced."""
        self.seen: dict[ClaimKey, ClaimStatus] = {}
        """Statuses as the chain last reported them."""
        self.auto_paid: dict[tuple[str, int, int], int] = defaultdict(int)
        """By pool, provider and UTC day, from events."""
        self.sales = 0
        self.touched = Touched()

    # Who and what

    @property
    def world(self) -> Any:
        return self.stage.world

    @property
    def today(self) -> int:
        return self.node.now() // DAY

    @property
    def insurer(self) -> str:
        return str(self.world.insurer)

    @property
    def hospital(self) -> str:
        """Returns the admin of every provider."""
        return str(self.world.hospital)

    @property
    def stranger(self) -> str:
        return str(self.world.stranger)

    def policy(self, number: int) -> PolicyModel:
        policies = list(self.shadow.policies.values())
        return policies[number % len(policies)]

    def sold(self, number: int) -> Sold:
        return self.policy(number).sold

    def pool(self, number: int) -> tuple[Any, PoolModel]:
        contract = self.stage.pools[number]
        return contract, self.shadow.pools[contract.address]

    def claim(self, number: int, *statuses: ClaimStatus) -> ClaimModel | None:
        """Picks one of the claims, preferably one with these statuses."""
        claims = list(self.shadow.claims())
        wanted = [claim for claim in claims if claim.status in statuses] or claims
        return wanted[number % len(wanted)] if wanted else None

    # Steps

    def do(self, expectation: Expectation, sender: str, method: Any, *arguments: Any) -> Mined | None:
        """Sends a transaction, and checks that the shadow agrees on success, or on the error."""
        mined, error = None, None
        try:
            mined = self.node.send(sender, method, *arguments)
        except Refused as refused:
            error = refused
        expected = expectation(mined.time if mined else self.node.now())
        actual = error.name if error else None
        assert actual == expected, f"{method._name}: {error or 'went through'}, and the model says {expected}"
        return mined

    def touch(self, claim: ClaimModel) -> None:
        self.touched.claims.add(claim.key)
        self.touched.policies.add(claim.key[0])
        self.touched.pools.add(claim.pool)


def decided(mined: Mined) -> list[tuple[ClaimKey, SkipReason, Facts | None]]:
    """Returns the outcome that was emitted for each line, in order."""
    outcomes: list[tuple[ClaimKey, SkipReason, Facts | None]] = []
    for log in mined.logs:
        kind, *topics = (topic.removeprefix("0x") for topic in log["topics"])
        data = bytes.fromhex(log["data"][2:])
        if kind == DECIDED:
            keys, facts = decode([KEYS_TYPE, FACTS_TYPE], data)
            named = dict(zip(KEYS, keys, strict=True))
            for name in ("pool", "payee"):
                named[name] = to_checksum_address(named[name])
            outcomes.append((_key(topics), SkipReason.NONE, unpack(named, facts)))
        elif kind == SKIPPED:
            outcomes.append((_key(topics), SkipReason(decode(["uint256", "uint8"], data)[1]), None))
    return outcomes


def _key(topics: list[str]) -> ClaimKey:
    policy, provider, bill_line = topics
    return bytes.fromhex(policy), int(provider, 16), bytes.fromhex(bill_line)
