// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BillLine} from "./BillLine.sol";
import {ALL_CLAIMED, CLAIMED, CURRENCY, REVISION} from "./BillSums.sol";

/// @notice What a desk must know of a provider and a bill line before it decides; what the bill line knows, where it has it.
///
///     same diagnosis 8 bits | decided 8 | under review 8 | accredited 8 | cap left 64
///     | revision 8 | currency 24 | claimed by others 64 | billed 64
type Standing is uint256;

using StandingLibrary for Standing global;

/// @title Standing, by name
library StandingLibrary {
    uint256 private constant CAP_LEFT = 160;
    uint256 private constant ACCREDITED = 1 << 224;
    uint256 private constant UNDER_REVIEW = 1 << 232;
    uint256 private constant DECIDED = 1 << 240;
    uint256 private constant SAME_DIAGNOSIS = 1 << 248;
    uint256 private constant ALL_LINE = ((1 << CAP_LEFT) - 1) & ~ALL_CLAIMED;

    /// @notice What the bill line and those beside it tell of a payer.
    /// @param others Claimed by others.
    function newStanding(
        BillLine line,
        uint256 others,
        bool decided,
        bool sameDiagnosis
    ) internal pure returns (Standing) {
        // No bill is larger, so that of a larger sum too nothing is left to claim.
        if (others > type(uint64).max) others = type(uint64).max;
        uint256 bits = (BillLine.unwrap(line) & ALL_LINE) | (others << CLAIMED);
        if (decided) bits |= DECIDED;
        if (sameDiagnosis) bits |= SAME_DIAGNOSIS;
        return Standing.wrap(bits);
    }

    /// @notice With what the provider's record tells.
    function withProvider(
        Standing self,
        bool accredited,
        bool underReview,
        uint64 left
    ) internal pure returns (Standing) {
        uint256 bits = Standing.unwrap(self) | (uint256(left) << CAP_LEFT);
        if (accredited) bits |= ACCREDITED;
        if (underReview) bits |= UNDER_REVIEW;
        return Standing.wrap(bits);
    }

    function isAccredited(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & ACCREDITED != 0;
    }

    /// @notice Suspended now, or the desk is in safe mode.
    function isUnderReview(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & UNDER_REVIEW != 0;
    }

    /// @notice This policy had a claim decided on this bill line.
    function isDecided(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & DECIDED != 0;
    }

    /// @notice It was this very diagnosis.
    function isSameDiagnosis(Standing self) internal pure returns (bool) {
        return Standing.unwrap(self) & SAME_DIAGNOSIS != 0;
    }

    function revision(Standing self) internal pure returns (uint256) {
        return uint8(Standing.unwrap(self) >> REVISION);
    }

    /// @notice 0 when nothing is bound yet.
    function billed(Standing self) internal pure returns (uint256) {
        return uint64(Standing.unwrap(self));
    }

    function currency(Standing self) internal pure returns (bytes3) {
        return bytes3(uint24(Standing.unwrap(self) >> CURRENCY));
    }

    /// @notice Paid or reserved under other policies, minor units.
    function claimedByOthers(Standing self) internal pure returns (uint256) {
        return uint64(Standing.unwrap(self) >> CLAIMED);
    }

    /// @notice What is left of today's cap, minor units.
    function capLeft(Standing self) internal pure returns (uint256) {
        return uint64(Standing.unwrap(self) >> CAP_LEFT);
    }
}
