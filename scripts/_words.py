"""The command line of the actors: `brownie run <actor> <action> name=value …`.

`brownie run` hands a script plain words and refuses options, so parameters are written name=value. An
action is a function whose annotated parameters say how a word is read; its docstring is its help.
`<actor>` alone lists the actions, and the word `help` explains one. Every error ends as one line and exit
code 1.
"""

from __future__ import annotations

import functools
import inspect
import os
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, NoReturn

import requests
from dotenv import load_dotenv
from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from rich.console import Console

from salus import product
from salus.base import days
from salus.base.errors import InputError, SalusError
from salus.chain.unreachable import unreachable
from salus.crypto import records
from salus.crypto.abi import AddressCodec
from salus.product import Table

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
INTERRUPTED = 130
ENVIRONMENT = Path(__file__).resolve().parent.parent / ".env"


class Actor:
    """The actions of one actor."""

    def __init__(self, name: str, purpose: str) -> None:
        self.name = name
        self.purpose = purpose
        self.actions: dict[str, Callable[..., None]] = {}

    def action(self, function: Callable[..., None]) -> Callable[..., None]:
        """Makes a function an action that takes words."""
        # `brownie run` compiles the function a second time, without its docstring: the first one explains
        known = self.actions.setdefault(function.__name__, function)

        @functools.wraps(function)
        def run(*words: str) -> None:
            if "help" in words or "--help" in words:
                self._explain(known)
                raise SystemExit(0)
            with one_line_errors():
                read_environment()
                function(**_read(words, function))

        return run

    def list(self) -> None:
        """Says what the actor can do."""
        out.print(f"[bold]{self.name}[/]: {self.purpose}\n")
        for name, function in self.actions.items():
            out.print(f"  [bold]{name:<16}[/] {_first_line(function)}")
        out.print(f"\n  brownie run {self.name} <action> help        explains one, with its parameters")
        out.print(f"  brownie run {self.name} <action> name=value …")

    def main(self, words: Sequence[str], module: dict[str, Any]) -> None:
        """For `python -m scripts.<actor>`."""
        if not words or words[0] in ("help", "--help"):
            self.list()
        elif words[0] in self.actions:
            module[words[0]](*words[1:])
        else:
            fail(f"{words[0]} is no action of {self.name}; it knows {', '.join(self.actions)}")

    def _explain(self, function: Callable[..., None]) -> None:
        out.print(f"[bold]brownie run {self.name} {function.__name__}[/] name=value …\n")
        out.print(inspect.cleandoc(function.__doc__ or "") + "\n")
        for name, parameter, words in _parameters(function):
            default = parameter.default
            if default is inspect.Parameter.empty:
                optional = ""
            elif isinstance(default, bool) or default is None:
                optional = " (optional)"
            else:
                optional = f" (optional, else {default})"
            out.print(f"  [bold]{name:<16}[/] {words}{optional}")


