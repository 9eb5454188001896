"""The command line of the actors: `brownie run <actor> <action> name=value …`.

An action is a function whose parameters are options of typer; its docstring is its help. `brownie run` hands
a script plain words and refuses options, so `name=value` stands for `--name=value`. `<actor>` alone lists the
actions, and the word `help` explains one. Every error ends as one line and exit code 1.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import requests
import typer
from dotenv import load_dotenv
from rich.console import Console

from salus.base.errors import InputError, SalusError
from salus.chain.unreachable import unreachable
from salus.command import values
from salus.command.usage import as_input_error

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
INTERRUPTED = 130
ENVIRONMENT = Path(__file__).resolve().parent.parent / ".env"
YES, NO = ("yes", "y", "true", "t", "on", "1"), ("no", "n", "false", "f", "off", "0")
EPILOG = "Write each option as a word: days=30 for --days 30, dry_run=yes for --dry-run."

ProviderNumber = Annotated[
    int, typer.Option(min=1, max=2**64 - 1, help="the provider's number in the registry")
]
TableName = Annotated[
    str, typer.Option(help="a shipped benefit table (family, critical-illness) or a YAML file")
]
AccountName = Annotated[
    str | None,
    typer.Option(
        help="who sends: a keystore, or on a local chain the number of an account; else SALUS_ACCOUNT"
    ),
]
ContractWallet = Annotated[
    str | None,
    values.address(
        "a contract wallet (ERC-1271) in whose name the key signs, and which must accept the signature"
    ),
]


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
            with one_line_errors():
                read_environment()
                self._run(known, words)

        return run

    def list(self) -> None:
        """Says what the actor can do."""
        out.print(f"[bold]{self.name}[/]: {self.purpose}\n")
        for name, function in self.actions.items():
            out.print(f"  [bold]{name:<16}[/] {inspect.getdoc(function).splitlines()[0]}")
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

    def _run(self, function: Callable[..., None], words: Sequence[str]) -> None:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(options_metavar="name=value …", epilog=EPILOG)(function)
        command = typer.main.get_command(app)
        name = function.__name__
        try:
            with command.make_context(
                f"brownie run {self.name} {name}", _options(words, function)
            ) as context:
                command.invoke(context)
        except typer.Exit as done:
            raise SystemExit(done.exit_code) from None
        except typer.TyperException as error:
            raise as_input_error(error, name) from None


def _options(words: Sequence[str], function: Callable[..., None]) -> list[str]:
    """The words as options of typer; options are passed on as they are."""
    if "help" in words:
        return ["--help"]
    if any(word.startswith("-") for word in words):
        return list(words)
    known = inspect.signature(function, eval_str=True).parameters
    options: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        parameter = known.get(name.replace("-", "_"))
        if parameter is None:
            raise InputError(
                f"{name if equals else 'a word'} is no parameter of {function.__name__}",
                remedy=f"it takes {', '.join(known) or 'none'}; the word help explains them",
            )
        options += _option(name, value if equals else "yes", parameter.annotation)
    return options


def _option(name: str, value: str, annotation: Any) -> list[str]:
    option, kind = f"--{name.replace('_', '-')}", getattr(annotation, "__origin__", annotation)
    if kind is bool:
        if value.lower() not in (*YES, *NO):
            raise InputError("is neither yes nor no", field=name, remedy="correct it")
        return [option if value.lower() in YES else option.replace("--", "--no-", 1)]
    if kind == list[str]:
        return [f"{option}={part.strip()}" for part in value.split(",") if part.strip()] or [f"{option}="]
    return [f"{option}={value}"]


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
