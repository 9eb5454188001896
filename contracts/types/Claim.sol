// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account} from "./Account.sol";
import {Benefit} from "./Benefit.sol";
import {Diagnosis} from "./Diagnosis.sol";
import {PolicyId, ProviderId} from "./Ids.sol";
import {Member} from "./Member.sol";
import {Policy} from "./Policy.sol";

/// @notice One diagnosis presented for payment, with its proofs.
struct Line {
    Policy policy;
    Member member;
    bytes32[] memberProof;
    Benefit benefit;
    bytes32[] benefitProof;
    Diagnosis diagnosis;
    bytes32[] diagnosisProof;
}

/// @notice The parts of a line, decoded into memory. Its proofs stay in calldata.
struct Presented {
    Policy policy;
    Member member;
    Benefit benefit;
    Diagnosis diagnosis;
}

enum ClaimStatus {
    /// Never decided, or withdrawn.
    None,
    /// Not decided; may be filed again. Never stored.
    Skipped,
    /// Final.
    Paid,
    /// Decided and reserved until its review window ends.
    Held,
    /// Due, but the pool was short or the payee refused; anyone may collect it for the payee.
    Owed,
    /// Final unless the provider withdraws the line.
    Denied
}

/// @notice Why a line was skipped. Each reason may go away later, or was the filer's choice.
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
    /// The service ends after the signature.
    NotYetServed,
    /// The same diagnosis was decided already.
    AlreadyDecided,
    /// Not the revision that is due: 0 at first, one more after each withdrawal on the bill line, and none after 254.
    Superseded,
    /// The first claim on this bill line had another amount or currency.
    BillMismatch,
    /// The member's signer has not consented for the service day.
    NoConsent,
    /// The benefit requires care to be authorised beforehand (CARC 197).
    NotAuthorised
}

/// @notice How a bill was split, in minor units. Indemnity: billed = paid + deductible + coinsurance + overLimit
/// + notCovered + otherCover, exactly. Scheduled: rate × days or units = paid + overLimit + notCovered +
/// eliminated + outside.
struct Remittance {
    uint64 allowed; // before deductible, coinsurance and limits
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

/// @notice What was decided on a line. A held, owed or denied claim is stored as the hash of this struct. To settle,
/// collect or withdraw the claim, the caller passes the struct in, as the event shows it.
struct Decision {
    ClaimStatus status;
    /// X12 claim adjustment reason codes, three ASCII bytes each, the latest last.
    bytes32 codes;
    /// Leaf of the diagnosis.
    bytes32 diagnosis;
    /// The pool that pays.
    address pool;
    /// Who is paid.
    address payee;
    /// Key of the group counters charged; 0 for none.
    bytes32 group;
    /// First second at which a held claim may be settled, since 1970; 0 for any other.
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

/// @notice The facts of a claim's event that are not hashes, in six words. Each word's parts run from
/// the highest bits down.
struct ClaimFacts {
    /// unused 56 bits | status 8 | releaseAt 64 | issuedAt 64 | decidedAt 64
    uint256 times;
    /// unused 72 bits | revision 8 | flags 8 | serviceFrom 32 | serviceTo 32 | units 16 | billed 64 | currency 24
    uint256 service;
    /// allowed 64 bits | deductible 64 | coinsurance 64 | overLimit 64
    uint256 shares;
    /// notCovered 64 bits | otherCover 64 | eliminated 64 | outside 64
    uint256 cuts;
    /// Of the line, and then of its group after the line.
    /// unused 64 bits | paid 64 | units 32 | groupPaid 64 | groupUnits 32
    uint256 sums;
    /// The policy's counters after the line.
    /// paid 56 bits | reserved 56 | deductible 56 | outOfPocket 56 | closed 16 | issued 16
    Account account;
}

/// @notice Identifies a claim.
struct ClaimRef {
    PolicyId policy;
    ProviderId provider;
    bytes32 billLine;
}

/// @notice A decision that may still be settled, collected or withdrawn. One slot.
struct StoredClaim {
    // slot 0
    /// First 31 bytes of the hash of the decision.
    bytes31 digest;
    ClaimStatus status;
}

/// @notice What a member could claim; amounts in minor units.
struct Eligibility {
    /// None if a claim would be decided.
    SkipReason reason;
    /// The status that the claim would get.
    ClaimStatus status;
    /// The codes that it would get, as in {Decision}.
    bytes32 codes;
    uint64 annualLeft;
    uint64 deductibleLeft;
    uint64 outOfPocketLeft;
    /// type(uint64).max if the group has no limit.
    uint64 groupLeft;
    /// type(uint32).max if the units have no limit.
    uint32 unitsLeft;
}
