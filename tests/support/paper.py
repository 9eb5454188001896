"""Pages of a PDF as a printer draws them, and what stands on them."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import pytest
from PIL import Image

from salus.base import pdf
from salus.base.errors import MissingLibrary

FOOT = 0.075
"""Part of the page's height that the page number takes."""


def has_pango() -> bool:
    try:
        pdf.from_html("<p>.")
    except MissingLibrary:
        return False
    return True


needs_pango = pytest.mark.skipif(not has_pango(), reason="needs the system library Pango")


class Paper:
    """The pages of a PDF."""

    def __init__(self, content: bytes) -> None:
        self._document = pypdfium2.PdfDocument(content)

    def __len__(self) -> int:
        return len(self._document)

    @property
    def texts(self) -> list[str]:
        """The text of each page."""
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in self._document]

    @property
    def sizes(self) -> list[tuple[float, float]]:
        """Width and height of each page, in millimetres."""
        return [tuple(round(side / 72 * 25.4, 1) for side in page.get_size()) for page in self._document]

    def drawn(self, dpi: float) -> Iterator[Image.Image]:
        for page in self._document:
            yield page.render(scale=dpi / 72).to_pil()

    @property
    def filled(self) -> list[float]:
        """How far down each page is filled: 1 is the line above the page number."""
        return [_lowest(image) for image in self.drawn(36)]


def _lowest(image: Image.Image) -> float:
    grey = image.convert("L")
    body = grey.crop((0, 0, grey.width, int(grey.height * (1 - FOOT))))
    box = body.point(lambda value: 255 if value < 200 else 0).getbbox()
    return box[3] / body.height if box else 0.0
