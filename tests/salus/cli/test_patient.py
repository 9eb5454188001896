"""salus.cli.patient, as far as no chain is needed

given a file of people that excludes what the table does not have
    it should name file, member and what was probably meant, and make no key
given a table that is mistyped
    it should name the one that was probably meant
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salus.cli.ending import NEEDS_YOU
from salus.cli.root import run
from salus.crypto.records import RecordKey


def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, table: str) -> str:
    people = tmp_path / "people.yaml"
    person = f"consent_signer: '0x{'22' * 20}', covered_since: 2027-01-01, last_day: 2027-12-31"
    people.write_text(f"members:\n  - {{{person}}}\n  - {{{person}, excluded: [{code}]}}\n")
    words: list[Any] = ["--folder", tmp_path / "keys", "--people", people, "--table", table]
    insurer = RecordKey.generate().recipient
    with pytest.raises(SystemExit) as stop:
        run(["patient", "new-policy-key", *map(str, words), "--insurer", insurer])
    assert stop.value.code == NEEDS_YOU
    assert not (tmp_path / "keys").exists()
    return capsys.readouterr().err.strip()


def test_an_exclusion_that_is_no_benefit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(tmp_path, capsys, "dental.treatmnt", "family") == (
        f"Error: {tmp_path}/people.yaml: Member/1.excluded: 'dental.treatmnt' is not a benefit of the table; "
        "did you mean dental.treatment?; use a code of the table"
    )


def test_a_table_that_is_mistyped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(tmp_path, capsys, "dental.treatment", "famly") == (
        "Error: 'famly' is not a table of Salus; did you mean family?; use family or critical-illness, or "
        "name a YAML file"
    )
