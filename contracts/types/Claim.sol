// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account} from "./Account.sol";
import {Benefit} from "./Benefit.sol";
import {Diagnosis} from "./Diagnosis.sol";
import {PolicyId, ProviderId} from "./Ids.sol";
import {Member} from "./Member.sol";
import {Policy} from "./Policy.sol";

/// @notice One diagnosis presented for payment, with everything it is proven by.
struct Line {
    Policy policy;
    Member member;
    bytes32[] memberProof;
    Benefit benefit;
    bytes32[] benefitProof;
    Diagnosis diagnosis;
    bytes32[] diagnosisProof;
}

/// @notice The parts of a line, decoded; its proofs are read where they lie.
struct Presented {
    Policy policy;
    Member member;
    Benefit benefit;
    Diagnosis diagnosis;
}

enum ClaimStatus {
    /// Absent: never decided, or withdrawn.
    None,
    /// Left undecided; may be filed again. Never stored.
    Skipped,
    /// Final.
    Paid,
    /// Decided and reserved; waits for its review window.
    Held,
    /// Due, but the pool was short or the payee refused; anyone may collect it for the payee.
    Owed,
    /// Final unless the provider withdraws the line.
    Denied
}

/// @notice Why a line was left undecided: each can heal, or was the filer's choice.
enum SkipReason {
    None,
    /// No such policy: wrong terms, or not issued.
    UnknownPolicy,
    /// The member is not in the policy.
    BadMemberProof,
    /// The benefit is not in the member's schedule.
    BadBenefitProof,
    /// The diagnosis is not in the attested root, or not for this policy, member and benefit.
    BadDiagnosisProof,
    /// No units, a service that ends before it begins, a benefit of kind None, a share above the whole, or units times
    /// rate beyond 64 bits.
    Malformed,
    /// The bill is not in the policy's currency.
    WrongCurrency,
    /// The service lies after the signature.
    NotYetServed,
    /// This very line was decided already.
    AlreadyDecided,
    /// Not the revision that is due: 0, and one more after each withdrawal on the bill line; none is after 254.
    Superseded,
    /// Another amount or currency was billed first for this bill line.
    BillMismatch,
    /// The member's signer has not consented for the service day.
    NoConsent,
    /// Care had to be authorised beforehand (CARC 197).
    NotAuthorised
}

/// @notice How a bill was split, in minor units. Indemnity: billed = paid + deductible + coinsurance + overLimit +
/// notCovered + otherCover, exactly. Scheduled: rate × days or units = paid + overLimit + notCovered + eliminated + outside.
struct Remittance {
    uint64 allowed;
    uint64 deductible; // CARC 1
    uint64 coinsurance; // CARC 2
    uint64 overLimit; // CARC 119
    uint64 notCovered; // CARC 119, units
    uint64 otherCover; // CARC 23
    uint64 eliminated; // CARC 78
    uint64 outside; // CARC 238
    uint64 paid;
    uint32 units; // counted against the unit limit; 0 when there is none
}

/// @notice What was decided on a line. A held, owed or denied claim is stored as the hash of this, so whoever settles,
/// collects or withdraws hands it back from the event.
struct Decision {
    ClaimStatus status;
    /// X12 claim adjustment reason codes, three ASCII bytes each, the latest last.
    bytes32 codes;
    /// Leaf of the diagnosis.
    bytes32 diagnosis;
    address pool;
    address payee;
    /// Key of the group counters charged; 0 for none.
    bytes32 group;
    /// First second at which a held claim may be settled.
    uint64 releaseAt;
    Remittance remittance;
}

/// @notice The hashes of a decided claim, as its event shows them.
struct ClaimKeys {
    bytes32 member;
    bytes32 benefit;
    bytes32 caseId;
    bytes32 record;
    bytes32 diagnosis;
    bytes32 group;
    bytes32 codes;
    address pool;
    address payee;
}

/// @notice What a claim's event tells beside its hashes, each word's parts from the highest bits down to the lowest.
struct ClaimFacts {
    /// unused 56 bits | status 8 | releaseAt 64 | issuedAt 64 | decidedAt 64
    uint256 times;
    /// unused 72 bits | revision 8 | flags 8 | serviceFrom 32 | serviceTo 32 | units 16 | billed 64 | currency 24
    uint256 service;
    /// allowed 64 bits | deductible 64 | coinsurance 64 | overLimit 64
    uint256 shares;
    /// notCovered 64 bits | otherCover 64 | eliminated 64 | outside 64
    uint256 cuts;
    /// unused 64 bits | the line's paid 64 | its units 32 | its group's paid 64 after it | its group's units 32
    uint256 sums;
    /// The policy's counters after it: paid 56 bits | reserved 56 | deductible 56 | outOfPocket 56 | closed, issued 32
    Account account;
}

/// @notice Names a claim.
struct ClaimRef {
    PolicyId policy;
    ProviderId provider;
    bytes32 billLine;
}

/// @notice A decision that something may still happen to. One slot.
struct StoredClaim {
    // slot 0
    /// Head of the hash of the decision.
    bytes31 digest;
    ClaimStatus status;
}

/// @notice What a member could claim, in minor units.
struct Eligibility {
    /// None when a claim would be decided.
    SkipReason reason;
    /// Denied, or what the claim would become.
    ClaimStatus status;
    bytes32 codes;
    uint64 annualLeft;
    uint64 deductibleLeft;
    uint64 outOfPocketLeft;
    /// type(uint64).max when the group has no limit.
    uint64 groupLeft;
    /// type(uint32).max when the units have no limit.
    uint32 unitsLeft;
}
