"""Defines a person covered by a policy; mirrors contracts/types/Member.sol."""

from __future__ import annotations

from typing import ClassVar

from salus.base.errors import InputError, PolicyError
from salus.crypto.abi import Address, Bytes32, Struct, Uint32


class Member(Struct):
    """A person covered: one leaf of `Policy.members`."""

    fault: ClassVar[type[InputError]] = PolicyError

    commitment: Bytes32
    consent_signer: Address
    payee: Address
    """0 means the policy's payee."""
    covered_since: Uint32
    """First civil day covered; it may be before the policy's start. Waiting periods count from it."""
    covered_until: Uint32
    """First civil day after the cover."""
    schedule: Bytes32
    """Merkle root of the member's blinded `Benefit` leaves."""
