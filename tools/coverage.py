"""Measure which statements and branches of `contracts/` the tests run; fail below 95 %.

    python -m tools.coverage [PATH …] [-- PYTEST OPTIONS …]

Brownie counts per deployed contract, inherited and inlined code of others included. Here each source file
counts once: a place in it is covered if the tests ran it in any contract. Mocks and dependencies do not.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tools.ending import plainly
from tools.places import ROOT
from tools.test import everything, run_chained, sort_out, split

REPORT = ROOT / "reports" / "coverage.json"
BUILD = ROOT / "build" / "contracts"
LEAST = 0.95
WAYS = {
    "green": {True, False},
    "yellow": {True},
    "orange": {False},
}  # Brownie's colours for the ways a branch went

Place = tuple[int, int]


@dataclass
class File:
    """What the tests ran of one source file: which statements, and which ways at each branch."""

    statements: dict[Place, bool] = field(default_factory=lambda: defaultdict(bool))
    branches: dict[Place, set[bool]] = field(default_factory=lambda: defaultdict(set))

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Statements run, statements, ways taken at branches, ways."""
        ways = sum(len(taken) for taken in self.branches.values())
        return sum(self.statements.values()), len(self.statements), ways, 2 * len(self.branches)


def main() -> int:
    paths, options = split(sys.argv[1:])
    _, chained = sort_out(paths or everything())
    REPORT.unlink(missing_ok=True)
    REPORT.parent.mkdir(exist_ok=True)
    # random sequences are repeated elsewhere; here each path has to be taken once
    os.environ.setdefault("SALUS_DEPTH", "shallow")
    workers = int(os.environ.get("WORKERS", "1"))
    code = run_chained(chained, "ganache", workers, ["--coverage", *options])
    if code != 0:
        return code
    if not REPORT.exists():
        print("coverage: Brownie has written no report", file=sys.stderr)
        return 1
    return judge(measure(json.loads(REPORT.read_text())["highlights"], builds()))


def builds() -> Iterator[dict[str, Any]]:
    for path in sorted(BUILD.glob("*.json")):
        build = json.loads(path.read_text())
        if build.get("coverageMap") and build["sourcePath"].startswith("contracts/"):
            yield build


def measure(highlights: dict[str, Any], compiled: Iterator[dict[str, Any]]) -> dict[str, File]:
    """Coverage per source file, from Brownie's report and its maps of what there is to cover."""
    files: dict[str, File] = defaultdict(File)
    for build in compiled:
        name = build["contractName"]
        for number, path in build["allSourcePaths"].items():
            if not is_counted(path):
                continue
            for place in places(build["coverageMap"]["statements"].get(number, {})):
                files[path].statements[place] |= False
            for place in places(build["coverageMap"]["branches"].get(number, {})):
                files[path].branches[place] |= set()
            for start, stop, colour, _ in highlights["statements"].get(name, {}).get(number, []):
                files[path].statements[start, stop] |= colour == "green"
            for start, stop, colour, _ in highlights["branches"].get(name, {}).get(number, []):
                files[path].branches[start, stop] |= WAYS.get(colour, set())
    return files


def places(functions: dict[str, dict[str, list[int]]]) -> Iterator[Place]:
    return ((entry[0], entry[1]) for entries in functions.values() for entry in entries.values())


def is_counted(path: str) -> bool:
    return path.startswith("contracts/") and not path.startswith("contracts/mocks/")


def judge(files: dict[str, File]) -> int:
    """Print a table and say by exit code whether all files together reach the least share."""
    rows = [(path.removeprefix("contracts/"), files[path].counts) for path in sorted(files)]
    rows.append(("all", tuple(sum(column) for column in zip(*(counts for _, counts in rows), strict=True))))
    print(f"\n{'coverage of contracts/':<44}{'statements':>20}{'branches':>20}")
    for name, (run, statements, taken, ways) in rows:
        print(f"{name:<44}{share_text(run, statements):>20}{share_text(taken, ways):>20}")
    run, statements, taken, ways = rows[-1][1]
    if statements == 0:
        print("coverage: nothing was measured", file=sys.stderr)
        return 1
    for path in sorted(files):
        print_missing(path, files[path])
    enough = run >= LEAST * statements and taken >= LEAST * ways
    print(f"coverage: {'at least' if enough else 'LESS THAN'} {LEAST:.0%} of statements and of branches")
    return 0 if enough else 1


def share_text(part: int, whole: int) -> str:
    return f"{part}/{whole} {part / whole:7.1%}" if whole else "-"


def print_missing(path: str, file: File) -> None:
    source = (ROOT / path).read_bytes()
    missing = {place: "never run" for place, ran in file.statements.items() if not ran}
    for place, taken in file.branches.items():
        if len(taken) < 2:
            missing[place] = "never tested" if not taken else f"never {'false' if True in taken else 'true'}"
    for (start, stop), what in sorted(missing.items()):
        line = source[:start].count(b"\n") + 1
        text = " ".join(source[start:stop].decode(errors="replace").split())
        print(f"  {path}:{line}: {what}: {text[:80]}")


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(plainly("coverage", main))
