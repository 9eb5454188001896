"""A local chain that stays: in the background, with the suite deployed and money to spend.

    python -m tools.local_chain start [--network ganache|anvil] [--clock TIME] [--block SECONDS] [--port N]
    python -m tools.local_chain status [--json]
    python -m tools.local_chain stop

One chain a clone. It outlives the terminal that started it, and ends with `stop` or with the machine. Other
programs find it by its state file (tools/chain_state.py).
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools import run
from tools.chain import ACCOUNTS, ETHER_EACH, HARD_FORKS, ChainError, ask
from tools.chain_birth import FIRST_RICH, TOKENS_EACH, USUAL_PORT, begin
from tools.chain_state import alone, clear, end, is_same, read, running
from tools.ending import plainly
from tools.places import ROOT
from tools.supervise import NoSuchProgram

USUAL_NETWORK = "ganache"
NEEDS_YOU = 1


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _: sys.exit(128 + caught))
    actions = {"start": lambda: start(options), "stop": stop, "status": lambda: status(options.json)}
    return plainly("chain", lambda: attempt(actions[options.action]))


def attempt(action: Any) -> int:
    try:
        return int(action())
    except (ChainError, NoSuchProgram, run.RunError) as error:
        print(f"chain: {error}", file=sys.stderr)
        return NEEDS_YOU


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.local_chain", description="A local chain that stays."
    )
    actions = parser.add_subparsers(dest="action", required=True)
    begin = actions.add_parser("start", help="start it, deploy the suite, and hand out money")
    begin.add_argument("--network", choices=sorted(HARD_FORKS), help="default: ganache")
    begin.add_argument(
        "--clock",
        type=clock,
        default=0,
        metavar="TIME",
        help="time of the first block: a day, or Unix seconds",
    )
    begin.add_argument(
        "--block",
        type=seconds,
        default=0,
        metavar="SECONDS",
        help="between blocks; default: one for each transaction",
    )
    begin.add_argument("--port", type=port, default=0, help=f"default: {USUAL_PORT}, or a free one")
    actions.add_parser("stop", help="end it, and delete what it held")
    shown = actions.add_parser("status", help="whether it runs, and where")
    shown.add_argument("--json", action="store_true", help="what other programs need to know")
    return parser.parse_args(arguments)


def clock(text: str) -> int:
    """Unix seconds of `2025-01-31` (noon, UTC), `2025-01-31T08:00` or `1738310400`."""
    if text.isdigit():
        found = int(text)
    else:
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no day such as 2025-01-31, and no number of seconds"
            ) from None
        if len(text) == len("2025-01-31"):
            read = read.replace(hour=12)
        found = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())
    if not 0 < found < 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 1970 and 2106")
    return found


def seconds(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 3_600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 1 to 3600")
    return int(text)


def port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to {2**16 - 1}")
    return int(text)


# START


def start(options: argparse.Namespace) -> int:
    with alone():
        there = running()
        if there and is_same(there):
            asked = options.network or there["network"], options.port or there["port"]
            if asked != (there["network"], there["port"]) or options.clock or options.block:
                raise ChainError(
                    f"{a(there['network'])} chain runs at {there['url']}; "
                    "end it with `salus chain stop`, then start another"
                )
            tell(there, "runs already")
            return 0
        clear()
        tell(begin(options.network or USUAL_NETWORK, options.port, options.clock, options.block), "is ready")
    return 0


def tell(state: dict[str, Any], how: str) -> None:
    last, book = ACCOUNTS - 1, shown(Path(state["deployments"]) / f"{state['chain_id']}.json")
    process = f"(chain id {state['chain_id']}, process {state['pid']})"
    print(f"chain: {state['network']} {how} at {state['url']} {process}")
    print(f"  suite       deployed; addresses in {book}")
    print(f"  ether       {ETHER_EACH:,} for each of accounts 0 to {last}; gas costs nothing")
    print("  roles       account 1 is governor, 2 accreditor, 3 sentinel")
    each = f"{TOKENS_EACH:,} TUSD for each of accounts {FIRST_RICH} to {last}"
    print(f"  stablecoin  {state['stablecoin']}: {each}")
    print("It stays until `salus chain stop` or a restart; every terminal of this clone sees it.")


def a(network: str) -> str:
    return f"an {network}" if network == "anvil" else f"a {network}"


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


# STOP AND STATUS


def stop() -> int:
    with alone():
        there = read()
        if there is None:
            print("chain: no local chain is running")
        elif is_same(there):
            print(f"chain: the {there['network']} chain at {there['url']} has ended; its data is deleted")
        else:
            print(
                f"chain: the {there['network']} chain at {there['url']} was gone already; its data is deleted"
            )
        if there is not None:
            end(there)
        clear()
    return 0


def status(as_json: bool) -> int:
    there = read()
    if there is None or not running() or not is_same(there):
        if as_json:
            print("null")
        elif there is None:
            print("chain: no local chain is running; `salus chain start` starts one")
        else:
            print(
                f"chain: the {there['network']} chain at {there['url']} is gone: it was killed, or the "
                "machine stopped; `salus chain start` starts a new one"
            )
        return NEEDS_YOU
    if as_json:
        print(json.dumps(there, indent=1))
        return 0
    tell(there, "runs")
    head = ask(there["url"], "eth_getBlockByNumber", "latest", False)
    now = datetime.fromtimestamp(int(head["timestamp"], 16), UTC)
    print(f"Its last block is {int(head['number'], 16)}, of {now:%Y-%m-%d %H:%M:%S} UTC.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
