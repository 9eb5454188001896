"""Counts what a policy has used; mirrors contracts/types/Account.sol."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from salus.crypto.abi import Bool, Struct, Uint
from salus.types.claim import Remittance

Uint56 = Annotated[int, Uint(56)]


class Account(Struct):
    """What a policy has used, in minor units."""

    paid: Uint56 = 0
    """Paid or owed."""
    reserved: Uint56 = 0
    """Held for review."""
    deductible: Uint56 = 0
    out_of_pocket: Uint56 = 0
    """Deductible and coinsurance that the members have borne."""
    issued: Bool = True
    closed: Bool = False

    @property
    def decided(self) -> int:
        """Returns the amount that counts against the annual limit."""
        return self.paid + self.reserved

    def charged(self, remittance: Remittance, *, held: bool = False) -> Account:
        """Returns the account after a claim is booked (R9)."""
        return replace(
            self,
            paid=self.paid + (0 if held else remittance.paid),
            reserved=self.reserved + (remittance.paid if held else 0),
            deductible=self.deductible + remittance.deductible,
            out_of_pocket=self.out_of_pocket + remittance.deductible + remittance.coinsurance,
        )
