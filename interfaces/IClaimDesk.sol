// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    ClaimFacts,
    ClaimKeys,
    ClaimRef,
    ClaimStatus,
    Decision,
    Eligibility,
    Line,
    SkipReason
} from "../contracts/types/Claim.sol";
import {Attestation} from "../contracts/types/Attestation.sol";
import {PolicyId, ProviderId} from "../contracts/types/Ids.sol";
import {Policy} from "../contracts/types/Policy.sol";

/// @title Where claims are filed, decided and paid
/// @notice A provider's attestor signs one root over 1 to 100,000 diagnoses. Anyone files them, one line each. A
/// filed line is paid immediately (Paid), held for review with its money reserved (Held), owed while the pool is
/// short or the payee refuses (Owed), denied (Denied), or skipped without a decision (Skipped), so that it can be
/// filed again. The contract stores a decision as a hash; to settle, collect or withdraw a claim, the caller passes
/// in the decision from its event.
/// @dev Amounts are minor units of the policy's currency, times are seconds since 1970. No role and
/// no pause exists here.
/// Warning: a provider's admin can withdraw its own held and denied lines, and a whole root that is not filed yet.
interface IClaimDesk {
    /// @notice Thrown when the time is before the attestation was issued or after it expires.
    error AttestationNotInForce(uint64 issuedAt, uint64 expiresAt);
    /// @notice Thrown when the attestation is valid for longer than 90 days.
    error AttestationTooLong(uint64 issuedAt, uint64 expiresAt);
    /// @notice Thrown when the provider does not have the key, the key was not valid when it signed, or it is revoked.
    error DeadKey(ProviderId provider, address attestor);
    /// @notice Thrown when the signature is not the attestor's.
    error InvalidAttestation(address attestor);
    /// @notice Thrown when the provider has withdrawn the root.
    error RootWithdrawn(ProviderId provider, bytes32 root);
    /// @notice Thrown when the caller is not the provider's admin.
    error NotProviderAdmin(ProviderId provider, address caller);
    /// @notice Thrown when the claim is not in the status that the call is for.
    error WrongStatus(ClaimStatus status);
    /// @notice Thrown when the decision passed in is not the one that was made.
    error WrongDecision();
    /// @notice Thrown when the review window is still open.
    error ReviewOpen(uint64 releaseAt);
    /// @notice Thrown when the review window is over, so the held claim can only be settled.
    error ReviewOver(uint64 releaseAt);
    /// @notice Thrown when the terms passed in are not those of the claim's policy.
    error WrongTerms();
    /// @notice Thrown when the pool is still short or the payee still refuses.
    error StillOwed(address payee, uint64 amount);

    /// @notice A line was decided. The events of this contract are enough to rebuild an explanation of benefits, a
    /// ledger and a claims triangle. A duplicate (code 18) emits this event and is not stored, because the first
    /// decision is final.
    /// @param keys The hashes of the claim.
    /// @param facts The decision, the service and the counters after it, packed into words; see {ClaimFacts}.
    event ClaimDecided(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        ClaimKeys keys,
        ClaimFacts facts
    );
    /// @notice A line was not decided.
    /// @param index Its position in the call, from 0.
    event ClaimSkipped(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        uint256 index,
        SkipReason reason
    );
    /// @notice A provider filed an emergency, for which no consent is required.
    /// @param member The member's commitment.
    event EmergencyAccess(PolicyId indexed policy, ProviderId indexed provider, bytes32 indexed member);
    /// @notice A held or owed claim was paid.
    /// @param amount Minor units.
    event ClaimPaid(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        address payee,
        uint64 amount
    );
    /// @notice A held claim became due and could not be paid.
    /// @param amount Minor units.
    event ClaimOwed(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        address payee,
        uint64 amount
    );
    /// @notice The provider withdrew a held or denied line.
    event ClaimWithdrawn(PolicyId indexed policy, ProviderId indexed provider, bytes32 indexed billLine);
    /// @notice The provider withdrew a root, so that its lines can no longer be filed.
    event RootWithdrawnBy(ProviderId indexed provider, bytes32 indexed root);

