"""No gas figure rises by more than 1 % unless the snapshot is changed in the same commit.

The test measures on an Anvil of its own, as `make bench` does; another chain counts refunds differently.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from benchmarks.snapshot import Snapshot
from tools.places import ROOT

CHECK = "-m tools.run --network anvil --hard-fork shanghai -- python -m benchmarks check"


def test_no_figure_has_risen() -> None:
    command = [sys.executable, *CHECK.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rise_of_more_than_a_hundredth_is_reported() -> None:
    stored = Snapshot.load()
    gas = stored.gas["claim_paid_existing"]
    within = replace(stored, gas={**stored.gas, "claim_paid_existing": gas + gas // 100})
    above = replace(stored, gas={**stored.gas, "claim_paid_existing": gas + gas // 100 + 1})

    assert stored.complaints(within) == []
    (complaint,) = stored.complaints(above)
    assert complaint == f"claim_paid_existing rose from {gas:,} to {gas + gas // 100 + 1:,} gas"


def test_a_missing_scenario_and_other_settings_are_reported() -> None:
    stored = Snapshot.load()
    fewer = {name: gas for name, gas in stored.gas.items() if name != "close"}
    other = replace(stored, settings=replace(stored.settings, optimizer_runs=1))

    assert stored.complaints(replace(stored, gas=fewer)) == ["close is in one of them only"]
    assert stored.complaints(other) != []
