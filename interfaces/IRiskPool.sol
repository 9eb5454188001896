// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Notice, Underwriting} from "../contracts/types/Pool.sol";

/// @title The money behind policies
/// @notice An insurer's ERC-4626 vault. It holds premiums, reserves and capital; its shares are the capital. Terms and
/// claims count in minor units of the currency; tokens move in token units, `unit` of them to a minor unit.
/// totalAssets = balance − unearned premium − outstanding claims, never below 0; {deficit} tells what lies below.
/// Capital leaves by notice of 35 days, longer than any review window, within the 14 days after it. Shares are sold at a
/// price that counts claims held for review as unspent, and redeemed at one that counts them as spent.
/// @dev Warning: the insurer names quote signers, and a quote signer can sell policies as far as capital carries them.
/// Assumption: the asset takes no fee, does not rebase, and calls nobody with ill intent; the factory's governor lists it.
interface IRiskPool {
    /// @notice Thrown when the caller is not the policy book.
    error NotPolicyBook(address caller);
    /// @notice Thrown when the caller is not the claim desk.
    error NotClaimDesk(address caller);
    /// @notice Thrown when the signer may not sign quotes for the pool.
    error NotQuoteSigner(address signer);
    /// @notice Thrown when the insurer sells no new policies under the table.
    error SalesPaused(bytes32 benefitTable);
    /// @notice Thrown when the policy counts in another currency than the pool.
    error WrongCurrency(bytes3 expected, bytes3 given);
    /// @notice Thrown when the pool owes more than it has, token units; only {recapitalise} helps.
    error InDeficit(uint256 deficit);
    /// @notice Thrown when the capital cannot carry the policy, token units.
    error InsufficientCapital(uint256 needed, uint256 available);
    /// @notice Thrown when a transfer brought another sum than it said, token units.
    error FeeOnTransfer(uint256 expected, uint256 received);
    /// @notice Thrown when there is no deficit to fill.
    error NoDeficit();
    /// @notice Thrown when notice is given for more shares than one has.
    error NoticeTooLarge(uint256 shares, uint256 balance);
    /// @notice Thrown when the payee of a policy is the asset itself.
    error PayeeIsAsset(address payee);
    /// @notice Thrown when the asset calls back into the pool.
    error ReentrantCall();
    /// @notice Thrown when ownership would be given up: a pool has an insurer.
    error InsurerNeeded();

    /// @notice The insurer lets a signer sign quotes, or no longer.
    event QuoteSignerSet(address indexed signer, bool allowed);
    /// @notice The insurer stopped or resumed sales under a benefit table.
    event SalesPauseSet(bytes32 indexed benefitTable, bool paused);
    /// @notice A policy was underwritten: its premium came in, and capital was locked for it, minor units.
    event PremiumReceived(address indexed payer, uint64 premium, uint256 locked);
    /// @notice A policy was closed, and what it locked was freed, minor units.
    event CapitalUnlocked(uint256 amount);
    /// @notice A capital provider gave notice for shares, which may leave from a second on.
    event NoticeGiven(address indexed owner, uint256 shares, uint64 readyAt);
    /// @notice Somebody filled the deficit by so much, token units.
    event Recapitalised(address indexed payer, uint256 assets);

    /// @notice Lets a signer sign quotes, or no longer.
    /// @dev Requirements: the insurer. Emits {QuoteSignerSet}.
    function setQuoteSigner(address signer, bool allowed) external;

    /// @notice Stops or resumes sales under a benefit table; policies sold are untouched.
    /// @dev Requirements: the insurer. Emits {SalesPauseSet}.
    function setSalesPaused(bytes32 benefitTable, bool paused) external;

    /// @notice Takes the premium and locks capital for a new policy.
    /// @dev Requirements: the policy book; a quote signer; sales open; no deficit; free capital. Emits {PremiumReceived}.
    function underwrite(Underwriting calldata request) external;

    /// @notice Frees the capital of a closed policy, minor units.
    /// @dev Requirements: the policy book. Emits {CapitalUnlocked}.
    function unlock(uint256 amount) external;

    /// @notice Books a claim and pays it at once.
    /// @dev Requirements: the claim desk. Never fails: what cannot be paid stays outstanding.
    /// @param amount Minor units.
    /// @param unlocked Capital that the claim frees, minor units.
    /// @return paid False when the balance is short or the payee refuses.
    function pay(address payee, uint64 amount, uint256 unlocked) external returns (bool paid);

    /// @notice Books a held claim.
    /// @dev Requirements: the claim desk.
    function reserve(uint64 amount, uint256 unlocked) external;

    /// @notice Pays a held claim that is due.
    /// @dev Requirements: the claim desk.
    /// @return paid False when the balance is short or the payee refuses; then it is owed, and reserved no longer.
    function settle(address payee, uint64 amount) external returns (bool paid);

    /// @notice Pays an owed claim from what is not reserved for held ones.
    /// @dev Requirements: the claim desk.
    /// @return paid False when that is short or the payee refuses.
    function collect(address payee, uint64 amount) external returns (bool paid);

    /// @notice Forgets a withdrawn held claim and locks its capital again.
    /// @dev Requirements: the claim desk.
    function release(uint64 amount, uint256 relocked) external;

    /// @notice Gives notice for the caller's shares, in place of any notice before. It covers shares that stay with
    /// their holder: when fewer are left, it shrinks to those.
    /// @dev Emits {NoticeGiven}.
    function giveNotice(uint256 shares) external;

    /// @notice Fills the deficit, wholly or in part, for nothing in return.
    /// @param assets Token units; no more than the deficit is taken.
    /// @return taken Token units.
    function recapitalise(uint256 assets) external returns (uint256 taken);

    /// @notice Books the premium earned until now; anyone may, nobody must.
    function accrue() external;

    /// @notice Who owns the pool's settings.
    function insurer() external view returns (address);

    /// @notice ISO 4217 alphabetic code.
    function currency() external view returns (bytes3);

    /// @notice Token units to a minor unit.
    function unit() external view returns (uint256);

    /// @notice Whether a signer may sign quotes for the pool.
    function isQuoteSigner(address signer) external view returns (bool);

    /// @notice Whether no policies are sold under a benefit table.
    function isSalesPaused(bytes32 benefitTable) external view returns (bool);

    /// @notice Capital that open policies lock, minor units.
    function locked() external view returns (uint256);

    /// @notice Claims booked and not yet paid, minor units.
    function outstanding() external view returns (uint256);

    /// @notice What of that is held for review, minor units. Its money goes to no other claim.
    function reserved() external view returns (uint256);

    /// @notice Premium not yet earned, minor units, rounded up.
    function unearned() external view returns (uint256);

    /// @notice What the pool owes above what it has, token units.
    function deficit() external view returns (uint256);

    /// @notice Capital that nothing locks, token units.
    function freeAssets() external view returns (uint256);

    /// @notice The owner's notice as stored: shares not yet redeemed, and when they may leave.
    function noticeOf(address owner) external view returns (Notice memory);
}
