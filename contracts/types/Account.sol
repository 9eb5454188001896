// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a policy has used, in minor units. One slot: 56 bits hold 720 trillion dollars in cents, and terms
/// with a larger limit are refused at issue, so no sum below can overflow.
struct Account {
    // slot 0
    /// Paid or owed to payees.
    uint56 paid;
    /// Decided, held, and not yet paid.
    uint56 reserved;
    /// Deductible borne by the members.
    uint56 deductible;
    /// Deductible and coinsurance borne by the members.
    uint56 outOfPocket;
    /// The policy exists.
    bool issued;
    /// Its capital has been released.
    bool closed;
}

/// @notice What one member has used of one group of benefits. One slot.
struct GroupUse {
    // slot 0
    /// Paid, owed or reserved, minor units.
    uint64 paid;
    /// Units (visits, days, sums) used.
    uint32 units;
}

/// @notice What one decision takes from the counters, in minor units; a withdrawal gives back exactly this.
struct Charge {
    uint64 paid;
    uint64 deductible;
    uint64 coinsurance;
    uint32 units;
}

using {count} for Account global;
using {countUnits} for GroupUse global;

/// @notice Counts a decision. Unchecked: decisions stay within the limits, and those fit 56 bits.
function count(Account memory account, Charge memory charge, bool held) pure {
    unchecked {
        if (held) account.reserved += uint56(charge.paid);
        else account.paid += uint56(charge.paid);
        account.deductible += uint56(charge.deductible);
        account.outOfPocket += uint56(charge.deductible + charge.coinsurance);
    }
}

/// @notice Counts a decision.
function countUnits(GroupUse memory use, Charge memory charge) pure {
    use.paid += charge.paid;
    use.units += charge.units;
}
