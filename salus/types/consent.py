"""Defines a member's consent; mirrors contracts/types/Consent.sol."""

from __future__ import annotations

from enum import IntFlag
from typing import ClassVar

from salus.base.errors import CardError, InputError
from salus.crypto.abi import Bytes32, Struct, Uint8, Uint32, Uint64, Uint256


class Purpose(IntFlag):
    """What a consent allows a provider to do."""

    FILE = 1
    DISCLOSE = 2
    SECOND_OPINION = 4
    RESEARCH = 8


class Consent(Struct):
    """A member's consent, as its signer signs it.

    >>> consent = Consent(member=bytes(32), provider=0, purposes=int(Purpose.FILE | Purpose.DISCLOSE),
    ...                   from_=20_454, until=20_818, nonce=0, deadline=1_800_000_000)
    >>> Consent.from_json(consent.to_json()) == consent
    True
    """

    fault: ClassVar[type[InputError]] = CardError

    member: Bytes32
    provider: Uint64
    """0 means any accredited provider."""
    purposes: Uint8
    """Sum of `Purpose` bits."""
    from_: Uint32
    """First civil day of service that it covers."""
    until: Uint32
    """Last civil day of service that it covers."""
    nonce: Uint256
    deadline: Uint256
    """Last second at which the signed consent may be recorded."""
