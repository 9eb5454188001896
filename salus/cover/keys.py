"""Defines the keys of a policy and of its members."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from salus.base.errors import CardError
from salus.crypto.secret import Secret, length_prefixed
from salus.types import MAX_MEMBERS

_VERSION = b"salus 1"


class MemberKey(Secret):
    """The key on a member's card. It creates and recognises the member's blinded names on the chain.

    >>> key = PolicyKey(bytes(32)).member_key(0)
    >>> key.blind("benefit", "visit.primary").hex()[:16]
    'f3de523e95cdc37a'
    """

    __slots__ = ()

    def blind(self, label: str, x: str) -> bytes:
        """Returns the 32-byte blinded name of `x` on the chain; `label` separates benefits from groups."""
        return self.mac(_VERSION, label.encode(), x.encode())

    @property
    def commitment(self) -> bytes:
        """Returns `Member.commitment`, by which a holder of the card recognises the member."""
        return self.blind("member", "")


class PolicyKey(Secret):
    """The holder's secret, from which the member keys of one policy derive."""

    __slots__ = ()

    def member_key(self, index: int) -> MemberKey:
        """Derives the key of the member at that index in the policy, 0 … 255."""
        if not 0 <= index < MAX_MEMBERS:
            raise CardError(
                f"{index} is not 0 … {MAX_MEMBERS - 1}", field="member", remedy="use a member's index"
            )
        info = length_prefixed(_VERSION, b"member key", index.to_bytes(4, "big"))
        return MemberKey(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.reveal()))
