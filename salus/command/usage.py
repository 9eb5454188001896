"""A mistyped command as an InputError, so that it is reported like every other error."""

from __future__ import annotations

import typer

from salus.base.errors import InputError


def as_input_error(error: typer.TyperException, command: str) -> InputError:
    """Names the parameter and not its value, which may be a secret in the wrong place."""
    parameter = getattr(error, "param", None)
    name = parameter.name if parameter is not None else None
    if name and not error.message:
        return InputError(f"{command} needs {name}=…", remedy="the word help explains its parameters")
    # what stands in parentheses was typed
    message = error.message.partition(" (")[0] if name is None else error.message
    message = message.removeprefix("Value error, ").removesuffix(".")
    return InputError(message[:1].lower() + message[1:], field=name, remedy="correct it")
