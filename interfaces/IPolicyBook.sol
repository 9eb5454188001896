// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Account, AccountView} from "../contracts/types/Account.sol";
import {Charge} from "../contracts/types/Charge.sol";
import {GroupUse, GroupUseView} from "../contracts/types/GroupUse.sol";
import {PolicyId} from "../contracts/types/Ids.sol";
import {Policy} from "../contracts/types/Policy.sol";
import {Permit} from "../contracts/types/Pool.sol";

/// @title Which policies exist, and what they have used
/// @notice A policy is the hash of its signed terms, and a bound ERC-721 token (ERC-5192) with that id. The token does
/// not decide who is paid: payments go to the payees in the terms.
/// @dev Amounts are minor units of the policy's currency, days are civil days since 1970-01-01, times are seconds since
/// 1970. Nobody can change a policy, and no role exists here.
interface IPolicyBook {
    /// @notice Thrown when the cover is empty or longer than 366 days.
    error InvalidPeriod(uint32 start, uint32 end);
    /// @notice Thrown when the start day has already begun somewhere on earth.
    /// @dev A later quote would be an option on losses that are known already.
    error QuoteClosed(uint32 start);
    /// @notice Thrown when the start is more than 366 days in the future.
    error StartTooFar(uint32 start);
    /// @notice Thrown when the solvency factor is 0 or above 10,000 basis points.
    error InvalidSolvency(uint16 solvencyBps);
    /// @notice Thrown when the review window is longer than 30 days.
    error ReviewWindowTooLong(uint32 reviewWindow);
    /// @notice Thrown when lines could be filed more than 366 days after their service.
    /// @dev Capital would stay locked for that long.
    error FilingTooLong(uint16 filingDays);
    /// @notice Thrown when an amount in the terms is above 56 bits.
    error AmountTooLarge(uint64 amount);
    /// @notice Thrown when the annual limit is 0.
    error ZeroAnnualLimit();
    /// @notice Thrown when the terms name an account that is not their own.
    error ForeignAccount(bytes32 account);
    /// @notice Thrown when the payee is the zero address, the pool, the policy book or the claim desk.
    error InvalidPayee(address payee);
    /// @notice Thrown when the factory did not create the pool.
    error UnknownPool(address pool);
    /// @notice Thrown when the signature is not the quote signer's.
    error InvalidQuote(address signer);
    /// @notice Thrown when the policy was issued already.
    error AlreadyIssued(PolicyId policy);
    /// @notice Thrown when the policy was never issued.
    error UnknownPolicy(PolicyId policy);
    /// @notice Thrown when someone tries to transfer or approve a bound token.
    error Bound();
    /// @notice Thrown when the policy is closed already.
    error AlreadyClosed(PolicyId policy);
    /// @notice Thrown when it is too early to close the policy.
    error TooEarlyToClose(uint256 closableAt);
    /// @notice Thrown when claims of the policy are still held.
    error ClaimsHeld(uint256 reserved);
    /// @notice Thrown when the caller is not the claim desk.
    error NotClaimDesk(address caller);

    /// @notice A policy was issued. This event is the only place where its terms are stored.
    /// @param payer Who paid the premium.
    /// @param terms The terms, which every later call about the policy must pass in.
    event PolicyIssued(
        PolicyId indexed policy,
        address indexed pool,
        address indexed holder,
        address payer,
        Policy terms
    );
    /// @notice A policy was closed.
    /// @param released Capital that the pool may use again, minor units.
    event PolicyClosed(PolicyId indexed policy, uint256 released);

    /// @notice Issues a policy under a signed quote. The caller pays the premium, by an allowance to the pool.
    /// @dev Emits {PolicyIssued}, and {Locked} and {Transfer} of the token. Errors of
    /// {IRiskPool.underwrite} pass through.
    /// Errors: {UnknownPool}, {InvalidPeriod}, {QuoteClosed}, {StartTooFar}, {InvalidSolvency}, {ReviewWindowTooLong},
    /// {FilingTooLong}, {ZeroAnnualLimit}, {ForeignAccount}, {AmountTooLarge}, {InvalidPayee}, {AlreadyIssued},
    /// {InvalidQuote}, {ERC721InvalidReceiver}.
    /// @param terms The terms; the cover must not have begun anywhere on earth.
    /// @param quoteSigner A quote signer of the pool: an account, or a contract (ERC-1271).
    /// @param quote The quote signer's signature over the policy id.
    /// @return The policy id.
    function issue(
        Policy calldata terms,
        address quoteSigner,
        bytes calldata quote
    ) external returns (PolicyId);