def read_environment() -> None:
    """Takes from `.env` what is not set in the environment: once, before anything looks a variable up."""
    load_dotenv(ENVIRONMENT)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What goes wrong inside ends the program with one line that says what to do."""
    try:
        yield
    except KeyboardInterrupt:
        err.print("\nStopped. Nothing is lost: run the same command again, and it goes on from here.")
        raise SystemExit(INTERRUPTED) from None
    except SalusError as error:
        fail(str(error))
    except requests.RequestException as error:
        # of Brownie's own connection; to Python it is an OSError, as if a file were at fault
        fail(str(unreachable(error)))
    except OSError as error:
        reason = (error.strerror or "cannot be used").lower()
        fail(f"{error.filename or 'a file'}: {reason}; correct it and run again")
    except Exception as error:
        # the last line of defence: a traceback may show what nobody should see
        if os.environ.get("SALUS_TRACEBACK"):
            raise
        kind = type(error).__name__
        fail(f"something unforeseen went wrong ({kind}); run again with SALUS_TRACEBACK=1 and report it")


def fail(message: str) -> NoReturn:
    """Ends the program with one line."""
    err.print(f"Error: {message}", markup=False, style="red")
    raise SystemExit(1)


def _read(words: Sequence[str], function: Callable[..., None]) -> dict[str, Any]:
    known = {name: parameter for name, parameter, _ in _parameters(function)}
    hints = typing.get_type_hints(function, include_extras=True)
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if name not in known:
            raise InputError(
                f"{name} is no parameter of {function.__name__}",
                remedy=f"it takes {', '.join(known) or 'none'}; the word help explains them",
            )
        given[name] = _value(name, value if equals else "yes", hints[name])
    missing = [n for n, p in known.items() if p.default is inspect.Parameter.empty and n not in given]
    if missing:
        raise InputError(
            f"{function.__name__} needs {' and '.join(f'{name}=…' for name in missing)}",
            remedy="the word help explains them",
        )
    return given


def _value(name: str, text: str, hint: Any) -> Any:
    try:
        return TypeAdapter(hint).validate_python(text)
    except InputError as error:
        # such a word may be a secret in the wrong place, and is not shown
        raise InputError(error.message, field=name, remedy="correct it") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        said = first["ctx"]["error"] if first["type"] == "value_error" else first["msg"].lower()
        raise InputError(f"{text!r}: {said}", field=name, remedy="correct it") from None


def _parameters(function: Callable[..., None]) -> Iterator[tuple[str, inspect.Parameter, str]]:
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        words = [part for part in getattr(hints[name], "__metadata__", ()) if isinstance(part, str)]
        yield name, parameter, "; ".join(reversed(words))


def _first_line(function: Callable[..., None]) -> str:
    return (function.__doc__ or "").strip().splitlines()[0]


# What a word can be


def _address(text: str) -> str:
    return AddressCodec().normalise(text)


def _day(text: str) -> int:
    try:
        return _since_1970(days.civil_day(text))
    except InputError as error:
        raise ValueError(error.message) from None


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date or a time such as 2027-01-31T12:00") from None
    return _since_1970(int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


def _since_1970(count: int) -> int:
    if count < 0:
        raise ValueError("lies before 1970, which no chain can count")
    return count


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ValueError("is not an amount such as 1200.50") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError("is not an amount of 0 or more")
    return amount


def _hex32(text: str) -> bytes:
    try:
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise ValueError("is not hexadecimal") from None
    if len(value) != 32:
        raise ValueError("is not 32 bytes (64 hexadecimal digits)")
    return value


def _document(text: str) -> bytes:
    return sha256(Path(text).read_bytes()).digest()


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _age_key(text: str) -> str:
    records.check_recipient(text)
    return text


def _some(names: list[str]) -> list[str]:
    if not names:
        raise ValueError("names none")
    return names


Address = Annotated[str, BeforeValidator(_address), "an address, 0x…"]
Day = Annotated[int, BeforeValidator(_day), "a day, YYYY-MM-DD"]
Moment = Annotated[int, BeforeValidator(_moment), "a day or a time (UTC unless it says otherwise)"]
Amount = Annotated[Decimal, BeforeValidator(_amount), "in the currency, such as 1200.50"]
Hex32 = Annotated[bytes, BeforeValidator(_hex32), "0x and 64 hexadecimal digits"]
DocumentHash = Annotated[bytes, BeforeValidator(_document), "a file; its SHA-256 goes to the chain"]
Names = Annotated[list[str], BeforeValidator(_names), "separated by commas"]
AgeKey = Annotated[str, AfterValidator(_age_key)]
AgeKeys = Annotated[list[AgeKey], BeforeValidator(_names), AfterValidator(_some), "separated by commas"]
ProviderNumber = Annotated[int, Field(ge=1, lt=2**64), "the provider's number in the registry"]
Shares = Annotated[int, Field(ge=0, lt=2**192)]
TableName = Annotated[str, "a shipped benefit table (family, critical-illness) or a YAML file"]
AccountName = Annotated[
    str | None,
    "who sends: a keystore, or on a local chain the number of an account; else SALUS_ACCOUNT",
]

ContractWallet = Annotated[
    Address | None,
    "a contract wallet (ERC-1271) in whose name the key signs; it is asked whether it accepts the signature",
]


def table_of(name: str, *, verify: bool = False) -> Table:
    """A benefit table by its shipped name, or the YAML file of that path. A shipped one is known to be sound,
    and checked only to `verify`."""
    is_file = name.endswith((".yaml", ".yml"))
    return product.load(name) if is_file else product.shipped(name, verify=verify)
