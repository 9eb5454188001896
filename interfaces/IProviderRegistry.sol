// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BillLineView} from "../contracts/types/BillLine.sol";
import {BillSums} from "../contracts/types/BillSums.sol";
import {Standing} from "../contracts/types/Standing.sol";
import {PolicyId, ProviderId} from "../contracts/types/Ids.sol";
import {AttestorKey, Bill, DailyCap, Desk, DeskStatus, Provider} from "../contracts/types/Provider.sol";

/// @title Who may attest care, and what has been billed
/// @notice Keeps accreditations, attestor keys, daily caps and bill lines.
/// @dev Amounts are minor units of the pool's currency, days are civil days since 1970-01-01, times
/// are seconds since 1970.
/// Warning: the accreditor can send a provider's new lines to review (suspend) or have those of future days denied (end
/// the accreditation). The sentinel can send every new line to review for seven days at a time. The governor can list a
/// desk, and a listed desk can block bill lines. None of them can undo a decision, stop a settlement or move money.
interface IProviderRegistry {
    /// @notice Thrown when a window ends before it begins, or begins or ends before the latest one.
    error InvalidWindow(uint64 from, uint64 until);
    /// @notice Thrown when the provider already has 32 windows before its latest one.
    error TooManyWindows(ProviderId provider);
    /// @notice Thrown when an accreditation would end in the past.
    error PastIsFixed(uint32 until, uint32 today);
    /// @notice Thrown when no provider has this number.
    error UnknownProvider(ProviderId provider);
    /// @notice Thrown when the admin is the zero address.
    error ZeroAdmin();
    /// @notice Thrown when the caller is not the provider's admin.
    error NotProviderAdmin(ProviderId provider, address caller);
    /// @notice Thrown when the key is zero or was already added to the provider.
    error KeyExists(ProviderId provider, address attestor);
    /// @notice Thrown when the provider has no such key.
    error UnknownKey(ProviderId provider, address attestor);
    /// @notice Thrown when the caller is not the pool's insurer.
    error NotInsurer(address pool, address caller);
    /// @notice Thrown when the desk is not listed, or was never listed and tries to release.
    error NotDesk(address desk);
    /// @notice Thrown when a desk records a bill line twice for one policy.
    error AlreadyRecorded(ProviderId provider, bytes32 billLine);
    /// @notice Thrown when the caller has recorded nothing on the bill line for the policy.
    error NotRecorded(ProviderId provider, bytes32 billLine);

    /// @notice A provider was accredited, or its accreditation was renewed.
    /// @param from First civil day of the window.
    /// @param until First civil day after the window.
    /// @param licence Hash of the licence document.
    event ProviderAccredited(
        ProviderId indexed provider,
        address admin,
        uint32 from,
        uint32 until,
        bytes32 licence
    );
    /// @notice An accreditation was ended.
    /// @param until First civil day that is no longer covered.
    event AccreditationEnded(ProviderId indexed provider, uint32 until);
    /// @notice A provider's new lines go to review from now on, or no longer.
    event ProviderSuspended(ProviderId indexed provider, bool suspended);
    /// @notice The accreditor named another admin for a provider.
    event AdminChanged(ProviderId indexed provider, address admin);
    /// @notice A provider added a key.
    /// @param from First second at which it may sign.
    /// @param until First second at which it may no longer sign.
    event KeyAdded(ProviderId indexed provider, address indexed attestor, uint64 from, uint64 until);
    /// @notice A provider revoked a key permanently.
    event KeyRevoked(ProviderId indexed provider, address indexed attestor);
    /// @notice An insurer set what its pool pays a provider without review on one UTC day.
    /// @param limit Minor units.
    event DailyCapSet(address indexed pool, ProviderId indexed provider, uint64 limit);
    /// @notice A desk was listed or retired.
    event DeskChanged(address indexed desk, DeskStatus status);
    /// @notice A desk holds every new line for review.
    /// @param until First second at which it no longer does.
    event SafeModeEntered(address indexed desk, uint64 until);

