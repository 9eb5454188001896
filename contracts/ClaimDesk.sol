// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClaimDesk} from "../interfaces/IClaimDesk.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IPolicyBook} from "../interfaces/IPolicyBook.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {Adjudication} from "./libraries/Adjudication.sol";
import {ClaimEvents} from "./libraries/ClaimEvents.sol";
import {Lines} from "./libraries/Lines.sol";
import {Memory} from "./libraries/Memory.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Account} from "./types/Account.sol";
import {Charge, ChargeLibrary} from "./types/Charge.sol";
import {GroupUse} from "./types/GroupUse.sol";
import {BillSums, BillSumsLibrary} from "./types/BillSums.sol";
import {Standing} from "./types/Standing.sol";
import {
    ClaimRef,
    ClaimStatus,
    Decision,
    Eligibility,
    Line,
    Presented,
    Remittance,
    SkipReason,
    StoredClaim
} from "./types/Claim.sol";
import {CARC_DUPLICATE, CARC_HELD, CARC_NOT_ACCREDITED, append} from "./types/Codes.sol";
import {PURPOSE_FILE} from "./types/Consent.sol";
import {utcDay} from "./types/Days.sol";
import {Attestation} from "./types/Attestation.sol";
import {ClaimId, PolicyId, ProviderId, claimIdOf} from "./types/Ids.sol";
import {Policy} from "./types/Policy.sol";
import {Bill} from "./types/Provider.sol";

