"""A picture of the money's way: into the pool, out of it, and what became of the bills. SVG, from a template.

Widths are true to scale. Labels stand beside what they name: none over a flow, none beyond the edge, whatever
the names and sums. The picture names groups, never a person, and needs nothing from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from salus.base import money
from scripts._demo.labels import Anchor, Label, fitted

WIDTH = 1_120
_TOP = 160
_TALL = 300
"""Height of all money in the pool."""
_SLOT = 46
"""Least height of a node with its label."""
_GAP = 10
_LEFT, _POOL, _RIGHT, _NODE = 300, 545, 800, 20
_POOL_WIDE, _KEY = 32, 26
_BAR_LEFT, _BAR_WIDTH, _BAR_TALL = 60, 1_000, 46
_COLUMNS, _ROW = 3, 52
_MARGIN, _BESIDE = 20, 14
"""Between labels and the edge, and between labels and what they name."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sum with its name; minor units. `style` picks the colour: capital, premium, paid, held, stays,
    deductible, member, limit, denied, provider."""

    label: str
    amount: int
    style: str


@dataclass(frozen=True, slots=True)
class _Ribbon:
    part: Flow
    path: str
    node_x: float
    node_y: float
    tall: float
    words: str


@dataclass(frozen=True, slots=True)
class _Segment:
    part: Flow
    x: float
    wide: float
    key_x: float
    key_y: float
    words: str


def draw(
    *, title: str, into: Sequence[Flow], out_of: Sequence[Flow], bills: Sequence[Flow], currency: str
) -> str:
    """The SVG. What flows into the pool equals what flows out and stays; parts of 0 are left out.

    Raises ValueError if the two sides differ, or for a sum below 0.

    >>> into = [Flow("Capital", 900_00, "capital"), Flow("Premium", 100_00, "premium")]
    >>> out_of = [Flow("Paid", 40_00, "paid"), Flow("Stays in the pool", 960_00, "stays")]
    >>> bills = [Flow("Paid by the plan", 40_00, "paid"), Flow("Deductible", 10_00, "deductible")]
    >>> svg = draw(title="A year", into=into, out_of=out_of, bills=bills, currency="USD")
    >>> svg.startswith("<svg"), "1,000.00 USD" in svg
    (True, True)
    """
    for part in (*into, *out_of, *bills):
        if part.amount < 0:
            raise ValueError(f"{part.amount} flows as {part.label}")
    total = sum(part.amount for part in into)
    if total != sum(part.amount for part in out_of):
        raise ValueError(f"{total} flows in, and {sum(part.amount for part in out_of)} out or stays")
    tall = max(_TALL if total else 0, *(_height(parts, total) for parts in (into, out_of)))
    left = list(_ribbons(into, total, currency, middle=_TOP + tall / 2, into_pool=True))
    right = list(_ribbons(out_of, total, currency, middle=_TOP + tall / 2, into_pool=False))
    pool_tall = _TALL if total else 0
    bottom = _TOP + tall + 40
    segments = list(_segments(bills, bottom + 50, currency))
    last = max((segment.key_y for segment in segments), default=bottom)
    labels = [
        *_headings(title, money.to_words(total, currency)),
        *(label for ribbon in left for label in _beside(ribbon, into_pool=True)),
        *(label for ribbon in right for label in _beside(ribbon, into_pool=False)),
        *_under(segments, money.to_words(sum(part.amount for part in bills), currency), bottom + 34),
    ]
    return _template().render(
        title=title,
        width=WIDTH,
        height=round(last + 60),
        ribbons=[*left, *right],
        left=left,
        right=right,
        pool={"x": _POOL, "y": _TOP + (tall - pool_tall) / 2, "wide": _POOL_WIDE, "tall": pool_tall},
        bar={"y": bottom + 50, "tall": _BAR_TALL},
        segments=segments,
        labels=labels,
        shares=[label for segment in segments for label in _share(segment, bottom + 50, segments)],
        billed=money.to_words(sum(part.amount for part in bills), currency),
        node=_NODE,
    )


def _headings(title: str, total: str) -> Iterator[Label]:
    """Over all flows, also those that come from above the pool."""
    yield fitted(Label(_BAR_LEFT, 56, 28, title, style="title"), WIDTH - _BAR_LEFT - _MARGIN)
    words = "What came into the pool, where it went, and what became of the bills. Widths are true to scale."
    yield fitted(Label(_BAR_LEFT, 88, 17, words, style="soft"), WIDTH - _BAR_LEFT - _MARGIN)
    y = _TOP - 16
    yield Label(_LEFT + _NODE, y, 16, "Came in", anchor="end", style="soft")
    yield Label(_RIGHT, y, 16, "Went out, or stays", style="soft")
    middle = _POOL + _POOL_WIDE / 2
    room = 2 * (min(middle - _LEFT - _NODE, _RIGHT - middle) - _BESIDE)
    yield fitted(Label(middle, y, 16, "The pool ", total, "middle"), room)


def _beside(ribbon: _Ribbon, *, into_pool: bool) -> Iterator[Label]:
    """The name of a flow and its sum, on the side of its node that no flow comes to."""
    y = ribbon.node_y + ribbon.tall / 2
    x = _LEFT - _BESIDE if into_pool else _RIGHT + _NODE + _BESIDE
    room = (x if into_pool else WIDTH - x) - _MARGIN
    anchor: Anchor = "end" if into_pool else "start"
    yield fitted(Label(x, y - 3, 16, ribbon.part.label, anchor=anchor), room)
    yield fitted(Label(x, y + 17, 16, amount=ribbon.words, anchor=anchor), room)


def _under(segments: Sequence[_Segment], billed: str, y: float) -> Iterator[Label]:
    """What the bar shows, and the key to its colours."""
    if segments:
        words = "What became of the bills that the plans share in: "
        yield fitted(Label(_BAR_LEFT, y, 18, words, billed), WIDTH - _BAR_LEFT - _MARGIN)
    room = _BAR_WIDTH / _COLUMNS - _KEY - _MARGIN
    for segment in segments:
        x = segment.key_x + _KEY
        yield fitted(Label(x, segment.key_y, 15, segment.part.label), room)
        yield fitted(Label(x, segment.key_y + 20, 15, amount=segment.words), room)


def _share(segment: _Segment, top: float, all_: Sequence[_Segment]) -> Iterator[Label]:
    """The share of a segment, in the segment if there is room."""
    total = sum(one.part.amount for one in all_)
    label = Label(
        segment.x + segment.wide / 2,
        top + _BAR_TALL / 2 + 6,
        16,
        amount=f"{100 * segment.part.amount / total:.0f} %",
        anchor="middle",
        style="share",
    )
    if label.box.right - label.box.left + _BESIDE < segment.wide:
        yield label


def _height(parts: Iterable[Flow], total: int) -> float:
    """Of a column of nodes with their labels."""
    slots = [max(part.amount / total * _TALL, _SLOT) for part in parts if part.amount]
    return sum(slots) + _GAP * max(0, len(slots) - 1)


def _ribbons(
    parts: Sequence[Flow], total: int, currency: str, *, middle: float, into_pool: bool
) -> Iterator[_Ribbon]:
    shown = [part for part in parts if part.amount]
    talls = [max(1.5, part.amount / total * _TALL) for part in shown]
    slots = [max(tall, _SLOT) for tall in talls]
    y, at_pool = middle - _height(parts, total) / 2, middle - _TALL / 2
    for part, tall, slot in zip(shown, talls, slots, strict=True):
        node_y = y + (slot - tall) / 2
        ends: tuple[float, float, float, float] = (
            (_LEFT + _NODE, node_y, _POOL, at_pool)
            if into_pool
            else (_POOL + _POOL_WIDE, at_pool, _RIGHT, node_y)
        )
        yield _Ribbon(
            part=part,
            path=_band(*ends, tall),
            node_x=_LEFT if into_pool else _RIGHT,
            node_y=node_y,
            tall=tall,
            words=money.to_words(part.amount, currency),
        )
        y += slot + _GAP
        at_pool += part.amount / total * _TALL


def _band(x1: float, y1: float, x2: float, y2: float, tall: float) -> str:
    middle = (x1 + x2) / 2
    return (
        f"M{x1:.1f},{y1:.1f} C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f} "
        f"v{tall:.1f} C{middle:.1f},{y2 + tall:.1f} {middle:.1f},{y1 + tall:.1f} {x1:.1f},{y1 + tall:.1f} Z"
    )


def _segments(parts: Iterable[Flow], top: float, currency: str) -> Iterator[_Segment]:
    shown = [part for part in parts if part.amount]
    total = sum(part.amount for part in shown)
    x = float(_BAR_LEFT)
    for number, part in enumerate(shown):
        wide = part.amount / total * _BAR_WIDTH
        yield _Segment(
            part=part,
            x=x,
            wide=wide,
            key_x=_BAR_LEFT + number % _COLUMNS * (_BAR_WIDTH / _COLUMNS),
            key_y=top + _BAR_TALL + 40 + number // _COLUMNS * _ROW,
            words=money.to_words(part.amount, currency),
        )
        x += wide


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("money.svg.j2")
