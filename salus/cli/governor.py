"""Governor: roles, desks, assets and the brakes. `salus governor` lists the actions.

On a live network the governor has a delay: an action is announced first, and the same command, run again when
the delay is over, does it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from typer import Option

from salus.base.days import DAY_SECONDS, moment_words, span_words
from salus.chain import Chain, governing, roles
from salus.chain.manifest import GOVERNED, Role
from salus.cli.actor import Actor
from salus.cli.options import AccountName
from salus.cli.output import out
from salus.cli.session import Session
from salus.cli.values import address, hex32

actor = Actor("governor")

RoleName = Annotated[
    Literal["GOVERNOR", "ACCREDITOR", "SENTINEL"],
    Option(case_sensitive=False, help="governor, accreditor or sentinel"),
]
Holder = Annotated[str, address("the account")]
Asset = Annotated[str, address("the token")]
Desk = Annotated[str, address("the claim desk")]


@actor.action
def status() -> None:
    """Says who holds which role, and what is announced.

    Example:
        salus governor status
    """
    chain = Session().chain
    out.fact(roles=[], closed=[], announced=[])
    for holder in roles.holders(chain):
        out.entry(
            "roles", role=roles.name_of(holder.role), account=holder.account, delay_seconds=holder.delay
        )
        delay = f"announces {span_words(holder.delay)} ahead" if holder.delay else "acts at once"
        out.print(f"  {roles.name_of(holder.role):<12} {holder.account}  {delay}", markup=False)
    for contract in GOVERNED:
        if chain.manager.functions.isTargetClosed(chain.addresses.address(contract)).call():
            out.entry("closed", contract=contract)
            out.print(f"  {contract} is closed for every role.")
    pending = list(roles.announced(chain))
    for one in pending:
        _tell(chain, one)
    if not pending:
        out.print("Nothing is announced.")


@actor.action
def list_asset(
    asset: Asset,
    currency: Annotated[str, Option(help="that it stands for, ISO 4217, such as USD")],
    account: AccountName = None,
) -> None:
    """Lets new pools hold a token.

    Example:
        salus governor list-asset --asset 0x… --currency USD --account governor
    """
    session = Session()
    action = governing.list_asset(session.chain, asset=asset, currency=currency)
    session.act(action, session.sender(account))


@actor.action
def delist_asset(asset: Asset, account: AccountName = None) -> None:
    """Stops new pools of a token; those that hold it go on.

    Example:
        salus governor delist-asset --asset 0x… --account governor
    """
    session = Session()
    session.act(governing.delist_asset(session.chain, asset=asset), session.sender(account))


@actor.action
def list_desk(desk: Desk, account: AccountName = None) -> None:
    """Lets a claim desk, for instance of a later version, write bill lines.

    Example:
        salus governor list-desk --desk 0x… --account governor
    """
    session = Session()
    session.act(governing.list_desk(session.chain, desk=desk), session.sender(account))


@actor.action
def retire_desk(desk: Desk, account: AccountName = None) -> None:
    """Ends a desk's new claims; what it has decided is settled as before.

    Example:
        salus governor retire-desk --desk 0x… --account governor
    """
    session = Session()
    session.act(governing.retire_desk(session.chain, desk=desk), session.sender(account))


@actor.action
def grant_role(
    role: RoleName,
    holder: Holder,
    delay_days: Annotated[
        int | None,
        Option(
            min=0,
            max=governing.LONGEST_DELAY_DAYS,
            help="days between announcing and acting; a governor's without it: the network's, else 0",
        ),
    ] = None,
    account: AccountName = None,
) -> None:
    """Gives a role to an account, or changes the account's delay.

    Example:
        salus governor grant-role --role ACCREDITOR --holder 0x… --account governor
    """
    session, given = Session(), Role[role]
    delay = session.network.usual_delay(given) if delay_days is None else delay_days * DAY_SECONDS
    action = governing.grant_role(session.chain, role=given, holder=holder, delay=delay)
    session.act(action, session.sender(account))


@actor.action
def revoke_role(role: RoleName, holder: Holder, account: AccountName = None) -> None:
    """Takes a role from an account; the last governor stays.

    Example:
        salus governor revoke-role --role SENTINEL --holder 0x… --account governor
    """
    session = Session()
    action = governing.revoke_role(session.chain, role=Role[role], holder=holder)
    session.act(action, session.sender(account))


@actor.action
def close(
    contract: Annotated[Literal["ProviderRegistry", "RiskPoolFactory"], Option(help="the contract")],
    reopen: Annotated[bool, Option(help="open it again")] = False,
    account: AccountName = None,
) -> None:
    """Closes what roles may call in a contract, safe mode included, or opens it again.

    Example:
        salus governor close --contract ProviderRegistry --account governor
    """
    session = Session()
    action = governing.close(session.chain, contract=contract, closed=not reopen)
    session.act(action, session.sender(account))


@actor.action
def cancel(
    operation: Annotated[bytes, hex32("of what is announced, as `status` shows it")],
    account: AccountName = None,
) -> None:
    """Cancels what was announced: one's own, or as governor anybody's. Needs no notice.

    Example:
        salus governor cancel --operation 0x… --account governor
    """
    session = Session()
    session.act(governing.cancel(session.chain, operation=operation), session.sender(account))


def _tell(chain: Chain, one: roles.Announced) -> None:
    call = roles.call_words(chain, one.target, one.data)
    out.entry(
        "announced",
        caller=one.caller,
        call=call,
        operation=one.operation,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
    )
    span = f"from {moment_words(one.opens_at)} to before {moment_words(one.closes_at)}"
    out.print(f"  Announced by {one.caller}, {span}:", markup=False)
    out.print(f"    {call}", markup=False)
    out.print(f"    operation=0x{one.operation.hex()}", markup=False)
