"""The committed gas figures, and whether what is measured now has risen above them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.stage import HARD_FORK, Stage
from tools.places import ROOT

FILE = Path(__file__).with_name("gas.json")
TOLERANCE = 100
"""A figure may rise by one part in this many."""
BYTE_LIMIT = 24_576


@dataclass(frozen=True)
class Settings:
    """What figures must share to be comparable."""

    compiler: str
    evm_version: str
    optimizer_runs: int
    hard_fork: str

    @classmethod
    def of(cls, stage: Stage) -> Settings:
        compiler = stage.project.ClaimDesk._build["compiler"]
        return cls(
            compiler=compiler["version"],
            evm_version=compiler["evm_version"],
            optimizer_runs=compiler["optimizer"]["runs"],
            hard_fork=HARD_FORK,
        )


@dataclass(frozen=True)
class Snapshot:
    """Gas by scenario, and bytes of code by contract."""

    settings: Settings
    gas: Mapping[str, int]
    bytes: Mapping[str, int]

    @classmethod
    def load(cls) -> Snapshot:
        stored: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
        return cls(**{**stored, "settings": Settings(**stored["settings"])})

    def save(self) -> None:
        FILE.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def complaints(self, now: Snapshot) -> list[str]:
        """What is worse now, or cannot be compared, in words; empty when all is well."""
        if now.settings != self.settings:
            return [f"the snapshot is of {self.settings}, this is {now.settings}"]
        words = [f"{name} is in one of them only" for name in self.gas.keys() ^ now.gas.keys()]
        words += [
            f"{name} rose from {self.gas[name]:,} to {gas:,} gas"
            for name, gas in now.gas.items()
            if name in self.gas and (gas - self.gas[name]) * TOLERANCE > self.gas[name]
        ]
        words += [
            f"{name} has {size:,} bytes of code, and a chain takes {BYTE_LIMIT:,}"
            for name, size in now.bytes.items()
            if size > BYTE_LIMIT
        ]
        return words


def sizes(stage: Stage) -> dict[str, int]:
    """Bytes of code of each contract that is deployed on live networks."""
    found = {}
    for container in stage.project:
        build = container._build
        is_ours = build["sourcePath"].startswith("contracts/") and "/mocks/" not in build["sourcePath"]
        if is_ours and build["type"] == "contract":
            found[container._name] = len(build["deployedBytecode"]) // 2
    return dict(sorted(found.items()))


HELP = f"If it is meant: `make bench`, and commit {FILE.relative_to(ROOT)} with the change."
