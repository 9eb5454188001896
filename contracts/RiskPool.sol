// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20, ERC4626, IERC20} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {EarnedPremium} from "./libraries/EarnedPremium.sol";
import {Commitments, Listing, Notice, Underwriting} from "./types/Pool.sol";

/// @title Risk pool
/// @custom:security-contact see SECURITY.md
contract RiskPool is IRiskPool, ERC4626, Ownable2Step {
    using EarnedPremium for EarnedPremium.Ledger;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    uint64 public constant NOTICE_PERIOD = 35 days;
    uint64 public constant EXIT_WINDOW = 14 days;
    /// @dev The width of the shares in a notice, so a notice can cover all shares even when a share
    /// is worth very little.
    uint256 private constant MAX_SUPPLY = type(uint192).max;

    address public immutable BOOK;
    address public immutable DESK;
    /// @inheritdoc IRiskPool
    uint256 public immutable unit;
    /// @inheritdoc IRiskPool
    bytes3 public immutable currency;

    /// @inheritdoc IRiskPool
    mapping(address signer => bool allowed) public isQuoteSigner;
    /// @inheritdoc IRiskPool
    mapping(bytes32 benefitTable => bool paused) public isSalesPaused;
    mapping(address owner => Notice notice) private _notices;

    Commitments private _committed;
    EarnedPremium.Ledger private _premium;

    constructor(
        IERC20Metadata asset_,
        Listing memory listing,
        string memory name_,
        string memory symbol_,
        address insurer_,
        address book,
        address desk
    ) ERC20(name_, symbol_) ERC4626(asset_) Ownable(insurer_) {
        BOOK = book;
        DESK = desk;
        currency = listing.currency;
        unit = 10 ** (asset_.decimals() - listing.exponent);
        _premium.accrue();
    }

    // GUARDS

    modifier nonReentrant() {
        _enter();
        _;
        _leave();
    }

    modifier onlyBook() {
        _checkBook();
        _;
    }

    modifier onlyDesk() {
        _checkDesk();
        _;
    }

    function _enter() private {
        require(!_committed.entered, ReentrantCall());
        _committed.entered = true;
    }

    function _leave() private {
        _committed.entered = false;
    }

    function _checkBook() private view {
        require(msg.sender == BOOK, NotPolicyBook(msg.sender));
    }

    function _checkDesk() private view {
        require(msg.sender == DESK, NotClaimDesk(msg.sender));
    }

    // CONFIGURE

    /// @inheritdoc IRiskPool
    function setQuoteSigner(address signer, bool allowed) external onlyOwner {
        isQuoteSigner[signer] = allowed;
        emit QuoteSignerSet(signer, allowed);
    }

    /// @inheritdoc IRiskPool
    function setSalesPaused(bytes32 benefitTable, bool paused) external onlyOwner {
        isSalesPaused[benefitTable] = paused;
        emit SalesPauseSet(benefitTable, paused);
    }

    /// @notice Always reverts: a pool needs an insurer.
    function renounceOwnership() public pure override {
        revert InsurerNeeded();
    }

    // UNDERWRITE

    /// @inheritdoc IRiskPool
    function underwrite(Underwriting memory request) external onlyBook nonReentrant {
        require(isQuoteSigner[request.quoteSigner], NotQuoteSigner(request.quoteSigner));
        require(!isSalesPaused[request.benefitTable], SalesPaused(request.benefitTable));
        require(request.currency == currency, WrongCurrency(currency, request.currency));
        require(request.payee != asset(), PayeeIsAsset(request.payee));

        _premium.accrue();
        _premium.add(request.premium, request.start, request.end);
        _committed.locked += request.lock.toUint80();

        // Both checks need the balance with the premium in it, so they come after the transfer. The premium is owed
        // until it is earned, so it fills no deficit.
        uint256 balance = _pull(request.payer, request.premium * unit);
        uint256 owed = _owed();
        require(owed <= balance, InDeficit(owed - Math.min(owed, balance)));
        uint256 needed = _committed.locked * unit;
        require(balance - owed >= needed, InsufficientCapital(needed, balance - owed));
        emit PremiumReceived(request.payer, request.premium, request.lock);
    }

    /// @inheritdoc IRiskPool
    function unlock(uint256 amount) external onlyBook {
        _committed.locked -= amount.toUint80();
        emit CapitalUnlocked(amount);
    }

    /// @dev Refuses an asset that takes a fee, which only the balance after the transfer shows.
    function _pull(address from, uint256 assets) private returns (uint256 balance) {
        uint256 before = _balance();
        IERC20(asset()).safeTransferFrom(from, address(this), assets);
        balance = _balance();
        require(balance - before == assets, FeeOnTransfer(assets, balance - before));
    }

    // PAY

    /// @inheritdoc IRiskPool
    /// @dev Guarded like {nonReentrant}, within the two writes that the claim needs anyway.
    function pay(address payee, uint64 amount, uint256 unlocked) external onlyDesk returns (bool paid) {
        Commitments memory committed = _committed;
        require(!committed.entered, ReentrantCall());
        committed.entered = true;
        // A claim frees at most what is locked for its policy, which fits 80 bits.
        committed.locked -= uint80(unlocked);
        committed.outstanding += amount;
        _committed = committed;

        // A claim of 0, for example one inside the deductible, needs no money.
        paid = amount == 0 || (_covers(committed.outstanding) && _send(payee, amount));

        // During the transfer the asset may have called the desk, which may have booked more, so
        // the sums are read again.
        committed = _committed;
        committed.entered = false;
        if (paid) committed.outstanding -= amount;
        _committed = committed;
    }

    /// @inheritdoc IRiskPool
    function reserve(uint64 amount, uint256 unlocked) external onlyDesk {
        // A claim frees at most what is locked for its policy, which fits 80 bits.
        _committed.locked -= uint80(unlocked);
        _committed.outstanding += amount;
        _committed.reserved += amount;
    }

    /// @inheritdoc IRiskPool
    function settle(address payee, uint64 amount) external onlyDesk nonReentrant returns (bool paid) {
        _committed.reserved -= amount;
        paid = amount == 0 || (_covers(amount) && _send(payee, amount));
        if (paid) _committed.outstanding -= amount;
    }

    /// @inheritdoc IRiskPool
    function collect(address payee, uint64 amount) external onlyDesk nonReentrant returns (bool paid) {
        paid = _covers(uint256(_committed.reserved) + amount) && _send(payee, amount);
        if (paid) _committed.outstanding -= amount;
    }

    /// @inheritdoc IRiskPool
    function release(uint64 amount, uint256 relocked) external onlyDesk {
        _committed.outstanding -= amount;
        _committed.reserved -= amount;
        // A withdrawn claim locks again what it freed, which fits 80 bits.
        _committed.locked += uint80(relocked);
    }

    /// @dev Keeps the money of other claims for them. Checked even when there are none: an asset that asserts when the
    /// balance is short uses up all gas, and the lines of other pools in the same call would fail with it.
    function _covers(uint256 promised) private view returns (bool) {
        return _balance() >= promised * unit;
    }

    /// @dev Returns false instead of reverting: a payee that refuses, a paused asset or a short balance must not undo
    /// the decision. The sum then stays outstanding.
    function _send(address payee, uint64 amount) private returns (bool) {
        if (payee == address(this) || payee == asset()) return false;
        return IERC20(asset()).trySafeTransfer(payee, amount * unit);
    }

    // DEPOSIT AND REDEEM

    /// @inheritdoc IRiskPool
    function giveNotice(uint256 shares) external {
        uint256 balance = balanceOf(msg.sender);
        require(shares <= balance, NoticeTooLarge(shares, balance));

        // Seconds since 1970 fit 64 bits.
        uint64 readyAt = uint64(block.timestamp) + NOTICE_PERIOD;
        _notices[msg.sender] = Notice({shares: shares.toUint192(), readyAt: readyAt});
        emit NoticeGiven(msg.sender, shares, readyAt);
    }

    /// @inheritdoc IRiskPool
    function recapitalise(uint256 assets) external nonReentrant returns (uint256 taken) {
        uint256 missing = deficit();
        require(missing != 0, NoDeficit());

        taken = Math.min(assets, missing);
        _pull(msg.sender, taken);
        emit Recapitalised(msg.sender, taken);
    }

    /// @inheritdoc IRiskPool
    function accrue() external {
        _premium.accrue();
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        _pull(caller, assets);
        _mint(receiver, shares);
        emit Deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        // {maxRedeem} and {maxWithdraw} were checked, so the shares are at most those of the
        // notice, which fit 192 bits.
        _notices[owner].shares -= uint192(shares);
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    /// @dev A notice does not move with the shares. Otherwise a holder could pass the same shares to several accounts,
    /// each with a notice, and redeem on any day.
    function _update(address from, address to, uint256 shares) internal override {
        super._update(from, to, shares);
        if (from == address(0)) return;

        uint256 left = balanceOf(from);
        // Less than the shares of the notice, which fit 192 bits.
        if (left < _notices[from].shares) _notices[from].shares = uint192(left);
    }

    // VIEWS

    /// @inheritdoc IRiskPool
    function insurer() external view returns (address) {
        return owner();
    }

    /// @inheritdoc IRiskPool
    function locked() external view returns (uint256) {
        return _committed.locked;
    }

    /// @inheritdoc IRiskPool
    function outstanding() external view returns (uint256) {
        return _committed.outstanding;
    }

    /// @inheritdoc IRiskPool
    function reserved() external view returns (uint256) {
        return _committed.reserved;
    }

    /// @inheritdoc IRiskPool
    function unearned() public view returns (uint256) {
        return _premium.unearnedUp();
    }

    /// @inheritdoc IRiskPool
    function noticeOf(address owner) external view returns (Notice memory) {
        return _notices[owner];
    }

    /// @inheritdoc IRiskPool
    function deficit() public view returns (uint256) {
        return Math.saturatingSub(_owed(), _balance());
    }

    /// @inheritdoc IRiskPool
    function freeAssets() public view returns (uint256) {
        return Math.saturatingSub(totalAssets(), _committed.locked * unit);
    }

    /// @notice Returns the capital in token units: the balance less unearned premium and
    /// outstanding claims, at least 0.
    function totalAssets() public view override returns (uint256) {
        return Math.saturatingSub(_balance(), _owed());
    }

    /// @notice Returns the shares for a deposit, rounded down. The price counts claims held for review as money still
    /// in the pool. Otherwise a provider could buy shares cheaply before it withdraws a held claim.
    function previewDeposit(uint256 assets) public view override returns (uint256) {
        return Math.mulDiv(assets, totalSupply() + 10 ** _decimalsOffset(), _entryAssets() + 1);
    }

    /// @notice Returns the assets for new shares, rounded up, at the price of {previewDeposit}.
    function previewMint(uint256 shares) public view override returns (uint256) {
        uint256 supply = totalSupply() + 10 ** _decimalsOffset();
        return Math.mulDiv(shares, _entryAssets() + 1, supply, Math.Rounding.Ceil);
    }

    /// @notice Returns 0 while the pool is in deficit. Otherwise returns a bound that no asset reaches, and for which
    /// the pool can still mint the shares.
    function maxDeposit(address) public view override returns (uint256) {
        (uint256 balance, uint256 owed) = (_balance(), _owed());
        if (balance < owed) return 0;

        uint256 shares = totalSupply() + 10 ** _decimalsOffset();
        // Where a share is worth more than a token unit, counting it as one unit keeps the product within 256 bits.
        uint256 assets = Math.min(balance - owed + 1, shares);
        return Math.min(type(uint128).max, Math.mulDiv(MAX_SUPPLY - totalSupply(), assets, shares));
    }

    /// @notice Returns the same bound as {maxDeposit}, in shares.
    function maxMint(address) public view override returns (uint256) {
        return deficit() == 0 ? Math.min(type(uint128).max, MAX_SUPPLY - totalSupply()) : 0;
    }

    /// @notice Returns the token units that the owner can withdraw now, limited by its notice and by the free capital.
    function maxWithdraw(address owner) public view override returns (uint256) {
        return Math.min(_convertToAssets(_noticed(owner), Math.Rounding.Floor), freeAssets());
    }

    /// @notice Returns the shares that the owner can redeem now, limited by its notice and by the free capital.
    function maxRedeem(address owner) public view override returns (uint256) {
        return Math.min(_noticed(owner), _convertToShares(freeAssets(), Math.Rounding.Floor));
    }

    function _noticed(address owner) private view returns (uint256) {
        Notice memory notice = _notices[owner];
        bool open = notice.readyAt <= block.timestamp && block.timestamp < notice.readyAt + EXIT_WINDOW;
        return open ? notice.shares : 0;
    }

    /// @dev A first depositor who inflates the share price by a donation loses a million times what
    /// the next one can lose.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }

    /// @dev The capital at which shares are sold. Without shares no holder can be diluted, so reserved
    /// claims do not count.
    function _entryAssets() private view returns (uint256) {
        return totalSupply() == 0 ? totalAssets() : totalAssets() + _committed.reserved * unit;
    }

    function _owed() private view returns (uint256) {
        return (unearned() + _committed.outstanding) * unit;
    }

    function _balance() private view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this));
    }
}
