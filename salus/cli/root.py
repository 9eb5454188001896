"""`salus <actor> <action> --option value …`: finds the action, and loads no more than it needs."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from rich.table import Table

from salus.cli.ending import DONE, WRONG_CALL, one_line_errors
from salus.cli.output import out
from salus.cli.settings import Settings, config_named
from salus.cli.usage import unknown

if TYPE_CHECKING:
    from salus.cli.actor import Actor

ACTORS: Final = {
    "hospital": "manages its seal keys, attests FHIR records, files claims and follows them",
    "insurer": "opens risk pools, signs policies and rechecks claims",
    "patient": "makes keys and cards, gives and takes back consent, reads and rechecks claims",
    "capital": "brings capital to a pool for shares, and takes it out after notice",
    "accreditor": "accredits hospitals, pharmacies and laboratories, and can hold claims for review",
    "governor": "grants roles, lists desks and assets, and stops what was announced",
    "keeper": "settles, collects and closes what is due, and pays nobody but the payees",
    "auditor": "verifies deployment, code and every book against the chain, and exports all of it",
    "suite": "shows what is deployed, and deploys it",
    "list": "shows providers, pools, policies and claims",
    "name": "keeps names of your own, in place of addresses, numbers and ids",
    "keygen": "makes keys of every kind, each in a new file of yours alone",
    "chain": "starts a local chain in the background, with the suite deployed, and stops it",
}
"""What each group of actions is for; its module in this package has its name."""
ALONE: Final = {
    "doctor": "checks node, contracts, keys, accreditation, clock and balance, and says what to do",
}
"""Actions of no actor; the module of each in this package has its name."""
COMPLETION: Final = "_SALUS_COMPLETE"
HELP: Final = ("help", "--help", "-h")


def actor_of(name: str) -> Actor:
    """The actor of a group. Raises CallError if there is none."""
    if name not in ACTORS and name not in ALONE:
        raise unknown(name, "group of salus", (*ACTORS, *ALONE))
    found: Actor = importlib.import_module(f"salus.cli.{name}").actor
    return found


def run(words: Sequence[str]) -> None:
    """Does what the words after `salus` say, and ends the program with its exit code."""
    with one_line_errors(), out.as_json("--json" in words, " ".join(words[:2])):
        if COMPLETION in os.environ or words[:1] in (["--install-completion"], ["--show-completion"]):
            from salus.cli.completion import complete

            complete(words)
        elif not words or words[0] in HELP:
            list_actors()
            raise SystemExit(DONE if words else WRONG_CALL)
        elif words[0] == "--version":
            out.print(_version(), markup=False)
        elif words[0] in ALONE:
            settings = Settings.load(config_named(words))
            actor_of(words[0]).take(words[0], words[1:], settings)
        else:
            _act(actor_of(words[0]), words[1:])


def _act(actor: Actor, words: Sequence[str]) -> None:
    if not words or words[0] in HELP:
        list_actions(actor)
        raise SystemExit(DONE if words else WRONG_CALL)
    actor.take(words[0].replace("_", "-"), words[1:], Settings.load(config_named(words)))


def list_actors() -> None:
    """The groups of actions, each with what it is for."""
    out.print("Usage: [bold]salus <actor> <action> --option value …[/]\n")
    _print_rows([*ACTORS.items(), *ALONE.items()])
    out.print("\n  salus <actor> --help             lists the actions of an actor")
    out.print("  salus <actor> <action> --help    explains one, with its options and an example")
    out.print("  salus --install-completion       completes words with Tab in this shell")


def list_actions(actor: Actor) -> None:
    """The actions of an actor, each with the first line of its help."""
    from salus.cli.actor import first_line

    out.print(f"[bold]{actor.name}[/] {ACTORS[actor.name]}\n")
    _print_rows((name, first_line(function)) for name, function in actor.actions.items())
    out.print(f"\n  salus {actor.name} <action> --help    explains one, with its options and an example")


def _print_rows(rows: object) -> None:
    table = Table.grid(padding=(0, 2))
    for name, words in rows:  # type: ignore[attr-defined]
        table.add_row(f"  [bold]{name}[/]", words)
    out.print(table)


def _version() -> str:
    try:
        return f"salus {version('salus')}"
    except PackageNotFoundError:
        return "salus, from a folder of its sources"