    /// @notice Files lines of one attestation. A line that cannot be decided is skipped and does not stop the others.
    /// @dev Emits {ClaimDecided} or {ClaimSkipped} for each line, and {EmergencyAccess} for an emergency.
    /// Errors: {AttestationNotInForce}, {AttestationTooLong}, {RootWithdrawn}, {DeadKey}, {InvalidAttestation}.
    /// @param attestation What the attestor signed.
    /// @param attestor The key that signed: an account, or a contract (ERC-1271).
    /// @param signature Its signature over {digestOf} the attestation.
    /// @param lines Lines whose diagnoses are in the attested root.
    function file(
        Attestation calldata attestation,
        address attestor,
        bytes calldata signature,
        Line[] calldata lines
    ) external;

    /// @notice Pays a held claim whose review window is over. If the payment fails, the claim is owed from then on.
    /// @dev Emits {ClaimPaid} or {ClaimOwed}.
    /// Errors: {WrongStatus}, {WrongDecision}, {ReviewOpen}.
    /// @param claim A claim in status Held.
    /// @param decision Its decision, from the event.
    function settle(ClaimRef calldata claim, Decision calldata decision) external;

    /// @notice Pays an owed claim to its payee.
    /// @dev Emits {ClaimPaid}.
    /// Errors: {WrongStatus}, {WrongDecision}, {StillOwed}.
    /// @param claim A claim in status Owed.
    /// @param decision Its decision, from the event.
    function collect(ClaimRef calldata claim, Decision calldata decision) external;

    /// @notice Withdraws a held line during its review window, or a denied line. The counters, the reserve and the bill
    /// line go back to what they were without it, and the provider may file a corrected line with the next revision.
    /// @dev Emits {ClaimWithdrawn}.
    /// Errors: {NotProviderAdmin}, {WrongStatus}, {WrongDecision}, {WrongTerms}, {ReviewOver}.
    /// @param terms The terms of the claim's policy.
    /// @param claim A claim in status Held or Denied.
    /// @param decision Its decision, from the event.
    function withdraw(Policy calldata terms, ClaimRef calldata claim, Decision calldata decision) external;

    /// @notice Withdraws a root, so that nothing under it can be filed any more. Decisions already made do not change.
    /// @dev Emits {RootWithdrawnBy}.
    /// Errors: {NotProviderAdmin}.
    /// @param provider The provider for which the root was signed.
    /// @param root The root of the attestation.
    function withdrawRoot(ProviderId provider, bytes32 root) external;

    /// @notice Returns what {file} would decide for a line now. Ignores the attestation's times, key, signature and
    /// withdrawal, and does not check whether the pool has the money.
    /// @dev Reverts with {IProviderRegistry.NotDesk} if the registry does not list this desk and the
    /// line's proofs are valid.
    /// @param attestation An attestation with the provider and the root of the line.
    /// @param line The line.
    /// @return reason None if the line would be decided.
    /// @return decision The decision; empty if the line would be skipped.
    function preview(
        Attestation calldata attestation,
        Line calldata line
    ) external view returns (SkipReason reason, Decision memory decision);

    /// @notice Returns what a member could claim of a benefit on the line's service day, and what is
    /// left of every limit.
    /// @dev Reverts like {preview}.
    /// @param attestation An attestation with the provider; the other fields are ignored.
    /// @param line The line; its diagnosis needs no proof.
    /// @return The answer; amounts in minor units.
    function eligibility(
        Attestation calldata attestation,
        Line calldata line
    ) external view returns (Eligibility memory);

    /// @notice Returns the status of a claim. A paid claim is known only by its bill line.
    /// @param claim The claim.
    /// @return None if it was never decided or was withdrawn.
    function statusOf(ClaimRef calldata claim) external view returns (ClaimStatus);

    /// @notice Returns whether the provider has withdrawn the root.
    /// @param provider The provider for which the root was signed.
    /// @param root The root of an attestation.
    /// @return True if nothing under the root can be filed any more.
    function isRootWithdrawn(ProviderId provider, bytes32 root) external view returns (bool);

    /// @notice Returns the EIP-712 digest that an attestor signs.
    /// @param attestation The attestation.
    /// @return The digest in this contract's domain.
    function digestOf(Attestation calldata attestation) external view returns (bytes32);
}
