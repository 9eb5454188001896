// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Line, SkipReason} from "../types/Claim.sol";
import {latestDay} from "../types/Days.sol";
import {Attestation} from "../types/Attestation.sol";
import {MAX_MEMBER_PROOF} from "../types/Member.sol";

import {Adjudication} from "./Adjudication.sol";

/// @title Lines
/// @notice Whether a line hangs together: everything that can be told from calldata alone.
library Lines {
    /// @notice Checks a line against its own parts.
    function check(Line memory line) internal pure returns (SkipReason) {
        if (!_isMember(line)) return SkipReason.BadMemberProof;
        if (!MerkleProof.verify(line.benefitProof, line.member.schedule, line.benefit.hash()))
            return SkipReason.BadBenefitProof;
        if (!Adjudication.isWellFormed(line.benefit, line.diagnosis)) return SkipReason.Malformed;
        if (line.diagnosis.currency != line.policy.currency) return SkipReason.WrongCurrency;
        return SkipReason.None;
    }

    /// @notice Checks that the attestation holds the diagnosis, and was signed after the service.
    function checkAttested(
        Line memory line,
        Attestation memory attestation,
        bytes32 leaf
    ) internal pure returns (SkipReason) {
        if (!MerkleProof.verify(line.diagnosisProof, attestation.root, leaf))
            return SkipReason.BadDiagnosisProof;
        if (line.diagnosis.serviceTo > latestDay(attestation.issuedAt)) return SkipReason.NotYetServed;
        return SkipReason.None;
    }

    function _isMember(Line memory line) private pure returns (bool) {
        return
            line.memberProof.length <= MAX_MEMBER_PROOF &&
            MerkleProof.verify(line.memberProof, line.policy.members, line.member.hash());
    }
}
