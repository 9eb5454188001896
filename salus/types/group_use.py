"""What a member has used of a group of benefits: contracts/types/GroupUse.sol."""

from __future__ import annotations

from salus.crypto.abi import Struct, Uint32, Uint64
from salus.types.claim import Remittance


class GroupUse(Struct):
    """What one member has used of one group of benefits."""

    paid: Uint64 = 0
    """Paid, owed or held, minor units."""
    units: Uint32 = 0

    def charged(self, remittance: Remittance) -> GroupUse:
        """The counters after a claim was booked (R9)."""
        return GroupUse(paid=self.paid + remittance.paid, units=self.units + remittance.units)
