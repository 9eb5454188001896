// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account} from "../types/Account.sol";
import {GroupUse} from "../types/GroupUse.sol";
import {Attestation} from "../types/Attestation.sol";
import {ClaimKeys, Decision, Presented, Remittance} from "../types/Claim.sol";
import {Diagnosis} from "../types/Diagnosis.sol";

/// @title Claim events
/// @notice What the event of a decision carries, packed: as words of 32 bytes the same facts would cost 10,000 gas more.
library ClaimEvents {
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

    /// @notice The facts of a decision, each at its natural width, in the order of the parts below; at the end the
    /// counters of the policy (four of 7 bytes) and of the group (8 and 4).
    function pack(
        Attestation memory attestation,
        Diagnosis memory diagnosis,
        Decision memory decision,
        Account account,
        GroupUse use
    ) internal view returns (bytes memory) {
        Remittance memory split = decision.remittance;
        return
            abi.encodePacked(
                _times(attestation, decision),
                _service(diagnosis),
                _four(split.allowed, split.deductible, split.coinsurance, split.overLimit),
                _four(split.notCovered, split.otherCover, split.eliminated, split.outside),
                _sum(split.paid, split.units),
                account.sums(),
                use.sums()
            );
    }

    /// @dev status 1 byte, releaseAt 8, issuedAt 8, decidedAt 8.
    function _times(Attestation memory attestation, Decision memory decision) private view returns (uint200) {
        uint256 status = uint256(decision.status);
        // Seconds since 1970 fit 64 bits.
        uint64 decidedAt = uint64(block.timestamp);
        return uint200((status << 192) | _four(0, decision.releaseAt, attestation.issuedAt, decidedAt));
    }

    /// @dev revision 1 byte, flags 1, serviceFrom 4, serviceTo 4, units 2, billed 8, currency 3.
    function _service(Diagnosis memory diagnosis) private pure returns (uint184) {
        uint256 bits = diagnosis.revision;
        bits = (bits << 8) | diagnosis.flags;
        bits = (bits << 32) | diagnosis.serviceFrom;
        bits = (bits << 32) | diagnosis.serviceTo;
        bits = (bits << 16) | diagnosis.units;
        bits = (bits << 64) | diagnosis.billed;
        return uint184((bits << 24) | uint24(diagnosis.currency));
    }

    /// @dev Of the remittance: allowed, deductible, coinsurance, overLimit, then notCovered, otherCover, eliminated,
    /// outside; 8 bytes each.
    function _four(uint64 first, uint64 second, uint64 third, uint64 fourth) private pure returns (uint256) {
        return (uint256(first) << 192) | (uint256(second) << 128) | (uint256(third) << 64) | fourth;
    }

    /// @dev Of the line: paid 8 bytes, units 4.
    function _sum(uint64 paid, uint32 units) private pure returns (uint96) {
        return uint96((uint256(paid) << 32) | units);
    }
}