    /// @notice Accredits a new provider. Only the accreditor may call it.
    /// @dev Emits {ProviderAccredited}.
    /// Errors: {AccessManagedUnauthorized}, {ZeroAdmin}, {InvalidWindow}.
    /// @param admin Who manages the provider's keys and withdrawals.
    /// @param from First civil day of the accreditation.
    /// @param until First civil day after the accreditation.
    /// @param licence Hash of the licence document.
    /// @return provider The provider's number.
    function accredit(
        address admin,
        uint32 from,
        uint32 until,
        bytes32 licence
    ) external returns (ProviderId provider);

    /// @notice Extends the accreditation, or opens a new window after a gap. Earlier windows, 32 at most, stay valid.
    /// Only the accreditor may call it.
    /// @dev Emits {ProviderAccredited}.
    /// Errors: {AccessManagedUnauthorized}, {UnknownProvider}, {InvalidWindow}, {TooManyWindows}.
    /// @param provider The provider.
    /// @param from First civil day, not before that of the latest window.
    /// @param until First civil day after the accreditation, not before that of the latest window.
    /// @param licence Hash of the licence document.
    function renew(ProviderId provider, uint32 from, uint32 until, bytes32 licence) external;

    /// @notice Ends the accreditation, today at the earliest. Windows that begin later are deleted. Only
    /// the accreditor may call it.
    /// @dev Emits {AccreditationEnded}.
    /// Errors: {AccessManagedUnauthorized}, {UnknownProvider}, {PastIsFixed}, {InvalidWindow}.
    /// @param provider The provider.
    /// @param until First civil day that is no longer covered.
    function endAccreditation(ProviderId provider, uint32 until) external;

    /// @notice Starts or stops sending the provider's new lines to review. Only the accreditor may call it.
    /// @dev Emits {ProviderSuspended}.
    /// Errors: {AccessManagedUnauthorized}, {UnknownProvider}.
    /// @param provider The provider.
    /// @param suspended True to send them to review.
    function setSuspended(ProviderId provider, bool suspended) external;

    /// @notice Names another admin, for example after the old one lost its key. Only the accreditor may call it.
    /// @dev Emits {AdminChanged}.
    /// Errors: {AccessManagedUnauthorized}, {ZeroAdmin}, {UnknownProvider}.
    /// @param provider The provider.
    /// @param admin The new admin.
    function setAdmin(ProviderId provider, address admin) external;

    /// @notice Adds an attestor key. A key is added once and cannot be changed. Only the provider's admin may call it.
    /// @dev Emits {KeyAdded}.
    /// Errors: {UnknownProvider}, {NotProviderAdmin}, {InvalidWindow}, {KeyExists}.
    /// @param provider The provider.
    /// @param attestor The key: an account, or a contract (ERC-1271).
    /// @param from First second at which it may sign.
    /// @param until First second at which it may no longer sign.
    function addKey(ProviderId provider, address attestor, uint64 from, uint64 until) external;

    /// @notice Revokes a key permanently: nothing that it signed can be filed from now on. Only the
    /// provider's admin may call it.
    /// @dev Emits {KeyRevoked}.
    /// Errors: {UnknownProvider}, {NotProviderAdmin}, {UnknownKey}.
    /// @param provider The provider.
    /// @param attestor The key.
    function revokeKey(ProviderId provider, address attestor) external;

    /// @notice Sets what a pool pays the provider without review on one UTC day. What was used today stays used. Only
    /// the pool's insurer may call it.
    /// @dev Emits {DailyCapSet}.
    /// Errors: {NotInsurer}, {UnknownProvider}.
    /// @param pool The pool.
    /// @param provider The provider.
    /// @param limit Minor units; 0 holds every payable line.
    function setDailyCap(address pool, ProviderId provider, uint64 limit) external;

    /// @notice Lets a desk record and release bill lines. Only the governor may call it.
    /// @dev Emits {DeskChanged}.
    /// Errors: {AccessManagedUnauthorized}.
    /// @param desk The desk.
    function listDesk(address desk) external;

