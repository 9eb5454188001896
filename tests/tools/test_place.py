"""tools.place

given a clone that is where it was set up, one whose environment is a link to another's, or one without
    nothing should be mended
given one that was moved, also to a place with spaces or a long name, or copied
    its programs should run, and import from the new place
    what names a folder that only begins like the old one should stay
    when it is stopped half-way, the next time should finish it
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tools import place

PROGRAM = "import ours; print('I am at', ours.__file__)"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A clone with an environment, a program and a package of its own."""
    root = tmp_path / "clone"
    root.mkdir()
    venv.create(root / ".venv", with_pip=False)
    (root / "ours.py").write_text("")
    packages = next(root.glob(".venv/lib/python*/site-packages"))
    (packages / "ours.pth").write_text(f"{root}\n")
    (packages / "ours-1.dist-info").mkdir()
    (packages / "ours-1.dist-info" / "direct_url.json").write_text(f'{{"url": "{root.as_uri()}"}}')
    program = root / ".venv" / "bin" / "ours"
    program.write_text(f"#!{root}/.venv/bin/python\n# {root}-other and {root}.old stay\n{PROGRAM}\n")
    program.chmod(0o755)
    return root


def settle(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path | None:
    monkeypatch.setattr(place, "VENV", root / ".venv")
    monkeypatch.setattr(place, "CACHE", root / ".cache")
    return place.moved_from()


def ours(root: Path) -> str:
    return subprocess.run([root / ".venv/bin/ours"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", ["elsewhere", "a place with spaces", "deep/" * 30 + "clone", "clone-other"])
@pytest.mark.parametrize("copied", [False, True])
def test_a_clone_that_was_moved(
    before: Path, name: str, copied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = before.parent / name
    root.parent.mkdir(parents=True, exist_ok=True)
    if copied:
        shutil.copytree(before, root, symlinks=True)
    else:
        before.rename(root)
    assert settle(root, monkeypatch) == before

    place.mend(before)

    assert place.moved_from() is None
    assert ours(root) == f"I am at {root / 'ours.py'}\n"
    text = (root / ".venv/bin/ours").read_text()
    assert f"# {before}-other and {before}.old stay" in text
    activate = f'. "{root}/.venv/bin/activate" && command -v ours && ours'
    shell = subprocess.run(["sh", "-c", activate], capture_output=True, text=True, check=True)
    assert shell.stdout == f"{root}/.venv/bin/ours\nI am at {root / 'ours.py'}\n"
    url = next(root.glob(".venv/lib/python*/site-packages/*/direct_url.json")).read_text()
    assert url == f'{{"url": "{root.as_uri()}"}}'
    if copied:
        assert ours(before) == f"I am at {before / 'ours.py'}\n"


def test_back_and_forth(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = before.with_name("a way off")
    for start, end in ((before, away), (away, before)):
        start.rename(end)
        settle(end, monkeypatch)
        place.mend(start)
        assert ours(end) == f"I am at {end / 'ours.py'}\n"


def test_a_clone_that_stayed(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settle(before, monkeypatch) is None


def test_an_environment_that_is_a_link(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = before.with_name("worktree")
    other.mkdir()
    (other / ".venv").symlink_to(before / ".venv")

    assert settle(other, monkeypatch) is None


def test_a_clone_without_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settle(tmp_path, monkeypatch) is None


def test_stopped_half_way(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = before.with_name("elsewhere")
    before.rename(root)
    settle(root, monkeypatch)
    written = place.write

    def stopping(path: Path, content: bytes) -> None:
        if path.name == "ours":
            raise KeyboardInterrupt
        written(path, content)

    monkeypatch.setattr(place, "write", stopping)
    with pytest.raises(KeyboardInterrupt):
        place.mend(before)
    assert place.moved_from() == before

    monkeypatch.setattr(place, "write", written)
    place.mend(before)
    assert ours(root) == f"I am at {root / 'ours.py'}\n"


def test_a_place_below_the_old_one() -> None:
    text = b"#!/a/clone/.venv/bin/python3.11\nfile:///a/clone/x /a/clone /a/clones"

    assert place.replaced(text, Path("/a/clone"), Path("/a/clone/in")) == (
        b"#!/a/clone/in/.venv/bin/python3.11\nfile:///a/clone/in/x /a/clone/in /a/clones"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the length that Linux reads")
def test_the_first_line_fits() -> None:
    assert place.first_line(b"/short/python") == b"#!/short/python"
    long = b"/" + b"x" * 200 + b"/python"
    assert place.first_line(long).splitlines()[0] == b"#!/bin/sh"
