"""Accreditor and sentinel: who may bill, and the brake. `salus accreditor` lists the actions."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from salus.chain import accreditation, events
from salus.cli.actor import Actor
from salus.cli.options import AccountName, ProviderNumber
from salus.cli.output import out
from salus.cli.session import Session
from salus.cli.values import address, day, document_hash, last_day

actor = Actor("accreditor")


@actor.action
def accredit(
    admin: Annotated[str, address("the provider's own account, which manages its keys")],
    from_day: Annotated[int, day("first day of accreditation")],
    until: Annotated[int, last_day("last day of accreditation")],
    licence: Annotated[bytes, document_hash("the licence document")],
    account: AccountName = None,
) -> None:
    """Accredits a new provider and says its number.

    Example:
        salus accreditor accredit --admin 0x… --from-day 2027-01-01 --until 2031-12-31 \\
            --licence licence.pdf --account accreditor
    """
    session = Session()
    action = accreditation.accredit(session.chain, admin=admin, from_=from_day, until=until, licence=licence)
    (receipt,) = session.act(action, session.sender(account))
    (accredited,) = session.chain.events(events.ProviderAccredited, receipt)
    out.fact(provider=accredited.provider)
    out.print(f"The provider's number is {accredited.provider}.")


@actor.action
def renew(
    provider: ProviderNumber,
    from_day: Annotated[int, day("first day of the new window")],
    until: Annotated[int, last_day("last day of accreditation")],
    licence: Annotated[bytes, document_hash("the licence document")],
    account: AccountName = None,
) -> None:
    """Extends an accreditation, or opens a new window after a gap.

    Example:
        salus accreditor renew --provider 1 --from-day 2032-01-01 --until 2036-12-31 \\
            --licence licence.pdf --account accreditor
    """
    session = Session()
    action = accreditation.renew(
        session.chain, provider=provider, from_=from_day, until=until, licence=licence
    )
    session.act(action, session.sender(account))


@actor.action
def end(
    provider: ProviderNumber,
    until: Annotated[int, last_day("last day of accreditation; yesterday ends it at once")],
    account: AccountName = None,
) -> None:
    """Ends an accreditation. Care given before stays payable.

    Example:
        salus accreditor end --provider 1 --until 2027-06-30 --account accreditor
    """
    session = Session()
    session.act(accreditation.end(session.chain, provider=provider, until=until), session.sender(account))


@actor.action
def suspend(
    provider: ProviderNumber,
    lift: Annotated[bool, Option(help="end the suspension")] = False,
    account: AccountName = None,
) -> None:
    """Holds every new line of a provider for review, or ends that.

    Example:
        salus accreditor suspend --provider 1 --account accreditor
    """
    session = Session()
    action = accreditation.suspend(session.chain, provider=provider, suspended=not lift)
    session.act(action, session.sender(account))


@actor.action
def set_admin(
    provider: ProviderNumber,
    admin: Annotated[str, address("the new one")],
    account: AccountName = None,
) -> None:
    """Names another admin account for a provider, for one that is lost or gone.

    Example:
        salus accreditor set-admin --provider 1 --admin 0x… --account accreditor
    """
    session = Session()
    action = accreditation.set_admin(session.chain, provider=provider, admin=admin)
    session.act(action, session.sender(account))


@actor.action
def safe_mode(
    desk: Annotated[str | None, address("another claim desk than the suite's own")] = None,
    account: AccountName = None,
) -> None:
    """Holds every new claim for review, for seven days (the sentinel's).

    Example:
        salus accreditor safe-mode --account sentinel
    """
    session = Session()
    session.act(accreditation.safe_mode(session.chain, desk=desk), session.sender(account))
