"""Defines one blinded benefit of a member; mirrors contracts/types/Benefit.sol."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar

from salus.base.errors import InputError, PolicyError
from salus.crypto.abi import Bool, Bytes32, EnumCodec, Struct, Uint16, Uint32, Uint64


class BenefitKind(IntEnum):
    """How a benefit computes the allowed amount: as a share of the bill, or as a rate for each unit."""

    NONE = 0
    INDEMNITY = 1
    SCHEDULED = 2


class Benefit(Struct):
    """One row of cover, blinded with a member's key; a leaf of `Member.schedule`. A limit of 0 means none."""

    fault: ClassVar[type[InputError]] = PolicyError

    id: Bytes32
    group: Bytes32
    kind: Annotated[BenefitKind, EnumCodec(BenefitKind)]
    share_bps: Uint16
    rate: Uint64
    claim_limit: Uint64
    group_limit: Uint64
    unit_limit: Uint32
    waiting_days: Uint16
    elimination_days: Uint16
    deductible_applies: Bool
    by_night: Bool
    authorisation: Bool

    @property
    def group_key(self) -> bytes:
        """Returns the key of the counters that the benefit uses; 32 zero bytes if it needs no counter."""
        if not self.group_limit and not self.unit_limit:
            return bytes(32)
        return self.group if any(self.group) else self.id
