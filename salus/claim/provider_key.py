"""Derives the ids of a provider's bills and stays on the chain, which nobody else can compute.

Keep the key in the billing system, and keep it when that system is replaced: with a new key the same bill
gets a new id, and the chain cannot see that it was paid before. An outbox therefore takes no other key than
the one it began with (`salus.provider.outbox`).
"""

from __future__ import annotations

import os
from typing import ClassVar, Final, Self

from salus.base.errors import AttestationError, InputError
from salus.crypto.secret import Secret

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
        """Reads the key from SALUS_PROVIDER_KEY. Raises InputError that never shows the value."""
        digits = os.environ.get(_VARIABLE)
        if not digits:
            raise InputError(
                "is not set",
                field=_VARIABLE,
                remedy="set it in .env to 64 hexadecimal digits, and never change it",
            )
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
