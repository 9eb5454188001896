"""What happened, from the store and the node: which stream of logs answers a question about events.

The kinds of a contract are read together, because a call to the node costs more than a few logs too many. Who
follows a part of them alone, as a hospital follows its own claims, has a stream of that part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from salus.chain.event_layout import layout_of
from salus.chain.event_reader import EventReader
from salus.chain.event_store import Stream
from salus.chain.events import Event, kinds_of

E = TypeVar("E", bound=Event)


def past(
    reader: EventReader, kinds: Sequence[type[E]], address: str, *, since: int, indexed: Mapping[str, Any]
) -> Iterator[E]:
    """The events of some kinds of one contract, oldest first. Raises ValueError if the kinds are of several
    contracts, or have an indexed field in different places."""
    by_topic = {layout_of(kind).topic: layout_of(kind) for kind in kinds}
    topics = layout_of(kinds[0]).topics(indexed)
    wanted = _filters(topics)
    for kind in kinds:
        if kind.contract != kinds[0].contract or _filters(layout_of(kind).topics(indexed)) != wanted:
            raise ValueError(f"{kind.__name__} cannot be read together with {kinds[0].__name__}")
    wanted[0] = set(by_topic)
    stream = _stream(reader, kinds, address, topics)
    for log in reader.read(stream, wanted, since=since):
        layout = by_topic[log.topics[0]]
        if layout.fits(log):
            yield layout.decode(log)


def _filters(topics: Sequence[Collection[str] | None]) -> dict[int, Collection[str]]:
    """What indexed fields must be, by their place; kinds may have different numbers of them."""
    return {place: set(values) for place, values in enumerate(topics) if place and values is not None}


def _stream(
    reader: EventReader,
    asked: Sequence[type[Event]],
    address: str,
    topics: Sequence[Collection[str] | None],
) -> Stream:
    """The stream that answers the question: of the part that is followed, or of all if that is at hand."""
    kind = asked[0]
    kinds = {layout.topic: layout for layout in map(layout_of, {*kinds_of(kind.contract), *asked})}
    whole = reader.stream(address, kinds)
    for name in kind.kept_by:
        place = layout_of(kind).place(name)
        values = topics[place] if place else None
        if place and values and len(values) == 1:
            together = [topic for topic, layout in kinds.items() if layout.place(name) == place]
            part = reader.stream(address, together, *(None for _ in range(place - 1)), values)
            return whole if reader.has_read_further(whole, part) else part
    return whole
