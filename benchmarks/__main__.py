"""Measure what the suite costs and how fast the library is.

    make bench                       everything; rewrites gas.json and results.json here, docs/benchmarks.md
    python -m benchmarks check       gas alone; fails if a figure is more than 1 % above benchmarks/gas.json
    python -m benchmarks growth      gas with 10, 1,000 and 10,000 policies (minutes); goes into results.json
    python -m benchmarks breakdown   where the gas of a claim goes, printed

Each runs beside Anvil: `python -m tools.run --network anvil --hard-fork shanghai -- python -m benchmarks …`
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import report
from benchmarks.breakdown import breakdown, breakdown_of_line
from benchmarks.demo import demo
from benchmarks.growth import grown
from benchmarks.scenarios import LINES, measured
from benchmarks.snapshot import HELP, Settings, Snapshot, sizes
from benchmarks.speed import attest_100k, fhir_throughput
from benchmarks.stage import Stage, stage


def main(words: list[str]) -> int:
    modes: dict[str, Callable[[Stage], int]] = {
        "": everything,
        "check": check,
        "growth": growth,
        "breakdown": show_breakdown,
    }
    mode = modes.get(" ".join(words))
    if mode is None:
        print(__doc__, file=sys.stderr)
        return 2
    with stage() as world:
        return mode(world)


def everything(world: Stage) -> int:
    snapshot = gas(world)
    results = {
        "gas_breakdown": breakdown(world),
        "gas_breakdown_of_line": breakdown_of_line(world),
        "attest": attest_100k(),
        "fhir": fhir_throughput(),
        "demo": demo(),
    }
    snapshot.save()
    report.update(results)
    return 0


def check(world: Stage) -> int:
    complaints = Snapshot.load().complaints(gas(world))
    print("\n".join([*complaints, HELP] if complaints else ["no figure has risen"]))
    return 1 if complaints else 0


def growth(world: Stage) -> int:
    figures = {}
    for size, found in grown(world):
        print(f"{size:>6,} policies and claims: {found}", flush=True)
        figures[str(size)] = found
    report.update({"growth": figures})
    return 0


def show_breakdown(world: Stage) -> int:
    for whole, found in (
        ("claim_paid_existing", breakdown(world)),
        (f"one more line of {LINES}", breakdown_of_line(world)),
    ):
        for part, cost in sorted(found.items(), key=lambda entry: -entry[1]):
            print(f"{part:32} {cost:>9,}")
        print(f"{whole:32} {sum(found.values()):>9,}\n")
    return 0


def gas(world: Stage) -> Snapshot:
    figures = {}
    for name, figure in measured(world):
        print(f"{name:32} {figure:>9,}", flush=True)
        figures[name] = figure
    return Snapshot(Settings.of(world), figures, sizes(world))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
