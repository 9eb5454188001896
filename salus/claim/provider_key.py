"""Derives the ids of a provider's bills and stays on the chain, which nobody else can compute.

Keep the key in the billing system, and keep it when that system is replaced: with a new key the same bill
gets a new id, and the chain cannot see that it was paid before. An outbox therefore takes no other key than
the one it began with (`salus.provider.outbox`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Final, Self

from salus.base import files
from salus.base.errors import AttestationError, InputError
from salus.crypto.secret import Secret

_FILE_VARIABLE: Final = "SALUS_PROVIDER_KEY_FILE"
_VERSION = b"salus 1"
_VARIABLE: Final = "SALUS_PROVIDER_KEY"
_GROUP, _SHORT = 4, 16
"""Digits of a fingerprint that stand together, and that are shown."""


class ProviderKey(Secret):
    """A provider's secret for its bill lines and cases.

    >>> key = ProviderKey(bytes(32))
    >>> key.bill_line("claim-7", 1) == key.bill_line("claim-7", 2)
    False
    """

    __slots__ = ()
    fault: ClassVar[type[InputError]] = AttestationError

    @classmethod
    def from_environment(cls) -> Self:
        """Reads the key from the file that SALUS_PROVIDER_KEY_FILE names, or from SALUS_PROVIDER_KEY.

        Raises InputError that never shows the value; also where both are set to different keys.
        """
        digits, file = os.environ.get(_VARIABLE), os.environ.get(_FILE_VARIABLE)
        if file:
            loaded = cls.load(file)
            if digits and cls._from_variable(digits) != loaded:
                raise InputError(
                    f"is another key than that of {_FILE_VARIABLE}",
                    field=_VARIABLE,
                    remedy="unset the one that the bills were not filed with",
                )
            return loaded
        if not digits:
            raise InputError(
                "is not set",
                field=_VARIABLE,
                remedy=f"let {_FILE_VARIABLE} name the key's file; `salus keygen provider` makes one, once",
            )
        return cls._from_variable(digits)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads the key from a file that `create` wrote, or one of 64 hexadecimal digits.

        Raises InputError, naming the file, and never the value.
        """
        lines = files.read(path, fault=AttestationError).decode("ascii", "replace").splitlines()
        try:
            return cls.from_hex("".join(line for line in lines if not line.lstrip().startswith("#")))
        except InputError as error:
            raise AttestationError(
                error.message, file=str(path), remedy="use the file that the bills were filed with"
            ) from None

    @classmethod
    def create(cls, path: str | Path) -> Self:
        """Writes a new key into a new file that only its owner can read.

        Raises InputError, naming the file, if it exists or cannot be written.
        """
        key = cls.generate()
        comment = "# names this hospital's bills on the chain: keep it, and never change it"
        content = f"{comment}\n{key.reveal().hex()}\n"
        files.create_secret(path, content.encode(), fault=AttestationError, what="a provider key")
        return key

    @classmethod
    def _from_variable(cls, digits: str) -> Self:
        try:
            return cls.from_hex(digits)
        except InputError as error:
            # Do not show the value: it is a mistyped key.
            raise InputError(
                error.message, field=_VARIABLE, remedy="set it to the same 64 hexadecimal digits as before"
            ) from None

    @property
    def fingerprint(self) -> str:
        """Returns what tells this key from every other and reveals nothing of it: 64 hexadecimal digits.

        >>> short(ProviderKey(bytes(32)).fingerprint)
        '8329 a480 5251 038b'
        """
        return self.mac(_VERSION, b"fingerprint").hex()

    def bill_line(self, claim: str, line: int = 1) -> bytes:
        """Returns the 32-byte id that prevents paying a bill line twice.

        `claim` is the claim's identifier in the billing system; `line` counts from 1.
        """
        if not claim:
            raise AttestationError("is empty", field="claim identifier", remedy="give the claim its number")
        return self.mac(_VERSION, b"bill line", claim.encode(), line.to_bytes(4, "big"))

    def case_id(self, encounter: str, policy_id: bytes) -> bytes:
        """Returns the 32-byte id that groups the lines of one stay under one policy.

        Two policies that share a stay get different ids.
        """
        if not encounter:
            raise AttestationError(
                "is empty", field="encounter identifier", remedy="give the encounter an id"
            )
        return self.mac(_VERSION, b"case", encounter.encode(), policy_id)


def short(fingerprint: str) -> str:
    """Returns the first 64 bits of a fingerprint, as a person compares them."""
    return " ".join(fingerprint[at : at + _GROUP] for at in range(0, _SHORT, _GROUP))
