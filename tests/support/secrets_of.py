"""Secrets that nobody may read on a chain, in clear text, in hex and as plain hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Any
from uuid import UUID

from salus.crypto.abi import keccak

_SHORTEST = 5
"""Bytes: shorter texts occur by chance in a megabyte of hashes."""
_PREFIX = 8
_TELLING = (
    *("family", "given", "birthDate", "line", "city"),
    *("id", "value", "name", "code", "display", "text"),
)
"""Elements of a record that identify a person, a bill, a stay, a place or a diagnosis."""


def of_bundle(bundle: dict[str, Any]) -> Iterator[str]:
    """Returns names, birth date, address, ids, case and claim numbers, and clinical codes of a Bundle."""
    for entry in bundle["entry"]:
        yield from _texts(entry["resource"])


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, key)
    elif isinstance(value, str) and key in _TELLING:
        yield value


def disguises(secret: str) -> Iterator[bytes]:
    """Returns the text itself, other spellings of it, its hexadecimal form and its plain hashes."""
    for text in {secret, secret.lower(), secret.upper(), secret.replace(".", ""), secret.replace("-", "")}:
        raw = text.encode()
        yield from (raw, raw.hex().encode(), keccak(raw), sha256(raw).digest())
        yield from (keccak(raw).hex().encode(), sha256(raw).hexdigest().encode())
        yield raw.ljust(32, b"\0")
    with suppress(ValueError):
        yield UUID(secret).bytes


def readable(haystack: bytes, secrets: Iterable[str]) -> set[str]:
    """Returns the secrets that can be read in the bytes."""
    return {
        secret
        for secret in secrets
        if any(len(form) >= _SHORTEST and form in haystack for form in disguises(secret))
    }


def hashed(haystack: bytes, words: Iterable[str]) -> set[str]:
    """Returns those of very many words whose plain hash is in the bytes."""
    hashes = {form(word.encode()): word for word in words for form in (keccak, _sha256)}
    heads = {digest[:_PREFIX] for digest in hashes}
    places = (at for at in range(len(haystack) - _PREFIX) if haystack[at : at + _PREFIX] in heads)
    windows = (haystack[at : at + 32] for at in places)
    return {hashes[window] for window in windows if window in hashes}


def _sha256(data: bytes) -> bytes:
    return sha256(data).digest()
