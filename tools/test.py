"""Run the tests: the library's in plain pytest, those that need a chain under Brownie beside a fresh one.

    python -m tools.test [--network ganache|anvil] [--workers N] [PATH …] [-- PYTEST OPTIONS …]

Without a PATH it runs everything but `APART` and the tests marked `apart`, which take minutes and have a
target of their own.

The folders of `WITHOUT_CHAIN` and the doctests need no chain; everything else below `tests` does.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tools import run
from tools.chain import HARD_FORKS
from tools.ending import plainly
from tools.places import ROOT, tool_environment
from tools.supervise import supervise

WITHOUT_CHAIN = (
    "salus",
    "scripts/_demo/picture.py",
    "tests/salus",
    "tests/tools",
    "tests/demo",
    "tests/docs",
    "tests/clone",
)
APART = "tests/clone"
"""What a whole clone does: compiling, local chains, the console, `make demo`, the first hour."""
NO_TESTS = 5
HOUR, DAY = 3_600, 86_400
BEGINS_AT = 6 * HOUR


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.test", description="Run the tests.")
    parser.add_argument("--network", choices=sorted(HARD_FORKS), default="ganache")
    parser.add_argument("--workers", type=int, default=1, help="chains, and processes, side by side")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    arguments, pytest_options = split(sys.argv[1:])
    options = parser.parse_args(arguments)

    plain, chained = sort_out(options.paths or everything())
    if not options.paths:
        pytest_options = ["-m", "not apart", *pytest_options]
    codes = []
    if plain:
        codes.append(run_plain(plain, options.workers, pytest_options))
    if chained and not any(code > 128 for code in codes):
        codes.append(run_chained(chained, options.network, options.workers, pytest_options))
    if any(code > 128 for code in codes):
        print(f"test: stopped by signal {max(codes) - 128}; run it again", file=sys.stderr)
    return next((code for code in codes if code != 0), 0)


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def everything() -> list[str]:
    """The library for its doctests, and each folder or file below `tests` that holds tests, but `APART`."""
    entries = sorted(path for path in (ROOT / "tests").iterdir() if path != ROOT / APART)
    holding = [path for path in entries if path.match("test_*.py") or any(path.rglob("test_*.py"))]
    return ["salus", "scripts/_demo/picture.py", *(path.relative_to(ROOT).as_posix() for path in holding)]


def sort_out(paths: list[str]) -> tuple[list[str], list[str]]:
    """The paths whose tests need no chain, and those that do."""
    plain: list[str] = []
    chained: list[str] = []
    for path in paths:
        file = (ROOT / path.split("::")[0]).resolve()
        if not file.exists():
            raise SystemExit(f"test: there is no {path}")
        needs_none = any(file.is_relative_to(ROOT / folder) for folder in WITHOUT_CHAIN)
        (plain if needs_none else chained).append(path)
    if (ROOT / "tests").resolve() in [(ROOT / path).resolve() for path in chained]:
        plain += (folder for folder in WITHOUT_CHAIN if folder.startswith("tests/"))
    return plain, chained


def run_plain(paths: list[str], workers: int, pytest_options: list[str]) -> int:
    """As beside a chain, with a HOME and a TMPDIR that end with the run."""
    python = ["python", "-m", "pytest", "-p", "no:pytest-brownie", "--doctest-modules"]
    command = [*python, *paths, *in_order(workers, "--dist", "loadfile"), *pytest_options]
    print(f"\ntest: without a chain: {' '.join(paths)}", flush=True)
    with run.run_folder() as folder:
        own = {"HOME": str(folder), "TMPDIR": str(folder)}
        code = supervise(command, {**tool_environment(), **own})
    return 0 if code == NO_TESTS and paths == ["salus"] else code


def run_chained(paths: list[str], network: str, workers: int, pytest_options: list[str]) -> int:
    print(f"\ntest: on {network}: {' '.join(paths)}", flush=True)
    command = ["brownie", "test", *paths, "-p", "tools.brownie_repairs", *in_order(workers), *pytest_options]
    chain = ["--network", network, "--workers", str(workers), "--clock", str(next_morning(time.time()))]
    return run.main([*chain, "--", *command])


def in_order(workers: int, *distribution: str) -> list[str]:
    """pytest's options for so many workers. Each gets whole modules, which Brownie sees to by itself."""
    side_by_side = ["-n", str(workers), *distribution, "--no-loadscope-reorder"] if workers > 1 else []
    return ["-p", "tools.ordering", *side_by_side]


def next_morning(now: float) -> int:
    """Six o'clock (UTC) of the day after, which the chains of tests begin with: a chain's clock runs on while
    its tests do, and what one of them calls today must not end before the run does."""
    return (int(now) // DAY + 1) * DAY + BEGINS_AT


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(plainly("test", main))
