"""tools.setup

given a Python other than 3.11, or a Node.js that is missing or too old
    it should say in one line what is missing and what to do, and install nothing
given a step whose stamp is current
    it should not run again, until its inputs change or its product is gone
    when it fails, it should leave no stamp, and name the command that failed
given a clone that is set up
    a second run should start its work within ten seconds
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import setup
from tools.places import ROOT
from tools.setup import SetupError, Step

SECOND_RUN_SECONDS = 10


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for stamps and products."""
    monkeypatch.setattr(setup, "CACHE", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    (tmp_path / "list").write_text("what to install")
    return tmp_path


@pytest.fixture
def taken(clone: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One step, and a count of its runs."""
    times: list[str] = []

    def install() -> None:
        times.append("once")
        (clone / "product").write_text("installed")

    monkeypatch.setattr(setup, "STEPS", (Step("A step", ("list",), (clone / "product",), install),))
    return times


# VERSIONS


@pytest.mark.parametrize("version", [(3, 10, 12), (3, 12, 0), (2, 7, 18)])
def test_another_python(
    version: tuple[int, ...],
    taken: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "version_info", version)

    assert setup.main() == 1

    version_text = ".".join(map(str, version))
    assert capsys.readouterr().err == (
        f"set-up: the packages are locked for Python 3.11, this is {version_text}; "
        "try `make PYTHON=/path/to/python3.11`\n"
    )
    assert taken == []


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_no_node(
    missing: str, taken: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup.shutil, "which", lambda name: None if name == missing else f"/bin/{name}")

    assert setup.main() == 1

    assert capsys.readouterr().err == (f"set-up: `{missing}` is not on PATH; install Node.js 20 or later\n")
    assert taken == []


@pytest.mark.parametrize("expected", ["v18.19.0", ""])
def test_an_old_node(expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {expected}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(
        SetupError, match=rf"Node.js 20 or later is needed, `node --version` says '{expected}'"
    ):
        setup.install_npm()


# STEPS


def test_a_step_is_taken_once(taken: list[str]) -> None:
    assert [setup.main(), setup.main()] == [0, 0]
    assert taken == ["once"]


def test_a_step_is_taken_again_when_its_list_changes(taken: list[str], clone: Path) -> None:
    setup.main()
    (clone / "list").write_text("something more to install")

    assert setup.main() == 0
    assert len(taken) == 2


def test_a_step_is_taken_again_when_its_product_is_gone(taken: list[str], clone: Path) -> None:
    setup.main()
    (clone / "product").unlink()

    assert setup.main() == 0
    assert len(taken) == 2


def test_a_step_that_fails_leaves_no_stamp(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install() -> None:
        setup.run(["false", "now"], "install nothing")

    step = Step("A step", ("list",), (), install)
    monkeypatch.setattr(setup, "STEPS", (step,))

    assert setup.main() == 1

    assert capsys.readouterr().err == "set-up: could not install nothing (exit code 1): false now\n"
    assert not step.is_done()


# A SECOND RUN


def test_a_second_run_starts_its_work_soon() -> None:
    if not all(step.is_done() for step in setup.STEPS):
        pytest.skip("this clone was not set up by `make setup`, and a test installs nothing")
    start = [sys.executable, "-m", "tools.run", "--network", "ganache", "--", "true"]
    # The first run compiles.
    subprocess.run(start, cwd=ROOT, check=True)

    # Another program may be using the machine, but not at every attempt.
    assert any(seconds_of_a_run(start) < SECOND_RUN_SECONDS for _ in range(3))


def seconds_of_a_run(start: list[str]) -> float:
    begun = time.monotonic()
    for command in ([sys.executable, "-m", "tools.setup"], start):
        subprocess.run(command, cwd=ROOT, check=True)
    return time.monotonic() - begun
