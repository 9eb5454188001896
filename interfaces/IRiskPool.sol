// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Notice, Underwriting} from "../contracts/types/Pool.sol";

/// @title The money behind policies
/// @notice An insurer's ERC-4626 vault, which holds premiums, reserves and capital. Its shares are the
/// capital. Terms and claims count in minor units of the currency. Tokens move in token units; {unit} is the
/// number of them in a minor unit.
/// totalAssets = balance − unearned premium − outstanding claims, at least 0; {deficit} is what is missing. Capital
/// leaves after a notice of 35 days, which is longer than any review window, within the next 14 days. Shares are sold
/// at a price that counts claims held for review as unspent, and redeemed at a price that counts them as spent.
/// @dev Times are seconds since 1970.
/// Warning: the insurer names quote signers, and a quote signer can sell policies as far as the capital allows.
/// Assumption: the asset takes no fee, does not rebase, and makes no hostile calls; the factory's governor lists it.
interface IRiskPool {
    /// @notice Thrown when the caller is not the policy book.
    error NotPolicyBook(address caller);
    /// @notice Thrown when the caller is not the claim desk.
    error NotClaimDesk(address caller);
    /// @notice Thrown when the signer may not sign quotes for the pool.
    error NotQuoteSigner(address signer);
    /// @notice Thrown when the insurer sells no new policies under the benefit table.
    error SalesPaused(bytes32 benefitTable);
    /// @notice Thrown when the policy counts in another currency than the pool.
    error WrongCurrency(bytes3 expected, bytes3 given);
    /// @notice Thrown when the pool owes more than it has (token units).
    /// @dev {recapitalise} fills the deficit.
    error InDeficit(uint256 deficit);
    /// @notice Thrown when the capital is too small for the policy (token units).
    error InsufficientCapital(uint256 needed, uint256 available);
    /// @notice Thrown when a transfer moved another amount than was asked for (token units).
    error FeeOnTransfer(uint256 expected, uint256 received);
    /// @notice Thrown when there is no deficit to fill.
    error NoDeficit();
    /// @notice Thrown when notice is given for more shares than the caller has.
    error NoticeTooLarge(uint256 shares, uint256 balance);
    /// @notice Thrown when the payee of a policy is the asset itself.
    error PayeeIsAsset(address payee);
    /// @notice Thrown when the asset calls back into the pool.
    error ReentrantCall();
    /// @notice Thrown when the insurer tries to give up the pool without a successor.
    error InsurerNeeded();

    /// @notice The insurer allowed a signer to sign quotes, or no longer allows it.
    event QuoteSignerSet(address indexed signer, bool allowed);
    /// @notice The insurer stopped or resumed sales under a benefit table.
    event SalesPauseSet(bytes32 indexed benefitTable, bool paused);
    /// @notice A policy was underwritten.
    /// @param premium Minor units.
    /// @param locked Capital locked for the policy, minor units.
    event PremiumReceived(address indexed payer, uint64 premium, uint256 locked);
    /// @notice A policy was closed.
    /// @param amount Capital that is no longer locked for it, minor units.
    event CapitalUnlocked(uint256 amount);
    /// @notice A shareholder gave notice.
    /// @param readyAt First second at which the shares may be redeemed.
    event NoticeGiven(address indexed owner, uint256 shares, uint64 readyAt);
    /// @notice Somebody filled the deficit, wholly or in part.
    /// @param assets Token units.
    event Recapitalised(address indexed payer, uint256 assets);

    /// @notice Allows a signer to sign quotes, or no longer allows it. Only the insurer may call it.
    /// @dev Emits {QuoteSignerSet}.
    /// Errors: {OwnableUnauthorizedAccount}.
    /// @param signer An account, or a contract (ERC-1271).
    /// @param allowed True to allow it.
    function setQuoteSigner(address signer, bool allowed) external;

    /// @notice Stops or resumes sales under a benefit table. Policies sold before do not change. Only the
    /// insurer may call it.
    /// @dev Emits {SalesPauseSet}.
    /// Errors: {OwnableUnauthorizedAccount}.
    /// @param benefitTable Hash of the table.
    /// @param paused True to stop.
    function setSalesPaused(bytes32 benefitTable, bool paused) external;

    /// @notice Takes the premium and locks capital for a new policy. Only the policy book may call it.
    /// @dev Emits {PremiumReceived}. Errors of the asset pass through.
    /// Errors: {NotPolicyBook}, {ReentrantCall}, {NotQuoteSigner}, {SalesPaused}, {WrongCurrency}, {PayeeIsAsset},
    /// {SafeERC20FailedOperation}, {FeeOnTransfer}, {InDeficit}, {InsufficientCapital}.
    /// @param request The policy, in minor units and civil days.
    function underwrite(Underwriting calldata request) external;

