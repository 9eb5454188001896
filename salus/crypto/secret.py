"""Keeps secrets out of logs, tracebacks and crash reports.

A secret prints as its class name, and cannot be pickled or copied. Its bytes can be read only with `reveal`,
whose name is easy to find in a review. Python cannot wipe memory, so this does not protect a memory dump.
"""

from __future__ import annotations

import hmac
import secrets
from typing import ClassVar, NoReturn, Self

from salus.base.errors import CardError, InputError

_LENGTH_BYTES = 4


class Secret:
    """Holds 32 secret bytes.

    >>> key = Secret.generate()
    >>> print(key, repr(key), f"{key}")
    <Secret: hidden> <Secret: hidden> <Secret: hidden>
    >>> import pickle; pickle.dumps(key)
    Traceback (most recent call last):
        ...
    TypeError: a Secret cannot be pickled or copied
    """

    __slots__ = ("__bytes",)
    size: ClassVar[int] = 32
    fault: ClassVar[type[InputError]] = CardError

    def __init__(self, secret: bytes) -> None:
        if not isinstance(secret, bytes) or len(secret) != self.size:
            # Do not show the value: with one digit too many, it still contains the key.
            raise self.fault(
                f"is not a key of {self.size} bytes",
                field=type(self).__name__,
                remedy="use an exact copy of it",
            )
        self.__bytes = bytes(secret)

    @classmethod
    def generate(cls) -> Self:
        """Creates a new secret with the operating system's random generator."""
        return cls(secrets.token_bytes(cls.size))

    @classmethod
    def from_hex(cls, digits: str) -> Self:
        """Reads a secret from hexadecimal digits, with or without 0x."""
        try:
            secret = bytes.fromhex(digits.strip().removeprefix("0x"))
        except (AttributeError, ValueError):
            raise cls.fault(
                "is not hexadecimal", field=cls.__name__, remedy="use an exact copy of it"
            ) from None
        return cls(secret)

    def reveal(self) -> bytes:
        """Returns the bytes, to store them or hand them over. Never log them."""
        return self.__bytes

    def mac(self, *parts: bytes) -> bytes:
        """Returns the 32-byte HMAC-SHA256 of the parts.

        Each part is prefixed with its length, so that two different lists of parts never give the same input.
        """
        return hmac.digest(self.__bytes, length_prefixed(*parts), "sha256")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and hmac.compare_digest(self.__bytes, other.reveal())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: hidden>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be pickled or copied")


def length_prefixed(*parts: bytes) -> bytes:
    """Joins the parts, each after its length in four bytes, big-endian.

    >>> length_prefixed(b"ab", b"") == length_prefixed(b"a", b"b")
    False
    """
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
