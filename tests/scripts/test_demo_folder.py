"""make demo FHIR=folder: folders that are empty or small

given a folder without anything that the demo can use
    it should end with one line that names the problem and the remedy, before a chain is started
given a folder with few patients
    it should spread the patients over the policies, say so, and only the neighbour should consent late
given files with a byte order mark, or in NDJSON
    it should know the patients' names
given a Patient that is not valid FHIR, or has no name
    the demo should still run, with no name on that letter, and should say so
when it is stopped while it reads
    it should say so in one line
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salus import samples
from scripts._demo.cast import from_folder

ROOT = Path(__file__).resolve().parents[2]
BOM = b"\xef\xbb\xbf"
NAMELESS = "  1 letter will bear no name: no valid Patient with one is there."
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


def clock(folder: Path) -> list[str]:
    return [sys.executable, "-m", "scripts._demo.clock", str(folder)]


def failure(folder: Path) -> str:
    """Returns the last line of `make demo FHIR=folder` when its first step fails."""
    command = clock(folder)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {folder}: ")
    assert done.stderr.endswith(WAY_OUT)
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix(f"Error: {folder}: ").removesuffix(WAY_OUT)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert failure(tmp_path / "nowhere") == "is not there"


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")

    assert failure(tmp_path) == "holds no .json or .ndjson file"


def test_a_folder_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")

    assert failure(tmp_path).startswith("holds no FHIR Bundle that can be read: the first file holds no FHIR")


def test_a_folder_without_bills(tmp_path: Path, bundles: list[dict[str, Any]]) -> None:
    fill(tmp_path, [without(bundles[0], "Claim")])

    assert failure(tmp_path) == "holds FHIR Bundles without a bill (a Claim)"


def test_a_folder_whose_bills_cannot_be_attested(tmp_path: Path, bundles: list[dict[str, Any]]) -> None:
    fill(tmp_path, [without(bundles[0], "Encounter")])

    assert failure(tmp_path).startswith("holds 9 bills, and none can be attested: of 9, the record ")


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


@pytest.mark.parametrize("name", ["a.json", "a.ndjson"])
def test_names_are_known(tmp_path: Path, bundles: list[dict[str, Any]], name: str) -> None:
    (tmp_path / name).write_bytes(BOM + json.dumps(bundles[0]).encode())

    cast = from_folder(tmp_path)

    assert [person.name for person in cast.people] == [name_in(bundles[0])]
    assert NAMELESS not in cast.notes


def name_in(bundle: dict[str, Any]) -> str:
    (name,) = patient_in(bundle)["name"]
    return " ".join([*name["given"], name["family"]])


def patient_in(bundle: dict[str, Any]) -> dict[str, Any]:
    (patient,) = (
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient"
    )
    return dict(patient)


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "Anna Smith"},
        {"name": {"family": "Smith"}},
        {"name": ["Anna Smith"]},
        {"name": [{"given": None, "family": "Smith"}]},
        {"name": [{"given": ["Anna"], "family": None}]},
        {"name": [{"given": "Anna", "family": "Smith"}]},
        {"name": [{"given": [7], "family": "Smith"}]},
        {"name": [{"given": ["Anna"], "family": ["Smith"]}]},
        {"name": []},
        {"name": [{}]},
        {"name": None},
    ],
    ids=str,
)
def test_an_odd_name(tmp_path: Path, bundles: list[dict[str, Any]], odd: dict[str, Any]) -> None:
    entries = [
        {**entry, "resource": {**entry["resource"], **odd}}
        if entry["resource"]["resourceType"] == "Patient"
        else entry
        for entry in bundles[0]["entry"]
    ]
    fill(tmp_path, [{**bundles[0], "entry": entries}, bundles[1]])

    cast = from_folder(tmp_path)

    assert sorted(person.name for person in cast.people) == ["", name_in(bundles[1])]
    assert NAMELESS in cast.notes


def test_the_bills_of_a_malformed_patient(tmp_path: Path, bundles: list[dict[str, Any]]) -> None:
    entries = [
        {**entry, "resource": {**entry["resource"], "id": ["a", "list"]}}
        if entry["resource"]["resourceType"] == "Patient"
        else entry
        for entry in bundles[0]["entry"]
    ]
    fill(tmp_path, [{**bundles[0], "entry": entries}, bundles[1]])

    cast = from_folder(tmp_path)

    assert [person.name for person in cast.people] == [name_in(bundles[1])]
    assert any("does not have the form that FHIR R4 requires" in note for note in cast.notes)


def test_a_bundle_with_junk_beside_it(tmp_path: Path, bundles: list[dict[str, Any]]) -> None:
    fill(tmp_path, bundles[:1])
    for number, junk in enumerate([b"\xff\xfe", b"[1, 2]", b'{"resourceType": "Bundle", "entry": [7]}']):
        (tmp_path / f"junk-{number}.json").write_bytes(junk)

    done = subprocess.run(clock(tmp_path), cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0
    assert [person.name for person in from_folder(tmp_path).people] == [name_in(bundles[0])]


def test_ctrl_c_while_it_reads(tmp_path: Path) -> None:
    records = tmp_path / "records.json"
    os.mkfifo(records)
    with subprocess.Popen(clock(records), cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        # The open succeeds when the other side opens the pipe too; that side then waits for the first byte.
        writer = os.open(records, os.O_WRONLY)
        process.send_signal(signal.SIGINT)
        _, output = process.communicate(timeout=60)
        os.close(writer)

    assert process.returncode == 130
    assert output == "\nStopped. Nothing is lost: run the same command again, and it goes on from here.\n"
