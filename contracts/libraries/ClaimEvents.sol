// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account, GroupUse} from "../types/Account.sol";
import {Attestation} from "../types/Attestation.sol";
import {ClaimKeys, Decision, Line, Remittance} from "../types/Claim.sol";
import {Diagnosis} from "../types/Diagnosis.sol";

/// @title Claim events
/// @notice What the event of a decision carries, packed: as words of 32 bytes the same facts would cost 10,000 gas more.
library ClaimEvents {
    function keysOf(
        Line memory line,
        Decision memory decision
    ) internal pure returns (ClaimKeys memory keys) {
        keys.member = line.member.commitment;
        keys.benefit = line.benefit.id;
        keys.caseId = line.diagnosis.caseId;
        keys.record = line.diagnosis.record;
        keys.diagnosis = decision.diagnosis;
        keys.group = decision.group;
        keys.codes = decision.codes;
        keys.pool = decision.pool;
        keys.payee = decision.payee;
    }

    /// @notice The facts of a decision, each at its natural width, in the order of these four parts.
    function pack(
        Attestation memory attestation,
        Diagnosis memory diagnosis,
        Decision memory decision,
        Account memory account,
        GroupUse memory use
    ) internal view returns (bytes memory) {
        return
            bytes.concat(
                _times(attestation, decision),
                _service(diagnosis),
                _remittance(decision.remittance),
                _counters(account, use)
            );
    }

    /// @dev status 1 byte, releaseAt 8, issuedAt 8, decidedAt 8.
    function _times(
        Attestation memory attestation,
        Decision memory decision
    ) private view returns (bytes memory) {
        return
            abi.encodePacked(
                decision.status,
                decision.releaseAt,
                attestation.issuedAt,
                uint64(block.timestamp)
            );
    }

    /// @dev revision 1 byte, flags 1, serviceFrom 4, serviceTo 4, units 2, billed 8, currency 3.
    function _service(Diagnosis memory diagnosis) private pure returns (bytes memory) {
        return
            abi.encodePacked(
                diagnosis.revision,
                diagnosis.flags,
                diagnosis.serviceFrom,
                diagnosis.serviceTo,
                diagnosis.units,
                diagnosis.billed,
                diagnosis.currency
            );
    }

    /// @dev allowed, deductible, coinsurance, overLimit, notCovered, otherCover, eliminated, outside, paid 8 bytes each,
    /// units 4.
    function _remittance(Remittance memory remittance) private pure returns (bytes memory) {
        return
            abi.encodePacked(
                remittance.allowed,
                remittance.deductible,
                remittance.coinsurance,
                remittance.overLimit,
                remittance.notCovered,
                remittance.otherCover,
                remittance.eliminated,
                remittance.outside,
                remittance.paid,
                remittance.units
            );
    }

    /// @dev paid, reserved, deductible, outOfPocket of the policy 7 bytes each, paid of the group 8, its units 4.
    function _counters(Account memory account, GroupUse memory use) private pure returns (bytes memory) {
        return
            abi.encodePacked(
                account.paid,
                account.reserved,
                account.deductible,
                account.outOfPocket,
                use.paid,
                use.units
            );
    }
}
