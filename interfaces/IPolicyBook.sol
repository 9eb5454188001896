// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account, AccountView} from "../contracts/types/Account.sol";
import {Charge} from "../contracts/types/Charge.sol";
import {GroupUse, GroupUseView} from "../contracts/types/GroupUse.sol";
import {PolicyId} from "../contracts/types/Ids.sol";
import {Policy} from "../contracts/types/Policy.sol";
import {Permit} from "../contracts/types/Pool.sol";

/// @title Which policies exist, and what they have used
/// @notice A policy is the hash of its signed terms, and a bound ERC-721 token (ERC-5192) with that id. The token moves
/// no money: payouts go to the payees in the terms.
/// @dev Nobody can change a policy. No role stands here.
interface IPolicyBook {
    /// @notice Thrown when the cover is empty or longer than 366 days.
    error InvalidPeriod(uint32 start, uint32 end);
    /// @notice Thrown when the start day has begun somewhere on earth: later, the quote would be an option on known losses.
    error QuoteClosed(uint32 start);
    /// @notice Thrown when the start lies more than 366 days ahead.
    error StartTooFar(uint32 start);
    /// @notice Thrown when the solvency factor is 0 or above 10,000 basis points.
    error InvalidSolvency(uint16 solvencyBps);
    /// @notice Thrown when the review window is longer than 30 days.
    error ReviewWindowTooLong(uint32 reviewWindow);
    /// @notice Thrown when lines could be filed more than 366 days after their service: capital would stay locked.
    error FilingTooLong(uint16 filingDays);
    /// @notice Thrown when an amount in the terms does not fit the counters.
    error AmountTooLarge(uint64 amount);
    /// @notice Thrown when the policy would pay nothing.
    error ZeroAnnualLimit();
    /// @notice Thrown when the terms name another account than their own.
    error ForeignAccount(bytes32 account);
    /// @notice Thrown when the payee is nobody, or a contract of the suite that could not pass the money on.
    error InvalidPayee(address payee);
    /// @notice Thrown when the pool does not come from the factory.
    error UnknownPool(address pool);
    /// @notice Thrown when the signature is not the quote signer's.
    error InvalidQuote(address signer);
    /// @notice Thrown when the quote was used.
    error AlreadyIssued(PolicyId policy);
    /// @notice Thrown when no such policy was issued.
    error UnknownPolicy(PolicyId policy);
    /// @notice Thrown when someone tries to transfer or approve a bound token.
    error Bound();
    /// @notice Thrown when the policy is closed already.
    error AlreadyClosed(PolicyId policy);
    /// @notice Thrown when the policy may not be closed before a second.
    error TooEarlyToClose(uint256 closableAt);
    /// @notice Thrown when claims of the policy are held.
    error ClaimsHeld(uint256 reserved);
    /// @notice Thrown when the caller is not the claim desk.
    error NotClaimDesk(address caller);

    /// @notice A policy was sold. Its terms are stored nowhere else: whoever acts on it takes them from here.
    event PolicyIssued(
        PolicyId indexed policy,
        address indexed pool,
        address indexed holder,
        address payer,
        Policy terms
    );
    /// @notice A policy was closed, and so much capital released, minor units.
    event PolicyClosed(PolicyId indexed policy, uint256 released);

    /// @notice Issues a policy under a signed quote. The caller pays the premium, by an allowance to the pool.
    /// @dev Requirements: before the start day begins anywhere on earth; the pool's quote signer (ERC-1271 accepted);
    /// terms within bounds; the pool can carry it. Emits {PolicyIssued}.
    function issue(
        Policy calldata terms,
        address quoteSigner,
        bytes calldata quote
    ) external returns (PolicyId);

    /// @notice As {issue}, with the caller's ERC-2612 permit to the pool. A permit that someone else has used first
    /// does no harm: the allowance is there.
    function issueWithPermit(
        Policy calldata terms,
        address quoteSigner,
        bytes calldata quote,
        Permit calldata permit
    ) external returns (PolicyId);

    /// @notice Releases the capital of a policy that can bring no more claims; anyone may.
    /// @dev Requirements: filing days and the appeal window are over; no sum is held. Emits {PolicyClosed}.
    function close(Policy calldata terms) external;

    /// @notice Counts a decision.
    /// @dev Requirements: the claim desk.
    /// @param held The sum is reserved, not yet paid.
    function charge(PolicyId policy, bytes32 group, Charge amounts, bool held) external;

    /// @notice Turns a reserved sum into a paid one.
    /// @dev Requirements: the claim desk.
    function settle(PolicyId policy, uint64 amount) external;

    /// @notice Gives back what a withdrawn held claim took.
    /// @dev Requirements: the claim desk.
    function release(PolicyId policy, bytes32 group, Charge amounts) external returns (Account);

    /// @notice The id of terms: their EIP-712 digest.
    function policyIdOf(Policy calldata terms) external view returns (PolicyId);

    /// @notice What the policy has used; `issued` tells whether it exists.
    function accountOf(PolicyId policy) external view returns (AccountView memory);

    /// @notice What has been used of a group of benefits.
    /// @param group Key of the group; 0 gives an empty answer.
    function usageOf(
        PolicyId policy,
        bytes32 group
    ) external view returns (AccountView memory, GroupUseView memory);

    /// @notice As {usageOf}, in the words that are stored.
    function countersOf(PolicyId policy, bytes32 group) external view returns (Account, GroupUse);

    /// @notice First second at which a policy on these terms may be closed.
    function closableAt(Policy calldata terms) external pure returns (uint256);

    /// @notice EIP-712 domain separator under which ids are made.
    function domainSeparator() external view returns (bytes32);
}
