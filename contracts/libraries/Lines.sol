// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Line, Presented, SkipReason} from "../types/Claim.sol";
import {latestDay} from "../types/Days.sol";
import {Attestation} from "../types/Attestation.sol";
import {Diagnosis} from "../types/Diagnosis.sol";
import {MAX_MEMBER_PROOF} from "../types/Member.sol";

import {Adjudication} from "./Adjudication.sol";

/// @title Lines
/// @notice Checks whether a line is consistent, as far as calldata alone shows it.
library Lines {
    /// @notice Checks a line's proofs of its member and benefit, and that its amounts can be decided.
    /// @param given The parts of the line, decoded.
    function check(Line calldata line, Presented memory given) internal pure returns (SkipReason) {
        if (!_isMember(line, given)) return SkipReason.BadMemberProof;
        if (!MerkleProof.verifyCalldata(line.benefitProof, given.member.schedule, given.benefit.hash()))
            return SkipReason.BadBenefitProof;
        if (!Adjudication.isWellFormed(given.benefit, given.diagnosis)) return SkipReason.Malformed;
        if (given.diagnosis.currency != given.policy.currency) return SkipReason.WrongCurrency;
        return SkipReason.None;
    }

    /// @notice Checks that the attestation contains the diagnosis and was signed after the service.
    /// @param leaf Hash of the diagnosis.
    function checkAttested(
        Line calldata line,
        Attestation memory attestation,
        Diagnosis memory diagnosis,
        bytes32 leaf
    ) internal pure returns (SkipReason) {
        if (!MerkleProof.verifyCalldata(line.diagnosisProof, attestation.root, leaf))
            return SkipReason.BadDiagnosisProof;
        if (diagnosis.serviceTo > latestDay(attestation.issuedAt)) return SkipReason.NotYetServed;
        return SkipReason.None;
    }

    function _isMember(Line calldata line, Presented memory given) private pure returns (bool) {
        bytes32[] calldata proof = line.memberProof;
        return
            proof.length <= MAX_MEMBER_PROOF &&
            MerkleProof.verifyCalldata(proof, given.policy.members, given.member.hash());
    }
}
