"""tools.console

given no local chain
    it should open on a fresh one, with the suite deployed, and names for its contracts, roles and stablecoin
given a local chain that runs
    it should open on that one, and leave it running
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.chain_state import running
from tools.places import ROOT

PATIENCE = 180
TYPED = """
print("rich:", stablecoin.balanceOf(accounts[4]), stablecoin.balanceOf(governor))
print("desk:", desk.address, book.address != desk.address, manager.hasRole(0, governor))
exit()
"""


def run(folder: Path, *words: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "SALUS_CHAIN_FOLDER": str(folder)},
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # the console greets there
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_on_a_fresh_chain(tmp_path: Path) -> None:
    said = run(tmp_path, "tools.console", "--network", "anvil", typed=TYPED)

    assert "The suite on anvil, chain 1337:" in said
    assert "rich: 1000000000000 0" in said
    assert "True (True, 0)" in said


def test_on_the_chain_that_runs(tmp_path: Path) -> None:
    run(tmp_path, "tools.local_chain", "start", "--network", "anvil")
    try:
        state = running(tmp_path / "chain.json")
        assert state is not None
        said = run(tmp_path, "tools.console", typed=TYPED)

        assert f"{state['stablecoin']}  TestStablecoin" in said
        assert "rich: 1000000000000 0" in said
        assert running(tmp_path / "chain.json") == state
    finally:
        run(tmp_path, "tools.local_chain", "stop")
