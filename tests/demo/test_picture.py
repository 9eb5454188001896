"""scripts._demo.picture

given sums that flow into a pool and out of it
    the picture should show each with its amount, to scale, inside its frame
    it should leave out parts of 0
    it should be readable by a screen reader, and load nothing external
    it should escape names
given two sides that differ, or a sum below 0
    it should raise an error
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from scripts._demo.picture import WIDTH, Flow, draw

INTO = [Flow("Capital", 150_000_00, "capital"), Flow("Premium", 9_600_00, "premium")]
OUT = [
    Flow("Paid", 18_180_12, "paid"),
    Flow("Set aside", 0, "held"),
    Flow("Stays in the pool", 141_419_88, "stays"),
]
BILLS = [Flow("Paid by the plan", 18_180_12, "paid"), Flow("Deductible <&>", 1_000_00, "deductible")]


def picture() -> str:
    return draw(title="A year", into=INTO, out_of=OUT, bills=BILLS, currency="USD")


def shapes(name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture()).iter(f"{{http://www.w3.org/2000/svg}}{name}"))


def test_every_part_with_its_amount() -> None:
    words = ["".join(text.itertext()) for text in shapes("text")]

    for expected in ("Capital", "150,000.00 USD", "Paid", "18,180.12 USD", "Deductible <&>", "1,000.00 USD"):
        assert expected in words
    assert "The pool 159,600.00 USD" in words
    assert "Set aside" not in words


def test_to_scale() -> None:
    tall = {
        node.get("class"): float(node.get("height", 0))
        for node in shapes("rect")
        if node.get("class") in ("capital", "premium", "paid") and node.get("width") == "20"
    }

    assert tall["capital"] / tall["premium"] == pytest.approx(150_000 / 9_600, rel=0.02)
    assert tall["capital"] / tall["paid"] == pytest.approx(150_000 / 18_180.12, rel=0.02)


def test_inside_its_frame() -> None:
    _, _, wide, tall = map(float, ElementTree.fromstring(picture()).get("viewBox", "").split())
    for node in (*shapes("rect"), *shapes("text")):
        assert 0 <= float(node.get("x", 0)) <= wide == WIDTH
        assert 0 <= float(node.get("y", 0)) <= tall
    for band in shapes("path"):
        assert all(100 <= float(y) <= tall for y in re.findall(r",([\d.]+)", band.get("d", "")))


def test_many_policies_stay_below_the_title() -> None:
    into = [Flow("Capital", 1_000, "capital"), *(Flow(f"Premium {n}", 1, "premium") for n in range(12))]
    text = draw(title="t", into=into, out_of=[Flow("Stays", 1_012, "stays")], bills=[], currency="USD")

    assert min(float(y) for y in re.findall(r'<rect x="\d+" y="([\d.]+)"', text)) >= 150


def test_it_can_be_read_aloud() -> None:
    text = picture()

    assert 'role="img"' in text
    assert "<title" in text
    assert "into the pool: Capital 150,000.00 USD;" in re.sub("Into", "into", text)
    assert "href" not in text
    assert "url(" not in text


def test_sides_that_differ() -> None:
    with pytest.raises(ValueError, match="flows in"):
        draw(title="t", into=INTO, out_of=OUT[:1], bills=[], currency="USD")


def test_a_sum_below_zero() -> None:
    with pytest.raises(ValueError, match="-1 flows as Odd"):
        draw(title="t", into=[Flow("Odd", -1, "capital")], out_of=[], bills=[], currency="USD")
