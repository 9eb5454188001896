"""salus.cover.card_face: the member card to print and for a phone

given cards of a policy, the longest ones too
    each printed card should be of the size of a bank card, alone on its page or to cut out of A4
    its code should read as the card at 300 dpi and at 200 dpi, and so should each code on an A4 page
    nothing but the band of colour should come nearer than 4 mm to the edge
    a code on a phone should read as the card on a small screen
    plan, number and days of cover should be shown, the last one included, and neither key nor a person
given a plan with a long name, or with signs that HTML knows
    the name should stay within the card, and be text
given days of a member that differ from the policy's
    the days of which both have cover should be shown
"""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from salus import samples
from salus.base import pdf
from salus.cover.card import MAX_CARD_BYTES
from salus.cover.card_face import HEIGHT, SAFE, WIDTH, CardFace, face_of, phone, sheet, svg
from tests.support.paper import Paper, needs_pango

SALE = samples.sell(20_454, members=9)
FACES = [face_of(SALE.card(index), SALE.policy.cover(index), SALE.table.title) for index in range(9)]
LARGEST = replace(FACES[0], card=replace(FACES[0].card, chain_id=2**53, excluded=frozenset(range(100, 134))))
LONG = "Comprehensive international health plan for families & partners, with dental, vision and travel"


def codes(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(image)}


def revealed(*faces: CardFace) -> set[str]:
    return {face.card.reveal_json() for face in faces}


@needs_pango
@pytest.mark.parametrize("dpi", [200, 300])
def test_a_printed_card_reads(dpi: int) -> None:
    assert len(LARGEST.card.reveal_json()) > MAX_CARD_BYTES - 10
    paper = Paper(pdf.from_html(sheet([FACES[0], LARGEST], single=True)))

    assert set(paper.sizes) == {(WIDTH, round(HEIGHT, 1))}
    assert [codes(image) for image in paper.drawn(dpi)] == [revealed(FACES[0]), revealed(LARGEST)]


@needs_pango
def test_a_page_of_cards_reads() -> None:
    paper = Paper(pdf.from_html(sheet(FACES)))
    first, second = paper.drawn(300)

    assert set(paper.sizes) == {(210.0, 297.0)}
    assert codes(first) == revealed(*FACES[:8])
    assert codes(second) == revealed(FACES[8])


@needs_pango
@pytest.mark.parametrize("face", [FACES[0], replace(LARGEST, plan=LONG)])
def test_nothing_is_cut_off(face: CardFace) -> None:
    (image,) = Paper(pdf.from_html(sheet([face], single=True))).drawn(300)
    margin = int(SAFE / 25.4 * 300)
    below_the_band = int(10.0 / 25.4 * 300)
    edge = Image.new("L", image.size, 255)
    grey = image.convert("L")
    edge.paste(grey)
    edge.paste(255, (margin - 2, below_the_band, image.width - margin + 2, image.height - margin + 2))
    edge.paste(255, (0, 0, image.width, below_the_band))

    assert edge.getextrema() == (255, 255)
    # the band is of one colour where the name must not stand
    (_, lightest) = grey.crop((0, 0, margin - 2, int(8.5 / 25.4 * 300))).getextrema()
    assert lightest < 130
    (_, lightest) = grey.crop((image.width - margin + 2, 0, image.width, int(8.5 / 25.4 * 300))).getextrema()
    assert lightest < 130


@needs_pango
def test_a_phone_reads() -> None:
    """A code of 96 mm drawn with 3.7 dots a millimetre is as wide as a screen of 360 dots."""
    for face in (FACES[0], LARGEST):
        code = re.search(r"<svg.*?</svg>", phone(face), re.DOTALL)
        assert code is not None
        html = (
            f"<style>@page {{ size: 96mm; margin: 0 }} svg {{ width: 96mm; height: 96mm }}</style>{code[0]}"
        )
        image = next(Paper(pdf.from_html(html)).drawn(3.75 * 25.4))
        assert image.width == 360
        assert codes(image) == revealed(face)


@pytest.mark.parametrize("draw", [svg, phone])
def test_what_it_shows(draw: type[svg]) -> None:
    drawn = draw(FACES[3])

    for shown in (SALE.table.title, FACES[3].number, ">2026-01-01<", ">2026-12-31<", "like a bank card"):
        assert shown in drawn
    assert FACES[3].card.key.reveal().hex() not in drawn
    assert not re.search(r"(src|href)=|url\(|@import|<script", drawn)
    assert 'lang="en"' in drawn


def test_the_drawing_has_the_size_of_a_bank_card() -> None:
    root = ElementTree.fromstring(svg(FACES[0]))

    assert (root.get("width"), root.get("height")) == ("85.6mm", "53.98mm")
    assert root.get("viewBox") == "0 0 85.6 53.98"
    assert root.get("role") == "img"
    assert f"member {FACES[0].card.number}" in str(root.get("aria-label"))


def test_a_long_name() -> None:
    drawn = svg(replace(FACES[0], plan=LONG))
    root = ElementTree.fromstring(drawn)
    lines = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]

    assert "families &amp; partners" in drawn or "families &amp;" in drawn
    assert lines[0].startswith("Comprehensive international")
    assert lines[1].endswith("…")
    assert all(len(line) < 45 for line in lines)


def test_the_days_that_both_cover() -> None:
    cover = SALE.policy.cover(0)
    later = replace(cover.member, covered_since=20_460, covered_until=20_900)

    class Cover:
        terms, member = cover.terms, later

    face = face_of(SALE.card(), Cover, "Family")  # type: ignore[arg-type] - a cover file would need its proof

    assert (face.first, face.last) == (20_460, 20_454 + 364)


def test_the_code_is_hidden_in_text() -> None:
    assert FACES[0].card.key.reveal().hex() not in repr(FACES[0])
    assert "MemberCard" not in repr(FACES[0])
