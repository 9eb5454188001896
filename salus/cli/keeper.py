"""Keeper: does for everyone what anyone may do. `salus keeper` lists the actions."""

from __future__ import annotations

from collections.abc import Iterable

from salus.base.errors import Reverted
from salus.chain import Action, Sender, forget_finished, keeping, pools
from salus.cli.actor import Actor
from salus.cli.options import AccountName, PoolAddress
from salus.cli.output import out
from salus.cli.progress import track
from salus.cli.session import Session

actor = Actor("keeper")


@actor.action
def settle_due(account: AccountName = None) -> None:
    """Pays every held claim whose review window is over.

    Example:
        salus keeper settle-due --account keeper
    """
    session = Session()
    _each(session, keeping.due(session.chain), session.sender(account), "claim", "is due")


@actor.action
def collect_owed(account: AccountName = None) -> None:
    """Pays every owed claim that its pool can pay now.

    Example:
        salus keeper collect-owed --account keeper
    """
    session = Session()
    _each(session, keeping.owed(session.chain), session.sender(account), "owed claim", "can be paid")


@actor.action
def close_due(account: AccountName = None) -> None:
    """Closes every policy that can bring no more claims, and frees its capital.

    Example:
        salus keeper close-due --account keeper
    """
    session = Session()
    _each(session, keeping.closable(session.chain), session.sender(account), "policy", "can be closed")


@actor.action
def accrue(pool: PoolAddress, account: AccountName = None) -> None:
    """Books the premium that a pool has earned until now.

    Example:
        salus keeper accrue --pool 0x… --account keeper
    """
    session = Session()
    session.act(pools.accrue(session.chain.pool(pool)), session.sender(account))


def _each(session: Session, found: Iterable[Action], sender: Sender, what: str, state: str) -> None:
    planned = list(found)
    # what an earlier run has done is not found again, and its note would stay for good
    forget_finished(session.chain)
    out.fact(found=len(planned))
    if not planned:
        out.fact(done=0, refused=0)
        out.print(f"No {what} {state}.")
        return
    session.show(planned, sender)
    session.confirm()
    refused = 0
    for action in track(planned, f"{len(planned)} × {what}"):
        try:
            session.send(action, sender)
        except Reverted as error:
            # somebody else may have been faster, and one that fails stops no other
            refused += 1
            out.print(f"{action.words[0]} {error}", markup=False)
    out.fact(done=len(planned) - refused, refused=refused)
    out.print(f"{len(planned) - refused} done, {refused} refused.")
    if refused:
        raise SystemExit(1)
