"""Defines what a hospital signs; mirrors contracts/types/Attestation.sol."""

from __future__ import annotations

from typing import ClassVar

from salus.base.days import DAY_SECONDS
from salus.base.errors import AttestationError, InputError
from salus.crypto.abi import Bytes32, Struct, Uint64

ATTESTATION_LIFETIME = 90 * DAY_SECONDS
"""Seconds from `issued_at` to the latest `expires_at`."""


class Attestation(Struct):
    """What an attestor signs: one root for 1 to 100,000 diagnoses of one provider."""

    fault: ClassVar[type[InputError]] = AttestationError

    provider: Uint64
    root: Bytes32
    issued_at: Uint64
    expires_at: Uint64
    """Last second at which a line may be filed."""
