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
    /// @dev A notice holds any number of shares, however little a share has come to be worth.
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

    modifier nonReentrant() {
        require(!_committed.entered, ReentrantCall());
        _committed.entered = true;
        _;
        _committed.entered = false;
    }

    modifier onlyBook() {
        require(msg.sender == BOOK, NotPolicyBook(msg.sender));
        _;
    }

    modifier onlyDesk() {
        require(msg.sender == DESK, NotClaimDesk(msg.sender));
        _;
    }

    // SETTINGS

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

    function renounceOwnership() public pure override {
        revert InsurerNeeded();
    }

    // POLICIES

    /// @inheritdoc IRiskPool
    function underwrite(Underwriting memory request) external onlyBook nonReentrant {
        require(isQuoteSigner[request.quoteSigner], NotQuoteSigner(request.quoteSigner));
        require(!isSalesPaused[request.benefitTable], SalesPaused(request.benefitTable));
        require(request.currency == currency, WrongCurrency(currency, request.currency));
        _premium.accrue();
        require(request.payee != asset(), PayeeIsAsset(request.payee));
        _premium.add(request.premium, request.start, request.end);
        _committed.locked += request.lock.toUint80();

        uint256 balance = _pull(request.payer, request.premium * unit);
        uint256 owed = _owed();
        // The premium is owed until it is earned, so it fills no deficit.
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

    // CLAIMS

    /// @inheritdoc IRiskPool
    /// @dev Guarded like {nonReentrant}, by the two writes that the claim needs anyway.
    function pay(address payee, uint64 amount, uint256 unlocked) external onlyDesk returns (bool paid) {
        Commitments memory committed = _committed;
        require(!committed.entered, ReentrantCall());
        committed.entered = true;
        // What was locked for the policy is at least what the claim frees of it, and fits 80 bits.
        committed.locked -= uint80(unlocked);
        committed.outstanding += amount;
        _committed = committed;

        // A claim that the deductible swallowed needs no money.
        paid = amount == 0 || (_covers(committed.outstanding) && _send(payee, amount));

        // The asset may have called the desk, so what it booked is read again.
        committed = _committed;
        committed.entered = false;
        if (paid) committed.outstanding -= amount;
        _committed = committed;
    }

    /// @inheritdoc IRiskPool
    function reserve(uint64 amount, uint256 unlocked) external onlyDesk {
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
        _committed.locked += uint80(relocked);
    }

    /// @dev The money of other claims is theirs. Asked also where there are none: an asset that asserts when it is short
    /// burns all gas, and with it the lines of other pools in the call.
    function _covers(uint256 promised) private view returns (bool) {
        return _balance() >= promised * unit;
    }

    /// @dev A refusing payee, a paused asset or a short balance must not undo the decision: the sum stays outstanding.
    function _send(address payee, uint64 amount) private returns (bool) {
        if (payee == address(this) || payee == asset()) return false;
        return IERC20(asset()).trySafeTransfer(payee, amount * unit);
    }

    // CAPITAL

    /// @inheritdoc IRiskPool
    function giveNotice(uint256 shares) external {
        uint256 balance = balanceOf(msg.sender);
        require(shares <= balance, NoticeTooLarge(shares, balance));

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
        // The limits of {maxRedeem} hold here, so the notice has the shares.
        _notices[owner].shares -= uint192(shares);
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    /// @dev Shares leave their notice behind. Else a holder could pass the same shares through several hands, each with
    /// a notice, and redeem on any day.
    function _update(address from, address to, uint256 shares) internal override {
        super._update(from, to, shares);
        if (from == address(0)) return;

        uint256 left = balanceOf(from);
        // Below a number of 192 bits.
        if (left < _notices[from].shares) _notices[from].shares = uint192(left);
    }

    /// @dev Refuses assets that take a fee.
    function _pull(address from, uint256 assets) private returns (uint256 balance) {
        uint256 before = _balance();
        IERC20(asset()).safeTransferFrom(from, address(this), assets);
        balance = _balance();
        require(balance - before == assets, FeeOnTransfer(assets, balance - before));
    }

    /// @dev Makes a first depositor's donation cost a million times what it could take from the next one.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
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

    /// @notice Capital, token units: what the pool has above unearned premium and outstanding claims.
    function totalAssets() public view override returns (uint256) {
        return Math.saturatingSub(_balance(), _owed());
    }

    /// @notice Shares for a deposit, rounded down. The price counts claims held for review as money still there: else
    /// whoever takes such a claim back could first buy shares cheaply.
    function previewDeposit(uint256 assets) public view override returns (uint256) {
        return Math.mulDiv(assets, totalSupply() + 10 ** _decimalsOffset(), _entryAssets() + 1);
    }

    /// @notice Assets for new shares, rounded up, at the price of {previewDeposit}.
    function previewMint(uint256 shares) public view override returns (uint256) {
        uint256 supply = totalSupply() + 10 ** _decimalsOffset();
        return Math.mulDiv(shares, _entryAssets() + 1, supply, Math.Rounding.Ceil);
    }

    /// @notice 0 while the pool is in deficit, else a bound that no asset reaches, whose shares can still be made.
    function maxDeposit(address) public view override returns (uint256) {
        (uint256 balance, uint256 owed) = (_balance(), _owed());
        if (balance < owed) return 0;

        uint256 shares = totalSupply() + 10 ** _decimalsOffset();
        // Where a share is worth more than a token unit, counting it as one keeps the product in bounds.
        uint256 assets = Math.min(balance - owed + 1, shares);
        return Math.min(type(uint128).max, Math.mulDiv(MAX_SUPPLY - totalSupply(), assets, shares));
    }

    /// @notice As {maxDeposit}, in shares.
    function maxMint(address) public view override returns (uint256) {
        return deficit() == 0 ? Math.min(type(uint128).max, MAX_SUPPLY - totalSupply()) : 0;
    }

    /// @notice What the owner's notice and the free capital let out now, token units.
    function maxWithdraw(address owner) public view override returns (uint256) {
        return Math.min(_convertToAssets(_noticed(owner), Math.Rounding.Floor), freeAssets());
    }

    /// @notice What the owner's notice and the free capital let out now, shares.
    function maxRedeem(address owner) public view override returns (uint256) {
        return Math.min(_noticed(owner), _convertToShares(freeAssets(), Math.Rounding.Floor));
    }

    function _noticed(address owner) private view returns (uint256) {
        Notice memory notice = _notices[owner];
        bool open = notice.readyAt <= block.timestamp && block.timestamp < notice.readyAt + EXIT_WINDOW;
        return open ? notice.shares : 0;
    }

    /// @dev Where nobody holds a share, nobody is wronged, and what is held would buy the newcomer nothing.
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
