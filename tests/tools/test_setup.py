"""tools.setup

given another Python than 3.11, or no Node.js, or one that is too old
    it says in one line what is missing and what to do, and installs nothing
given a step whose stamp fits
    it is not taken again, until what it was made from changes or what it makes is gone
    when it fails: it leaves no stamp, and the command that failed is named
given Python packages to install
    uv installs them, and Brownie from its sources
    when uv is not to be had, or fails: it says so, and pip installs them
given steps to take
    it says first which, how much they bring and how long they usually take; then of each when it begins, how
│   long it is at it, and when it is ready; nothing of those that are done
given a clone that was moved
    it is mended, and says so
given two steps
    they run side by side, and one that needs another waits for it
    when one fails: what needs it is not taken
given a clone that is set up
    a second run installs nothing and compiles nothing
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools import compiled, setup
from tools.places import ROOT
from tools.setup import SetupError, Step

PATIENCE = 60


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


# WHAT IT SAYS


def test_says_what_it_does(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "TELL_EACH_SECONDS", 0.2)
    first = Step("First", ("list",), (), lambda: time.sleep(0.5), usually=60, megabytes=800)
    beside = Step("Beside", ("list",), (), lambda: None, usually=30, megabytes=500)
    last = Step("Last", ("list",), (), lambda: None, after=("First",), usually=50)
    monkeypatch.setattr(setup, "STEPS", (first, beside, last))

    assert setup.main() == 0

    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        "set-up: to install into this folder, once: First, Beside, Last; 1.3 GB in all; "
        "it usually takes 2 minutes"
    )
    assert "set-up: First …" in said
    assert "set-up: First: at it for 0 s …" in said
    assert "set-up: Beside ready (0 s), 1 of 3" in said
    assert said[-1].startswith("set-up: Last ready (")
    assert said[-1].endswith("), 3 of 3")

    assert setup.main() == 0
    assert capsys.readouterr().out == ""

    last.stamp.unlink()
    assert setup.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "set-up: to install into this folder, once: Last; it usually takes 50 seconds",
        "set-up: Last …",
        "set-up: Last ready (0 s), 1 of 1",
    ]


def test_a_clone_that_was_moved(
    taken: list[str], clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.main()
    mended: list[Path] = []
    monkeypatch.setattr(setup.place, "moved_from", lambda: Path("/before"))
    monkeypatch.setattr(setup.place, "mend", mended.append)
    capsys.readouterr()

    assert setup.main() == 0

    assert mended == [Path("/before")]
    assert capsys.readouterr().out == (
        "set-up: this clone was set up at /before; its commands name its new place now\n"
    )
    assert taken == ["once"]


# PYTHON PACKAGES


@pytest.fixture
def installed(clone: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands that would install, and what they are given. uv fails while there is a file `broken`."""
    commands: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], purpose: str, extra: dict[str, str] | None = None) -> None:
        commands.append((command, extra or {}))
        if command[0].endswith("uv") and (clone / "broken").exists():
            raise SetupError(f"could not {purpose} (exit code 2): uv")

    monkeypatch.setattr(setup, "run", run)
    monkeypatch.setattr(setup.packages, "pip_settings", dict)
    return commands


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_uv_installs_or_else_pip(
    there: bool,
    broken: bool,
    clone: Path,
    installed: list[tuple[list[str], dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(setup.packages, "get_uv", lambda environment: there)
    if broken:
        (clone / "broken").touch()

    setup.install_python()

    used = [command for command, _ in installed if "-r" in command]
    assert [command[0].endswith("uv") for command in used] == [True] * there + [False] * (broken or not there)
    assert all("--no-binary" in command and "eth-brownie" in command for command in used)
    assert all(extra["BROWNIE_NOCOMPILE"] == "1" for command, extra in installed if "-r" in command)
    said = {
        (True, False): "",
        (True, True): (
            "set-up: could not install the Python packages (exit code 2): uv; trying pip, which is slower\n"
        ),
    }
    missing = f"set-up: pip has no {setup.packages.UV_PACKAGE} here; going on with pip, which is slower\n"
    assert capsys.readouterr().err == said.get((there, broken), missing)


# SEVERAL STEPS


def test_steps_run_side_by_side(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, done = threading.Barrier(2, timeout=PATIENCE), list[str]()

    def meet() -> None:
        both.wait()
        done.append("met")

    first, second = (Step(name, ("list",), (), meet) for name in ("First", "Second"))
    last = Step("Last", ("list",), (), lambda: done.append("last"), after=("First", "Second"))
    monkeypatch.setattr(setup, "STEPS", (first, second, last))

    assert setup.main() == 0
    assert done == ["met", "met", "last"]


def test_a_step_that_needs_a_failed_one_is_not_taken(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken: list[str] = []
    first = Step("First", ("list",), (), lambda: setup.run(["false"], "install nothing"))
    last = Step("Last", ("list",), (), lambda: taken.append("last"), after=("First",))
    monkeypatch.setattr(setup, "STEPS", (first, last))

    assert setup.main() == 1
    assert taken == []
    assert capsys.readouterr().err == "set-up: could not install nothing (exit code 1): false\n"


# A SECOND RUN


def test_a_second_run_does_nothing_again() -> None:
    if not all(step.is_done() for step in setup.STEPS):
        pytest.skip("this clone was not set up by `make setup`, and a test installs nothing")
    begin = [sys.executable, "-m", "tools.run", "--network", "ganache", "--", "true"]
    # the first run compiles
    subprocess.run(begin, cwd=ROOT, check=True)
    before = written()

    for command in ([sys.executable, "-m", "tools.setup"], begin):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("", "")
    assert written() == before


def written() -> dict[Path, int]:
    """When each step of the set-up, and the compiler, left its stamp."""
    stamps = [*setup.STAMPS.iterdir(), compiled.path_of(ROOT)]
    return {path: path.stat().st_mtime_ns for path in stamps}
