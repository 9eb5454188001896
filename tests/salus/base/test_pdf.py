"""salus.base.pdf: a PDF of an HTML document

given a machine with Pango
    the same document should give the same bytes, also in another process
    nothing should be loaded from files or the network
    it should be a tagged PDF, in the document's language and with its title
given a machine without Pango
    one line should say what to install, and nothing else should be printed
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pypdfium2
import pytest

from salus.base import pdf
from tests.support.paper import Paper, needs_pango

ROOT = Path(__file__).parents[3]
HTML = '<!doctype html><html lang="en"><title>A letter</title><h1>A letter</h1><p>123.45 − 6.00 = 117.45'
MAKE = f"import sys; from salus.base import pdf; sys.stdout.buffer.write(pdf.from_html({HTML!r}))"


def run(code: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=False
    )


@needs_pango
def test_the_same_bytes_each_time() -> None:
    first = pdf.from_html(HTML)

    time.sleep(1.1)  # the time of day would show in seconds

    assert first == pdf.from_html(HTML)
    assert first == run(MAKE, PYTHONHASHSEED="7").stdout
    assert first != pdf.from_html(HTML.replace("123", "124"))


@needs_pango
def test_loads_nothing(tmp_path: Path) -> None:
    style = tmp_path / "style.css"
    style.write_text("p { display: none }")

    paper = Paper(pdf.from_html(f'<link rel="stylesheet" href="file://{style}"><p>Still here'))

    assert "Still here" in paper.texts[0]


@needs_pango
def test_can_be_read_aloud() -> None:
    document = pypdfium2.PdfDocument(pdf.from_html(HTML))

    assert document.is_tagged()
    assert document.get_metadata_value("Title") == "A letter"


@pytest.mark.skipif(sys.platform != "linux", reason="the loader's path is that of Linux")
def test_without_pango(tmp_path: Path) -> None:
    (tmp_path / "libpango-1.0.so.0").write_bytes(b"no library")

    done = run(
        "from salus.base import pdf\n"
        "from salus.base.errors import MissingLibrary\n"
        "try: pdf.from_html('<p>.')\n"
        "except MissingLibrary as error: print(error)",
        LD_LIBRARY_PATH=str(tmp_path),
    )

    assert done.stderr == b""
    (line,) = done.stdout.decode().splitlines()
    assert line.startswith("PDF needs the system library Pango, which is not here; install it")
    for words in ("libpango-1.0-0 libpangoft2-1.0-0", "brew install pango", "Windows: ", "in a browser"):
        assert words in line
