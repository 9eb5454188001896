"""The `brownie` of an activated shell: Brownie with this clone's networks, keystores and compiler.

    brownie run|console …      on the local chain that runs, or else on a fresh Ganache that ends with it
    brownie test …             on a fresh Ganache
    … --network NAME           on a fresh ganache or anvil, on local, or on a network of tools/networks.yaml
    brownie accounts …         and all else needs no chain
    brownie run hospital --help    as `salus hospital --help`

Brownie works in the clone's folder and with a HOME of its own; an action of an actor works in the caller's
folder, and with the caller's folder for settings.

Set-up puts it into `.venv/bin`. Within a command of tools.run all is arranged already, and that program is
Brownie itself (tools/setup.py).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools import run
from tools.chain_state import running

WITHOUT_A_FORM = {
    "keygen": "it makes keys, and needs no chain",
    "chain": "Brownie brings a chain of its own",
    "doctor": "it looks at a node, whatever Brownie is connected to",
}
"""What only the `salus` command does, and why."""


def main() -> int:
    network, words = taken_out(sys.argv[1:])
    if refused := has_no_form(words):
        print(f"brownie: {refused}", file=sys.stderr)
        return 2
    remember_the_caller()
    if explained := asks_for_help(words):
        from salus.cli.root import run as salus

        salus([*explained, "--help"])
        return 0
    return run.main(["--network", network or usual_network(words), "--", "brownie", *words])


def has_no_form(words: list[str]) -> str:
    """Why `brownie run` does not do this, and what does; nothing if it does."""
    named = [word for word in words[1:] if not word.startswith("-")]
    if words[:1] != ["run"] or not named or named[0] not in WITHOUT_A_FORM or asks_for_help(words):
        return ""
    return f"{named[0]} has no Brownie form ({WITHOUT_A_FORM[named[0]]}): use salus {named[0]}"


def remember_the_caller() -> None:
    """For scripts/_face.py and the settings: the caller's folder, and the user's folder for settings."""
    os.environ["SALUS_FOLDER"] = os.getcwd()
    if sys.platform == "linux":
        os.environ.setdefault("XDG_CONFIG_HOME", str(Path.home() / ".config"))


def asks_for_help(words: list[str]) -> list[str]:
    """The actor and the action, if any, that are to be explained: Brownie's own help knows neither."""
    from salus.cli.root import ACTORS

    named = [word for word in words[1:] if not word.startswith("-")]
    asked = words[:1] == ["run"] and {"-h", "--help"} & set(words)
    return named[:2] if asked and named and named[0] in ACTORS else []


def taken_out(words: list[str]) -> tuple[str, list[str]]:
    """The network that is named, as tools.run names it, and the other words."""
    names = {own: name for name, own in run.BROWNIE_ID.items()}
    for place, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag == "--network":
            width = 1 if equals else 2
            named = value if equals else "".join(words[place + 1 : place + 2])
            return names.get(named, named), words[:place] + words[place + width :]
    return "", words


def usual_network(words: list[str]) -> str:
    """Where a call of Brownie works that names no network."""
    if not words or words[0] not in run.TAKES_NETWORK or {"-h", "--help"} & set(words):
        return run.NO_CHAIN
    return run.RUNNING if words[0] != "test" and running() else "ganache"


if __name__ == "__main__":
    sys.exit(main())
