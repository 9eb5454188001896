// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PolicyId, ProviderId} from "./Ids.sol";

/// @notice An accredited provider. One slot.
struct Provider {
    // slot 0
    /// Manages the provider's keys and withdrawals.
    address admin;
    /// First civil day of the latest accreditation.
    uint32 from;
    /// First civil day after it.
    uint32 until;
    /// True if new lines are held for review.
    bool suspended;
}

/// @notice A period of accreditation.
struct Window {
    /// First civil day.
    uint32 from;
    /// First civil day after it.
    uint32 until;
}

/// @notice An attestor key of a provider's billing system. One slot.
struct AttestorKey {
    // slot 0
    /// First second at which it may sign, since 1970.
    uint64 from;
    /// First second at which it may no longer sign, since 1970.
    uint64 until;
    /// True once revoked, permanently: nothing that it signed may be filed any more.
    bool revoked;
}

/// @notice What a pool pays one provider without review on one UTC day. One slot.
struct DailyCap {
    // slot 0
    /// Most per day, minor units.
    uint64 limit;
    /// Paid on `day`, minor units.
    uint64 used;
    /// The UTC day to which `used` applies.
    uint32 day;
}

/// @notice What a desk may do with bill lines.
enum DeskStatus {
    /// Nothing: it was never listed.
    None,
    /// Record and release.
    Listed,
    /// Release what it recorded.
    Retired
}

/// @notice A contract that decides claims. One slot.
struct Desk {
    // slot 0
    /// What it may do.
    DeskStatus status;
    /// First second at which its new lines are no longer held for review, since 1970.
    uint64 safeModeUntil;
}

/// @notice A claim of a later payer on a bill line. One slot.
struct OtherClaim {
    // slot 0
    /// Paid or reserved, minor units.
    uint64 claimed;
    /// Head of the diagnosis that was decided.
    bytes3 leaf;
    /// True if the payer has a decision on the line.
    bool decided;
}

/// @notice A claim on a bill line.
struct Bill {
    /// Who billed.
    ProviderId provider;
    /// Keyed hash of the provider's claim identifier and line.
    bytes32 billLine;
    /// The policy that pays.
    PolicyId policy;
    /// The pool whose daily cap the payment uses.
    address pool;
    /// Leaf of the diagnosis.
    bytes32 diagnosis;
}
