"""Draws the member card: to print, in the size of a bank card (ISO/IEC 7810 ID-1), and for a phone.

Each drawing shows the plan, the member's number and the days of cover, and carries the card itself as a QR
code (`MemberCard.qr`). So each is as secret as the card: whoever sees it can read the member's claims.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from salus.base.days import words_of
from salus.cover.card import MemberCard
from salus.cover.policy import CoverFile

if TYPE_CHECKING:
    from jinja2 import Template

WIDTH, HEIGHT = 85.6, 53.98
"""Of a card, in millimetres."""
SAFE = 4.0
"""Millimetres from the edge within which nothing stands that must not be cut off."""
_QR = 38.2
"""Side of the code on a printed card, in millimetres. The white around it is as wide as the four modules that
scanners need, and at 300 dpi a module is at least five dots wide."""
_QUIET = 4
"""Modules of white around a code on a phone."""
_FONTS = "'Source Sans 3', 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
_LETTER = 0.66
"""Width of a bold letter as a part of its size, in the widest of these fonts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """What a drawn card shows. Its `repr` hides the code."""

    plan: str
    number: str
    """The member's number."""
    first: int
    """First civil day of cover."""
    last: int
    """Last civil day of cover."""
    card: MemberCard = field(repr=False)


def face_of(card: MemberCard, cover: CoverFile, plan: str) -> CardFace:
    """Returns what the card of a member shows; `plan` is the name of the plan.

    >>> from salus import samples
    >>> sale = samples.sell(20_454)
    >>> face = face_of(sale.card(), sale.policy.cover(0), sale.table.title)
    >>> face.plan, words_of(face.first), words_of(face.last)
    ('Comprehensive family health plan', '2026-01-01', '2026-12-31')
    """
    terms, member = cover.terms, cover.member
    return CardFace(
        plan=plan,
        number=card.number,
        first=max(terms.start, member.covered_since),
        last=min(terms.end, member.covered_until) - 1,
        card=card,
    )


def svg(face: CardFace) -> str:
    """Returns the card to print, as an SVG drawing of 85.6 × 53.98 mm."""
    place = f'x="{WIDTH - SAFE - _QR:.2f}" y="{HEIGHT - SAFE - _QR:.2f}" width="{_QR}" height="{_QR}"'
    drawn: str = _template("card.svg.j2").render(
        face=face, qr=_qr(face, place, quiet=0), title=_title(face.plan), safe=SAFE, **_sizes()
    )
    return drawn


def phone(face: CardFace) -> str:
    """Returns the card as an HTML page for a phone, with the code as wide as the screen."""
    drawn: str = _template("phone.html.j2").render(face=face, qr=_qr(face, "", quiet=_QUIET), **_sizes())
    return drawn


def sheet(faces: Sequence[CardFace], *, single: bool = False) -> str:
    """Returns HTML pages with the cards: to cut out of A4, or each on a page of its own, for a card printer.

    `salus.base.pdf` makes a PDF of it.
    """
    cards = [svg(face) for face in faces]
    drawn: str = _template("sheet.html.j2").render(faces=faces, cards=cards, single=single, **_sizes())
    return drawn


class _Title(NamedTuple):
    lines: list[str]
    size: float
    first: float
    step: float


def _title(plan: str) -> _Title:
    """Fits the name of the plan into the band at the top: in one line, or else in two smaller ones."""
    room = WIDTH - 2 * SAFE
    if len(plan) * _LETTER * 3.6 <= room:
        return _Title([plan], 3.6, 6.3, 0)
    lines = textwrap.wrap(plan, int(room / (_LETTER * 2.7)), max_lines=2, placeholder=" …")
    return _Title(lines, 2.7, 4.6 if len(lines) > 1 else 5.8, 3.3)


def _qr(face: CardFace, place: str, *, quiet: int) -> str:
    """Returns the code as an SVG element."""
    drawing = BytesIO()
    face.card.qr().save(
        drawing, kind="svg", border=quiet, xmldecl=False, svgns=True, omitsize=True, nl=False,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    start = f'<svg shape-rendering="crispEdges" {place}'
    return drawing.getvalue().decode("ascii").replace("<svg", start, 1)


def _sizes() -> dict[str, Any]:
    return {"w": WIDTH, "h": HEIGHT, "fonts": _FONTS}


@cache
def _template(name: str) -> Template:
    # Imported here because only drawing a card needs it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("salus.cover"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = words_of
    return environment.get_template(name)
