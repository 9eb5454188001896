"""salus.cli.chain

given a clone
    start should leave a chain that another process finds without being told, until stop
    status should end with 1 while there is none, and give its facts as JSON
    a wrong word should end with 2, and what the tool complains of should be one line
    Ctrl-C should leave nothing
given an installation outside a clone, or a clone that is not set up
    one line should say what to do
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from salus.base.errors import ChainError
from salus.cli import clone
from salus.cli.chain import start
from salus.cli.settings import CLONE

pytestmark = pytest.mark.apart

PATIENCE = 180


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's folder, and a chain that is not the one the user of this clone may have."""
    if CLONE is None or not (CLONE / ".venv" / "bin" / "python").exists():
        pytest.skip("this clone is not set up")
    for name in [name for name in os.environ if name.startswith("SALUS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SALUS_CHAIN_FOLDER", str(tmp_path / "chain"))
    monkeypatch.setenv("PYTHONPATH", str(CLONE))
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    yield place
    salus("chain", "stop")


def begun(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "salus.cli", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def salus(*words: str) -> tuple[int, str, str]:
    process = begun(*words)
    said, complained = process.communicate(timeout=PATIENCE)
    return process.returncode, said, complained


def test_another_process_finds_the_chain(elsewhere: Path) -> None:
    assert salus("governor", "status")[0] == 4

    code, said, complained = salus("chain", "start", "--network", "anvil", "--clock", "2025-01-31")
    assert (code, complained) == (0, "")
    assert "chain: anvil is ready at http://127.0.0.1:" in said

    code, said, _ = salus("governor", "status")
    assert code == 0
    assert "GOVERNOR" in said
    code, said, _ = salus("chain", "status", "--json")
    facts = json.loads(said)
    assert code == 0
    assert facts["running"]
    assert facts["clock"].startswith("2025-01-31T12:00")
    assert salus("chain", "start", "--network", "ganache")[::2] == (
        1,
        f"Error: an anvil chain runs at {facts['url']}; end it with `salus chain stop`, then start another\n",
    )

    assert salus("chain", "stop")[0] == 0
    assert salus("governor", "status")[0] == 4
    assert list(elsewhere.iterdir()) == []


def test_no_chain(elsewhere: Path) -> None:
    code, said, _ = salus("chain", "status", "--json")

    assert code == 1
    assert json.loads(said)["running"] is False
    assert salus("chain", "stop") == (0, "chain: no local chain is running\n", "")


@pytest.mark.parametrize("words", [["--clock", "someday"], ["--block", "0"], ["--network", "sepolia"]])
def test_a_wrong_word(elsewhere: Path, words: list[str]) -> None:
    code, said, complained = salus("chain", "start", *words)

    assert (code, said) == (2, "")
    assert words[0].removeprefix("--") in complained
    assert complained.count("\n") == 1


def test_ctrl_c(elsewhere: Path) -> None:
    process = begun("chain", "start", "--network", "anvil")
    # as a terminal does: the command and its tool get it both
    deadline = time.monotonic() + PATIENCE
    state = Path(os.environ["SALUS_CHAIN_FOLDER"])
    while not list(state.glob("data-*/process.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True)
    for pid in (process.pid, int(children.stdout)):
        os.kill(pid, signal.SIGINT)

    _, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in complained
    assert [path.name for path in state.iterdir()] == ["lock"]


@pytest.mark.parametrize("place", [None, Path("/nowhere")])
def test_without_a_clone(place: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clone, "CLONE", place)

    with pytest.raises(ChainError, match="run `make setup` there"):
        start()
