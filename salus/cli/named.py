"""The user's names for pools, providers, policies and accounts, in the options of every action."""

from __future__ import annotations

from typing import Any

from salus.base.errors import InputError
from salus.chain.keystore import keystore_address, numbered_account
from salus.chain.names import Names
from salus.chain.network import Network
from salus.cli.settings import Settings
from salus.cli.usage import CallError


class Named(str):
    """A word that was typed in place of an address, a number or an id."""

    __slots__ = ("kind",)

    def __new__(cls, kind: str, text: str) -> Named:
        word = super().__new__(cls, text)
        word.kind = kind
        return word

    kind: str
    """What it must be a name of: see `salus.chain.names.KINDS`."""


def resolved(given: dict[str, Any]) -> dict[str, Any]:
    """The options of an action, with what each name stands for on the chain in use.

    Raises CallError, naming the option, for a name that stands for nothing there.
    """
    if not any(map(_has_names, given.values())):
        return given
    names = Names.load(Settings.current().names)
    return {option: _resolved(option, value, names) for option, value in given.items()}


def chain_id() -> int:
    """Of the chain in use, without its contracts."""
    from salus.chain.node import connect

    endpoint = Settings.current().endpoint()
    return endpoint.chain_id or int(connect(endpoint.url).eth.chain_id)


def _own_account(word: str) -> str | None:
    """The address of a keystore, or of one of the node's accounts by its number on a local chain."""
    settings = Settings.current()
    if not word.isdecimal():
        return keystore_address(word, settings.keystores)
    from salus.chain.node import connect

    w3 = connect(settings.endpoint().url)
    if Network.of(w3.eth.chain_id).is_live:
        raise InputError(
            "is a number, which names an account on a local chain only", remedy="give its address"
        )
    return numbered_account(w3, int(word))


def _has_names(value: Any) -> bool:
    return isinstance(value, Named) or (isinstance(value, list) and any(map(_has_names, value)))


def _resolved(option: str, value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_resolved(option, part, names) for part in value]
    if not isinstance(value, Named):
        return value
    try:
        own = _own_account(str(value)) if value.kind == "account" else None
        if own and names.knows(value.kind, str(value)):
            raise InputError(
                "is the name of a keystore and one of `salus name`, for different things",
                remedy="give the address, or rename one of them",
            )
        if own:
            return own
        names.check_known(value.kind, str(value))  # needs no node
        found = names.resolve(value.kind, str(value), chain_id())
    except InputError as error:
        raise CallError(error.message, field=option, remedy=error.remedy) from None
    return bytes.fromhex(str(found)[2:]) if value.kind == "policy" else found
