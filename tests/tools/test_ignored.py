"""Git and the files that people keep in the clone

given a file that docs/files.md asks people to write
    git should ignore it in the clone, because most such files are secret, and all are personal
given a source file of the project
    git should track it
"""

from __future__ import annotations

import re
import subprocess

import pytest

from tools.places import ROOT

FILES = ROOT / "docs" / "files.md"
STAND_INS = re.compile(r"<[^>]+>|\*|(?<=-)N\b")

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")


def names() -> list[str]:
    """Returns the file names in the table, with each variable part replaced by a word.

    A bare suffix continues the name before it.
    """
    files: list[str] = []
    for row in re.findall(r"^\| (`.+?) \|", FILES.read_text(), flags=re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", row):
            whole = files[-1].partition(".")[0] + name if name.startswith(".") else name
            files.append(STAND_INS.sub("0", whole))
    return files


def is_ignored(name: str) -> bool:
    return subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", [*names(), "quote-2.json", "policy-of-the-family.json", "keys/policy.key"])
def test_leaves_out_what_people_keep(name: str) -> None:
    assert is_ignored(name)


def test_all_of_them_are_looked_at() -> None:
    assert len(names()) >= 14
    assert {"member-0.svg", "records/0.age", "cards/0/"} <= set(names())


@pytest.mark.parametrize(
    "name", ["salus/crypto/records.py", "salus/chain/networks.yaml", "docs/files.md", "salus/new.py"]
)
def test_keeps_sources(name: str) -> None:
    assert not is_ignored(name)
