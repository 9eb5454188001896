"""docs/first-hour.md, run in a shell

given an empty folder and the commands of the page, one after the other, on a local chain of their own
    each should end as the page says, and print what it shows
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.walkthrough import ROOT, differs, shell, steps_of, walk

PAGE = ROOT / "docs" / "first-hour.md"
SALUS = ROOT / ".venv" / "bin" / "salus"


@pytest.mark.skipif(not SALUS.exists(), reason="this clone is not set up")
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    text = PAGE.read_text()
    chain = {"SALUS_CHAIN_FOLDER": str(tmp_path / "chain")}
    wrong: list[str] = []
    try:
        with shell(tmp_path, **chain) as opened:
            for step, printed, code, known in walk(text, opened):
                wrong += filter(None, [differs(step, printed, code, known)])
    finally:
        subprocess.run([str(SALUS), "chain", "stop"], env={**chain, "PATH": "/usr/bin"}, check=False)

    assert not wrong, "\n".join(wrong)


def test_the_page_has_a_walk_for_each_of_the_three() -> None:
    commands = [step.command for step in steps_of(PAGE.read_text())]

    assert len(commands) > 50
    for actor in ("chain", "insurer", "patient", "hospital", "capital", "keeper", "auditor", "accreditor"):
        assert any(command.startswith(f"salus {actor} ") for command in commands), actor


@pytest.mark.parametrize(
    ("printed", "code", "problem"),
    [
        (["a 7 b", "more", "end"], 0, False),
        (["a 7 b", "end"], 1, True),
        (["a 7 c", "end"], 0, True),
        (["a 7 b"], 0, True),
    ],
)
def test_notices_a_difference(printed: list[str], code: int, problem: bool) -> None:
    (step,) = steps_of("```console\n$ run\na … b\n…\nend\n```\n")

    assert bool(differs(step, printed, code, {})) is problem
