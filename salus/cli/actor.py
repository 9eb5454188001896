"""The actions of an actor, as commands of typer.

An action is a function whose parameters are options of typer; its docstring is its help, and the lines of an
`Example:` paragraph at the docstring's end are shown at the end of it. Every action takes the options of
`salus.cli.options.EVERYWHERE` as well.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from salus.cli.named import resolved
from salus.cli.options import EVERYWHERE
from salus.cli.output import out
from salus.cli.settings import Settings
from salus.cli.usage import as_call_error, unknown

if TYPE_CHECKING:
    from typer.core import TyperCommand

Function = TypeVar("Function", bound=Callable[..., None])


@dataclass
class Actor:
    """The actions of one actor, by name as it is typed."""

    name: str
    actions: dict[str, Callable[..., None]] = field(default_factory=dict)

    def action(self, function: Function) -> Function:
        """Makes a function an action. `list_` becomes `list`, `add_key` becomes `add-key`."""
        self.actions[function.__name__.removesuffix("_").replace("_", "-")] = function
        return function

    def command(self, name: str, settings: Settings) -> TyperCommand:
        """The command of an action, with the defaults that the settings give its options."""
        from salus.cli.defaults import defaults_of

        function = self.actions[name]
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        app.command(name, help=_help(function), epilog=_examples(function))(self._runnable(name, settings))
        command: Any = typer.main.get_command(app)
        command.context_settings["default_map"] = defaults_of(self, name, command, settings)
        return command  # type: ignore[no-any-return]

    def take(self, name: str, words: Sequence[str], settings: Settings) -> None:
        """Does an action with options as they are typed. Raises CallError if they are wrong."""
        if name not in self.actions:
            raise unknown(name, f"action of {self.name}", self.actions)
        program = f"salus {self.name} {name}".replace("salus salus", "salus", 1)
        try:
            with self.command(name, settings).make_context(program, list(words)) as context:
                context.command.invoke(context)
        except typer.Exit as done:
            if done.exit_code:
                raise SystemExit(done.exit_code) from None
        except typer.TyperException as error:
            raise as_call_error(error, program) from None

    def _runnable(self, name: str, settings: Settings) -> Callable[..., None]:
        """The action with the global options, which are in force while it runs."""
        function = self.actions[name]
        own = inspect.signature(function, eval_str=True).parameters
        added = {option.name: option for option in EVERYWHERE if option.name not in own}
        if not {"account", "key"} & set(own):  # it neither sends nor signs
            added.pop("dry_run", None)

        def run(**given: Any) -> None:
            chosen = {key: given.pop(key) for key in added}
            with (
                settings.with_flags(**chosen).in_force(),
                out.as_json(chosen["as_json"], f"{self.name} {name}"),
            ):
                function(**resolved(given))

        parameters = [*map(_as_flag, own.values()), *added.values()]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [part.replace(kind=inspect.Parameter.KEYWORD_ONLY) for part in parameters]
        )
        run.__annotations__ = {part.name: part.annotation for part in parameters}
        return run


def _as_flag(parameter: inspect.Parameter) -> inspect.Parameter:
    """A switch without its opposite, which nobody types: `--again`, and no `--no-again`."""
    if getattr(parameter.annotation, "__origin__", None) is not bool:
        return parameter
    (option,) = parameter.annotation.__metadata__
    option = copy(option)
    option.param_decls = (f"--{parameter.name.replace('_', '-')}",)
    return parameter.replace(annotation=Annotated[bool, option])


def _help(function: Callable[..., None]) -> str:
    return (inspect.getdoc(function) or "").partition("\nExample")[0].strip()


def _examples(function: Callable[..., None]) -> str | None:
    _, _, examples = (inspect.getdoc(function) or "").partition("\nExample:\n")
    lines = " ".join(line.strip().removesuffix("\\") for line in examples.splitlines())
    return f"Example: {' '.join(lines.split())}" if lines else None


def first_line(function: Callable[..., None]) -> str:
    """What an action does: the first sentence of its help."""
    return " ".join(_help(function).split()).partition(". ")[0].removesuffix(".")
