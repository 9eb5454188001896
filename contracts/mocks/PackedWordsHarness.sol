// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ClaimEvents} from "../libraries/ClaimEvents.sol";
import {Account, AccountView} from "../types/Account.sol";
import {Attestation} from "../types/Attestation.sol";
import {BillLine, BillLineView} from "../types/BillLine.sol";
import {BillSums, BillSumsLibrary} from "../types/BillSums.sol";
import {Charge, ChargeLibrary} from "../types/Charge.sol";
import {ClaimFacts, Decision} from "../types/Claim.sol";
import {Diagnosis} from "../types/Diagnosis.sol";
import {GroupUse, GroupUseView} from "../types/GroupUse.sol";
import {Standing, StandingLibrary} from "../types/Standing.sol";

/// @notice Packs and unpacks the words of contracts/types.
contract PackedWordsHarness {
    struct StandingParts {
        bool sameDiagnosis;
        bool decided;
        bool underReview;
        bool accredited;
        uint64 capLeft;
        uint256 revision;
        bytes3 currency;
        uint256 claimedByOthers;
        uint256 billed;
    }

    function unpackAccount(Account word) external pure returns (AccountView memory) {
        return word.toView();
    }

    function unpackGroupUse(GroupUse word) external pure returns (GroupUseView memory) {
        return word.toView();
    }

    function unpackBillLine(BillLine word) external pure returns (BillLineView memory) {
        return word.toView();
    }

    function packBillLine(BillSums sums, bytes8 payer, bytes3 leaf) external pure returns (BillLine) {
        return BillLine.wrap(0).withFirst(sums, payer, leaf);
    }

    function packBillSums(
        uint64 billed,
        bytes3 currency,
        uint64 claimed,
        bool autoPaid
    ) external pure returns (BillSums) {
        return BillSumsLibrary.newSums(billed, currency, claimed, autoPaid);
    }

    function unpackBillSums(BillSums word) external pure returns (uint64 claimed, bool autoPaid) {
        return (word.claimed(), word.isAutoPaid());
    }

    function packCharge(
        uint64 paid,
        uint64 deductible,
        uint64 coinsurance,
        uint32 units
    ) external pure returns (Charge) {
        return ChargeLibrary.newCharge(paid, deductible, coinsurance, units);
    }

    function unpackCharge(Charge word) external pure returns (uint256, uint256, uint256, uint256) {
        return (word.paid(), word.deductible(), word.coinsurance(), word.units());
    }

    function packStanding(BillLine line, StandingParts calldata parts) external pure returns (Standing) {
        return
            StandingLibrary
                .newStanding(line, parts.claimedByOthers, parts.decided, parts.sameDiagnosis)
                .withProvider(parts.accredited, parts.underReview, parts.capLeft);
    }

    function unpackStanding(Standing word) external pure returns (StandingParts memory parts) {
        (parts.sameDiagnosis, parts.decided) = (word.isSameDiagnosis(), word.isDecided());
        (parts.underReview, parts.accredited) = (word.isUnderReview(), word.isAccredited());
        parts.capLeft = uint64(word.capLeft());
        (parts.revision, parts.currency) = (word.revision(), word.currency());
        (parts.claimedByOthers, parts.billed) = (word.claimedByOthers(), word.billed());
    }

    /// @dev decidedAt is the time of the block.
    function packFacts(
        Attestation calldata attestation,
        Diagnosis calldata diagnosis,
        Decision calldata decision,
        Account account,
        GroupUse use
    ) external view returns (ClaimFacts memory) {
        return ClaimEvents.factsOf(attestation, diagnosis, decision, account, use);
    }
}
