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
/// @notice A provider's attestor signs the root of one to 100,000 diagnoses; anyone files them, one line each. A line is
/// Paid at once, Held for review with its money reserved, Owed when the pool is short or the payee refuses, Denied, or
/// Skipped: left undecided, to be filed again. What was decided is stored as a hash; whoever goes on with it hands the
/// decision back from the event.
/// @dev No role and no pause stands here. Warning: a provider's admin can withdraw its own held and denied lines, and a
/// whole root that is not filed yet.
interface IClaimDesk {
    /// @notice Thrown when the attestation is not in force now.
    error AttestationNotInForce(uint64 issuedAt, uint64 expiresAt);
    /// @notice Thrown when the attestation is good for longer than 90 days.
    error AttestationTooLong(uint64 issuedAt, uint64 expiresAt);
    /// @notice Thrown when the key may not sign for the provider, was not in its window, or is revoked.
    error DeadKey(ProviderId provider, address attestor);
    /// @notice Thrown when the signature is not the attestor's.
    error InvalidAttestation(address attestor);
    /// @notice Thrown when the provider has withdrawn the root.
    error RootWithdrawn(ProviderId provider, bytes32 root);
    /// @notice Thrown when the caller is not the provider's admin.
    error NotProviderAdmin(ProviderId provider, address caller);
    /// @notice Thrown when the claim is not in the status that the call is for.
    error WrongStatus(ClaimStatus status);
    /// @notice Thrown when the decision handed back is not the one that was made.
    error WrongDecision();
    /// @notice Thrown when the review window is open until a second.
    error ReviewOpen(uint64 releaseAt);
    /// @notice Thrown when a held claim is due: what is due can no longer be taken back.
    error ReviewOver(uint64 releaseAt);
    /// @notice Thrown when the terms handed in are not those of the claim's policy.
    error WrongTerms();
    /// @notice Thrown when the pool is still short or the payee still refuses.
    error StillOwed(address payee, uint64 amount);

    /// @notice A line was decided. With the other events it is enough to rebuild an explanation of benefits, a ledger
    /// and a claims triangle. A duplicate (code 18) is announced and not stored: the first decision stands.
    /// @param facts The decision, the service and the counters after it, packed into words; {ClaimFacts} gives the layout.
    event ClaimDecided(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        ClaimKeys keys,
        ClaimFacts facts
    );
    /// @notice A line was left undecided.
    /// @param index Its place in the call.
    event ClaimSkipped(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        uint256 index,
        SkipReason reason
    );
    /// @notice A provider used the member's data in an emergency; no consent was asked for.
    event EmergencyAccess(PolicyId indexed policy, ProviderId indexed provider, bytes32 indexed member);
    /// @notice A held or owed claim was paid.
    event ClaimPaid(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        address payee,
        uint64 amount
    );
    /// @notice A held claim is due and could not be paid.
    event ClaimOwed(
        PolicyId indexed policy,
        ProviderId indexed provider,
        bytes32 indexed billLine,
        address payee,
        uint64 amount
    );
    /// @notice The provider took a held or denied line back.
    event ClaimWithdrawn(PolicyId indexed policy, ProviderId indexed provider, bytes32 indexed billLine);
    /// @notice The provider took back what it had signed and nobody has filed.
    event RootWithdrawnBy(ProviderId indexed provider, bytes32 indexed root);

    /// @notice Files lines of one attestation. A line that cannot be decided is skipped and blocks no other.
    /// @dev Requirements: an attestation in force, by a live key of the provider (ERC-1271 accepted), not withdrawn.
    /// Emits {ClaimDecided} or {ClaimSkipped} for each line.
    function file(
        Attestation calldata attestation,
        address attestor,
        bytes calldata signature,
        Line[] calldata lines
    ) external;

    /// @notice Pays a held claim whose review window is over.
    /// @dev Requirements: Held; the window is over. Emits {ClaimPaid} or {ClaimOwed}.
    function settle(ClaimRef calldata claim, Decision calldata decision) external;

    /// @notice Pays an owed claim to its payee.
    /// @dev Requirements: Owed; the money is there and the payee takes it. Emits {ClaimPaid}.
    function collect(ClaimRef calldata claim, Decision calldata decision) external;

    /// @notice Takes a held or denied line back; what it took is given back, and a corrected line with the next revision
    /// may follow.
    /// @dev Requirements: the provider's admin; a held claim while its review window is open. Emits {ClaimWithdrawn}.
    function withdraw(Policy calldata terms, ClaimRef calldata claim, Decision calldata decision) external;

    /// @notice Takes back a root, so that nothing under it can be filed any more. What was decided stays decided.
    /// @dev Requirements: the provider's admin. Emits {RootWithdrawnBy}.
    function withdrawRoot(ProviderId provider, bytes32 root) external;

    /// @notice What {file} would decide for a line now, if the attestation were live: its times, key, signature and
    /// withdrawal are not looked at, and the pool is not asked for the money.
    /// @dev Requirements: the registry lists the desk, which it asks as soon as the line's proofs hold.
    /// @return reason None when the line would be decided.
    function preview(
        Attestation calldata attestation,
        Line calldata line
    ) external view returns (SkipReason reason, Decision memory decision);

    /// @notice What a member could claim of a benefit on the line's service day, and what is left of every limit. The
    /// line needs no proof of its diagnosis; of the attestation only the provider counts.
    /// @dev Requirements: as {preview}.
    function eligibility(
        Attestation calldata attestation,
        Line calldata line
    ) external view returns (Eligibility memory);

    /// @notice Where a claim stands. A paid one is known by its bill line alone.
    function statusOf(ClaimRef calldata claim) external view returns (ClaimStatus);

    /// @notice Whether the provider has withdrawn the root.
    function isRootWithdrawn(ProviderId provider, bytes32 root) external view returns (bool);

    /// @notice The EIP-712 digest that an attestor signs.
    function digestOf(Attestation calldata attestation) external view returns (bytes32);
}
