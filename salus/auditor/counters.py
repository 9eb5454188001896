"""The counters of a policy and of a group, as an auditor adds them up.

Unlike `salus.types.Account` they take any whole number: the sums of a ledger that lacks an event may be
negative, and are to be shown, not refused.
"""

from __future__ import annotations

from typing import NamedTuple

from salus.base.money import BPS
from salus.types import Policy, Remittance


class Counters(NamedTuple):
    """Of a policy, in minor units, in the order of the contract's `AccountView`."""

    paid: int = 0
    """Paid or owed."""
    reserved: int = 0
    """Held for review."""
    deductible: int = 0
    out_of_pocket: int = 0
    issued: bool = True
    closed: bool = False

    def charged(self, split: Remittance, *, held: bool) -> Counters:
        """The counters after a decision."""
        paid, reserved = (0, split.paid) if held else (split.paid, 0)
        return self._plus(paid, reserved, split, sign=1)

    def released(self, split: Remittance) -> Counters:
        """The counters after a held claim was withdrawn.

        >>> split = Remittance(allowed=100, deductible=10, coinsurance=18, paid=72)
        >>> Counters().charged(split, held=True).released(split) == Counters()
        True
        """
        return self._plus(0, -split.paid, split, sign=-1)

    def settled(self, amount: int) -> Counters:
        """The counters after a held claim became due."""
        return self._replace(paid=self.paid + amount, reserved=self.reserved - amount)

    def lock(self, terms: Policy) -> int:
        """Capital that the pool must lock for the policy, in minor units, rounded up."""
        if self.closed:
            return 0
        return -(-(terms.annual_limit - self.paid - self.reserved) * terms.solvency_bps // BPS)

    def _plus(self, paid: int, reserved: int, split: Remittance, *, sign: int) -> Counters:
        return self._replace(
            paid=self.paid + paid,
            reserved=self.reserved + reserved,
            deductible=self.deductible + sign * split.deductible,
            out_of_pocket=self.out_of_pocket + sign * (split.deductible + split.coinsurance),
        )


class Use(NamedTuple):
    """Of a member's group of benefits, in the order of the contract's `GroupUseView`."""

    paid: int = 0
    """Paid, owed or held, minor units."""
    units: int = 0

    def charged(self, split: Remittance) -> Use:
        return Use(self.paid + split.paid, self.units + split.units)

    def released(self, split: Remittance) -> Use:
        return Use(self.paid - split.paid, self.units - split.units)
