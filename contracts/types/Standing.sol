// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BillLine} from "./BillLine.sol";
import {CLAIMED_MASK, CLAIMED_SHIFT, CURRENCY_SHIFT, REVISION_SHIFT} from "./BillSums.sol";

/// @notice What a desk must know about a provider and a bill line before it decides. The parts that {BillLine} has too
/// are in the same places, so one mask copies them. Each flag is the lowest of its 8 bits.
///
///     sameDiagnosis 8 bits | decided 8 | underReview 8 | accredited 8 | capLeft 64
///     | revision 8 | currency 24 | claimedByOthers 64 | billed 64
type Standing is uint256;

using StandingLibrary for Standing global;

/// @title Standing accessors
/// @dev A cast after a shift drops the neighbours above.
library StandingLibrary {
    uint256 private constant CAP_LEFT_SHIFT = 160;
    uint256 private constant ACCREDITED_FLAG = 1 << 224;
    uint256 private constant UNDER_REVIEW_FLAG = 1 << 232;
    uint256 private constant DECIDED_FLAG = 1 << 240;
    uint256 private constant SAME_DIAGNOSIS_FLAG = 1 << 248;
    /// @dev What comes from the bill line: `revision`, `currency` and `billed`.
    uint256 private constant LINE_MASK = ((1 << CAP_LEFT_SHIFT) - 1) & ~CLAIMED_MASK;

    /// @notice Returns a standing with the facts of the bill line; {withProvider} adds those of the provider.
    /// @param others Paid or reserved by other payers, minor units.
    /// @param decided True if this payer had a claim decided on the line.
    /// @param sameDiagnosis True if that claim was for the same diagnosis.
    function newStanding(
        BillLine line,
        uint256 others,
        bool decided,
        bool sameDiagnosis
    ) internal pure returns (Standing) {
        // No bill is above 64 bits, so a larger sum leaves nothing to claim either.
        if (others > type(uint64).max) others = type(uint64).max;
        uint256 bits = (BillLine.unwrap(line) & LINE_MASK) | (others << CLAIMED_SHIFT);
        if (decided) bits |= DECIDED_FLAG;
        if (sameDiagnosis) bits |= SAME_DIAGNOSIS_FLAG;
        return Standing.wrap(bits);
    }

    /// @notice Returns the standing with the facts of the provider.
    /// @param left What is left of today's cap, minor units.
    function withProvider(
        Standing self,
        bool accredited,
        bool underReview,
        uint64 left
    ) internal pure returns (Standing) {
        uint256 bits = Standing.unwrap(self) | (uint256(left) << CAP_LEFT_SHIFT);
        if (accredited) bits |= ACCREDITED_FLAG;
        if (underReview) bits |= UNDER_REVIEW_FLAG;
        return Standing.wrap(bits);
    }

    function isAccredited(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & ACCREDITED_FLAG != 0;
    }

    /// @notice Whether the provider is suspended or the desk is in safe mode.
    function isUnderReview(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & UNDER_REVIEW_FLAG != 0;
    }

    /// @notice Whether the desk has decided a claim of this policy on this bill line.
    function isDecided(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & DECIDED_FLAG != 0;
    }

    /// @notice Whether that claim was for the same diagnosis.
    function isSameDiagnosis(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & SAME_DIAGNOSIS_FLAG != 0;
    }

    function revision(Standing self) internal pure returns (uint256) {
        return uint8(Standing.unwrap(self) >> REVISION_SHIFT);
    }

    /// @notice Returns the first billed amount, minor units; 0 when nothing was billed yet.
    function billed(Standing self) internal pure returns (uint256) {
        return uint64(Standing.unwrap(self));
    }

    function currency(Standing self) internal pure returns (bytes3) {
        return bytes3(uint24(Standing.unwrap(self) >> CURRENCY_SHIFT));
    }

    /// @notice Returns what is paid or reserved under other policies, minor units.
    function claimedByOthers(Standing self) internal pure returns (uint256) {
        return uint64(Standing.unwrap(self) >> CLAIMED_SHIFT);
    }

    /// @notice Returns what is left of today's cap, minor units.
    function capLeft(Standing self) internal pure returns (uint256) {
        return uint64(Standing.unwrap(self) >> CAP_LEFT_SHIFT);
    }
}
