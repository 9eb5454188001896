"""Capital provider: brings capital to a risk pool for shares. `salus capital` lists the actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from typer import Option

from salus.chain import pools
from salus.chain.payments import approval_for, check_balance, minor_units
from salus.cli.actor import Actor
from salus.cli.options import AccountName, PoolAddress
from salus.cli.output import out
from salus.cli.session import Session
from salus.cli.values import amount

actor = Actor("capital")

MAX_SHARES = 2**192 - 1


@actor.action
def deposit(
    pool: PoolAddress,
    amount: Annotated[Decimal, amount("capital to bring")],
    account: AccountName = None,
) -> None:
    """Brings capital for shares of the pool.

    Example:
        salus capital deposit --pool 0x… --amount 150000 --account treasury
    """
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    minor = minor_units(found, amount)
    deposit = pools.deposit(found, amount=minor, receiver=sender.address)
    session.act(
        deposit,
        sender,
        first=approval_for(found, sender.address, minor),
        check=lambda: check_balance(found, sender.address, minor * found.unit),
    )


@actor.action
def give_notice(
    pool: PoolAddress,
    shares: Annotated[int | None, Option(min=0, max=MAX_SHARES, help="how many; all without it")] = None,
    account: AccountName = None,
) -> None:
    """Gives notice for shares: they may leave in 35 days, within the 14 days after.

    Example:
        salus capital give-notice --pool 0x… --account treasury
    """
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    given = pools.shares_of(found, sender.address) if shares is None else shares
    session.act(pools.give_notice(found, shares=given), sender)


@actor.action
def redeem(
    pool: PoolAddress,
    shares: Annotated[
        int | None, Option(min=0, max=MAX_SHARES, help="how many; all that may leave now without it")
    ] = None,
    account: AccountName = None,
) -> None:
    """Turns shares whose notice has run into tokens.

    Example:
        salus capital redeem --pool 0x… --account treasury
    """
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    most = pools.redeemable_shares(found, sender.address)
    if not shares and not most:
        out.print("No share may leave now: give notice first, or wait until capital is free.")
        raise SystemExit(1)
    action = pools.redeem(
        found, shares=most if shares is None else shares, receiver=sender.address, owner=sender.address
    )
    session.act(action, sender)


@actor.action
def recapitalise(
    pool: PoolAddress,
    amount: Annotated[Decimal, amount("at most; no more than the deficit is taken")],
    account: AccountName = None,
) -> None:
    """Fills the pool's deficit, for nothing in return.

    Example:
        salus capital recapitalise --pool 0x… --amount 10000 --account treasury
    """
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    minor = minor_units(found, amount)
    action = pools.recapitalise(found, amount=minor)
    taken = pools.taken_from(found, minor)
    session.act(
        action,
        sender,
        first=approval_for(found, sender.address, minor),
        check=lambda: check_balance(found, sender.address, taken),
    )
