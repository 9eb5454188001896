"""A contract's answers: its typed errors with their arguments, and its events."""

from __future__ import annotations

from typing import Any

from brownie import reverts
from brownie.convert.datatypes import HexString


def refuses(error: str, *arguments: Any) -> Any:
    """Expects the contract to revert with this error and exactly these arguments."""
    return reverts(refusal(error, *arguments))


def refusal(error: str, *arguments: Any) -> str:
    """Returns a typed error as Brownie writes it."""
    return f"{error}: {', '.join(map(_text, arguments))}"


def emitted(transaction: Any, name: str, by: Any = None) -> dict[str, Any]:
    """Returns the arguments of the only event of that name, or of that contract; bytes as bytes."""
    (event,) = (
        event[0]
        for event in transaction.events
        if event.name == name and (by is None or event.address == by.address)
    )
    return {key: bytes(value) if isinstance(value, HexString) else value for key, value in event.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool | int | bytes):
        return str(value)
    return str(getattr(value, "address", value)).lower()
