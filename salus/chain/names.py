"""A person's names for pools, providers, policies and accounts, so that nobody types 42 characters.

A name belongs to one chain: on another one it stands for nothing. The names are kept in a small YAML file:

    1337:
      pool:
        family: "0x…"
      provider:
        lakeside: 1
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from salus.base import files
from salus.base.errors import InputError
from salus.crypto.abi import AddressCodec

KINDS: Final = ("pool", "provider", "policy", "account")
LONGEST: Final = 40
_NAME = re.compile(r"[^\W\d_][\w.-]*")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{40,}")
_LAST_PROVIDER = 2**64 - 1
_ALSO: Final = {"account": ("account", "pool")}
"""Kinds whose names stand for a kind: a pool has an account's address too."""

Value = str | int
"""An address, a provider's number, or a policy's id as 0x-hex."""


class Name(NamedTuple):
    """A name, and what it stands for."""

    chain_id: int
    kind: str
    name: str
    value: Value


@dataclass(frozen=True)
class Names:
    """The names of one or more files; a later file goes before an earlier one.

    >>> names = Names([Name(1337, "pool", "family", "0x" + "ab" * 20), Name(1337, "provider", "lakeside", 1)])
    >>> names.resolve("provider", "lakeside", 1337)
    1
    >>> names.resolve("pool", "familly", 1337)
    Traceback (most recent call last):
        ...
    salus.base.errors.InputError: 'familly' is no name of a pool on chain 1337; did you mean family?
    >>> names.name_of("pool", "0x" + "AB" * 20, 1337)
    'family'
    """

    listed: Sequence[Name] = field(default_factory=list)

    @classmethod
    def load(cls, paths: Sequence[Path]) -> Self:
        """Reads the files; one that is missing holds no names. Raises InputError, naming file and name."""
        return cls([name for path in paths if path.exists() for name in _read(path)])

    def knows(self, kind: str, text: str) -> bool:
        """Whether any chain has the name."""
        return any(one.name == text for one in self.listed if one.kind in _kinds(kind))

    def check_known(self, kind: str, text: str) -> None:
        """Raises InputError, with the names that are most like it, if no chain has the name."""
        found = {one.name for one in self.listed if one.kind in _kinds(kind)}
        if text not in found:
            raise _unknown(kind, text, "", difflib.get_close_matches(text, found, 3, 0.5))

    def resolve(self, kind: str, text: str, chain_id: int) -> Value:
        """What a name stands for on a chain. Raises InputError, with the names that are most like it or the
        chains that have it, if it stands for nothing there."""
        found = {
            one.name: one.value
            for also in reversed(_kinds(kind))
            for one in self.listed
            if (one.chain_id, one.kind) == (chain_id, also)
        }
        if text in found:
            return found[text]
        elsewhere = sorted({one.chain_id for one in self.listed if one.name == text})
        near = [f"it is a name on chain {' and '.join(map(str, elsewhere))}"] if elsewhere else []
        raise _unknown(
            kind, text, f" on chain {chain_id}", difflib.get_close_matches(text, found, 3, 0.5), *near
        )

    def name_of(self, kind: str, value: Any, chain_id: int) -> str | None:
        """The name that stands for a value, for a list; None if there is none."""
        wanted = _plain(value)
        kinds = _kinds(kind)
        for one in reversed(self.listed):
            if one.chain_id == chain_id and one.kind in kinds and _plain(one.value) == wanted:
                return one.name
        return None


def _kinds(kind: str) -> tuple[str, ...]:
    return _ALSO.get(kind, (kind,))


def _unknown(kind: str, text: str, where: str, near: Sequence[str], *more: str) -> InputError:
    ways = [*more, *([f"did you mean {' or '.join(near)}?"] if near else [])]
    # what is like no name may be a secret in the wrong place
    shown = repr(text) if ways else "the word"
    way_out = "; ".join(ways) or f"give one: salus name {kind} <name> <value>"
    return InputError(
        f"{shown} is no name of {'an' * (kind == 'account') or 'a'} {kind}{where}", remedy=way_out
    )


