"""CSV for spreadsheets

given text that a spreadsheet takes for a formula
    it begins with an apostrophe; numbers do not, below 0 neither
given commas, quotes and line breaks
    what is read is what was written
given a row that has not a cell for each column
    it is refused
given a folder with something in it
    nothing is written
the page names each column of each file
"""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from salus.auditor.sheets import Amount, Column, Moment, Sheet, Tokens, cell, write
from salus.base.errors import InputError


def sheet(*rows: tuple[object, ...]) -> Sheet:
    columns = (Column("name", "of it"), Column("amount", "of money"))
    return Sheet(name="things", about="Every thing.", columns=columns, rows=rows)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert read(sheet((text, 0)).as_csv())[1][0] == "'" + text


def test_numbers_stay_numbers() -> None:
    assert cell(-5) == "-5"
    assert cell(Amount(-5, "USD")) == "-0.05"
    assert cell(Amount(-5, "JPY")) == "-5"
    assert cell(Tokens(-1, 6)) == "-0.000001"
    assert cell(Amount(5, "???")) == "5"


def test_moments() -> None:
    assert cell(Moment(0)) == ""
    assert cell(Moment(253_402_300_799)) == "9999-12-31T23:59:59Z"
    assert cell(Moment(2**64 - 1)) == f"second {2**64 - 1}"


def test_what_is_read_is_what_was_written() -> None:
    text = 'a "name", with\nlines; and\ttabs'

    assert read(sheet((text, Amount(1, "USD"))).as_csv()) == [["name", "amount"], [text, "0.01"]]


def test_a_row_with_a_cell_too_few() -> None:
    with pytest.raises(ValueError, match="shorter"):
        sheet(("alone",)).as_csv()


def test_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(InputError, match="is not empty; name a new folder") as error:
        write(tmp_path, [sheet()], "# Books\n")

    assert error.value.file == str(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_page_names_each_column(tmp_path: Path) -> None:
    paths = write(tmp_path / "new" / "books", [sheet(("a", 1))], "# Books\n")

    assert [path.name for path in paths] == ["things.csv", "README.md"]
    page = paths[-1].read_text()
    assert page.startswith("# Books\n")
    assert "## things.csv\n\nEvery thing. Rows: 1.\n" in page
    assert "| `amount` | of money |" in page
