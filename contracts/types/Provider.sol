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

/// @notice A line of a provider's bill: the guard against double payment, over all policies, pools and desks. One slot,
/// so that the first payer costs one write; later payers stand beside it.
struct BillLine {
    // slot 0
    /// The first billed amount, which binds; 0 while nobody has claimed.
    uint64 billed;
    /// Paid or reserved by the first payer.
    uint64 claimed;
    bytes3 currency;
    /// The revision that is due: how often a decision on the line was withdrawn.
    uint8 revision;
    /// Head of the first payer's hash (desk, policy). A chance match can only refuse a payment, never repeat one.
    bytes8 payer;
    /// Head of the diagnosis decided for the first payer; tells a replay from another line.
    bytes3 leaf;
    /// Other policies have claimed for it too.
    bool shared;
}

/// @notice A claim of a later payer on a bill line. One slot.
struct OtherClaim {
    // slot 0
    uint64 claimed;
    bytes3 leaf;
    bool decided;
}

/// @notice What a desk records on a bill line.
struct Bill {
    ProviderId provider;
    bytes32 billLine;
    PolicyId policy;
    /// The pool whose daily cap the payment uses.
    address pool;
    bytes32 diagnosis;
    uint64 billed;
    bytes3 currency;
    /// Paid or reserved, minor units.
    uint64 claimed;
    /// Paid without review, so it counts towards the cap.
    bool autoPaid;
}

/// @notice What a desk must know of a provider and a bill line before it decides.
struct Standing {
    bool accredited;
    /// Suspended now, or the desk is in safe mode.
    bool underReview;
    /// This policy had a claim decided on this bill line.
    bool decided;
    /// It was this very diagnosis.
    bool sameDiagnosis;
    uint8 revision;
    /// 0 when nothing is bound yet.
    uint64 billed;
    bytes3 currency;
    /// Paid or reserved under other policies, minor units.
    uint256 claimedByOthers;
    /// What is left of today's cap, minor units.
    uint64 capLeft;
}
