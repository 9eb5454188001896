// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PolicyId} from "./Ids.sol";

/// @notice One attested bill line. The patient's record itself stays off the chain. The leaf in `Attestation.root`
/// begins with policy, member and benefit; this struct omits them, because a filed line contains them.
struct Diagnosis {
    /// Keyed hash of the provider's claim identifier and line; prevents double payment.
    bytes32 billLine;
    /// Keyed hash of the encounter; the lines of one stay share it.
    bytes32 caseId;
    /// Salted hash of the sealed record.
    bytes32 record;
    /// How often a decision on the bill line was withdrawn before, under any policy.
    uint8 revision;
    /// First civil day of the service, in the record's own offset.
    uint32 serviceFrom;
    /// Last civil day of the service.
    uint32 serviceTo;
    /// Visits, items or sums; at least 1.
    uint16 units;
    /// Minor units of `currency`.
    uint64 billed;
    /// ISO 4217 alphabetic code.
    bytes3 currency;
    /// Bit 0: emergency.
    uint8 flags;
}

uint8 constant FLAG_EMERGENCY = 1;

// solhint-disable-next-line gas-small-strings
bytes32 constant DIAGNOSIS_TYPEHASH = keccak256(
    "Diagnosis(bytes32 policy,bytes32 member,bytes32 benefit,bytes32 billLine,bytes32 caseId,bytes32 record,uint8 revision,uint32 serviceFrom,uint32 serviceTo,uint16 units,uint64 billed,bytes3 currency,uint8 flags)"
);

using {hash, isEmergency} for Diagnosis global;

/// @notice Returns the EIP-712 hashStruct of the leaf.
/// @param member `Member.commitment` of the patient.
/// @param benefit `Benefit.id` of the row that covers the care.
function hash(
    Diagnosis memory diagnosis,
    PolicyId policy,
    bytes32 member,
    bytes32 benefit
) pure returns (bytes32) {
    return keccak256(abi.encode(DIAGNOSIS_TYPEHASH, policy, member, benefit, diagnosis));
}

/// @notice Returns whether the care was an emergency, which needs no consent and is always held for review.
function isEmergency(Diagnosis memory diagnosis) pure returns (bool) {
    return diagnosis.flags & FLAG_EMERGENCY != 0;
}
