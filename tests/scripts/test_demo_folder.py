"""make demo FHIR=folder: folders that are empty or small

given a folder that holds nothing that the story can use
    it ends with one line that names what is missing and the way out, before a chain is started
given a folder with few patients
    it gives each policy its own patients as far as they go, says so, and only the neighbour consents late
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salus import samples
from scripts._demo_cast import from_folder

ROOT = Path(__file__).resolve().parents[2]
WAY_OUT = "; name a folder of FHIR R4 Bundles with Claims, or run `make demo` without FHIR=\n"


@pytest.fixture(scope="module")
def bundles() -> list[dict[str, Any]]:
    return [json.loads(sample.to_json()) for sample in samples.generate(7, 20_000)]


def fill(folder: Path, bundles: list[dict[str, Any]]) -> None:
    for number, bundle in enumerate(bundles):
        (folder / f"{number}.json").write_text(json.dumps(bundle))


def without(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    entries = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != kind]
    return {**bundle, "entry": entries}


def said(folder: Path) -> str:
    """What `make demo FHIR=folder` ends with: its first step."""
    command = [sys.executable, "-m", "scripts._demo_clock", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {folder}: ")
    assert done.stderr.endswith(WAY_OUT)
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix(f"Error: {folder}: ").removesuffix(WAY_OUT)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert said(tmp_path / "nowhere") == "is not there"


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")

    assert said(tmp_path) == "holds no .json or .ndjson file"


def test_a_folder_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")

    assert said(tmp_path).startswith("holds no FHIR Bundle that can be read: the first file holds no FHIR")


def test_a_folder_without_bills(tmp_path: Path, bundles: list[dict[str, Any]]) -> None:
    fill(tmp_path, [without(bundles[0], "Claim")])

    assert said(tmp_path) == "holds FHIR Bundles without a bill (a Claim)"


def test_a_folder_whose_bills_cannot_be_attested(tmp_path: Path, bundles: list[dict[str, Any]]) -> None:
    fill(tmp_path, [without(bundles[0], "Encounter")])

    assert said(tmp_path).startswith("holds 9 bills, and none can be attested: of 9, the record ")


@pytest.mark.parametrize(
    ("patients", "sizes", "notes"),
    [(1, [1], 1), (2, [1, 1], 1), (3, [1, 1, 1], 0), (5, [3, 1, 1], 0)],
)
def test_a_small_folder(
    tmp_path: Path, bundles: list[dict[str, Any]], patients: int, sizes: list[int], notes: int
) -> None:
    fill(tmp_path, bundles[:patients])

    cast = from_folder(tmp_path)

    assert [len(plan.people) for plan in cast.plans] == sizes
    assert len({person.patient for person in cast.people}) == patients
    late = [person.part for person in cast.people if person.consents_late]
    assert late == ["the neighbour"] * (patients > 1)
    few = [note for note in cast.notes if "policies can be sold" in note]
    assert len(few) == notes