    /// @notice Releases the capital of a closed policy. Only the policy book may call it.
    /// @dev Emits {CapitalUnlocked}.
    /// Errors: {NotPolicyBook}.
    /// @param amount Minor units.
    function unlock(uint256 amount) external;

    /// @notice Books a claim and pays it immediately. If the payment fails, the claim stays outstanding. Only the claim
    /// desk may call it.
    /// @dev Errors: {NotClaimDesk}, {ReentrantCall}.
    /// @param payee Who is paid.
    /// @param amount Minor units.
    /// @param unlocked Capital that is no longer locked for the policy, minor units.
    /// @return paid False if the balance is short or the payee refuses.
    function pay(address payee, uint64 amount, uint256 unlocked) external returns (bool paid);

    /// @notice Books a held claim. Only the claim desk may call it.
    /// @dev Errors: {NotClaimDesk}.
    /// @param amount Minor units.
    /// @param unlocked Capital that is no longer locked for the policy, minor units.
    function reserve(uint64 amount, uint256 unlocked) external;

    /// @notice Pays a held claim that is due. If the payment fails, the claim is owed and no longer reserved. Only the
    /// claim desk may call it.
    /// @dev Errors: {NotClaimDesk}, {ReentrantCall}.
    /// @param payee Who is paid.
    /// @param amount Minor units.
    /// @return paid False if the balance is short or the payee refuses.
    function settle(address payee, uint64 amount) external returns (bool paid);

    /// @notice Pays an owed claim from money that is not reserved for held claims. Only the claim desk may call it.
    /// @dev Errors: {NotClaimDesk}, {ReentrantCall}.
    /// @param payee Who is paid.
    /// @param amount Minor units.
    /// @return paid False if that money is short or the payee refuses.
    function collect(address payee, uint64 amount) external returns (bool paid);

    /// @notice Takes a withdrawn held claim out of the books and locks its capital again. Only the
    /// claim desk may call it.
    /// @dev Errors: {NotClaimDesk}.
    /// @param amount Minor units.
    /// @param relocked Capital to lock again, minor units.
    function release(uint64 amount, uint256 relocked) external;

    /// @notice Gives notice for shares of the caller, in place of any earlier notice. If the caller keeps fewer shares
    /// than that, the notice shrinks to them.
    /// @dev Emits {NoticeGiven}.
    /// Errors: {NoticeTooLarge}.
    /// @param shares Shares, at most the caller's balance.
    function giveNotice(uint256 shares) external;

    /// @notice Fills the deficit, wholly or in part. The caller gets nothing in return.
    /// @dev Emits {Recapitalised}. Errors of the asset pass through.
    /// Errors: {ReentrantCall}, {NoDeficit}, {SafeERC20FailedOperation}, {FeeOnTransfer}.
    /// @param assets Token units.
    /// @return taken Token units, at most the deficit.
    function recapitalise(uint256 assets) external returns (uint256 taken);

    /// @notice Books the premium earned until now. Anyone may call it; no other function requires it.
    function accrue() external;

    /// @notice Returns the insurer, who owns the pool's settings.
    /// @return The owner of the pool.
    function insurer() external view returns (address);

    /// @notice Returns the currency in which policies and claims count.
    /// @return ISO 4217 alphabetic code.
    function currency() external view returns (bytes3);

    /// @notice Returns how many token units one minor unit has.
    /// @return Token units.
    function unit() external view returns (uint256);

    /// @notice Returns whether a signer may sign quotes for the pool.
    /// @param signer The signer.
    /// @return True if it may.
    function isQuoteSigner(address signer) external view returns (bool);

    /// @notice Returns whether the insurer has stopped sales under a benefit table.
    /// @param benefitTable Hash of the table.
    /// @return True if no policies are sold under it.
    function isSalesPaused(bytes32 benefitTable) external view returns (bool);

    /// @notice Returns the capital locked for open policies.
    /// @return Minor units.
    function locked() external view returns (uint256);

    /// @notice Returns the claims booked and not yet paid.
    /// @return Minor units.
    function outstanding() external view returns (uint256);

    /// @notice Returns the part of {outstanding} that is held for review. Its money pays no other claim.
    /// @return Minor units.
    function reserved() external view returns (uint256);

    /// @notice Returns the premium not yet earned.
    /// @return Minor units, rounded up.
    function unearned() external view returns (uint256);

    /// @notice Returns what the pool owes above its balance.
    /// @return Token units.
    function deficit() external view returns (uint256);

    /// @notice Returns the capital that is not locked.
    /// @return Token units.
    function freeAssets() external view returns (uint256);

    /// @notice Returns the notice of a shareholder as stored.
    /// @param owner The shareholder.
    /// @return Shares not yet redeemed, and the first second at which they may be.
    function noticeOf(address owner) external view returns (Notice memory);
}
