"""salus.cli.output: standard output that takes nothing more

given a full disk behind standard output
    the error should name standard output, with words and with --json, and be the only line
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is of Linux")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_full_disk(tmp_path: Path, more: list[str]) -> None:
    profile = tmp_path / "hospital.yaml"
    profile.write_text("organizations: any\npayers: any\n")
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "salus.cli", "hospital", "check-profile", "--profile", profile, *more],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "SALUS_DEPLOYMENTS": str(tmp_path)},
            check=False,
        )

    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    assert errors == ["Error: standard output: no space left on device; correct it and run again"]
