"""What only a provider can compute: the names under which its bills and stays appear on the chain.

The key stays in the billing system and must outlive it: with a new key the same bill gets a new name, and
could be filed again.
"""

from __future__ import annotations

import os
from typing import ClassVar, Final, Self

from salus.base.errors import AttestationError, InputError
from salus.crypto.secret import Secret

_VERSION = b"salus 1"
_VARIABLE: Final = "SALUS_PROVIDER_KEY"


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
        """Reads the key from SALUS_PROVIDER_KEY. Raises InputError, naming the variable and not its value."""
        digits = os.environ.get(_VARIABLE)
        if not digits:
            raise InputError(
                "is not set", field=_VARIABLE, remedy="set it in .env: 64 hexadecimal digits, for good"
            )
        try:
            return cls.from_hex(digits)
        except InputError as error:
            # the value is a key, if a mistyped one, and is not shown
            raise InputError(
                error.message, field=_VARIABLE, remedy="set it to the 64 hexadecimal digits of before"
            ) from None

    def bill_line(self, claim: str, line: int = 1) -> bytes:
        """The key against double payment: 32 bytes for a claim's identifier in the billing system and a line
        of it, from 1.
        """
        if not claim:
            raise AttestationError("is empty", field="claim identifier")
        return self.mac(_VERSION, b"bill line", claim.encode(), line.to_bytes(4, "big"))

    def case_id(self, encounter: str, policy_id: bytes) -> bytes:
        """Groups the lines of one stay under one policy: 32 bytes. Two policies that share a stay show no
        common case.
        """
        if not encounter:
            raise AttestationError("is empty", field="encounter identifier")
        return self.mac(_VERSION, b"case", encounter.encode(), policy_id)
