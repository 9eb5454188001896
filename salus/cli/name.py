"""The user's own names, in place of addresses, numbers and ids. `salus name` lists the actions."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Argument, Option

from salus.base.errors import InputError
from salus.chain import names
from salus.chain.names import KINDS, Name, Names, Value
from salus.cli.actor import Actor
from salus.cli.named import chain_id
from salus.cli.output import out
from salus.cli.session import Session
from salus.cli.settings import Settings

actor = Actor("name")

OneName = Annotated[str, Argument(metavar="NAME", help="begins with a letter", show_default=False)]
ChainId = Annotated[
    int | None, Option("--chain-id", min=1, help="the chain that the name is for; else that of the node")
]


def _value(metavar: str, text: str) -> Any:
    return Argument(metavar=metavar, help=text, show_default=False)


@actor.action
def pool(
    name: OneName,
    value: Annotated[str, _value("ADDRESS", "of the pool")],
    chain: ChainId = None,
) -> None:
    """Names a pool.

    Example:
        salus name pool family 0x…
    """
    _add("pool", name, value, chain)


@actor.action
def provider(
    name: OneName,
    value: Annotated[str, _value("NUMBER", "of the provider in the registry")],
    chain: ChainId = None,
) -> None:
    """Names a provider.

    Example:
        salus name provider lakeside 1
    """
    _add("provider", name, value, chain)


@actor.action
def policy(
    name: OneName,
    value: Annotated[str, _value("0x…", "id of the policy")],
    chain: ChainId = None,
) -> None:
    """Names a policy.

    Example:
        salus name policy our-year 0x…
    """
    _add("policy", name, value, chain)


@actor.action
def account(
    name: OneName,
    value: Annotated[str, _value("ADDRESS", "of an account or a token")],
    chain: ChainId = None,
) -> None:
    """Names an account, a token or any other address.

    Example:
        salus name account treasury 0x…
    """
    _add("account", name, value, chain)


@actor.action
def list_() -> None:
    """Lists all names, of every chain.

    Example:
        salus name list
    """
    listed = Names.load(Settings.current().names).listed
    for one in listed:
        out.print(f"  {one.chain_id:<10} {one.kind:<10} {one.name:<24} {one.value}", markup=False)
        out.entry("names", chain=one.chain_id, kind=one.kind, name=one.name, value=one.value)
    if not listed:
        out.print("There are no names yet: salus name pool <name> <address> gives the first.")


@actor.action
def remove(
    kind: Annotated[str, Argument(metavar="|".join(KINDS), help="what it is a name of", show_default=False)],
    name: OneName,
    chain: ChainId = None,
) -> None:
    """Takes a name away.

    Example:
        salus name remove pool family
    """
    path = Settings.current().names[-1]
    names.remove(path, chain or chain_id(), kind, name)
    out.print(f"{name} is no name any more.", markup=False)


def _add(kind: str, name: str, value: str, chain: int | None) -> None:
    names.check_name(name)
    checked = names.checked(kind, value.strip())
    if chain is None:
        _check_exists(kind, checked)
    path, place = Settings.current().names[-1], chain or chain_id()
    is_new = names.add(path, Name(place, kind, name, checked))
    words = "stands for" if is_new else "stands already for"
    out.print(f"{name} {words} {kind} {checked} on chain {place}, in {path}.", markup=False)
    out.fact(chain=place, kind=kind, name=name, value=checked, file=path)


def _check_exists(kind: str, value: Value) -> None:
    """Raises ChainError or InputError if the suite on the chain in use has no such thing."""
    chain = Session().chain
    if kind == "pool":
        chain.pool(str(value))
    if kind == "provider" and not int(chain.providers.functions.providerOf(value).call()[0], 16):
        raise InputError(
            f"{value} is no provider", field="provider", remedy="salus list providers shows them"
        )
    if kind == "policy" and not chain.book.functions.accountOf(bytes.fromhex(str(value)[2:])).call()[4]:
        raise InputError(
            "is no policy of this suite", field="policy", remedy="salus list policies shows them"
        )
