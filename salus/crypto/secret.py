"""Secrets that cannot leave by accident.

A secret prints as its class name, does not pickle, copy or format its bytes, and is read by one method whose
name shows up in review: `reveal`. Python cannot wipe memory; what this prevents is the log line, the
traceback and the crash report.
"""

from __future__ import annotations

import hmac
import secrets
from typing import ClassVar, NoReturn, Self

from salus.base.errors import CardError, InputError

_LENGTH_BYTES = 4


class Secret:
    """32 secret bytes.

    >>> key = Secret.generate()
    >>> print(key, repr(key), f"{key}")
    <Secret: hidden> <Secret: hidden> <Secret: hidden>
    >>> import pickle; pickle.dumps(key)
    Traceback (most recent call last):
        ...
    TypeError: a Secret is neither pickled nor copied
    """

    __slots__ = ("__bytes",)
    size: ClassVar[int] = 32
    fault: ClassVar[type[InputError]] = CardError

    def __init__(self, secret: bytes) -> None:
        if not isinstance(secret, bytes) or len(secret) != self.size:
            # The value is not shown: a key with one digit too many is still a key.
            raise self.fault(
                f"is not a key of {self.size} bytes",
                field=type(self).__name__,
                remedy="use a true copy of it",
            )
        self.__bytes = bytes(secret)

    @classmethod
    def generate(cls) -> Self:
        """A fresh one from the operating system's generator."""
        return cls(secrets.token_bytes(cls.size))

    @classmethod
    def from_hex(cls, digits: str) -> Self:
        """From hexadecimal digits, with or without 0x."""
        try:
            secret = bytes.fromhex(digits.strip().removeprefix("0x"))
        except (AttributeError, ValueError):
            raise cls.fault(
                "is not hexadecimal", field=cls.__name__, remedy="use a true copy of it"
            ) from None
        return cls(secret)

    def reveal(self) -> bytes:
        """The bytes, for storing or handing them over. Never for a log."""
        return self.__bytes

    def mac(self, *parts: bytes) -> bytes:
        """HMAC-SHA256 over the parts, each led by its length so that no two lists of parts read the same; 32
        bytes.
        """
        return hmac.digest(self.__bytes, length_prefixed(*parts), "sha256")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and hmac.compare_digest(self.__bytes, other.reveal())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: hidden>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither pickled nor copied")


def length_prefixed(*parts: bytes) -> bytes:
    """The parts, each behind its length in four bytes, big-endian.

    >>> length_prefixed(b"ab", b"") == length_prefixed(b"a", b"b")
    False
    """
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
