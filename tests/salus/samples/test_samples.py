"""salus.samples

given a seed and a start day
    it should give six patients, four of one family
    it should give the same bytes for the same seed
    it should give other bytes for another seed
    every resource should be valid FHIR R4
    every diagnosis should be an ICD-10-CM code
    every Claim should read as a line under the family table, on a day of the year, with items that add up
    there should be inpatient, outpatient, emergency and pharmacy care
    file names and reprs should show nothing clinical and no name
    the folder should have the profile to read them under, and no file is left unread
when run as a command
    it should write the files, and print where
    it should say in one line when it cannot
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class
from typer import Typer
from typer.testing import CliRunner

from salus import fhir, product
from salus.base import days
from salus.base.errors import FhirError
from salus.fhir import Summary
from salus.product import icd10
from salus.samples import Sample, generate, profile, write
from salus.samples.__main__ import main

START = days.civil_day("2026-01-01")
FAMILY = product.shipped("family")


@pytest.fixture(scope="module", params=[7, 8, 2026])
def samples(request: pytest.FixtureRequest) -> tuple[Sample, ...]:
    return generate(request.param, START)


@pytest.fixture(scope="module")
def summary(samples: tuple[Sample, ...]) -> Summary:
    texts = [sample.to_json() for sample in samples]
    return Summary.of(fhir.read(texts, FAMILY, profile=profile(), today=START + 400))


def test_six_patients_four_of_one_family(samples: tuple[Sample, ...]) -> None:
    people = [sample.patient for sample in samples]

    assert len({person.id for person in people}) == 6
    assert len({(person.family, person.street, person.town) for person in people[:4]}) == 1
    assert len({person.family for person in people}) == 3


def test_a_seed_repeats_itself(samples: tuple[Sample, ...]) -> None:
    first, second = ([sample.to_json() for sample in generate(5, START)] for _ in range(2))

    assert first == second
    assert set(first).isdisjoint(sample.to_json() for sample in samples)


def test_the_year_moves_with_the_start() -> None:
    early, late = (generate(7, start) for start in (START, START + 365))

    def periods(samples: tuple[Sample, ...]) -> list[int]:
        texts = [sample.to_json() for sample in samples]
        found = fhir.read(texts, FAMILY, profile=profile(), today=START + 999)
        return [line.service_from for line in Summary.of(found).lines]

    assert [day + 365 for day in periods(early)] == periods(late)


def test_every_resource_is_valid(samples: tuple[Sample, ...]) -> None:
    for sample in samples:
        document = json.loads(sample.to_json())
        get_fhir_model_class("Bundle").model_validate(document)


def test_every_diagnosis_is_a_code(samples: tuple[Sample, ...]) -> None:
    codes = {
        coding["code"]
        for sample in samples
        for entry in sample.bundle["entry"]
        if entry["resource"]["resourceType"] == "Condition"
        for coding in entry["resource"]["code"]["coding"]
    }

    assert len(codes) > 10
    assert all(map(icd10.exists, codes))


def test_every_claim_is_a_line(samples: tuple[Sample, ...], summary: Summary) -> None:
    claims = sum(
        entry["resource"]["resourceType"] == "Claim" for sample in samples for entry in sample.bundle["entry"]
    )

    assert summary.refused == ()
    assert summary.errors == ()
    assert len(summary.lines) == claims >= 40
    assert all(START <= line.service_from <= line.service_to < START + 365 for line in summary.lines)
    assert not any(line.notes for line in summary.lines)
    assert {line.patient for line in summary.lines} == {sample.patient.id for sample in samples}


def test_all_kinds_of_care(summary: Summary) -> None:
    kinds = {line.benefit.partition(".")[0] for line in summary.lines}
    cases = [line.encounter for line in summary.lines]

    assert {"hospital", "emergency", "visit", "drugs", "dental", "prevention"} <= kinds
    assert any(line.emergency for line in summary.lines)
    assert any(line.service_to > line.service_from for line in summary.lines)
    assert len(set(cases)) < len(cases)
    assert len({line.provider for line in summary.lines}) == 2


def test_no_name_in_file_names_or_repr(samples: tuple[Sample, ...], tmp_path: Path) -> None:
    paths = write(samples, tmp_path / "new" / "folder")

    assert [path.name for path in paths] == [f"patient-{number}.json" for number in range(1, 7)]
    for sample in samples:
        assert sample.patient.given not in repr(sample)
        assert sample.patient.family not in repr(sample)


def test_the_folder_has_its_profile(samples: tuple[Sample, ...], tmp_path: Path) -> None:
    write(samples, tmp_path)

    hospital = fhir.Profile.load(tmp_path / "hospital.yaml")
    summary = Summary.of(fhir.read(tmp_path, FAMILY, profile=hospital, today=START + 400))

    assert hospital == profile()
    assert (summary.errors, summary.not_read, summary.refused) == ((), (), ())


def test_a_folder_that_cannot_be_made(samples: tuple[Sample, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(FhirError, match="cannot be created"):
        write(samples, tmp_path / "file" / "folder")


def run(*arguments: str) -> tuple[int, str]:
    command = Typer()
    command.command()(main)
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.output


def test_command(tmp_path: Path) -> None:
    code, output = run("--seed", "3", "--out", str(tmp_path), "--start", "2026-01-01")

    assert code == 0
    assert "6 bundles for the year from 2026-01-01" in output
    assert (tmp_path / "patient-1.json").read_bytes() == generate(3, START)[0].to_json()


def test_command_that_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    code, output = run("--out", str(tmp_path / "file" / "folder"))

    assert code == 1
    assert "cannot be created" in output
