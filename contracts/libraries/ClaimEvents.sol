// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account} from "../types/Account.sol";
import {GroupUse} from "../types/GroupUse.sol";
import {Attestation} from "../types/Attestation.sol";
import {ClaimFacts, ClaimKeys, Decision, Presented, Remittance} from "../types/Claim.sol";
import {Diagnosis} from "../types/Diagnosis.sol";

/// @title Claim events
/// @notice Packs what the event of a decision carries. With one word of 32 bytes for each fact, it would
/// cost 10,000 gas more.
/// @dev {ClaimFacts} gives the layout of every word.
library ClaimEvents {
    /// @notice Returns the hashes of a decided claim.
    function keysOf(
        Presented memory given,
        Decision memory decision
    ) internal pure returns (ClaimKeys memory keys) {
        keys.member = given.member.commitment;
        keys.benefit = given.benefit.id;
        keys.caseId = given.diagnosis.caseId;
        keys.record = given.diagnosis.record;
        keys.diagnosis = decision.diagnosis;
        keys.group = decision.group;
        keys.codes = decision.codes;
        keys.pool = decision.pool;
        keys.payee = decision.payee;
    }

    /// @notice Returns the facts of a decision and the counters after it.
    function factsOf(
        Attestation memory attestation,
        Diagnosis memory diagnosis,
        Decision memory decision,
        Account account,
        GroupUse use
    ) internal view returns (ClaimFacts memory facts) {
        Remittance memory split = decision.remittance;
        facts.times = _times(attestation, decision);
        facts.service = _service(diagnosis);
        facts.shares = _four(split.allowed, split.deductible, split.coinsurance, split.overLimit);
        facts.cuts = _four(split.notCovered, split.otherCover, split.eliminated, split.outside);
        facts.sums = (((uint256(split.paid) << 32) | split.units) << 96) | use.sums();
        facts.account = account;
    }

    function _times(Attestation memory attestation, Decision memory decision) private view returns (uint256) {
        uint256 status = uint256(decision.status);
        // Seconds since 1970 fit 64 bits.
        uint64 decidedAt = uint64(block.timestamp);
        return (status << 192) | _four(0, decision.releaseAt, attestation.issuedAt, decidedAt);
    }

    function _service(Diagnosis memory diagnosis) private pure returns (uint256 bits) {
        bits = diagnosis.revision;
        bits = (bits << 8) | diagnosis.flags;
        bits = (bits << 32) | diagnosis.serviceFrom;
        bits = (bits << 32) | diagnosis.serviceTo;
        bits = (bits << 16) | diagnosis.units;
        bits = (bits << 64) | diagnosis.billed;
        bits = (bits << 24) | uint24(diagnosis.currency);
    }

    function _four(uint64 first, uint64 second, uint64 third, uint64 fourth) private pure returns (uint256) {
        return (uint256(first) << 192) | (uint256(second) << 128) | (uint256(third) << 64) | fourth;
    }
}
