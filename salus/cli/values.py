"""The values that a command line takes, as options of typer.

A parameter is written `pool: Annotated[str, address("the pool")]`. No error shows the value: it may be a
secret that was typed in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import typer

from salus.base import days
from salus.base.errors import InputError
from salus.chain.names import is_name
from salus.cli.named import Named
from salus.crypto.abi import AddressCodec

T = TypeVar("T")
_AMOUNT = re.compile(r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")


def address(help: str, kind: str = "account") -> Any:  # noqa: A002 - as typer calls it
    """An Ethereum address, or the user's name for one; for an account also a keystore's name, or on a local
    chain the number of one of the node's accounts."""
    return _option(_named(kind, AddressCodec().normalise), "ADDRESS|NAME", help)


def provider(help: str, least: int = 1) -> Any:  # noqa: A002
    """The number of a provider, from `least`, or the user's name for one."""
    return _option(_named("provider", lambda text: _number(text, least)), "NUMBER|NAME", help)


def policy(help: str) -> Any:  # noqa: A002
    """The id of a policy, or the user's name for one."""
    return _option(_named("policy", _hex32), "0x…|NAME", f"{help}: 64 hexadecimal digits, or a name")


def day(help: str) -> Any:  # noqa: A002
    """A civil day, as days since 1970."""
    return _option(_day, "YYYY-MM-DD", help)


def last_day(help: str) -> Any:  # noqa: A002
    """A last day, which is included; as the first day after it, which contracts count with."""
    return _option(lambda text: _day(text) + 1, "YYYY-MM-DD", f"{help}, included")


def moment(help: str) -> Any:  # noqa: A002
    """A day or a time, as seconds since 1970."""
    return _option(_moment, "YYYY-MM-DD[THH:MM]", f"{help}; UTC unless it has an offset")


def last_moment(help: str) -> Any:  # noqa: A002
    """A last day, which is included, or a time at which something ends; as the first second after it."""
    return _option(
        _after, "YYYY-MM-DD[THH:MM]", f"{help}: a day, included, or a time; UTC unless it has an offset"
    )


def amount(help: str) -> Any:  # noqa: A002
    """An amount in the currency, such as 1200.50."""
    return _option(_amount, "AMOUNT", help)


def hex32(help: str) -> Any:  # noqa: A002
    """32 bytes in hexadecimal."""
    return _option(_hex32, "0x…", f"{help}: 64 hexadecimal digits")


def document_hash(help: str) -> Any:  # noqa: A002
    """A file, of which only the SHA-256 is used."""
    return _option(_document_hash, "FILE", f"{help}; its SHA-256 goes to the chain")


def age_key(help: str) -> Any:  # noqa: A002
    """A public age key to which records can be sealed."""
    return _option(_age_key, "age1…", help)


def _option(parser: Callable[[str], T], metavar: str, text: str) -> Any:
    @wraps(parser)
    def parse(typed: Any) -> Any:
        if not isinstance(typed, str):
            return typed  # a default
        try:
            return parser(typed.strip())
        except InputError as error:
            raise typer.BadParameter(error.message) from None
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return typer.Option(parser=parse, metavar=metavar, help=text)


def _named(kind: str, parser: Callable[[str], Any]) -> Callable[[str], Any]:
    """Reads a value, or takes what can be a name of it for one; it is looked up when the action runs."""

    def parse(text: str) -> Any:
        try:
            return parser(text)
        except ValueError:
            if not is_name(text) and not (kind == "account" and text.isdecimal() and len(text) < 3):
                raise
            return Named(kind, text)

    return parse


def _number(text: str, least: int) -> int:
    is_number = text.isascii() and text.isdigit()
    if not is_number or not least <= int(text) < 2**64:
        raise ValueError(f"is neither a number from {least} to {2**64 - 1} nor a name")
    return int(text)


def _day(text: str) -> int:
    return _since_1970(days.civil_day(text))


def _moment(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date or a time such as 2027-01-31T12:00") from None
    return _since_1970(int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()))


def _after(text: str) -> int:
    found = _moment(text)
    with suppress(ValueError):
        date.fromisoformat(text)
        found += days.DAY_SECONDS
    return found


def _since_1970(count: int) -> int:
    if count < 0:
        raise ValueError("lies before 1970, which no chain can count")
    return count


def _amount(text: str) -> Decimal:
    # a decimal comma would be a hundred times the amount: a comma stands before three digits only
    if not _AMOUNT.fullmatch(text):
        raise ValueError("is not an amount of 0 or more, such as 1200.50 or 1,200.50")
    return Decimal(text.replace(",", ""))


def _hex32(text: str) -> bytes:
    try:
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise ValueError("is not hexadecimal") from None
    if len(value) != 32:
        raise ValueError("is not 32 bytes (64 hexadecimal digits)")
    return value


def _document_hash(text: str) -> bytes:
    return sha256(Path(text).read_bytes()).digest()


def _age_key(text: str) -> str:
    from salus.crypto import records  # here: it takes a moment to load

    records.check_recipient(text)
    return text
