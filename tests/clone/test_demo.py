"""make demo FHIR=folder, as a person types it, on Ganache

given a folder with records of three patients
    it should play every scene
    it should leave a letter for each, with a name that the terminal does not show, a picture and a summary
    the three commands that it ends with should work as they are written
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from salus import samples
from scripts._demo.afterwards import ACTIVATE, TRY
from tools.places import ROOT
from tools.setup import STEPS

START = 20_000
"""Civil day on which the patients' year begins: 2024-10-04."""
PATIENTS = 3
OF_THE_CALLER = ("MAKE", "MFLAGS", "SALUS_")
"""Settings of the `make` that runs these tests; its child must not inherit them."""


@dataclass(frozen=True)
class Seen:
    """What the command shows and leaves."""

    patients: tuple[samples.Sample, ...]
    output: str
    out: Path

    @property
    def summary(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "summary.json").read_text()))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    if not all(step.is_done() for step in STEPS):
        pytest.skip("this clone was not set up by `make setup`, and a test installs nothing")
    records, out = tmp_path_factory.mktemp("records"), tmp_path_factory.mktemp("out")
    patients = samples.generate(7, START)[:PATIENTS]
    samples.write(patients, records)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_CALLER)}

    done = subprocess.run(
        ["make", "demo", f"FHIR={records}", f"PYTHON={sys.executable}"],
        cwd=ROOT,
        env={**environment, "SALUS_DEMO_OUT": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Seen(patients, done.stdout, out)


def test_every_scene_takes_place(seen: Seen) -> None:
    summary = seen.summary

    assert summary["notShown"] == []
    assert summary["year"][0].startswith("2024-10")
    assert len(summary["policies"]) == PATIENTS
    assert len(set(summary["shown"]["denied_with_two_codes"])) == 2


def test_a_letter_for_each_patient(seen: Seen) -> None:
    letters = [path.read_text() for path in sorted(seen.out.glob("letter-*.html"))]
    names = [f"{sample.patient.given} {sample.patient.family}" for sample in seen.patients]

    assert len(letters) == PATIENTS
    for name in names:
        assert sum(name in letter for letter in letters) == 1
        assert name not in seen.output


def test_leaves_nothing_else(seen: Seen) -> None:
    kinds = {path.name.partition("-")[0].partition(".")[0] for path in seen.out.iterdir()}

    assert kinds == {"letter", "money", "summary"}


@pytest.mark.parametrize("number", range(len(TRY)))
def test_what_it_ends_with(seen: Seen, number: int, tmp_path: Path) -> None:
    _, command = TRY[number]
    assert f"    {command}\n" in seen.output
    patients = ROOT / "out" / "patients"
    were_there = patients.exists()
    own = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_CALLER)}
    places = {"SALUS_CHAIN_FOLDER": str(tmp_path / "chain"), "SALUS_DEMO_OUT": str(tmp_path / "out")}

    def typed(words: str) -> subprocess.CompletedProcess[str]:
        shell = ["sh", "-c", f"{ACTIVATE} && {words}"]
        return subprocess.run(
            shell, cwd=ROOT, env={**own, **places}, capture_output=True, text=True, check=False
        )

    try:
        done = typed(command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout
    finally:
        typed("salus chain stop")
        if not were_there:
            shutil.rmtree(patients, ignore_errors=True)
