"""Labels that fit: how wide a text can get, whatever font shows it, and where it is cut.

A picture names several fonts, and each machine has others. The widths here are bounds of those of the widest
font, DejaVu Sans, in bold, so that a label that fits here fits everywhere.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

_FOREIGN, _WIDEST, _FULL, _CAPITAL, _SMALL = 1.6, 1.2, 1.05, 0.88, 0.76
_PLAIN = 0.93
"""Of the width in bold."""
_BY_CHARACTER = (
    (0.91, "#+<=>^~¬±×÷"),
    (0.40, " ',./:;IJ\\ijl|\u00a0’"),
    (0.50, "!()-[]frt¹²³¡"),
    (0.60, '"*?_`csz–çšžś°'),
    (0.70, "$0123456789EFLTaekovxy“”€áàâäãåéèêëóòôöõ"),
)
_WIDTHS = {character: width for width, characters in _BY_CHARACTER for character in characters}
ABOVE, BELOW = 0.94, 0.25
"""How far a text reaches from its baseline, in parts of its size."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether both share a place."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, slots=True)
class Label:
    """A text where its baseline is: a name, which may be cut, and an amount in bold, which never is."""

    x: float
    y: float
    size: float
    name: str = ""
    amount: str = ""
    anchor: Anchor = "start"
    style: str = ""

    @property
    def box(self) -> Box:
        wide = self.width(self.name) + width(self.amount, self.size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return Box(left, self.y - ABOVE * self.size, left + wide, self.y + BELOW * self.size)

    def width(self, name: str) -> float:
        """Of a name in this label's letters: bold in a title."""
        return width(name, self.size) * (1.0 if self.style == "title" else _PLAIN)


def width(text: str, size: float) -> float:
    """The most that the text takes in any of the fonts, in bold."""
    return size * sum(_width(character) for character in text)


def fitted(label: Label, room: float) -> Label:
    """The label in that room: with smaller letters for an amount, and a name that ends in `…`."""
    least = width(label.amount, label.size) + (label.width("…") if label.name else 0.0)
    smaller = replace(label, size=label.size * min(1.0, room / least) if least else label.size)
    return replace(smaller, name=_shortened(smaller, room - width(label.amount, smaller.size)))


def _shortened(label: Label, room: float) -> str:
    if label.width(label.name) <= room:
        return label.name
    cuts = (label.name[:length].rstrip() + "…" for length in range(len(label.name) - 1, 0, -1))
    return next((cut for cut in cuts if label.width(cut) <= room), "…")


def _width(character: str) -> float:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if unicodedata.combining(character):
        return 0.0
    if character > "\u017f" and character not in "—…":
        return _FOREIGN
    if character in "%@MWmw—…©®ÆŒæœ½¼¾":
        return _WIDEST
    if character.isascii():
        return _SMALL if character.islower() or character in "CPSYZ{}" else _CAPITAL
    return _FULL if character.islower() else _WIDEST
