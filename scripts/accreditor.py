"""Accreditor and sentinel: who may bill, and the brake. `brownie run accreditor` lists the actions."""

from __future__ import annotations

import sys
from typing import Annotated

from typer import Option

from salus.chain import accreditation, events
from salus.command.values import address, day, document_hash
from scripts._session import Session
from scripts._words import AccountName, Actor, ProviderNumber, out

actor = Actor(
    "accreditor", "accredits hospitals, pharmacies and laboratories, and can hold claims for review"
)


def main() -> None:
    actor.list()


@actor.action
def accredit(
    admin: Annotated[str, address("the provider's own account, which manages its keys")],
    from_day: Annotated[int, day("first day of accreditation")],
    until: Annotated[int, day("first day without")],
    licence: Annotated[bytes, document_hash("the licence document")],
    account: AccountName = None,
) -> None:
    """Accredits a new provider and says its number."""
    session = Session()
    action = accreditation.accredit(session.chain, admin=admin, from_=from_day, until=until, licence=licence)
    (receipt,) = session.act(action, session.sender(account))
    (accredited,) = session.chain.events(events.ProviderAccredited, receipt)
    out.print(f"The provider's number is {accredited.provider}.")


@actor.action
def renew(
    provider: ProviderNumber,
    from_day: Annotated[int, day("first day of the new window")],
    until: Annotated[int, day("first day without")],
    licence: Annotated[bytes, document_hash("the licence document")],
    account: AccountName = None,
) -> None:
    """Extends an accreditation, or opens a new window after a gap."""
    session = Session()
    action = accreditation.renew(
        session.chain, provider=provider, from_=from_day, until=until, licence=licence
    )
    session.act(action, session.sender(account))


@actor.action
def end(
    provider: ProviderNumber,
    until: Annotated[int, day("first day without; today at the earliest")],
    account: AccountName = None,
) -> None:
    """Ends an accreditation. Care given before stays payable."""
    session = Session()
    session.act(accreditation.end(session.chain, provider=provider, until=until), session.sender(account))


@actor.action
def suspend(
    provider: ProviderNumber,
    lift: Annotated[bool, Option(help="end the suspension")] = False,
    account: AccountName = None,
) -> None:
    """Holds every new line of a provider for review, or ends that."""
    session = Session()
    action = accreditation.suspend(session.chain, provider=provider, suspended=not lift)
    session.act(action, session.sender(account))


@actor.action
def set_admin(
    provider: ProviderNumber,
    admin: Annotated[str, address("the new one")],
    account: AccountName = None,
) -> None:
    """Names another admin account for a provider, for one that is lost or gone."""
    session = Session()
    action = accreditation.set_admin(session.chain, provider=provider, admin=admin)
    session.act(action, session.sender(account))


@actor.action
def safe_mode(
    desk: Annotated[str | None, address("another claim desk than the suite's own")] = None,
    account: AccountName = None,
) -> None:
    """Holds every new claim for review, for seven days (the sentinel's)."""
    session = Session()
    session.act(accreditation.safe_mode(session.chain, desk=desk), session.sender(account))


if __name__ == "__main__":
    actor.main(sys.argv[1:], globals())