def add(path: Path, name: Name) -> bool:
    """Writes a name into the file, and keeps its comments. Returns False if it was there already.

    Raises InputError if the name cannot be one, or stands for something else.
    """
    check_name(name.name)
    value = checked(name.kind, name.value)
    content = _content(path)
    names = content.setdefault(name.chain_id, {}).setdefault(name.kind, {})
    if name.name in names:
        if _plain(names[name.name]) == _plain(value):
            return False
        raise InputError(
            f"{name.name!r} stands for {names[name.name]} on chain {name.chain_id}",
            field="name",
            file=str(path),
            remedy=f"choose another name, or first: salus name remove {name.kind} {name.name}",
        )
    names[name.name] = value
    _write(path, content)
    return True


def remove(path: Path, chain_id: int, kind: str, name: str) -> None:
    """Takes a name out of the file. Raises InputError if it is not there."""
    content = _content(path)
    if name not in ((content.get(chain_id) or {}).get(kind) or {}):
        raise InputError(
            f"{name!r} is no name of kind {kind} on chain {chain_id}" if is_name(name) else "is no name",
            file=str(path),
            remedy="salus name list shows them",
        )
    del content[chain_id][kind][name]
    _write(path, content)


def is_name(text: str) -> bool:
    """Whether a word can be a name: it begins with a letter, and looks like no address, number or key.

    >>> is_name("lakeside"), is_name("7"), is_name("0xabc"), is_name("ab" * 20), is_name("a b")
    (True, False, False, False, False)
    """
    is_hexadecimal = _HEXADECIMAL.fullmatch(text) is not None
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None and not is_hexadecimal


def check_name(text: str) -> None:
    """Raises InputError for a word that cannot be a name, and does not show it."""
    if not is_name(text):
        raise InputError(
            "cannot be a name",
            field="name",
            remedy=f"begin with a letter, and use letters, digits, - _ and . ({LONGEST} at most)",
        )


def checked(kind: str, value: Any) -> Value:
    """The value of a name in its one form. Raises InputError for one that its kind does not have.

    >>> checked("provider", "7"), checked("policy", "0x" + "AB" * 32)[:6]
    (7, '0xabab')
    """
    try:
        return _checked(kind, value)
    except ValueError as error:
        raise InputError(str(error), field=kind, remedy="correct it") from None


def _checked(kind: str, value: Any) -> Value:
    if isinstance(value, int) and kind != "provider":
        raise ValueError("is a number to YAML: write it in quotes")
    if kind == "provider":
        if not re.fullmatch(r"\d{1,20}", str(value)) or not 1 <= int(value) <= _LAST_PROVIDER:
            raise ValueError("is no number of a provider: 1, 2, …")
        return int(value)
    if kind == "policy":
        if not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", str(value)):
            raise ValueError("is no id of a policy: 0x and 64 hexadecimal digits")
        return f"0x{str(value).removeprefix('0x').lower()}"
    if kind not in KINDS:
        raise ValueError(f"is no kind of name: there are {', '.join(KINDS)}")
    return str(AddressCodec().normalise(value))


def _plain(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value).lower()


def _read(path: Path) -> Iterator[Name]:
    for chain_id, kinds in _content(path).items():
        for kind, names in (kinds or {}).items() if _is_chain(chain_id, kinds) else [(None, None)]:
            if kind not in KINDS or not isinstance(names, dict | None):
                raise InputError(
                    "is not a file of names", file=str(path), remedy="write chain id, kind, and name: value"
                )
            for name, value in (names or {}).items():
                with files.about(path):
                    check_name(str(name))
                    yield Name(chain_id, kind, str(name), checked(kind, value))


def _is_chain(chain_id: Any, kinds: Any) -> bool:
    return isinstance(chain_id, int) and isinstance(kinds, dict | None)


def _content(path: Path) -> Any:
    if not path.exists():
        return {}
    text = files.read(path, fault=InputError)
    if not text.strip():
        return {}
    from salus.base.yaml_file import parse_mapping  # here: most commands name nothing

    return parse_mapping(text, file=str(path), fault=InputError, wanted="a file of names", kind="rt")


def _write(path: Path, content: Any) -> None:
    from ruamel.yaml import YAML

    text = StringIO()
    yaml = YAML(typ="rt")
    yaml.dump(content, text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot be made: {error.strerror}", file=str(path.parent), remedy="name another folder"
        ) from None
    files.write_durably(path, [text.getvalue().encode()], fault=InputError)
