"""scripts._demo.labels, and the labels of scripts._demo.picture

given any names, sums and number of parts
    no label should be over a flow, a node, the pool or another label, or beyond the edge
    a share should be within its segment
    a sum should never be cut; a name that is too long should end in `…`
given the widest font that the picture names
    no text should be wider in it than is reckoned with
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salus.base import money
from scripts._demo.labels import ABOVE, BELOW, Box, Label, fitted, width
from scripts._demo.picture import Flow, draw

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
CURVE_STEPS = 200
NUMBER = r"-?[\d.]+"
BAND = re.compile(
    rf"M({NUMBER}),({NUMBER}) C{NUMBER},{NUMBER} {NUMBER},{NUMBER} ({NUMBER}),({NUMBER}) v({NUMBER}) .* Z"
)

names = st.one_of(
    st.sampled_from(
        ["The family", "A couple", "W" * 60, "Premium of " + "i" * 200, "Ünïcödé 家族 👪", "<&>"]
    ),
    st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=60),
)
sums = st.one_of(st.just(0), st.integers(1, 100), st.integers(1, 10**7), st.integers(1, 10**21))
STYLES = ("capital", "premium", "paid", "held", "stays", "deductible", "member", "limit", "denied")
parts = st.lists(st.builds(Flow, names, sums, st.sampled_from(STYLES)), max_size=14)


@dataclass(frozen=True)
class Seen:
    """What a picture shows, read from its SVG."""

    frame: Box
    labels: list[tuple[str, Box, bool]]
    """Words, place, and whether they are a share in a segment."""
    shapes: list[Box]
    """Nodes, pool, bar and keys."""
    bands: list[tuple[float, float, float, float, float]]

    @classmethod
    def of(cls, text: str) -> Seen:
        root = ElementTree.fromstring(text)
        _, _, wide, tall = map(float, root.get("viewBox", "").split())
        rects = [node for node in root.iter(f"{SVG}rect") if node.get("class")]
        bands = [BAND.fullmatch(path.get("d", "")) for path in root.iter(f"{SVG}path")]
        return cls(
            Box(0, 0, wide, tall),
            [read(node) for node in root.iter(f"{SVG}text")],
            [box_of(node) for node in rects],
            [tuple(map(float, band.groups())) for band in bands if band],  # type: ignore[misc]
        )

    def flows(self) -> Iterator[Box]:
        """Each flow in slices, each as tall as the flow is anywhere in it."""
        for x1, y1, x2, y2, tall in self.bands:
            curve = [at(step / CURVE_STEPS, x1, y1, x2, y2) for step in range(CURVE_STEPS + 1)]
            for (left, one), (right, other) in pairwise(curve):
                yield Box(left, min(one, other), right, max(one, other) + tall)


def at(t: float, x1: float, y1: float, x2: float, y2: float) -> tuple[float, float]:
    """A point of the curve between two ends, which leaves and arrives level."""
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    middle = (x1 + x2) / 2
    return a * x1 + (b + c) * middle + d * x2, (a + b) * y1 + (c + d) * y2


def box_of(node: ElementTree.Element) -> Box:
    x, y, wide, tall = (float(node.get(name, 0)) for name in ("x", "y", "width", "height"))
    return Box(x, y, x + wide, y + tall)


def read(node: ElementTree.Element) -> tuple[str, Box, bool]:
    x, y, size = (float(node.get(name, 0)) for name in ("x", "y", "font-size"))
    bold = "".join(span.text or "" for span in node)
    plain = node.text or ""
    style, anchor = node.get("class") or "", node.get("text-anchor")
    box = Label(x, y, size, plain, bold, anchor, style).box  # type: ignore[arg-type]
    return plain + bold, box, style == "share"


def painted(title: str, into: list[Flow], out_of: list[Flow], bills: list[Flow]) -> Seen:
    """A picture whose sides are made equal by what stays."""
    lacking = sum(part.amount for part in out_of) - sum(part.amount for part in into)
    into = [*into, Flow("Capital", max(0, lacking), "capital")]
    out_of = [*out_of, Flow("Stays in the pool", max(0, -lacking), "stays")]
    return Seen.of(draw(title=title, into=into, out_of=out_of, bills=bills, currency="USD"))


@given(title=names, into=parts, out_of=parts, bills=parts)
@settings(max_examples=150, deadline=None)
def test_labels_stand_free(title: str, into: list[Flow], out_of: list[Flow], bills: list[Flow]) -> None:
    seen = painted(title, into, out_of, bills)
    flows = list(seen.flows())
    assert len(seen.bands) == len([part for part in (*into, *out_of) if part.amount]) + (
        sum(part.amount for part in into) != sum(part.amount for part in out_of)
    )

    for words, box, is_share in seen.labels:
        assert seen.frame.left <= box.left, words
        assert box.right <= seen.frame.right, words
        assert seen.frame.top <= box.top, words
        assert box.bottom <= seen.frame.bottom, words
        assert not any(box.meets(flow) for flow in flows), words
        met = [shape for shape in seen.shapes if box.meets(shape)]
        assert len(met) == is_share, words
        if is_share:
            assert met[0].left <= box.left < box.right <= met[0].right
    boxes = [box for _, box, _ in seen.labels]
    assert not any(one.meets(other) for n, one in enumerate(boxes) for other in boxes[:n])


@given(parts)
@settings(max_examples=60, deadline=None)
def test_sums_are_never_cut(into: list[Flow]) -> None:
    words = [words for words, _, _ in painted("t", into, [], []).labels]

    for part in into:
        if part.amount:
            assert money.to_words(part.amount, "USD") in words
            assert any(part.label == said or said.endswith("…") for said in words)


@pytest.mark.parametrize(
    ("name", "room", "left"), [("A name", 200, "A name"), ("A long name", 80, "A long…")]
)
def test_a_name_is_cut_where_there_is_no_room(name: str, room: float, left: str) -> None:
    assert fitted(Label(0, 0, 16, name), room).name == left


def test_an_amount_becomes_smaller() -> None:
    label = fitted(Label(0, 0, 16, amount="1,000,000,000.00 USD"), 100)

    assert label.amount == "1,000,000,000.00 USD"
    assert label.box.right - label.box.left == pytest.approx(100)


TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, blacklist_categories=("Cc", "Cf")))


@pytest.mark.skipif(not FONTS.exists(), reason="this machine has not the widest font, DejaVu Sans")
@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_no_text_is_wider_than_reckoned(text: str) -> None:
    from PIL import ImageFont

    size = 100
    bold = ImageFont.truetype(FONTS / "DejaVuSans-Bold.ttf", size)
    plain = ImageFont.truetype(FONTS / "DejaVuSans.ttf", size)
    label = Label(0, 0, size, text)

    assert bold.getlength(text) <= width(text, size) + 1
    assert plain.getlength(text) <= label.width(text) + 1
    for font in (bold, plain):
        rise, fall = font.getmetrics()
        assert rise <= ABOVE * size + 1
        assert fall <= BELOW * size + 1
