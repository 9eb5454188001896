"""tools.ending, and how each tool ends when it is stopped

given a disk that is full or read-only, or a missing file
    a tool should name file and remedy in one line, and its exit code should differ from those of pytest
given Ctrl-C
    a tool should say so in one line, and end as a shell expects
    pytest without a chain should receive it through `tools.test`, and end first
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import compiler, coverage, ending, lint, lock, run, seeded_errors, setup
from tools.places import ROOT, RUNS, VENV

PATIENCE = 60
TOOLS = [compiler, coverage, lint, lock, run, seeded_errors, setup]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), "a/b: no space left on device; free some"),
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device; free some space and"),
        (OSError(errno.EROFS, "Read-only file system", "a"), "a: read-only file system; use a clone on a"),
        (OSError(errno.EACCES, "Permission denied", "a"), "a: permission denied; make it yours to write"),
        (OSError(errno.ENOENT, "No such file", "a"), "a: no such file; run `make setup` and run it again"),
        (OSError("odd"), "cannot be used; correct it and run it again"),
    ],
)
def test_a_disk_that_refuses(error: OSError, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise error

    assert ending.plainly("tool", main) == ending.CANNOT_RUN
    output = capsys.readouterr().err
    assert output.startswith(f"tool: {words}")
    assert output.count("\n") == 1


def test_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise KeyboardInterrupt

    assert ending.plainly("tool", main) == 130
    assert capsys.readouterr().err == "\ntool: interrupted; run it again\n"


def test_the_exit_code_is_that_of_the_tool() -> None:
    assert ending.plainly("tool", lambda: 7) == 7


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_ends_like_this(tool: object) -> None:
    text = Path(tool.__file__).read_text()  # type: ignore[attr-defined]
    assert 'plainly("' in text.partition('if __name__ == "__main__":')[2] or "return plainly(" in text


@pytest.mark.parametrize(("tool", "words"), [("setup", []), ("run", ["--", "true"])])
def test_a_clone_that_may_not_be_written(tool: str, words: list[str], tmp_path: Path) -> None:
    # A copy, because tools.places finds the clone by its own location.
    copy = tmp_path / "copy"
    (copy / "tools").mkdir(parents=True)
    for file in (ROOT / "tools").iterdir():
        if file.is_file():
            (copy / "tools" / file.name).write_bytes(file.read_bytes())
    (copy / ".cache").write_text("where the folder should be")
    command = [VENV / "bin" / "python", "-m", f"tools.{tool}", *words]
    environment = {**os.environ, "PYTHONPATH": str(copy)}

    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == ending.CANNOT_RUN
    assert str(copy / ".cache") in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_stamp_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr(setup, "STAMPS", tmp_path)
    (tmp_path / "a-step").symlink_to("/dev/full")
    step = setup.Step("a step", (".npmrc",), (tmp_path / "product",), lambda: None)

    assert ending.plainly("set-up", lambda: step.take() or 0) != 0
    assert capsys.readouterr().err == "set-up: no space left on device; free some space and run it again\n"


def test_ctrl_c_while_tests_run_without_a_chain(tmp_path: Path) -> None:
    marker = tmp_path / "here"
    test = tmp_path / "test_long.py"
    test.write_text(
        "import os, time, pathlib\n"
        "def test_waits(tmp_path):\n"
        f"    pathlib.Path({str(marker)!r}).write_text(f'{{tmp_path}} {{os.environ[\"HOME\"]}}')\n"
        f"    time.sleep({PATIENCE})\n"
    )
    start = (
        "import sys; from tools import test; from tools.ending import plainly\n"
        "test.sort_out = lambda paths: (paths, [])\n"
        "sys.exit(plainly('test', test.main))"
    )
    words = [sys.executable, "-c", start, str(test), "--", "--rootdir", str(tmp_path)]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + PATIENCE
        while not (marker.exists() and marker.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, output = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert output == "test: stopped by signal 2; run it again\n"
    for folder in map(Path, marker.read_text().split()):
        assert folder.is_relative_to(RUNS)
        assert not folder.exists()
