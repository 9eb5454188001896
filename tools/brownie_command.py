"""The `brownie` of an activated shell: Brownie with this clone's networks, keystores and compiler.

    brownie run|console …      on the local chain that runs, or else on a fresh Ganache that ends with it
    brownie test …             on a fresh Ganache
    … --network NAME           on a fresh ganache or anvil, on local, or on a network of tools/networks.yaml
    brownie accounts …         and all else needs no chain
    brownie run hospital --help    as `salus hospital --help`

Set-up puts it into `.venv/bin`. Within a command of tools.run all is arranged already, and that program is
Brownie itself (tools/setup.py).
"""

from __future__ import annotations

import sys

from tools import run
from tools.chain_state import running


def main() -> int:
    network, words = taken_out(sys.argv[1:])
    if explained := asks_for_help(words):
        from salus.cli.root import run as salus

        salus([*explained, "--help"])
        return 0
    return run.main(["--network", network or usual_network(words), "--", "brownie", *words])


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
