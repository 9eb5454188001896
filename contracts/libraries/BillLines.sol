// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BillLine} from "../types/BillLine.sol";
import {BillSums} from "../types/BillSums.sol";
import {Standing, StandingLibrary} from "../types/Standing.sol";
import {PolicyId, ProviderId} from "../types/Ids.sol";
import {Bill, OtherClaim} from "../types/Provider.sol";

/// @title Bill lines
/// @notice Stores who has decided what on a line of a provider's bill. The first payer is in the line's one slot. Later
/// payers are rare (other insurers of the same patient) and have slots of their own.
/// @dev A cast of a hash to bytes8 or bytes3 keeps its head, which is all that a {BillLine} has room for.
library BillLines {
    /// @notice The later payers of one bill line.
    struct Others {
        // slot 0
        /// Sum over the later payers, minor units.
        uint192 claimed;
        /// Number of later payers.
        uint64 count;
        mapping(bytes32 payer => OtherClaim claim) claims;
    }

    struct Store {
        mapping(ProviderId provider => mapping(bytes32 billLine => BillLine line)) lines;
        mapping(ProviderId provider => mapping(bytes32 billLine => Others others)) others;
    }

    /// @notice Returns the key of a payer of a bill line: a policy at one desk.
    function payerOf(address desk, PolicyId policy) internal pure returns (bytes32) {
        return keccak256(abi.encode(desk, policy));
    }

    /// @notice Returns what a payer must know about a bill line.
    function look(Store storage self, Bill calldata bill, bytes32 payer) internal view returns (Standing) {
        BillLine line = self.lines[bill.provider][bill.billLine];
        bool decided = line.payer() == bytes8(payer);
        bool sameDiagnosis = decided && line.leaf() == bytes3(bill.diagnosis);
        uint256 claimedByOthers = decided ? 0 : line.claimed();

        if (line.isShared()) {
            Others storage others = self.others[bill.provider][bill.billLine];
            OtherClaim memory own = others.claims[payer];
            claimedByOthers += others.claimed - own.claimed;
            if (own.decided) {
                decided = true;
                sameDiagnosis = own.leaf == bytes3(bill.diagnosis);
            }
        }
        return StandingLibrary.newStanding(line, claimedByOthers, decided, sameDiagnosis);
    }

    /// @notice Returns whether a payer has decided a claim on the bill line.
    function isRecorded(
        Store storage self,
        ProviderId provider,
        bytes32 billLine,
        bytes32 payer
    ) internal view returns (bool) {
        return _isRecorded(self, self.lines[provider][billLine], provider, billLine, payer);
    }

    /// @notice Records a payer's decision.
    /// @return isNew False if the payer had one already; nothing is written then.
    function record(
        Store storage self,
        Bill calldata bill,
        BillSums sums,
        bytes32 payer
    ) internal returns (bool isNew) {
        mapping(bytes32 billLine => BillLine line) storage lines = self.lines[bill.provider];
        BillLine line = lines[bill.billLine];
        if (_isRecorded(self, line, bill.provider, bill.billLine, payer)) return false;

        bytes3 leaf = bytes3(bill.diagnosis);
        if (line.payer() == 0) {
            lines[bill.billLine] = line.withFirst(sums, bytes8(payer), leaf);
        } else {
            lines[bill.billLine] = line.withOther(sums);
            Others storage others = self.others[bill.provider][bill.billLine];
            others.claims[payer] = OtherClaim({claimed: sums.claimed(), leaf: leaf, decided: true});
            others.claimed += sums.claimed();
            others.count += 1;
        }
        return true;
    }

    function _isRecorded(
        Store storage self,
        BillLine line,
        ProviderId provider,
        bytes32 billLine,
        bytes32 payer
    ) private view returns (bool) {
        if (line.payer() == bytes8(payer)) return true;
        return line.isShared() && self.others[provider][billLine].claims[payer].decided;
    }

    /// @notice Deletes a payer's decision. When no payer has one, the bill itself may be corrected.
    /// @return found False if the payer had none; nothing is written then.
    function release(
        Store storage self,
        ProviderId provider,
        bytes32 billLine,
        bytes32 payer
    ) internal returns (bool found) {
        BillLine line = self.lines[provider][billLine];
        Others storage others = self.others[provider][billLine];

        if (line.payer() == bytes8(payer)) {
            line = line.withoutFirst();
        } else {
            OtherClaim memory own = others.claims[payer];
            if (!own.decided) return false;
            others.claimed -= own.claimed;
            others.count -= 1;
            delete others.claims[payer];
        }
        if (line.payer() == 0 && others.count == 0) line = line.withoutSums();
        // At the last revision no line can be filed any more, but earlier decisions can still be released.
        if (line.revision() != type(uint8).max) line = line.withNextRevision();
        self.lines[provider][billLine] = line;
        return true;
    }
}
