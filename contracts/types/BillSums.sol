// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a desk records for a bill line. Each sum has the same place as in {BillLine}, so one
/// mask copies them all.
///
///     unused 96 bits | autoPaid 8 | currency 24 | claimed 64 | billed 64
///
/// `autoPaid` is a flag in the lowest of 8 bits. It takes the place of the bill line's revision, which a desk does not
/// set; SUMS_MASK keeps the flag out of the bill line.
type BillSums is uint256;

// The places that BillSums, BillLine and Standing share.
uint256 constant CLAIMED_SHIFT = 64;
uint256 constant CURRENCY_SHIFT = 128;
uint256 constant REVISION_SHIFT = 152;
uint256 constant SUMS_MASK = (1 << REVISION_SHIFT) - 1;
uint256 constant CLAIMED_MASK = uint256(type(uint64).max) << CLAIMED_SHIFT;

using BillSumsLibrary for BillSums global;

/// @title Bill sums accessors
/// @dev A cast after a shift drops the neighbours above.
library BillSumsLibrary {
    uint256 private constant AUTO_PAID_FLAG = 1 << REVISION_SHIFT;

    /// @param billed Minor units.
    /// @param currency ISO 4217 alphabetic code.
    /// @param claimed_ Paid or reserved, minor units.
    /// @param autoPaid True if paid without review, which counts towards the daily cap.
    function newSums(
        uint64 billed,
        bytes3 currency,
        uint64 claimed_,
        bool autoPaid
    ) internal pure returns (BillSums) {
        uint256 sums =
            billed | (uint256(claimed_) << CLAIMED_SHIFT) | (uint256(uint24(currency)) << CURRENCY_SHIFT);
        return BillSums.wrap(autoPaid ? sums | AUTO_PAID_FLAG : sums);
    }

    function claimed(BillSums self) internal pure returns (uint64) {
        return uint64(BillSums.unwrap(self) >> CLAIMED_SHIFT);
    }

    function isAutoPaid(BillSums self) internal pure returns (bool) {
        return BillSums.unwrap(self) & AUTO_PAID_FLAG != 0;
    }
}