    /// @notice Issues a policy like {issue}, and sets the allowance for the premium by the caller's ERC-2612 permit.
    /// @dev Emits and reverts like {issue}. A permit that somebody else has used first does no harm.
    /// @param terms As in {issue}.
    /// @param quoteSigner As in {issue}.
    /// @param quote As in {issue}.
    /// @param permit The caller's permit to the pool, token units.
    /// @return The policy id.
    function issueWithPermit(
        Policy calldata terms,
        address quoteSigner,
        bytes calldata quote,
        Permit calldata permit
    ) external returns (PolicyId);

    /// @notice Releases the capital of a policy once its filing days and the appeal window are
    /// over. Anyone may call it.
    /// @dev Emits {PolicyClosed}.
    /// Errors: {UnknownPolicy}, {AlreadyClosed}, {TooEarlyToClose}, {ClaimsHeld}.
    /// @param terms The terms of the policy.
    function close(Policy calldata terms) external;

    /// @notice Adds a decision to the counters of a policy and a group. Only the claim desk may call it.
    /// @dev Errors: {NotClaimDesk}.
    /// @param policy The policy.
    /// @param group Key of the group; 0 for none.
    /// @param amounts What the decision adds, minor units, and its units.
    /// @param held True if the sum is reserved and not yet paid.
    function charge(PolicyId policy, bytes32 group, Charge amounts, bool held) external;

    /// @notice Moves a sum of a policy from reserved to paid. Only the claim desk may call it.
    /// @dev Errors: {NotClaimDesk}.
    /// @param policy The policy.
    /// @param amount Minor units.
    function settle(PolicyId policy, uint64 amount) external;

    /// @notice Takes a withdrawn held claim out of the counters. Only the claim desk may call it.
    /// @dev Errors: {NotClaimDesk}.
    /// @param policy The policy.
    /// @param group Key of the group; 0 for none.
    /// @param amounts What {charge} added for the claim.
    /// @return The policy's counters after it.
    function release(PolicyId policy, bytes32 group, Charge amounts) external returns (Account);

    /// @notice Returns the id of a policy with these terms: their EIP-712 digest.
    /// @param terms The terms.
    /// @return The policy id.
    function policyIdOf(Policy calldata terms) external view returns (PolicyId);

    /// @notice Returns what a policy has used.
    /// @param policy The policy.
    /// @return The counters, minor units; `issued` is false if the policy does not exist.
    function accountOf(PolicyId policy) external view returns (AccountView memory);

    /// @notice Returns what a policy, and one group of benefits in it, have used.
    /// @param policy The policy.
    /// @param group Key of the group; for 0 its counters are 0.
    /// @return account The policy's counters, minor units.
    /// @return use The group's counters: minor units, and units.
    function usageOf(
        PolicyId policy,
        bytes32 group
    ) external view returns (AccountView memory account, GroupUseView memory use);

    /// @notice Returns the same as {usageOf}, in the two words that are stored.
    /// @param policy The policy.
    /// @param group Key of the group; for 0 its word is 0.
    /// @return account The policy's counters.
    /// @return use The group's counters.
    function countersOf(PolicyId policy, bytes32 group) external view returns (Account account, GroupUse use);

    /// @notice Returns the first second at which a policy with these terms may be closed.
    /// @param terms The terms.
    /// @return Seconds since 1970.
    function closableAt(Policy calldata terms) external pure returns (uint256);

    /// @notice Returns the EIP-712 domain separator under which policy ids are made.
    /// @return The separator of the chain on which the book was deployed, also after a fork.
    function domainSeparator() external view returns (bytes32);
}
