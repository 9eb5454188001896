"""How long the demo takes on Ganache, once everything is set up and compiled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts._demo.clock import clock
from tools.places import ROOT


def demo() -> dict[str, float]:
    """Seconds from the first question to the last letter, as the demo itself counts them."""
    # the settings are those of the chain beside which the benchmarks run
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SALUS_")}
    chain = [sys.executable, "-m", "tools.run", "--network", "ganache", "--clock", str(clock(""))]
    with TemporaryDirectory() as out:
        subprocess.run(
            [*chain, "--", "brownie", "run", "demo"],
            cwd=ROOT,
            env={**environment, "SALUS_DEMO_OUT": out},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return {"demo_s": json.loads((Path(out) / "summary.json").read_text())["seconds"]}
