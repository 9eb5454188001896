"""salus.statement.letters, salus.statement.letterhead: letters as files

given a letter
    HTML, PDF and FHIR should be written, for the owner's eyes only, named by member and day
    given a machine without Pango
        the HTML should be there, and it should be said what to install
        no PDF of an earlier run should be left beside it, and it should not be tried again
    when the folder cannot be written, one line should name it
given a letterhead.yaml
    its names should be on the letter, by number and address
    when a field is unknown, missing or of another kind, one line should name it, and never a person
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salus.base import pdf
from salus.base.errors import InputError, MissingLibrary
from salus.statement import LetterFolder, LetterheadFile
from tests.support.decided import FAMILY
from tests.support.letters import HEAD, letter_with
from tests.support.paper import needs_pango

LETTER = letter_with(2)
STEM = f"letter-{HEAD.member}-2026-12-07"


@needs_pango
def test_writes_all_kinds(tmp_path: Path) -> None:
    written = LetterFolder(tmp_path / "letters", as_fhir=True).write(LETTER, HEAD)

    assert [path.name for path in written] == [f"{STEM}.html", f"{STEM}.fhir.json", f"{STEM}.pdf"]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert written[2].read_bytes() == pdf.from_html(written[0].read_text())


def test_without_pango_the_html_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def missing(html: str) -> bytes:
        tried.append(html)
        raise MissingLibrary("PDF needs Pango", remedy="install it")

    monkeypatch.setattr(pdf, "from_html", missing)
    (tmp_path / f"{STEM}.pdf").write_bytes(b"of an earlier run")
    folder = LetterFolder(tmp_path)

    folder.write(LETTER, HEAD)
    folder.write(LETTER, HEAD, name="second")

    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{STEM}.html", "second.html"]
    assert str(folder.without_pdf) == "PDF needs Pango; install it"
    assert len(tried) == 1


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("")

    with pytest.raises(InputError, match="letters: cannot be made: File exists; name another folder"):
        LetterFolder(tmp_path / "letters").write(LETTER, HEAD)


# LETTERHEAD

FILE = f"""\
insurer: Harbour Mutual Health
contact: claims@harbour.example
providers: {{1: Saltmarsh General Hospital}}
payees: {{"{FAMILY}": your account}}
members: {{3F9A-12C0-77AB-0: Almira Heatherbeck}}
"""


def letterhead(tmp_path: Path, text: str) -> LetterheadFile:
    path = tmp_path / "letterhead.yaml"
    path.write_text(text)
    return LetterheadFile.load(path)


def test_names_by_number_and_address(tmp_path: Path) -> None:
    file = letterhead(tmp_path, FILE)

    head = file.letterhead(plan="Family", member="3F9A-12C0-77AB-0", written=HEAD.written)
    other = file.letterhead(plan="Family", member="3F9A-12C0-77AB-1", written=HEAD.written)

    assert (head.addressee, head.provider(1)) == ("Almira Heatherbeck", "Saltmarsh General Hospital")
    assert head.payees[LETTER.items[0].entry.decided.decision.payee] == "your account"
    assert (other.addressee, other.plan, other.objection_days) == ("", "Family", 180)
    assert "Heatherbeck" not in f"{file!r} {head!r}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contact: here", "insurer: is missing; see the example in docs/files.md"),
        ("insurer: A\nphone: 7", "phone: is not a field of this file"),
        ("insurer: A\nobjection_days: 0", "objection_days: is less than 1"),
        ("insurer: A\nproviders: {0: B}", "providers.0: is less than 1"),
        (
            f"insurer: A\npayees: {{{FAMILY}: B}}",
            "payees: names an account by something else than an address",
        ),
        ("insurer: A\npayees: {'0x12': B}", "payees: names an account by something else than"),
        ("insurer: A\nmembers: {Almira: Heatherbeck}", "members: names a member by something else than"),
        ("insurer: A\nmembers: Heatherbeck", "members: is not written as named fields"),
        ("- A", "is not a mapping of names to values; see the example"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError) as refusal:
        letterhead(tmp_path, text)

    assert str(refusal.value).startswith(f"{tmp_path / 'letterhead.yaml'}: {expected}")
    assert "Almira" not in str(refusal.value)
    assert "Heatherbeck" not in str(refusal.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    wrong: Any = tmp_path / "none.yaml"
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
        LetterheadFile.load(wrong)
