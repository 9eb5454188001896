"""scripts.insurer, attack_table

given a benefit table
    it should say what an onlooker would name of the claims of invented patients, rung by rung
    as JSON it should give the same figures
given records
    it should attack these, and say what became of their bills
    when they are of fewer than two patients, it should end with what to do
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salus import samples
from salus.insurer.attack import LADDER
from scripts import insurer
from tests.support.ending import ended


def test_it_attacks_invented_patients(capsys: pytest.CaptureFixture[str]) -> None:
    insurer.attack_table("table=family")

    head, title, columns, chance, *rungs = capsys.readouterr().out.splitlines()
    assert head == "1790 claims: 1790 lines, 0 refused"
    assert title == "family 2026.1, 1,790 claims of 240 patients:"
    assert columns.split() == ["named", "rightly,", "by", "benefit", "category"]
    assert [line[2:].partition("   ")[0] for line in rungs] == [rung.name for rung in LADDER]
    assert chance.startswith("  chance: any of those that look alike")
    assert all(line.endswith("%") for line in (chance, *rungs))


def test_its_figures_are_for_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    insurer.attack_table("table=critical-illness", "json")

    found = json.loads(capsys.readouterr().out)
    assert (found["table"], found["claims"]) == ("critical-illness", 160)
    chance, *rungs = found["named"]
    assert 0 < chance["benefit"] < rungs[0]["benefit"] <= rungs[-1]["benefit"] == 1
    assert {tuple(one) for one in rungs} == {("by", "benefit", "category")}


def test_it_attacks_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples.write(samples.generate(7, 20_089), tmp_path)

    insurer.attack_table("table=family", f"records={tmp_path}", f"profile={tmp_path / 'hospital.yaml'}")

    assert "family 2026.1, 45 claims of 6 patients:" in capsys.readouterr().out


def test_one_patient_is_not_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples.write(samples.generate(7, 20_089)[:1], tmp_path)
    profile = f"profile={tmp_path / 'hospital.yaml'}"

    message = ended(capsys, insurer.attack_table, "table=family", f"records={tmp_path}", profile)

    assert message.startswith("records: hold bills under this table of fewer than two patients")
    assert message.endswith("name the records of more patients")
