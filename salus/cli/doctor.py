"""`salus doctor`: whether everything stands ready, and what to do where it does not."""

from __future__ import annotations

import os
from typing import Annotated

from rich.text import Text
from typer import Option

from salus.base.errors import InputError, NodeUnreachable
from salus.chain.asset import LOCAL_CHAINS
from salus.chain.health import Check, Health, Subject, examine
from salus.chain.keystore import address_of
from salus.cli import values
from salus.cli.actor import Actor
from salus.cli.ending import NEEDS_YOU, OUT_OF_REACH
from salus.cli.output import out
from salus.cli.session import at_endpoint
from salus.cli.settings import Settings

actor = Actor("salus")
_STYLES = {Health.OK: "green", Health.WARNING: "yellow", Health.FAULT: "red"}


@actor.action
def doctor(
    provider: Annotated[int | None, values.provider("a provider whose work is looked at")] = None,
    attestor: Annotated[
        str | None, values.address("the provider's seal key; else that of SALUS_ATTESTOR_KEY")
    ] = None,
    sender: Annotated[
        str | None,
        Option("--account", help="who pays fees: an address, a keystore, or an account of a local chain"),
    ] = None,
) -> None:
    """Checks node, chain, contracts, roles, accreditation, keys, clock and balance. Sends nothing.

    Ends with 1 if something is at fault and with 4 if the node is out of reach; each fault says what to do.

    Example:
        salus doctor --provider 1 --account front-desk
    """
    try:
        endpoint = at_endpoint()
    except NodeUnreachable as error:
        words, error.remedy = error.remedy, None
        _show([Check("node", Health.FAULT, str(error), words)])
        raise SystemExit(OUT_OF_REACH) from None
    account, unknown = _account(sender, endpoint.url, endpoint.chain_id)
    subject = Subject(account=account, provider=provider, attestor=attestor or _seal_key(provider))
    found = list(unknown)
    _show(unknown)
    for check in examine(endpoint.url, subject, chain_id=endpoint.chain_id):
        found.append(check)
        _show([check])
    faults = [check for check in found if check.state is Health.FAULT]
    out.fact(faults=len(faults))
    if any(check.name == "node" for check in faults):
        raise SystemExit(OUT_OF_REACH)
    if faults:
        out.print(f"{len(faults)} of {len(found)} checks are at fault.")
        raise SystemExit(NEEDS_YOU)
    out.print(f"All is ready: {len(found)} checks.")


def _show(checks: list[Check]) -> None:
    for check in checks:
        out.entry("checks", name=check.name, state=check.state, words=check.words, remedy=check.remedy)
        line = Text.assemble((f"{check.state:<8}", _STYLES[check.state]), f"{check.name}: {check.words}")
        out.print(line)
        if check.remedy:
            out.print(f"        → {check.remedy}", markup=False)


def _account(name: str | None, url: str, chain_id: int | None) -> tuple[str | None, list[Check]]:
    """The address of who sends, as far as it is known without a password."""
    name = name or Settings.current().account
    if name and name.isdigit() and (chain_id is None or chain_id in LOCAL_CHAINS):
        return _of_the_node(int(name), url), []
    try:
        return address_of(name, variable="SALUS_PRIVATE_KEY", folders=Settings.current().keystores), []
    except InputError as error:
        remedy, error.remedy = error.remedy, None
        return None, [Check("account", Health.FAULT, str(error), remedy)]


def _of_the_node(number: int, url: str) -> str | None:
    from salus.base.errors import SalusError
    from salus.chain.node import connect

    try:
        accounts = connect(url).eth.accounts
    except SalusError:
        return None  # the first check says it
    return str(accounts[number]) if number < len(accounts) else None


def _seal_key(provider: int | None) -> str | None:
    if provider is None or not os.environ.get("SALUS_ATTESTOR_KEY"):
        return None
    try:
        return address_of(None, variable="SALUS_ATTESTOR_KEY", folders=())
    except InputError:
        return None
