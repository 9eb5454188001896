// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Memory} from "../libraries/Memory.sol";

/// @notice How a benefit counts what it allows.
enum BenefitKind {
    /// Absent.
    None,
    /// A share of what was billed.
    Indemnity,
    /// A rate for each unit, whatever was billed.
    Scheduled
}

/// @notice One row of cover, blinded: one leaf of `Member.schedule`. Amounts are minor units; a limit of 0 is none.
struct Benefit {
    /// Blinded name of the row.
    bytes32 id;
    /// Blinded name of the group whose limits the row shares; 0 for a group of its own.
    bytes32 group;
    BenefitKind kind;
    /// The insurer's share, basis points (indemnity).
    uint16 shareBps;
    /// Sum for each unit (scheduled).
    uint64 rate;
    /// Most paid for one claim line.
    uint64 claimLimit;
    /// Most paid for the group, per member and policy year.
    uint64 groupLimit;
    /// Most units for the group, per member and policy year.
    uint32 unitLimit;
    /// Days from `coveredSince` without cover.
    uint16 waitingDays;
    /// First nights of a stay without cover (by night).
    uint16 eliminationDays;
    /// The deductible is taken first (indemnity).
    bool deductibleApplies;
    /// Units are the nights of the stay (scheduled).
    bool byNight;
    /// Care must have been authorised beforehand.
    bool authorisation;
}

// solhint-disable-next-line gas-small-strings
bytes32 constant BENEFIT_TYPEHASH = keccak256(
    "Benefit(bytes32 id,bytes32 group,uint8 kind,uint16 shareBps,uint64 rate,uint64 claimLimit,uint64 groupLimit,uint32 unitLimit,uint16 waitingDays,uint16 eliminationDays,bool deductibleApplies,bool byNight,bool authorisation)"
);

uint256 constant BENEFIT_WORDS = 13;

using {hash, groupKey} for Benefit global;

/// @notice EIP-712 hashStruct of the leaf.
function hash(Benefit memory benefit) pure returns (bytes32) {
    return Memory.hashStruct(placeOf(benefit), BENEFIT_TYPEHASH, BENEFIT_WORDS);
}

function placeOf(Benefit memory benefit) pure returns (Memory.Place place) {
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        place := benefit
    }
}

/// @notice The key of the counters that the benefit shares; 0 when it has no limit to count.
function groupKey(Benefit memory benefit) pure returns (bytes32) {
    if (benefit.groupLimit == 0 && benefit.unitLimit == 0) return 0;
    return benefit.group == 0 ? benefit.id : benefit.group;
}
