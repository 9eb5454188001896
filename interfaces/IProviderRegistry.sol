// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BillLineView} from "../contracts/types/BillLine.sol";
import {BillSums} from "../contracts/types/BillSums.sol";
import {Standing} from "../contracts/types/Standing.sol";
import {PolicyId, ProviderId} from "../contracts/types/Ids.sol";
import {AttestorKey, Bill, DailyCap, Desk, DeskStatus, Provider} from "../contracts/types/Provider.sol";

/// @title Who may attest care, and what has been billed
/// @notice Accreditation windows, attestor keys, daily caps and bill lines.
/// @dev Warning: the accreditor can send new lines of a provider to review (suspend) or deny those of days to come (end
/// accreditation). The sentinel can send every new line to review for seven days at a time. The governor can list a
/// desk, and a listed desk can block bill lines. None of them can undo a decision, stop a settlement or move money.
interface IProviderRegistry {
    /// @notice Thrown when a window ends before it begins, or begins before the latest one.
    error InvalidWindow(uint64 from, uint64 until);
    /// @notice Thrown when the provider has 32 windows already that lie before its latest one.
    error TooManyWindows(ProviderId provider);
    /// @notice Thrown when an accreditation would end in the past.
    error PastIsFixed(uint32 until, uint32 today);
    /// @notice Thrown when no provider has this number.
    error UnknownProvider(ProviderId provider);
    /// @notice Thrown when the admin would be nobody.
    error ZeroAdmin();
    /// @notice Thrown when the caller is not the provider's admin.
    error NotProviderAdmin(ProviderId provider, address caller);
    /// @notice Thrown when the key is zero or was already added to the provider.
    error KeyExists(ProviderId provider, address attestor);
    /// @notice Thrown when the provider has no such key.
    error UnknownKey(ProviderId provider, address attestor);
    /// @notice Thrown when the caller is not the pool's insurer.
    error NotInsurer(address pool, address caller);
    /// @notice Thrown when the desk is not listed, or to release when it never was.
    error NotDesk(address desk);
    /// @notice Thrown when a bill line is recorded twice for one policy.
    error AlreadyRecorded(ProviderId provider, bytes32 billLine);
    /// @notice Thrown when the caller has recorded nothing on the bill line for the policy.
    error NotRecorded(ProviderId provider, bytes32 billLine);

    /// @notice A provider was accredited or renewed, for the civil days `from` to before `until`.
    event ProviderAccredited(
        ProviderId indexed provider,
        address admin,
        uint32 from,
        uint32 until,
        bytes32 licence
    );
    /// @notice An accreditation was ended: civil days from `until` on are not covered.
    event AccreditationEnded(ProviderId indexed provider, uint32 until);
    /// @notice A provider's new lines go to review from now on, or no longer.
    event ProviderSuspended(ProviderId indexed provider, bool suspended);
    /// @notice The accreditor named another admin for a provider.
    event AdminChanged(ProviderId indexed provider, address admin);
    /// @notice A provider added a key that may sign from one second to before another.
    event KeyAdded(ProviderId indexed provider, address indexed attestor, uint64 from, uint64 until);
    /// @notice A provider revoked a key for good.
    event KeyRevoked(ProviderId indexed provider, address indexed attestor);
    /// @notice An insurer set what its pool pays a provider without review on one UTC day, minor units.
    event DailyCapSet(address indexed pool, ProviderId indexed provider, uint64 limit);
    /// @notice A desk was listed or retired.
    event DeskChanged(address indexed desk, DeskStatus status);
    /// @notice A desk holds every new line for review until a second.
    event SafeModeEntered(address indexed desk, uint64 until);

    /// @notice Accredits a new provider for the civil days `from` to before `until`.
    /// @dev Requirements: accreditor; from < until; admin not 0. Emits {ProviderAccredited}.
    /// @param licence Hash of the licence document.
    function accredit(
        address admin,
        uint32 from,
        uint32 until,
        bytes32 licence
    ) external returns (ProviderId provider);

