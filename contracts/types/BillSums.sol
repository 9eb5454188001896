// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a desk records of a bill, each where the bill line has it.
///
///     unused 96 bits | auto-paid 8 | currency 24 | claimed 64 | billed 64
type BillSums is uint256;

// Where a bill line has its sums, and what stands beside it keeps them too.
uint256 constant CLAIMED = 64;
uint256 constant CURRENCY = 128;
uint256 constant REVISION = 152;
uint256 constant ALL_SUMS = (1 << REVISION) - 1;
uint256 constant ALL_CLAIMED = uint256(type(uint64).max) << CLAIMED;

using BillSumsLibrary for BillSums global;

/// @title Sums of a bill, by name
library BillSumsLibrary {
    uint256 private constant AUTO_PAID = 1 << REVISION;

    /// @param claimed_ Paid or reserved, minor units.
    /// @param autoPaid Paid without review, so it counts towards the cap.
    function newSums(
        uint64 billed,
        bytes3 currency,
        uint64 claimed_,
        bool autoPaid
    ) internal pure returns (BillSums) {
        uint256 sums = billed | (uint256(claimed_) << CLAIMED) | (uint256(uint24(currency)) << CURRENCY);
        return BillSums.wrap(autoPaid ? sums | AUTO_PAID : sums);
    }

    function claimed(BillSums self) internal pure returns (uint64) {
        return uint64(BillSums.unwrap(self) >> CLAIMED);
    }

    function isAutoPaid(BillSums self) internal pure returns (bool) {
        return BillSums.unwrap(self) & AUTO_PAID != 0;
    }
}