    /// @notice Ends a desk's right to record; it may still release what it recorded. Only the governor may call it.
    /// @dev Emits {DeskChanged}.
    /// Errors: {AccessManagedUnauthorized}, {NotDesk}.
    /// @param desk A listed desk.
    function retireDesk(address desk) external;

    /// @notice Holds every new line at a desk for review during seven days. Only the sentinel may call it.
    /// @dev Emits {SafeModeEntered}.
    /// Errors: {AccessManagedUnauthorized}.
    /// @param desk The desk.
    function enterSafeMode(address desk) external;

    /// @notice Records a decision on a bill line. Only a listed desk may call it.
    /// @dev Errors: {NotDesk}, {AlreadyRecorded}.
    /// @param bill The bill line, the policy and the diagnosis.
    /// @param sums What was billed and claimed, minor units, and whether it was paid without review.
    function record(Bill calldata bill, BillSums sums) external;

    /// @notice Deletes the record of a withdrawn claim and raises the revision that is due. After 255 withdrawals
    /// nothing can be filed on the line. Only the desk that recorded it may call it, listed or retired.
    /// @dev Errors: {NotDesk}, {NotRecorded}.
    /// @param provider The provider.
    /// @param billLine The bill line.
    /// @param policy The policy of the claim.
    function release(ProviderId provider, bytes32 billLine, PolicyId policy) external;

    /// @notice Returns a provider.
    /// @param provider The provider's number.
    /// @return The provider; all fields are 0 if there is none.
    function providerOf(ProviderId provider) external view returns (Provider memory);

    /// @notice Returns how many providers were ever accredited.
    /// @return The highest number; the lowest is 1.
    function providerCount() external view returns (uint64);

    /// @notice Returns whether the provider was accredited on a day, in any of its windows.
    /// @param provider The provider.
    /// @param day Civil day.
    /// @return True if it was accredited.
    function accreditedOn(ProviderId provider, uint32 day) external view returns (bool);

    /// @notice Returns an attestor key.
    /// @param provider The provider.
    /// @param attestor The key.
    /// @return The key; all fields are 0 if there is none.
    function keyOf(ProviderId provider, address attestor) external view returns (AttestorKey memory);

    /// @notice Returns whether what a key signed at a second may be filed now.
    /// @param provider The provider.
    /// @param attestor The key.
    /// @param signedAt Seconds since 1970.
    /// @return True if the key was valid at that second and is not revoked now.
    function isKeyLive(ProviderId provider, address attestor, uint64 signedAt) external view returns (bool);

    /// @notice Returns a daily cap as stored.
    /// @param pool The pool.
    /// @param provider The provider.
    /// @return The cap, minor units; `used` counts only for `day`.
    function dailyCapOf(address pool, ProviderId provider) external view returns (DailyCap memory);

    /// @notice Returns a desk's status, and when its safe mode ends or ended.
    /// @param desk The desk.
    /// @return The desk.
    function deskOf(address desk) external view returns (Desk memory);

    /// @notice Returns a bill line as stored, with its first payer.
    /// @param provider The provider.
    /// @param billLine The bill line.
    /// @return The bill line, amounts in minor units; all fields are 0 if nothing was billed.
    function billLineOf(ProviderId provider, bytes32 billLine) external view returns (BillLineView memory);

    /// @notice Returns whether a desk has decided a claim of the policy on the bill line.
    /// @param provider The provider.
    /// @param billLine The bill line.
    /// @param desk The desk.
    /// @param policy The policy.
    /// @return True if the claim was decided and not withdrawn.
    function isRecorded(
        ProviderId provider,
        bytes32 billLine,
        address desk,
        PolicyId policy
    ) external view returns (bool);

    /// @notice Returns what a desk must know before it decides a line.
    /// @dev Errors: {NotDesk}.
    /// @param bill The bill line, the policy and the diagnosis.
    /// @param desk A listed desk.
    /// @param day Civil day of admission.
    /// @return The facts in one word, amounts in minor units; see {Standing}.
    function standingOf(Bill calldata bill, address desk, uint32 day) external view returns (Standing);
}
