"""A wrong call, reported like every other error and without the values typed, which may be secrets in the
wrong place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import typer

from salus.base.errors import InputError
from salus.base.plain_words import plain_words


class CallError(InputError):
    """A word, an option or a setting of the command is missing or cannot be used."""


def as_call_error(error: typer.TyperException, command: str) -> CallError:
    """What typer found wrong with the words of a command; names the parameter and not its value."""
    parameter = getattr(error, "param", None)
    name = parameter.name if parameter is not None else None
    if parameter is not None and not error.message:
        option = parameter.opts[0] if parameter.opts else name
        return CallError(f"{command} needs {option}", remedy=f"{command} --help explains its parameters")
    # what stands in parentheses was typed
    message = error.message.partition(" (")[0] if name is None else error.message
    message = message.removeprefix("Value error, ").removesuffix(".")
    message = plain_words(re.sub(r"^'.*' is not one of", "is not one of", message))
    if name is None and message.lower().startswith("no such option"):
        option = message.rpartition(" ")[2].lstrip("-")
        message = f"no such option: --{option}" if _is_name(option) else "no such option"
    return CallError(message[:1].lower() + message[1:], field=name, remedy="correct it")


def unknown(word: str, what: str, known: Iterable[str], *, file: str | None = None) -> CallError:
    """A mistyped name, with what was probably meant. What does not look like a name is not shown."""
    names = list(known)
    shown = word if _is_name(word) else "a word"
    near = difflib.get_close_matches(word, names, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return CallError(f"{shown} is no {what}{meant}", file=file, remedy=f"there are {', '.join(names)}")


def _is_name(word: str) -> bool:
    """Whether a word can be shown: it looks like a name, and not like a key."""
    return re.fullmatch(r"[A-Za-z][A-Za-z_-]{0,24}", word) is not None
