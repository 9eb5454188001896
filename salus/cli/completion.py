"""Completes the words of `salus` in bash, zsh, fish and PowerShell, with what typer has for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from typer import completion
from typer.core import TyperGroup

from salus.cli.root import ACTORS, ALONE, actor_of
from salus.cli.settings import Settings


class _Actions(TyperGroup):
    """The actions of an actor; only the actor whose words are completed is loaded."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(actor_of(str(self.name)).actions)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        actor = actor_of(str(self.name))
        return actor.command(cmd_name, Settings.load(None)) if cmd_name in actor.actions else None


def complete(words: Sequence[str]) -> None:
    """Answers the shell, or installs or shows the script by which it asks."""
    group = TyperGroup(
        name="salus",
        commands={
            **{name: _Actions(name=name, help=purpose) for name, purpose in ACTORS.items()},
            **{name: actor_of(name).command(name, Settings.load(None)) for name in ALONE},
        },
    )
    group.params += typer.main.get_install_completion_arguments()
    completion.completion_init()  # type: ignore[attr-defined]
    group.main(list(words), prog_name="salus")
