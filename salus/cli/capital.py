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
from salus.cli.usage import CallError
from salus.cli.values import address, amount
from salus.insurer.capital import Holding

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
    amount: Annotated[Decimal | None, amount("as many shares as are worth this now")] = None,
    part: Annotated[str | None, Option(help="a part of the shares: all, half, quarter or 25%")] = None,
    shares: Annotated[int | None, Option(min=0, max=MAX_SHARES, help="how many shares")] = None,
    account: AccountName = None,
) -> None:
    """Gives notice for shares, all of them unless told otherwise: they may leave in 35 days, within the 14
    days after. Takes the place of an earlier notice, which the plan shows.

    Example:
        salus capital give-notice --pool 0x… --part 25% --account treasury
    """
    wanted = {"amount": amount, "part": part, "shares": shares}
    given = {name: value for name, value in wanted.items() if value is not None}
    if len(given) > 1:
        raise CallError(f"{' and '.join(given)} say it twice", remedy="keep one of them")
    session = Session()
    sender = session.sender(account)
    holding = Holding.of(session.chain.pool(pool), sender.address)
    ((name, value),) = given.items() or [("part", "all")]
    counted = holding.check(int(value), name) if name == "shares" else holding.shares_for(str(value), name)
    action = pools.give_notice(holding.pool, shares=counted, owner=sender.address)
    session.act(action, sender)


@actor.action
def status(
    pool: PoolAddress,
    owner: Annotated[str | None, address("a shareholder; else the account that sends")] = None,
    account: AccountName = None,
) -> None:
    """Says what a shareholder has: shares, their price and worth, the notice, what may leave when, what
    could leave now, and why not more. Sends nothing.

    Example:
        salus capital status --pool 0x… --account treasury
    """
    session = Session()
    found = session.chain.pool(pool)
    holding = Holding.of(found, owner or session.sender(account).address)
    out.print(f"{holding.owner} in pool {found.address}:", markup=False)
    for name, words in holding.rows():
        out.print(f"  {name:<16} {words}", markup=False)
    out.fact(
        owner=holding.owner,
        pool=found.address,
        shares=holding.shares,
        worth_token_units=holding.worth,
        notice_shares=holding.noticed,
        notice_ready_at=holding.ready_at,
        may_leave_shares=holding.may_leave,
        why_not_more=holding.why_not_more(),
    )


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
