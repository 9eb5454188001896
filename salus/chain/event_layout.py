"""How each kind of event stands in a log: its topics, and the words of its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, get_type_hints

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import collapse_if_tuple, event_abi_to_log_topic
from eth_utils.address import to_checksum_address

from salus.base.errors import ChainError
from salus.chain.abis import abi_of
from salus.chain.facts import unpack
from salus.crypto.abi import Struct, camel_case
from salus.types import SkipReason

if TYPE_CHECKING:
    from salus.chain.events import Event
    from salus.chain.logs import Log

E = TypeVar("E", bound="Event")
_PLACE: Final = frozenset({"address", "block", "transaction", "log_index"})

Part = Mapping[str, Any]
"""An input of an event, or a component of one, as an ABI has it."""


class Layout(Generic[E]):
    """One kind of event, by its entry in the contract's ABI."""

    def __init__(self, kind: type[E]) -> None:
        self.kind = kind
        (abi,) = (
            entry
            for entry in abi_of(kind.contract)
            if entry["type"] == "event" and entry["name"] == kind.__name__
        )
        self.topic = "0x" + event_abi_to_log_topic(cast(Any, abi)).hex()
        self._indexed = [part for part in abi["inputs"] if part["indexed"]]
        self._plain = [part for part in abi["inputs"] if not part["indexed"]]
        self._types = [collapse_if_tuple(part) for part in self._plain]
        self._is_packed = any(part["name"] == "facts" for part in self._plain)

    def place(self, name: str) -> int | None:
        """Which topic an indexed field is, by its name in Python; None if it is none."""
        names = [part["name"] for part in self._indexed]
        return names.index(camel_case(name)) + 1 if camel_case(name) in names else None

    def topics(self, indexed: Mapping[str, Any]) -> list[list[str] | None]:
        """What a node is asked for: the kind, and the values of indexed fields, each one or a list.

        Raises ValueError for a field that is not indexed.
        """
        found: list[list[str] | None] = [[self.topic], *(None for _ in self._indexed)]
        for name, value in indexed.items():
            place = self.place(name)
            if place is None:
                raise ValueError(f"{self.kind.__name__} has no indexed field {name}")
            values = value if isinstance(value, list | tuple | set | frozenset) else [value]
            found[place] = [_topic(self._indexed[place - 1]["type"], one) for one in values]
        return found

    def fits(self, log: Log) -> bool:
        """Whether the log is of this kind."""
        return log.topics[:1] == (self.topic,) and len(log.topics) == len(self._indexed) + 1

    def decode(self, log: Log) -> E:
        """The event in a log. Raises ChainError if the data is not that of the kind."""
        try:
            arguments = {
                part["name"]: _value(part, decode([part["type"]], bytes.fromhex(topic[2:]))[0])
                for part, topic in zip(self._indexed, log.topics[1:], strict=True)
            }
            values = decode(self._types, log.data)
        except DecodingError:
            raise ChainError(
                f"{self.kind.__name__} in transaction {log.transaction} has data of another form",
                remedy="use the version of salus that the contracts came with",
            ) from None
        arguments |= {
            part["name"]: _value(part, value) for part, value in zip(self._plain, values, strict=True)
        }
        place: dict[str, Any] = {
            "address": to_checksum(log.address),
            "block": log.block,
            "transaction": log.transaction,
            "log_index": log.place,
        }
        packed = _opened(self._plain, arguments) if self._is_packed else {}
        content = {
            name: _field(hint, arguments[camel_case(name)])
            for name, hint in _hints(cast(Any, self.kind)).items()
            if name not in _PLACE and name not in packed
        }
        return self.kind(**place, **content, **packed)


def layout_of(kind: type[E]) -> Layout[E]:
    """The layout of a kind of event."""
    return cast(Layout[E], _layout_of(cast(Any, kind)))


@cache
def _layout_of(kind: Any) -> Any:
    return Layout(kind)


@lru_cache(maxsize=4_096)
def to_checksum(address: str) -> str:
    return str(to_checksum_address(address))


def _topic(kind: str, value: Any) -> str:
    if kind.startswith("bytes") and isinstance(value, str):
        value = bytes.fromhex(value.removeprefix("0x"))
    return "0x" + encode([kind], [value]).hex()


def _value(part: Part, value: Any) -> Any:
    """A decoded value with its addresses as they are written."""
    if part["type"] == "address":
        return to_checksum(value)
    if part["type"] == "tuple":
        return tuple(_value(each, one) for each, one in zip(part["components"], value, strict=True))
    return value


def _opened(plain: Sequence[Part], arguments: Mapping[str, Any]) -> dict[str, Any]:
    (keys,) = (part["components"] for part in plain if part["name"] == "keys")
    names = [part["name"] for part in keys]
    return unpack(dict(zip(names, arguments["keys"], strict=True)), list(arguments["facts"]))._asdict()


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {part.name: hints[part.name] for part in fields(kind)}


def _field(hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint.from_tuple(value)
    return hint(value) if hint is SkipReason else value
