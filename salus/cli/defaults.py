"""The defaults that salus.toml gives the options of an action."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salus.cli.options import EVERYWHERE, OUTBOX
from salus.cli.settings import Settings
from salus.cli.usage import CallError, unknown

if TYPE_CHECKING:
    from salus.cli.actor import Actor


def defaults_of(actor: Actor, action: str, command: Any, settings: Settings) -> dict[str, Any]:
    """Defaults by parameter: of the table `[actor]`, then of `[actor.action]`, of each file in turn.

    A path is relative to the file that names it. Raises CallError for a name that is no option."""
    everywhere = {option.name for option in EVERYWHERE}
    parameters = {
        part.opts[0].lstrip("-"): part
        for part in command.params
        if part.opts and (part.name not in everywhere or part.name in _own(actor, action))
    }
    found: dict[str, Any] = {}
    if "outbox" in parameters:
        # one outbox for all folders of a desk: a second one would sign every bill again
        found[parameters["outbox"].name] = str(settings.folder / OUTBOX)
    for file in settings.files:
        table = file.content.get(actor.name, {})
        general = {key: value for key, value in table.items() if not isinstance(value, dict)}
        special = {key: value for key, value in table.items() if isinstance(value, dict)}
        _check_names(actor, general, special, str(file.path))
        for name, value in (general | special.get(action, {})).items():
            parameter = parameters.get(name.replace("_", "-"))
            if parameter is not None:
                found[parameter.name] = _placed(value, parameter, file.path)
            elif name in special.get(action, {}):
                raise unknown(name, f"option of {actor.name} {action}", parameters, file=str(file.path))
    return found


def _own(actor: Actor, action: str) -> set[str]:
    """The options of the action itself. A file may give defaults to these alone: it cannot say yes."""
    return set(inspect.signature(actor.actions[action]).parameters)


def _check_names(actor: Actor, general: dict[str, Any], special: dict[str, Any], file: str) -> None:
    options = {name for action in actor.actions.values() for name in inspect.signature(action).parameters}
    for name in general:
        if name in actor.actions and name not in options:
            raise CallError("is not a table", file=file, field=f"{actor.name}.{name}", remedy="correct it")
        if name.replace("-", "_") not in options:
            raise unknown(name, f"option of {actor.name}", sorted(options), file=file)
    for name in special:
        if name not in actor.actions:
            raise unknown(name, f"action of {actor.name}", actor.actions, file=file)


def _placed(value: Any, parameter: Any, file: Path) -> Any:
    """The value as it would be typed; the path of a file beside salus.toml gets the folder before it."""
    if isinstance(value, list) and parameter.multiple:
        return [_placed(part, parameter, file) for part in value]
    if isinstance(value, bool) is not bool(parameter.is_flag) or isinstance(value, list | dict):
        raise CallError("is of the wrong kind", file=str(file), field=parameter.name, remedy="correct it")
    if not isinstance(value, str):
        return value if parameter.is_flag else str(value)
    is_path = parameter.type_descriptor.annotation is Path or value.endswith((".yaml", ".yml"))
    return str(file.parent / Path(value).expanduser()) if is_path else value
