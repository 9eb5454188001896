"""Makes a PDF of an HTML document.

WeasyPrint needs the system library Pango, which a machine may lack. Everything else of Salus works without
it, so it is loaded only here, and its absence is an error that says what to install.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from io import StringIO
from typing import Any

from salus.base.errors import MissingLibrary

_INSTALL = (
    "install it (Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "macOS: brew install pango; Windows: pacman -S mingw-w64-ucrt-x86_64-pango in MSYS2), "
    "or print the HTML file to PDF in a browser"
)


def from_html(html: str) -> bytes:
    """Returns the document as a tagged PDF, always the same for the same HTML on one machine.

    The HTML must contain all that it shows: nothing is loaded from files or the network. Raises
    MissingLibrary, which says what to install, if the machine lacks Pango.
    """
    weasyprint = _weasyprint()
    offline = weasyprint.urls.URLFetcher(allowed_protocols=())
    document = weasyprint.HTML(string=html, url_fetcher=offline)
    # The digest stands for the random identifier that a PDF otherwise gets.
    identifier = sha256(html.encode()).hexdigest()[:32].encode()
    with _no_clock():
        content: bytes = document.write_pdf(pdf_identifier=identifier, pdf_variant="pdf/ua-1")
    return content


@contextmanager
def _no_clock() -> Iterator[None]:
    """Keeps the time of day out of the fonts in the PDF, as reproducible builds do."""
    name = "SOURCE_DATE_EPOCH"
    before = os.environ.get(name)
    os.environ[name] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _weasyprint() -> Any:
    # WeasyPrint prints advice, warns and logs while it looks for its libraries and fonts: the error says it.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import weasyprint
            import weasyprint.urls
    except OSError:
        raise MissingLibrary(
            "PDF needs the system library Pango, which is not here", remedy=_INSTALL
        ) from None
    return weasyprint
