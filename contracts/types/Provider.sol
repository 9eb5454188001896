// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PolicyId, ProviderId} from "./Ids.sol";

/// @notice An accredited provider. One slot.
struct Provider {
    // slot 0
    /// Acts for the provider: keys, withdrawals.
    address admin;
    /// First civil day of the latest accreditation.
    uint32 from;
    /// First civil day after it.
    uint32 until;
    /// New lines are held for review.
    bool suspended;
}

/// @notice A stretch of civil days, the last one excluded.
struct Window {
    uint32 from;
    uint32 until;
}

/// @notice A seal key of a provider's billing system.
struct AttestorKey {
    // slot 0
    /// First second at which it may sign.
    uint64 from;
    /// First second at which it may no longer sign.
    uint64 until;
    /// For good; nothing it signed may be filed any more.
    bool revoked;
}

/// @notice What a pool pays one provider without review on one UTC day, minor units.
struct DailyCap {
    // slot 0
    uint64 limit;
    uint64 used;
    /// The UTC day that `used` counts.
    uint32 day;
}

/// @notice A contract that may write bill lines.
enum DeskStatus {
    /// Never listed.
    None,
    /// May record and release.
    Listed,
    /// May only release what it recorded.
    Retired
}

/// @notice What the registry knows of a desk. One slot.
struct Desk {
    // slot 0
    DeskStatus status;
    /// Second until which its new lines are held for review.
    uint64 safeModeUntil;
}

/// @notice A claim of a later payer on a bill line. One slot.
struct OtherClaim {
    // slot 0
    uint64 claimed;
    bytes3 leaf;
    bool decided;
}

/// @notice A claim on a bill line.
struct Bill {
    ProviderId provider;
    bytes32 billLine;
    PolicyId policy;
    /// The pool whose daily cap the payment uses.
    address pool;
    bytes32 diagnosis;
}
