"""Measure what the suite costs and how fast the library is.

    make bench                     everything; rewrites benchmarks/gas.json, benchmarks/results.json and docs
    python -m benchmarks gas       gas alone, printed
    python -m benchmarks check     gas alone; fails if a figure is more than 1 % above benchmarks/gas.json

Each runs beside Anvil: `python -m tools.run --network anvil --hard-fork shanghai -- python -m benchmarks …`
"""

from __future__ import annotations

import sys

from benchmarks.scenarios import measured
from benchmarks.snapshot import HELP, Settings, Snapshot, sizes
from benchmarks.stage import Stage, stage


def measure_gas(world: Stage) -> Snapshot:
    gas = {}
    for name, figure in measured(world):
        print(f"{name:32} {figure:>9,}", flush=True)
        gas[name] = figure
    return Snapshot(Settings.of(world), gas, sizes(world))


def main(words: list[str]) -> int:
    with stage() as world:
        found = measure_gas(world)
    if words == ["check"]:
        complaints = Snapshot.load().complaints(found)
        print("\n".join([*complaints, HELP] if complaints else ["no figure has risen"]))
        return 1 if complaints else 0
    if not words:
        found.save()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
