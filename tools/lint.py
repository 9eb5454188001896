"""Check style, types, imports and known weaknesses, or with --fix bring the sources into style.

Every check runs; one finding fails all.

python -m tools.lint [--fix]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.ending import plainly
from tools.places import CACHE, ROOT, tool_environment

MOST_LINES = 450
SOURCES = {
    ".py": ["salus", "scripts", "tests", "tools", "benchmarks"],
    ".sol": ["contracts", "interfaces"],
}
FORMATTED = ["contracts", "interfaces", "scripts", "tools"]
FORMATTED_SUFFIXES = {".sol", ".json", ".yaml", ".cjs", ".mjs"}


def main() -> int:
    if sys.argv[1:] == ["--fix"]:
        return fix()
    if sys.argv[1:]:
        print("lint: the only option is --fix", file=sys.stderr)
        return 2
    passed = [
        check("ruff", ["ruff", "check", "."]),
        check("ruff format", ["ruff", "format", "--check", "."]),
        check("mypy --strict", ["mypy"]),
        check("imports", ["lint-imports", "--cache-dir", str(CACHE / "import_linter")]),
        check("solhint", ["solhint", "--disc", "--max-warnings", "0", *solidity()], needed=bool(solidity())),
        check("prettier", ["prettier", "--check", "--log-level", "warn", *formatted()]),
        check("slither", [sys.executable, "-m", "tools.static_analysis"]),
        check_lengths(),
    ]
    return 0 if all(passed) else 1


def fix() -> int:
    done = [
        check("ruff", ["ruff", "check", "--fix", "."]),
        check("ruff format", ["ruff", "format", "."]),
        check("prettier", ["prettier", "--write", "--log-level", "warn", *formatted()]),
    ]
    return 0 if all(done) else 1


def check(name: str, command: list[str], *, needed: bool = True) -> bool:
    if not needed:
        print(f"lint: {name}: nothing to check")
        return True
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=tool_environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode == 0:
        print(f"lint: {name}: good", flush=True)
        return True
    print(f"lint: {name}: FINDINGS\n{done.stdout}{done.stderr}", flush=True)
    return False


def check_lengths() -> bool:
    long = [
        f"  {path.relative_to(ROOT)}: {lines} lines\n"
        for suffix, folders in SOURCES.items()
        for path in found(folders, {suffix})
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    ]
    print(f"lint: at most {MOST_LINES} lines a file: " + ("FINDINGS\n" + "".join(long) if long else "good"))
    return not long


def solidity() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in found(SOURCES[".sol"], {".sol"})]


def formatted() -> list[str]:
    top = [path for path in sorted(ROOT.glob("*")) if path.suffix in FORMATTED_SUFFIXES - {".sol"}]
    return [str(path.relative_to(ROOT)) for path in [*top, *found(FORMATTED, FORMATTED_SUFFIXES)]]


def found(folders: list[str], suffixes: set[str]) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and path.is_file()
    ]


if __name__ == "__main__":
    sys.exit(plainly("lint", main))
