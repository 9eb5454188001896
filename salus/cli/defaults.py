"""The defaults that salus.toml gives the options of an action."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salus.cli.options import EVERYWHERE
from salus.cli.settings import Settings
from salus.cli.usage import unknown

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
    for file in settings.files:
        table = file.content.get(actor.name, {})
        general = {key: value for key, value in table.items() if not isinstance(value, dict)}
        special = {key: value for key, value in table.items() if isinstance(value, dict)}
        _check_names(actor, general, special, str(file.path))
        for name, value in (general | special.get(action, {})).items():
            parameter = parameters.get(name.replace("_", "-"))
            if parameter is not None:
                found[parameter.name] = _placed(value, parameter, file.path.parent)
            elif name in special.get(action, {}):
                raise _at(unknown(name, f"option of {actor.name} {action}", parameters), str(file.path))
    return found


def _own(actor: Actor, action: str) -> set[str]:
    """The options of the action itself. A file may give defaults to these alone: it cannot say yes."""
    return set(inspect.signature(actor.actions[action]).parameters)


def _check_names(actor: Actor, general: dict[str, Any], special: dict[str, Any], file: str) -> None:
    options = {name for action in actor.actions.values() for name in inspect.signature(action).parameters}
    for name in general:
        if name.replace("-", "_") not in options:
            raise _at(unknown(name, f"option of {actor.name}", sorted(options)), file)
    for name in special:
        if name not in actor.actions:
            raise _at(unknown(name, f"action of {actor.name}", actor.actions), file)


def _at(error: Any, file: str) -> Any:
    error.file = file
    return error


def _placed(value: Any, parameter: Any, folder: Path) -> Any:
    """The value, where it is the path of a file beside salus.toml with the folder before it."""
    if isinstance(value, list):
        return [_placed(part, parameter, folder) for part in value]
    if not isinstance(value, str):
        return value
    is_path = parameter.type_descriptor.annotation is Path or value.endswith((".yaml", ".yml"))
    return str(folder / Path(value).expanduser()) if is_path else value