/// @title Claim desk
/// @custom:security-contact see SECURITY.md
contract ClaimDesk is IClaimDesk, EIP712 {
    using Lines for Line;

    uint64 public constant MAX_ATTESTATION = 90 days;

    IPolicyBook public immutable BOOK;
    IProviderRegistry public immutable PROVIDERS;
    IConsentRegistry public immutable CONSENTS;
    /// @dev Read once, so that policy ids stay the same after a fork.
    bytes32 private immutable BOOK_DOMAIN;

    /// @dev The working struct of one line. {_decide} makes and returns it; each field says who fills it and when. A
    /// line that is skipped leaves the fields after the failed check empty.
    struct Facts {
        /// {_decide}, first.
        Bill bill;
        /// {_decide}, first; the key of the group counters, 0 for none.
        bytes32 group;
        /// {_decide} reads both counters as they are before the line; {_charge} replaces them by those after it.
        Account account;
        GroupUse use;
        /// {_decide}, when the line's proofs are valid.
        Standing standing;
        /// {_adjudicate}, when the standing shows no reason to skip; {_charge} turns Paid into Owed if
        /// the pool did not pay.
        Decision decision;
    }

    mapping(ClaimId claim => StoredClaim stored) private _claims;
    /// @inheritdoc IClaimDesk
    mapping(ProviderId provider => mapping(bytes32 root => bool withdrawn)) public isRootWithdrawn;

    constructor(
        IPolicyBook book,
        IProviderRegistry providers,
        IConsentRegistry consents
    ) EIP712("Salus ClaimDesk", "1") {
        BOOK = book;
        PROVIDERS = providers;
        CONSENTS = consents;
        BOOK_DOMAIN = book.domainSeparator();
    }

    // GUARDS

    modifier onlyProviderAdmin(ProviderId provider) {
        _checkProviderAdmin(provider);
        _;
    }

    function _checkProviderAdmin(ProviderId provider) private view {
        require(msg.sender == PROVIDERS.providerOf(provider).admin, NotProviderAdmin(provider, msg.sender));
    }

    // FILE

    /// @inheritdoc IClaimDesk
    function file(
        Attestation memory attestation,
        address attestor,
        bytes calldata signature,
        Line[] calldata lines
    ) external {
        _checkLive(attestation, attestor, signature);
        Memory.Mark mark = Memory.mark();
        for (uint256 i = 0; i < lines.length; ++i) {
            _file(attestation, lines[i], i);
            Memory.reset(mark);
        }
    }

    function _checkLive(
        Attestation memory attestation,
        address attestor,
        bytes calldata signature
    ) private view {
        (uint64 issuedAt, uint64 expiresAt) = (attestation.issuedAt, attestation.expiresAt);
        require(
            issuedAt <= block.timestamp && block.timestamp <= expiresAt,
            AttestationNotInForce(issuedAt, expiresAt)
        );
        require(expiresAt - issuedAt <= MAX_ATTESTATION, AttestationTooLong(issuedAt, expiresAt));
        require(
            !isRootWithdrawn[attestation.provider][attestation.root],
            RootWithdrawn(attestation.provider, attestation.root)
        );
        require(
            PROVIDERS.isKeyLive(attestation.provider, attestor, issuedAt),
            DeadKey(attestation.provider, attestor)
        );
        require(Signatures.isValid(attestor, digestOf(attestation), signature), InvalidAttestation(attestor));
    }

    function _file(Attestation memory attestation, Line calldata line, uint256 index) private {
        Presented memory given = Presented(line.policy, line.member, line.benefit, line.diagnosis);
        (SkipReason reason, Facts memory facts) = _decide(attestation, line, given, true);
        bytes32 billLine = given.diagnosis.billLine;
        if (reason != SkipReason.None) {
            emit ClaimSkipped(facts.bill.policy, attestation.provider, billLine, index, reason);
            return;
        }
        if (!facts.standing.isDecided()) _book(attestation.provider, given, facts);
        if (given.diagnosis.isEmergency()) {
            emit EmergencyAccess(facts.bill.policy, attestation.provider, given.member.commitment);
        }
        emit ClaimDecided(
            facts.bill.policy,
            attestation.provider,
            billLine,
            ClaimEvents.keysOf(given, facts.decision),
            ClaimEvents.factsOf(attestation, given.diagnosis, facts.decision, facts.account, facts.use)
        );
    }

    /// @dev Counters and the bill line are written before money moves, so a payee that calls back cannot be paid twice.
    /// Only the status Owed is written after it, because it depends on whether the transfer succeeded.
    function _book(ProviderId provider, Presented memory given, Facts memory facts) private {
        Decision memory decision = facts.decision;
        BillSums sums = BillSumsLibrary.newSums({
            billed: given.diagnosis.billed,
            currency: given.diagnosis.currency,
            claimed_: decision.remittance.paid,
            autoPaid: decision.status == ClaimStatus.Paid
        });
        PROVIDERS.record(facts.bill, sums);

        if (decision.status != ClaimStatus.Denied) _charge(given.policy, facts);
        if (decision.status != ClaimStatus.Paid) {
            ClaimId claim = claimIdOf(facts.bill.policy, provider, given.diagnosis.billLine);
            _claims[claim] = StoredClaim({digest: _digest(decision), status: decision.status});
        }
    }

    function _charge(Policy memory terms, Facts memory facts) private {
        Decision memory decision = facts.decision;
        uint256 lockBefore = terms.lock(facts.account);
        bool held = decision.status == ClaimStatus.Held;
        Charge charge = _chargeOf(decision.remittance);
        BOOK.charge(facts.bill.policy, facts.group, charge, held);
        facts.account = facts.account.count(charge, held);
        if (facts.group != 0) facts.use = facts.use.count(charge);
        uint256 unlocked = lockBefore - terms.lock(facts.account);

        IRiskPool pool = IRiskPool(decision.pool);
        if (held) pool.reserve(decision.remittance.paid, unlocked);
        else if (!pool.pay(decision.payee, decision.remittance.paid, unlocked))
            decision.status = ClaimStatus.Owed;
    }

    function _digest(Decision memory decision) private pure returns (bytes31) {
        // 248 bits of a hash are enough to identify a decision, and leave a byte of the slot for the status.
        return bytes31(keccak256(abi.encode(decision)));
    }

    function _chargeOf(Remittance memory split) private pure returns (Charge) {
        return ChargeLibrary.newCharge(split.paid, split.deductible, split.coinsurance, split.units);
    }

    // DECIDE

    /// @dev {file}, {preview} and {eligibility} share this path. An obstacle that may go away later, or that the filer
    /// chose, is a reason to skip; what follows from diagnosis, terms, counters and day is a decision.
    function _decide(
        Attestation memory attestation,
        Line calldata line,
        Presented memory given,
        bool attested
    ) private view returns (SkipReason reason, Facts memory facts) {
        Bill memory bill = facts.bill;
        bill.provider = attestation.provider;
        bill.billLine = given.diagnosis.billLine;
        bill.policy = _policyIdOf(given.policy);
        bill.pool = given.policy.pool;
        bill.diagnosis = given.diagnosis.hash(bill.policy, given.member.commitment, given.benefit.id);
        facts.group = given.benefit.groupKey();
        (facts.account, facts.use) = BOOK.countersOf(bill.policy, facts.group);

        if (!facts.account.isIssued()) return (SkipReason.UnknownPolicy, facts);
        reason = line.check(given);
        if (reason != SkipReason.None) return (reason, facts);
        if (attested) reason = line.checkAttested(attestation, given.diagnosis, bill.diagnosis);
        if (reason != SkipReason.None) return (reason, facts);

        facts.standing = PROVIDERS.standingOf(bill, address(this), given.diagnosis.serviceFrom);
        reason = _checkStanding(attestation.provider, given, facts.standing);
        if (reason == SkipReason.None) _adjudicate(given, facts);
    }

    function _policyIdOf(Policy memory terms) private view returns (PolicyId) {
        return PolicyId.wrap(MessageHashUtils.toTypedDataHash(BOOK_DOMAIN, terms.hash()));
    }

    function _checkStanding(
        ProviderId provider,
        Presented memory given,
        Standing standing
    ) private view returns (SkipReason) {
        if (standing.isSameDiagnosis()) return SkipReason.AlreadyDecided;
        // A revision that is too high could be filed again after a withdrawal; so could the last one,
        // which is never raised.
        uint8 revision = given.diagnosis.revision;
        if (revision != standing.revision() || revision == type(uint8).max) return SkipReason.Superseded;
        if (
            standing.billed() != 0 &&
            (standing.billed() != given.diagnosis.billed || standing.currency() != given.diagnosis.currency)
        ) return SkipReason.BillMismatch;
        if (!given.diagnosis.isEmergency() && !_hasConsent(provider, given)) return SkipReason.NoConsent;
        if (given.benefit.authorisation) return SkipReason.NotAuthorised;
        return SkipReason.None;
    }

    function _hasConsent(ProviderId provider, Presented memory given) private view returns (bool) {
        return
            CONSENTS.inForce(
                given.member.consentSigner,
                given.member.commitment,
                provider,
                given.diagnosis.serviceFrom,
                PURPOSE_FILE
            );
    }

    function _adjudicate(Presented memory given, Facts memory facts) private view {
        Decision memory decision = facts.decision;
        decision.diagnosis = facts.bill.diagnosis;
        decision.pool = given.policy.pool;
        decision.payee = given.member.payee == address(0) ? given.policy.payee : given.member.payee;
        decision.group = facts.group;

        bytes3 denial = CARC_NOT_ACCREDITED;
        // Checked before the gates, so that the events show a duplicate as such: the first decision is the valid one.
        if (facts.standing.isDecided()) denial = CARC_DUPLICATE;
        else if (facts.standing.isAccredited()) {
            denial = Adjudication.adjudicate(
                given.policy,
                given.member,
                given.benefit,
                given.diagnosis,
                Adjudication.Work({
                    account: facts.account,
                    group: facts.use,
                    claimedByOthers: facts.standing.claimedByOthers(),
                    filedDay: utcDay(block.timestamp),
                    remittance: decision.remittance
                })
            );
        }
        if (denial != 0) {
            decision.status = ClaimStatus.Denied;
            decision.codes = append(0, denial);
            return;
        }

        decision.codes = Adjudication.codesOf(decision.remittance);
        decision.status = ClaimStatus.Paid;
        if (_isHeld(given, decision.remittance.paid, facts.standing)) {
            decision.status = ClaimStatus.Held;
            decision.codes = append(decision.codes, CARC_HELD);
            // Seconds since 1970 fit 64 bits.
            decision.releaseAt = uint64(block.timestamp) + given.policy.reviewWindow;
        }
    }

    function _isHeld(Presented memory given, uint64 paid, Standing standing) private pure returns (bool) {
        return
            paid > given.policy.autoPayLimit ||
            paid > standing.capLeft() ||
            standing.isUnderReview() ||
            given.diagnosis.isEmergency();
    }

    // SETTLE AND COLLECT

    /// @inheritdoc IClaimDesk
    function settle(ClaimRef memory claim, Decision memory decision) external {
        ClaimId id = _checkStored(claim, decision, ClaimStatus.Held);
        require(block.timestamp >= decision.releaseAt, ReviewOpen(decision.releaseAt));

        uint64 amount = decision.remittance.paid;
        _claims[id].status = ClaimStatus.Owed;
        BOOK.settle(claim.policy, amount);

        if (IRiskPool(decision.pool).settle(decision.payee, amount)) _paid(id, claim, decision.payee, amount);
        else emit ClaimOwed(claim.policy, claim.provider, claim.billLine, decision.payee, amount);
    }

    /// @inheritdoc IClaimDesk
    function collect(ClaimRef memory claim, Decision memory decision) external {
        ClaimId id = _checkStored(claim, decision, ClaimStatus.Owed);
        uint64 amount = decision.remittance.paid;

        // The pool's reentrancy guard refuses a second call for this claim until it is deleted.
        bool paid = IRiskPool(decision.pool).collect(decision.payee, amount);
        require(paid, StillOwed(decision.payee, amount));
        _paid(id, claim, decision.payee, amount);
    }

    function _checkStored(
        ClaimRef memory claim,
        Decision memory decision,
        ClaimStatus status
    ) private view returns (ClaimId id) {
        id = claimIdOf(claim.policy, claim.provider, claim.billLine);
        StoredClaim memory stored = _claims[id];
        require(stored.status == status, WrongStatus(stored.status));
        require(stored.digest == _digest(decision), WrongDecision());
    }

    function _paid(ClaimId id, ClaimRef memory claim, address payee, uint64 amount) private {
        delete _claims[id];
        emit ClaimPaid(claim.policy, claim.provider, claim.billLine, payee, amount);
    }

    // WITHDRAW

    /// @inheritdoc IClaimDesk
    function withdraw(
        Policy memory terms,
        ClaimRef memory claim,
        Decision memory decision
    ) external onlyProviderAdmin(claim.provider) {
        ClaimStatus status = _claims[claimIdOf(claim.policy, claim.provider, claim.billLine)].status;
        require(status == ClaimStatus.Held || status == ClaimStatus.Denied, WrongStatus(status));
        ClaimId id = _checkStored(claim, decision, status);
        require(_policyIdOf(terms) == claim.policy, WrongTerms());
        bool held = status == ClaimStatus.Held;
        // An accreditor can name any admin, and no role may stop a settlement that is due.
        require(!held || block.timestamp < decision.releaseAt, ReviewOver(decision.releaseAt));

        delete _claims[id];
        if (held) _release(terms, claim.policy, decision);
        PROVIDERS.release(claim.provider, claim.billLine, claim.policy);
        emit ClaimWithdrawn(claim.policy, claim.provider, claim.billLine);
    }

    function _release(Policy memory terms, PolicyId policy, Decision memory decision) private {
        (Account before, ) = BOOK.countersOf(policy, decision.group);
        Account account = BOOK.release(policy, decision.group, _chargeOf(decision.remittance));
        uint256 relocked = terms.lock(account) - terms.lock(before);
        IRiskPool(decision.pool).release(decision.remittance.paid, relocked);
    }

    /// @inheritdoc IClaimDesk
    function withdrawRoot(ProviderId provider, bytes32 root) external onlyProviderAdmin(provider) {
        isRootWithdrawn[provider][root] = true;
        emit RootWithdrawnBy(provider, root);
    }

    // VIEWS

    /// @inheritdoc IClaimDesk
    function preview(
        Attestation memory attestation,
        Line calldata line
    ) external view returns (SkipReason reason, Decision memory decision) {
        Presented memory given = Presented(line.policy, line.member, line.benefit, line.diagnosis);
        Facts memory facts;
        (reason, facts) = _decide(attestation, line, given, true);
        decision = facts.decision;
    }

    /// @inheritdoc IClaimDesk
    function eligibility(
        Attestation memory attestation,
        Line calldata line
    ) external view returns (Eligibility memory answer) {
        Presented memory given = Presented(line.policy, line.member, line.benefit, line.diagnosis);
        (SkipReason reason, Facts memory facts) = _decide(attestation, line, given, false);
        answer.reason = reason;
        answer.status = facts.decision.status;
        answer.codes = facts.decision.codes;
        if (!facts.account.isIssued()) return answer;

        // Each casts what is left of a limit, which is not more than the limit: 64 bits for amounts, 32 for units.
        answer.annualLeft = uint64(given.policy.annualLimit - facts.account.decided());
        answer.deductibleLeft = uint64(given.policy.deductible - facts.account.deductible());
        answer.outOfPocketLeft = uint64(given.policy.outOfPocket - facts.account.outOfPocket());
        answer.groupLeft =
            given.benefit.groupLimit == 0
                ? type(uint64).max
                : uint64(Math.saturatingSub(given.benefit.groupLimit, facts.use.paid()));
        answer.unitsLeft =
            given.benefit.unitLimit == 0
                ? type(uint32).max
                : uint32(Math.saturatingSub(given.benefit.unitLimit, facts.use.units()));
    }

    /// @inheritdoc IClaimDesk
    function statusOf(ClaimRef memory claim) external view returns (ClaimStatus) {
        ClaimStatus status = _claims[claimIdOf(claim.policy, claim.provider, claim.billLine)].status;
        if (status != ClaimStatus.None) return status;

        bool recorded = PROVIDERS.isRecorded(claim.provider, claim.billLine, address(this), claim.policy);
        return recorded ? ClaimStatus.Paid : ClaimStatus.None;
    }

    /// @inheritdoc IClaimDesk
    function digestOf(Attestation memory attestation) public view returns (bytes32) {
        return _hashTypedDataV4(attestation.hash());
    }
}
