"""Open Brownie's console with the suite deployed: on the local chain that runs, or else on a fresh one.

python -m tools.console [--network ganache|anvil|local|<live>]
"""

from __future__ import annotations

import argparse
import sys

from tools import run
from tools.chain_state import running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.console", description="Open Brownie's console.")
    parser.add_argument("--network", default="", help="default: the local chain that runs, or else ganache")
    network = parser.parse_args().network or (run.RUNNING if running() else "ganache")
    return run.main(["--network", network, "--", "python", "-m", "scripts._console"])


if __name__ == "__main__":
    sys.exit(main())
