"""Helpers for tests of claims: the model's answer, a pool's ledger, and each step of a claim."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

from brownie.convert.datatypes import HexString

from salus.claim import adjudication
from salus.claim.adjudication import Outcome, Used, adjudicate
from salus.types import Account, ClaimStatus, Decision, GroupUse, Line, SkipReason
from tests.support.craft import Filing
from tests.support.world import CAPITAL, DAILY_CAP, World, codes, decision


def with_asset(world: World, asset: Any) -> World:
    """Returns the same world with a pool of another asset."""
    world.factory.listAsset(asset, b"USD", 2, {"from": world.governor})
    other = copy(world)
    other.asset = asset
    other.pool = other.new_pool(asset)
    other.fund(CAPITAL)
    other.providers.setDailyCap(other.pool, other.provider, DAILY_CAP, {"from": other.insurer})
    return other


def plain(value: Any) -> Any:
    """Converts an answer of Brownie to plain integers, bytes, text and tuples."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, HexString):
        return bytes(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Ledger(NamedTuple):
    """A pool's books in minor units, and its balance in token units."""

    locked: int
    outstanding: int
    balance: int


def ledger(world: World, pool: Any = None) -> Ledger:
    pool = pool or world.pool
    return Ledger(int(pool.locked()), int(pool.outstanding()), int(world.asset.balanceOf(pool)))


def lock(line: Line, account: Account) -> int:
    """Returns what the pool locks for the line's policy, in minor units."""
    return adjudication.lock(line.policy.annual_limit, line.policy.solvency_bps, account)


def account(world: World, line: Line) -> Account:
    """Returns the counters of the line's policy."""
    return Account.from_tuple(plain(world.book.accountOf(line.diagnosis.policy)))


def use(world: World, line: Line) -> GroupUse:
    """Returns the counters of the line's group."""
    _, counters = world.book.usageOf(line.diagnosis.policy, line.benefit.group_key)
    return GroupUse.from_tuple(plain(counters))


def model(world: World, line: Line, claimed_by_others: int = 0) -> Outcome:
    """Returns the reference model's decision on the line today, with the present counters."""
    used = Used(
        account=account(world, line),
        group=use(world, line),
        claimed_by_others=claimed_by_others,
        filed_day=world.today(),
    )
    return adjudicate(line.policy, line.member, line.benefit, line.diagnosis, used)


def model_each(world: World, lines: Sequence[Line]) -> list[Outcome]:
    """Returns the model's decisions on lines of one policy, paid at once, in order; without groups."""
    outcomes: list[Outcome] = []
    counters = account(world, lines[0])
    for line in lines:
        used = Used(account=counters, filed_day=world.today())
        outcomes.append(adjudicate(line.policy, line.member, line.benefit, line.diagnosis, used))
        counters = outcomes[-1].account
    return outcomes


def preview(
    world: World, line: Line, *, at: int | None = None, **changes: Any
) -> tuple[SkipReason, Decision]:
    """Returns what filing would decide, now or in a block at the second `at`."""
    filing = world.attest([line], **changes)
    if at is not None:
        world.travel(at)
    reason, decided = world.desk.preview(filing.attestation.as_tuple(), filing.lines[0].as_tuple())
    return SkipReason(reason), Decision.from_tuple(plain(decided))


def status_at(world: World, line: Line, second: int) -> ClaimStatus:
    """Returns the status that the line would get if it were filed in a block at that second."""
    reason, decided = preview(world, line, at=second)
    assert reason is SkipReason.NONE, reason
    return decided.status


def code_of(world: World, line: Line, **changes: Any) -> str:
    """Returns the only code with which the line would be decided."""
    reason, decided = preview(world, line, **changes)
    assert reason is SkipReason.NONE, reason
    (carc,) = decided.codes
    return carc.code


def ask(world: World, filing: Filing) -> None:
    """Calls `file` without a transaction, because tracing one that reverts late is slow."""
    world.desk.file.call(*filing.as_arguments(), {"from": world.stranger})


def hold(world: World, line: Line) -> Decision:
    """Files a line that is held because of a cap of 0, and returns its decision."""
    world.providers.setDailyCap(world.pool, world.provider, 0, {"from": world.insurer})
    filed = world.file(line)
    held = decision(filed)
    assert held.status is ClaimStatus.HELD, codes(filed)
    return held


def settle(world: World, line: Line, decided: Decision, sender: Any = None) -> Any:
    return world.desk.settle(world.claim(line), decided.as_tuple(), {"from": sender or world.stranger})


def collect(world: World, line: Line, decided: Decision, sender: Any = None) -> Any:
    return world.desk.collect(world.claim(line), decided.as_tuple(), {"from": sender or world.stranger})


def withdraw(world: World, line: Line, decided: Decision, sender: Any = None) -> Any:
    arguments = line.policy.as_tuple(), world.claim(line), decided.as_tuple()
    return world.desk.withdraw(*arguments, {"from": sender or world.hospital})
