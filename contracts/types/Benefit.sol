// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Memory} from "../libraries/Memory.sol";

/// @notice How a benefit computes what it allows.
enum BenefitKind {
    /// Not a benefit.
    None,
    /// A share of the billed amount.
    Indemnity,
    /// A rate for each unit; the billed amount does not matter.
    Scheduled
}

/// @notice One row of cover, blinded: one leaf of `Member.schedule`. Amounts are minor units; 0 means no limit.
struct Benefit {
    /// Blinded name of the row.
    bytes32 id;
    /// Blinded name of the group whose limits the row shares; 0 for a group of its own.
    bytes32 group;
    /// Indemnity or scheduled.
    BenefitKind kind;
    /// The insurer's share, basis points (indemnity).
    uint16 shareBps;
    /// Amount for each unit (scheduled).
    uint64 rate;
    /// Most paid for one claim line.
    uint64 claimLimit;
    /// Most paid for the group, per member and policy year.
    uint64 groupLimit;
    /// Most units for the group, per member and policy year.
    uint32 unitLimit;
    /// Days from `coveredSince` without cover.
    uint16 waitingDays;
    /// First nights of a stay that are not covered (if `byNight`).
    uint16 eliminationDays;
    /// True if the deductible is taken first (indemnity).
    bool deductibleApplies;
    /// True if units are the nights of the stay (scheduled).
    bool byNight;
    /// True if care must be authorised beforehand.
    bool authorisation;
}

// solhint-disable-next-line gas-small-strings
bytes32 constant BENEFIT_TYPEHASH = keccak256(
    "Benefit(bytes32 id,bytes32 group,uint8 kind,uint16 shareBps,uint64 rate,uint64 claimLimit,uint64 groupLimit,uint32 unitLimit,uint16 waitingDays,uint16 eliminationDays,bool deductibleApplies,bool byNight,bool authorisation)"
);

uint256 constant BENEFIT_WORDS = 13;

using {hash, groupKey} for Benefit global;

/// @notice Returns the EIP-712 hashStruct of the leaf.
function hash(Benefit memory benefit) pure returns (bytes32) {
    return Memory.hashStruct(placeOf(benefit), BENEFIT_TYPEHASH, BENEFIT_WORDS);
}

function placeOf(Benefit memory benefit) pure returns (Memory.Place place) {
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        place := benefit
    }
}

/// @notice Returns the key of the group counters that the benefit uses; 0 if it has no limit to count.
function groupKey(Benefit memory benefit) pure returns (bytes32) {
    if (benefit.groupLimit == 0 && benefit.unitLimit == 0) return 0;
    return benefit.group == 0 ? benefit.id : benefit.group;
}
