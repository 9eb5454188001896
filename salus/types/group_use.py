"""Counts what a member has used of a group of benefits; mirrors contracts/types/GroupUse.sol."""

from __future__ import annotations

from salus.crypto.abi import Struct, Uint32, Uint64
from salus.types.claim import Remittance


class GroupUse(Struct):
    """What one member has used of one group of benefits."""

    paid: Uint64 = 0
    """Amount paid, owed or held, in minor units."""
    units: Uint32 = 0

    def charged(self, remittance: Remittance) -> GroupUse:
        """Returns the counters after a claim is booked (R9)."""
        return GroupUse(paid=self.paid + remittance.paid, units=self.units + remittance.units)
