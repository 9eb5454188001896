// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Account} from "../types/Account.sol";
import {GroupUse} from "../types/GroupUse.sol";
import {Benefit, BenefitKind} from "../types/Benefit.sol";
import {Remittance} from "../types/Claim.sol";
import {
    CARC_AFTER_COVER,
    CARC_BEFORE_COVER,
    CARC_COINSURANCE,
    CARC_DEDUCTIBLE,
    CARC_ELIMINATION,
    CARC_FILED_LATE,
    CARC_LIMIT,
    CARC_OTHER_COVER,
    CARC_OUTSIDE_COVER,
    CARC_WAITING,
    append
} from "../types/Codes.sol";
import {Diagnosis} from "../types/Diagnosis.sol";
import {Member} from "../types/Member.sol";
import {Policy} from "../types/Policy.sol";

/// @title Adjudication
/// @notice Computes a remittance from terms, counters and a bill, without storage or calls.
/// @dev Amounts are minor units. Every division rounds the insurer's part down; the member's part is the rest, so that
/// the parts add up. `salus/adjudication.py` has the same rules, and both run the same cases.
library Adjudication {
    using SafeCast for uint256;

    uint256 internal constant BPS = 10_000;

    /// @notice The working struct of one line. The caller fills every field but the last.
    struct Work {
        /// The policy's counters before this line.
        Account account;
        /// The group's counters before this line.
        GroupUse group;
        /// Paid or reserved for this bill line under other policies, minor units.
        uint256 claimedByOthers;
        /// The UTC day of filing.
        uint32 filedDay;
        /// How the bill splits: all zero at first, and left so if the line is denied. {_indemnity} or {_scheduled} fill
        /// the parts before limits, then {adjudicate} fills `overLimit`, `otherCover` and `paid`.
        Remittance remittance;
    }

    /// @notice Returns whether a line can be decided. A line that is not well-formed must be skipped, because
    /// {adjudicate} may revert on it.
    function isWellFormed(Benefit memory benefit, Diagnosis memory diagnosis) internal pure returns (bool) {
        if (diagnosis.units == 0 || diagnosis.serviceTo < diagnosis.serviceFrom) return false;
        if (benefit.kind == BenefitKind.None) return false;
        if (benefit.kind == BenefitKind.Indemnity) return benefit.shareBps <= BPS;

        uint256 units = benefit.byNight ? diagnosis.serviceTo - diagnosis.serviceFrom : diagnosis.units;
        return units * benefit.rate <= type(uint64).max;
    }

    /// @notice Decides one well-formed line and fills the remittance.
    /// @return denial The reason code, or 0 if the line is payable.
    function adjudicate(
        Policy memory policy,
        Member memory member,
        Benefit memory benefit,
        Diagnosis memory diagnosis,
        Work memory work
    ) internal pure returns (bytes3 denial) {
        denial = _gate(policy, member, benefit, diagnosis, work);
        if (denial != 0) return denial;

        uint256 payable_ =
            benefit.kind == BenefitKind.Indemnity
                ? _indemnity(policy, benefit, diagnosis, work)
                : _scheduled(policy, member, benefit, diagnosis, work);

        // Each cast below is of a part of what is payable, which {_indemnity} and {_scheduled} keep within 64 bits.
        Remittance memory remittance = work.remittance;
        uint256 paid = _min(payable_, _limit(policy, benefit, work));
        remittance.overLimit = uint64(payable_ - paid);

        if (benefit.kind == BenefitKind.Indemnity && work.claimedByOthers != 0) {
            uint256 unclaimed = _left(diagnosis.billed, work.claimedByOthers);
            uint256 allowed = _min(paid, unclaimed);
            remittance.otherCover = uint64(paid - allowed);
            paid = allowed;
        }
        remittance.paid = uint64(paid);
    }

    /// @notice Returns the reason codes of a remittance: one for each amount that is not 0.
    function codesOf(Remittance memory remittance) internal pure returns (bytes32 codes) {
        if (remittance.deductible != 0) codes = append(codes, CARC_DEDUCTIBLE);
        if (remittance.coinsurance != 0) codes = append(codes, CARC_COINSURANCE);
        if (remittance.overLimit != 0 || remittance.notCovered != 0) codes = append(codes, CARC_LIMIT);
        if (remittance.otherCover != 0) codes = append(codes, CARC_OTHER_COVER);
        if (remittance.eliminated != 0) codes = append(codes, CARC_ELIMINATION);
        if (remittance.outside != 0) codes = append(codes, CARC_OUTSIDE_COVER);
    }

    /// @dev R1: returns the code of the first gate that fails, and 0 if none does. The day of admission decides.
    function _gate(
        Policy memory policy,
        Member memory member,
        Benefit memory benefit,
        Diagnosis memory diagnosis,
        Work memory work
    ) private pure returns (bytes3) {
        uint256 day = diagnosis.serviceFrom;

        if (day < Math.max(policy.start, member.coveredSince)) return CARC_BEFORE_COVER;
        if (day >= _coverEnd(policy, member)) return CARC_AFTER_COVER;
        if (work.filedDay > uint256(diagnosis.serviceTo) + policy.filingDays) return CARC_FILED_LATE;
        if (day < uint256(member.coveredSince) + benefit.waitingDays) return CARC_WAITING;
        if (_left(policy.annualLimit, work.account.decided()) == 0) return CARC_LIMIT;
        if (benefit.groupLimit != 0 && work.group.paid() >= benefit.groupLimit) return CARC_LIMIT;
        if (benefit.unitLimit != 0 && work.group.units() >= benefit.unitLimit) return CARC_LIMIT;
        return 0;
    }

    /// @dev R2 to R5 for a share of the bill. Returns the amount payable before limits.
    function _indemnity(
        Policy memory policy,
        Benefit memory benefit,
        Diagnosis memory diagnosis,
        Work memory work
    ) private pure returns (uint256) {
        uint256 units = _unitsPayable(benefit, work, diagnosis.units);
        uint256 allowed = (uint256(diagnosis.billed) * units) / diagnosis.units;
        uint256 deductible =
            benefit.deductibleApplies
                ? _min(allowed, _left(policy.deductible, work.account.deductible()))
                : 0;
        uint256 afterDeductible = allowed - deductible;
        uint256 coinsurance = afterDeductible - (afterDeductible * benefit.shareBps) / BPS;

        // R5: above the out-of-pocket maximum the insurer bears the rest; coinsurance is cut
        // first, then the deductible.
        uint256 bearable = _left(policy.outOfPocket, work.account.outOfPocket());
        deductible = _min(deductible, bearable);
        coinsurance = _min(coinsurance, bearable - deductible);

        // Each amount is at most what was billed, which fits 64 bits, and the units are at most their
        // limit, which fits 32.
        Remittance memory remittance = work.remittance;
        remittance.allowed = uint64(allowed);
        remittance.notCovered = uint64(diagnosis.billed - allowed);
        remittance.deductible = uint64(deductible);
        remittance.coinsurance = uint64(coinsurance);
        if (benefit.unitLimit != 0) remittance.units = uint32(units);
        return allowed - deductible - coinsurance;
    }

    /// @dev R2 for a rate per unit. Returns the amount payable before limits. By night, the first nights of the stay
    /// may be eliminated, and only nights inside the cover count.
    function _scheduled(
        Policy memory policy,
        Member memory member,
        Benefit memory benefit,
        Diagnosis memory diagnosis,
        Work memory work
    ) private pure returns (uint256 allowed) {
        Remittance memory remittance = work.remittance;
        uint256 wanted = diagnosis.units;
        if (benefit.byNight) {
            uint256 stay = diagnosis.serviceTo - diagnosis.serviceFrom;
            uint256 inside = _min(stay, _coverEnd(policy, member) - diagnosis.serviceFrom);
            uint256 eliminated = _min(benefit.eliminationDays, stay);
            wanted = _left(inside, eliminated);
            remittance.eliminated = (eliminated * benefit.rate).toUint64();
            remittance.outside = ((stay - Math.max(inside, eliminated)) * benefit.rate).toUint64();
        }
        uint256 units = _unitsPayable(benefit, work, wanted);

        allowed = units * benefit.rate;
        remittance.allowed = allowed.toUint64();
        remittance.notCovered = ((wanted - units) * benefit.rate).toUint64();
        if (benefit.unitLimit != 0) remittance.units = units.toUint32();
    }

    /// @dev R6: returns the smallest of what is left of the limits per claim, group and year.
    function _limit(
        Policy memory policy,
        Benefit memory benefit,
        Work memory work
    ) private pure returns (uint256 limit) {
        limit = _left(policy.annualLimit, work.account.decided());
        if (benefit.claimLimit != 0) limit = _min(limit, benefit.claimLimit);
        if (benefit.groupLimit != 0) limit = _min(limit, _left(benefit.groupLimit, work.group.paid()));
    }

    function _unitsPayable(
        Benefit memory benefit,
        Work memory work,
        uint256 wanted
    ) private pure returns (uint256) {
        if (benefit.unitLimit == 0) return wanted;
        return _min(wanted, _left(benefit.unitLimit, work.group.units()));
    }

    function _coverEnd(Policy memory policy, Member memory member) private pure returns (uint256) {
        return _min(policy.end, member.coveredUntil);
    }

    /// @dev OpenZeppelin's branchless version costs twice as much, and this runs a dozen times for a line.
    function _left(uint256 limit, uint256 used) private pure returns (uint256) {
        // The difference is taken only where it is above 0.
        unchecked {
            return used < limit ? limit - used : 0;
        }
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
