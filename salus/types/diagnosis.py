"""Defines one attested bill line; mirrors contracts/types/Diagnosis.sol."""

from __future__ import annotations

from typing import ClassVar

from salus.base.errors import AttestationError, InputError
from salus.crypto.abi import Bytes32, Currency, Struct, Uint8, Uint16, Uint32, Uint64

FLAG_EMERGENCY = 1


class Diagnosis(Struct):
    """One attested bill line: one leaf of `Attestation.root`."""

    fault: ClassVar[type[InputError]] = AttestationError

    policy: Bytes32
    member: Bytes32
    """`Member.commitment` of the patient."""
    benefit: Bytes32
    """`Benefit.id` of the row that covers the care."""
    bill_line: Bytes32
    case_id: Bytes32
    record: Bytes32
    revision: Uint8
    service_from: Uint32
    service_to: Uint32
    """Last civil day of the service."""
    units: Uint16
    billed: Uint64
    currency: Currency
    flags: Uint8
    """Bit 0 is `FLAG_EMERGENCY`."""

    @property
    def is_emergency(self) -> bool:
        return bool(self.flags & FLAG_EMERGENCY)