    /// @notice Extends the accreditation, or opens a new window after a gap; earlier windows stay true.
    /// @dev Requirements: accreditor; not before the latest window; at most 32 windows before it. Emits {ProviderAccredited}.
    function renew(ProviderId provider, uint32 from, uint32 until, bytes32 licence) external;

    /// @notice Ends the accreditation on a day to come, today at the earliest. Windows that begin later are dropped.
    /// @dev Requirements: accreditor. Emits {AccreditationEnded}.
    function endAccreditation(ProviderId provider, uint32 until) external;

    /// @notice Sends the provider's new lines to review, or ends that.
    /// @dev Requirements: accreditor. Emits {ProviderSuspended}.
    function setSuspended(ProviderId provider, bool suspended) external;

    /// @notice Names another admin, for one that is lost or gone.
    /// @dev Requirements: accreditor. Emits {AdminChanged}.
    function setAdmin(ProviderId provider, address admin) external;

    /// @notice Adds a seal key that may sign from one second to before another.
    /// @dev Requirements: the provider's admin; a key is added once and never changed. Emits {KeyAdded}.
    function addKey(ProviderId provider, address attestor, uint64 from, uint64 until) external;

    /// @notice Kills a key for good: nothing that it signed can be filed from now on.
    /// @dev Requirements: the provider's admin. Emits {KeyRevoked}.
    function revokeKey(ProviderId provider, address attestor) external;

    /// @notice Sets what a pool pays the provider without review on one UTC day, minor units; 0 holds everything.
    /// @dev Requirements: the pool's insurer. What today has used stays used. Emits {DailyCapSet}.
    function setDailyCap(address pool, ProviderId provider, uint64 limit) external;

    /// @notice Lets a desk write bill lines.
    /// @dev Requirements: governor. Emits {DeskChanged}.
    function listDesk(address desk) external;

    /// @notice Ends a desk's right to record; it may still release what it recorded.
    /// @dev Requirements: governor; the desk is listed. Emits {DeskChanged}.
    function retireDesk(address desk) external;

    /// @notice Holds every new line at a desk for review; ends by itself after seven days.
    /// @dev Requirements: sentinel. Emits {SafeModeEntered}.
    function enterSafeMode(address desk) external;

    /// @notice Records a decision on a bill line.
    /// @dev Requirements: a listed desk; not yet recorded for this desk and policy.
    function record(Bill calldata bill, BillSums sums) external;

    /// @notice Gives back what a withdrawn claim took, and asks for a higher revision. After 255 times the line is closed.
    /// @dev Requirements: the desk that recorded it, listed or retired.
    function release(ProviderId provider, bytes32 billLine, PolicyId policy) external;

    /// @notice The provider; all zero when there is none.
    function providerOf(ProviderId provider) external view returns (Provider memory);

    /// @notice How many providers were ever accredited: the numbers 1 to this.
    function providerCount() external view returns (uint64);

    /// @notice Whether the provider was accredited on a civil day, in any of its windows.
    function accreditedOn(ProviderId provider, uint32 day) external view returns (bool);

    /// @notice The key; all zero when there is none.
    function keyOf(ProviderId provider, address attestor) external view returns (AttestorKey memory);

    /// @notice Whether what the key signed at a second may be filed now.
    function isKeyLive(ProviderId provider, address attestor, uint64 signedAt) external view returns (bool);

    /// @notice The cap as stored; `used` counts only for `day`.
    function dailyCapOf(address pool, ProviderId provider) external view returns (DailyCap memory);

    /// @notice Whether a desk may write bill lines, and when its safe mode ends or ended.
    function deskOf(address desk) external view returns (Desk memory);

    /// @notice The bill line as its first payer left it.
    function billLineOf(ProviderId provider, bytes32 billLine) external view returns (BillLineView memory);

    /// @notice Whether a desk has decided a claim of the policy on the bill line.
    function isRecorded(
        ProviderId provider,
        bytes32 billLine,
        address desk,
        PolicyId policy
    ) external view returns (bool);

    /// @notice All that `desk` must know before it decides a line of the policy.
    /// @dev Requirements: `desk` is listed, since no other decides.
    /// @param day The civil day of admission.
    function standingOf(Bill calldata bill, address desk, uint32 day) external view returns (Standing);
}
