"""The actions of `salus <actor>` as functions that `brownie run <actor> <action> name=value …` calls.

`brownie run` hands a script plain words and refuses options, so `name=value` stands for `--name value`, and a
name alone for a flag. What an action takes without an option is written the same way, or in its place:
`brownie run name provider lakeside 1`. The word `help` explains an action.

Brownie works in the clone's folder. An action works where the caller stands, if tools/brownie_command.py has
noted that, so that files and settings are those of the caller's folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import chdir, nullcontext
from importlib.machinery import SourceFileLoader
from typing import Any

from salus.cli.actor import Actor
from salus.cli.ending import one_line_errors
from salus.cli.output import out
from salus.cli.root import HELP, actor_of, list_actions
from salus.cli.settings import Settings, config_named
from salus.cli.usage import CallError

FOLDER = "SALUS_FOLDER"
"""In the environment: where the caller stands."""
YES, NO = ("yes", "y", "true", "t", "on", "1"), ("no", "n", "false", "f", "off", "0")


def face(module: str) -> Callable[[str], Callable[..., None]]:
    """A module's `__getattr__`: any name that Brownie asks for is an action, or an error that lists them."""
    actor = actor_of(module.rpartition(".")[2])

    def action(name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)

        def run(*words: str) -> None:
            wanted = bool({"json", "json=yes", "--json"} & set(words))
            said = out.as_json(wanted, f"{actor.name} {name}")
            folder = os.environ.get(FOLDER)
            with one_line_errors(), said, chdir(folder) if folder else nullcontext():
                if name in ("main", *HELP):
                    list_actions(actor)
                else:
                    _take(actor, name.replace("_", "-"), words)

        namespace = sys.modules[module].__dict__
        namespace[name] = run
        namespace["__loader__"] = _Loader(module, str(namespace["__file__"]), name)
        return run

    return action


class _Loader(SourceFileLoader):
    """Brownie compiles the function that it runs a second time, from the module's source."""

    def __init__(self, module: str, path: str, name: str) -> None:
        super().__init__(module, path)
        self._name = name

    def get_source(self, fullname: str) -> str:
        return f"def {self._name}(*words):\n    __getattr__({self._name!r})(*words)\n"


def _take(actor: Actor, action: str, words: Sequence[str]) -> None:
    settings = Settings.load(config_named(words))
    options = ["--help"] if set(words) & set(HELP) else list(words)
    if action in actor.actions and not any(word.startswith("-") for word in options):
        options = _options(words, actor.command(action, settings).params, action)
    actor.take(action, options, settings.at_node(_brownies_node()))


def _options(words: Sequence[str], parameters: Sequence[Any], action: str) -> list[str]:
    """The words as options."""
    known = {part.opts[0].lstrip("-").replace("-", "_"): part for part in parameters if part.opts}
    options: list[str] = []
    in_place = [part for part in parameters if _has_a_place(part)]
    for word in words:
        name, equals, value = word.partition("=")
        parameter = known.get(name.replace("-", "_"))
        if in_place and (_has_a_place(parameter) or (parameter is None and not equals)):
            options.append(value if equals else word)
            in_place.pop(0)
            continue
        if parameter is None:
            raise CallError(
                f"{name if equals else 'a word'} is no parameter of {action}",
                remedy=f"it takes {', '.join(known)}; the word help explains them",
            )
        options += _option(parameter, name, value if equals else "yes")
    return options


def _has_a_place(parameter: Any) -> bool:
    """Whether it is typed in its place, without its name."""
    return parameter is not None and parameter.param_type_name == "argument"


def _option(parameter: Any, name: str, value: str) -> list[str]:
    option = parameter.opts[0]
    if parameter.is_flag:
        if value.lower() not in (*YES, *NO):
            raise CallError("is neither yes nor no", field=name, remedy="correct it")
        return [option] if value.lower() in YES else list(parameter.secondary_opts)
    if parameter.multiple:
        return [f"{option}={part.strip()}" for part in value.split(",") if part.strip()] or [f"{option}="]
    return [f"{option}={value}"]


def _brownies_node() -> str | None:
    """The node that Brownie is connected to."""
    brownie = sys.modules.get("brownie")
    connected = brownie is not None and brownie.network.is_connected()
    return str(brownie.web3.provider.endpoint_uri) if connected else None
