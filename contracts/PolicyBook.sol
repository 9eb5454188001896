// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IERC5192} from "../interfaces/IERC5192.sol";
import {IPolicyBook} from "../interfaces/IPolicyBook.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {IRiskPoolFactory} from "../interfaces/IRiskPoolFactory.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Account, AccountLibrary, AccountView} from "./types/Account.sol";
import {Charge} from "./types/Charge.sol";
import {GroupUse, GroupUseView} from "./types/GroupUse.sol";
import {EARLIEST_OFFSET, utcDay} from "./types/Days.sol";
import {PolicyId} from "./types/Ids.sol";
import {Policy} from "./types/Policy.sol";
import {Permit, Underwriting} from "./types/Pool.sol";

/// @title Policy book
/// @custom:security-contact see SECURITY.md
contract PolicyBook is IPolicyBook, IERC5192, ERC721, EIP712 {
    uint32 public constant MAX_YEAR = 366; // days
    uint32 public constant MAX_LEAD = 366; // days
    uint16 public constant MAX_FILING = 366; // days
    uint32 public constant MAX_REVIEW_WINDOW = 30 days;
    uint256 public constant APPEAL_WINDOW = 30 days;
    uint16 public constant BPS = 10_000;

    address public immutable DESK;
    IRiskPoolFactory public immutable FACTORY;
    /// @dev Kept from deployment, so that policy ids stay the same after a fork.
    bytes32 private immutable DOMAIN;

    mapping(PolicyId policy => Account account) private _accounts;
    mapping(PolicyId policy => mapping(bytes32 group => GroupUse use)) private _groups;

    constructor(
        address desk,
        address factory
    ) ERC721("Salus Policy", "SALUS") EIP712("Salus PolicyBook", "1") {
        DESK = desk;
        FACTORY = IRiskPoolFactory(factory);
        DOMAIN = _domainSeparatorV4();
    }

    // GUARDS

    modifier onlyDesk() {
        _checkDesk();
        _;
    }

    function _checkDesk() private view {
        require(msg.sender == DESK, NotClaimDesk(msg.sender));
    }

    // ISSUE

    /// @inheritdoc IPolicyBook
    function issue(
        Policy memory terms,
        address quoteSigner,
        bytes calldata quote
    ) external returns (PolicyId) {
        _checkTerms(terms);
        return _issue(terms, quoteSigner, quote);
    }

    /// @inheritdoc IPolicyBook
    function issueWithPermit(
        Policy memory terms,
        address quoteSigner,
        bytes calldata quote,
        Permit calldata permit
    ) external returns (PolicyId) {
        _checkTerms(terms);
        IERC20Permit asset = IERC20Permit(IERC4626(terms.pool).asset());
        // If somebody else has used the permit first, the allowance is set already. A bad permit sets none, and the
        // pool then cannot take the premium.
        try
            asset.permit(msg.sender, terms.pool, permit.value, permit.deadline, permit.v, permit.r, permit.s)
        {
            // The allowance is set.
        } catch {
            // The pool checks the allowance when it takes the premium.
        }
        return _issue(terms, quoteSigner, quote);
    }

    function _issue(
        Policy memory terms,
        address quoteSigner,
        bytes calldata quote
    ) private returns (PolicyId policy) {
        policy = policyIdOf(terms);
        require(!_accounts[policy].isIssued(), AlreadyIssued(policy));
        require(Signatures.isValid(quoteSigner, PolicyId.unwrap(policy), quote), InvalidQuote(quoteSigner));

        Account account = AccountLibrary.newlyIssued();
        _accounts[policy] = account;
        _mint(terms.holder, uint256(PolicyId.unwrap(policy)));

        IRiskPool(terms.pool).underwrite(
            Underwriting({
                payer: msg.sender,
                quoteSigner: quoteSigner,
                payee: terms.payee,
                benefitTable: terms.benefitTable,
                currency: terms.currency,
                premium: terms.premium,
                start: terms.start,
                end: terms.end,
                lock: terms.lock(account)
            })
        );
        emit Locked(uint256(PolicyId.unwrap(policy)));
        emit PolicyIssued(policy, terms.pool, terms.holder, msg.sender, terms);
    }

    function _checkTerms(Policy memory terms) private view {
        require(FACTORY.isPool(terms.pool), UnknownPool(terms.pool));
        require(
            terms.start < terms.end && terms.end - terms.start <= MAX_YEAR,
            InvalidPeriod(terms.start, terms.end)
        );
        require(block.timestamp + EARLIEST_OFFSET < uint256(terms.start) * 1 days, QuoteClosed(terms.start));
        require(terms.start <= utcDay(block.timestamp) + MAX_LEAD, StartTooFar(terms.start));
        require(terms.solvencyBps != 0 && terms.solvencyBps <= BPS, InvalidSolvency(terms.solvencyBps));
        require(terms.reviewWindow <= MAX_REVIEW_WINDOW, ReviewWindowTooLong(terms.reviewWindow));
        require(terms.filingDays <= MAX_FILING, FilingTooLong(terms.filingDays));
        require(terms.annualLimit != 0, ZeroAnnualLimit());
        require(terms.account == 0, ForeignAccount(terms.account));
        _checkAmount(terms.annualLimit);
        _checkAmount(terms.deductible);
        _checkAmount(terms.outOfPocket);
        _checkAmount(terms.premium);
        _checkPayee(terms.payee, terms.pool);
    }

    function _checkAmount(uint64 amount) private pure {
        require(amount <= type(uint56).max, AmountTooLarge(amount));
    }

    /// @dev The pool itself refuses its asset as the payee.
    function _checkPayee(address payee, address pool) private view {
        require(
            payee != address(0) && payee != pool && payee != address(this) && payee != DESK,
            InvalidPayee(payee)
        );
    }

    // CLOSE

    /// @inheritdoc IPolicyBook
    function close(Policy memory terms) external {
        PolicyId policy = policyIdOf(terms);
        Account account = _accounts[policy];
        require(account.isIssued(), UnknownPolicy(policy));
        require(!account.isClosed(), AlreadyClosed(policy));
        require(block.timestamp >= closableAt(terms), TooEarlyToClose(closableAt(terms)));
        require(account.reserved() == 0, ClaimsHeld(account.reserved()));

        uint256 released = terms.lock(account);
        _accounts[policy] = account.close();
        emit PolicyClosed(policy, released);

        IRiskPool(terms.pool).unlock(released);
    }

    // COUNT

    /// @inheritdoc IPolicyBook
    function charge(PolicyId policy, bytes32 group, Charge amounts, bool held) external onlyDesk {
        _accounts[policy] = _accounts[policy].count(amounts, held);

        if (group == 0) return;
        mapping(bytes32 group => GroupUse use) storage groups = _groups[policy];
        groups[group] = groups[group].count(amounts);
    }

    /// @inheritdoc IPolicyBook
    function settle(PolicyId policy, uint64 amount) external onlyDesk {
        _accounts[policy] = _accounts[policy].settle(amount);
    }

    /// @inheritdoc IPolicyBook
    function release(
        PolicyId policy,
        bytes32 group,
        Charge amounts
    ) external onlyDesk returns (Account account) {
        account = _accounts[policy].release(amounts);
        _accounts[policy] = account;

        if (group == 0) return account;
        _groups[policy][group] = _groups[policy][group].release(amounts);
    }

    // BIND

    /// @notice Always reverts: the token is bound.
    function approve(address, uint256) public pure override {
        revert Bound();
    }

    /// @notice Always reverts: the token is bound.
    function setApprovalForAll(address, bool) public pure override {
        revert Bound();
    }

    /// @dev A token can be minted but never moved. The check comes after OpenZeppelin's update, because its errors for
    /// callers other than the holder come first; the revert undoes the update.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        require(from == address(0), Bound());
    }

    // VIEWS

    /// @inheritdoc IPolicyBook
    function policyIdOf(Policy memory terms) public view returns (PolicyId) {
        return PolicyId.wrap(MessageHashUtils.toTypedDataHash(DOMAIN, terms.hash()));
    }

    /// @inheritdoc IPolicyBook
    function accountOf(PolicyId policy) external view returns (AccountView memory) {
        return _accounts[policy].toView();
    }

    /// @inheritdoc IPolicyBook
    function usageOf(
        PolicyId policy,
        bytes32 group
    ) external view returns (AccountView memory account, GroupUseView memory use) {
        return (_accounts[policy].toView(), _groups[policy][group].toView());
    }

    /// @inheritdoc IPolicyBook
    function countersOf(
        PolicyId policy,
        bytes32 group
    ) external view returns (Account account, GroupUse use) {
        account = _accounts[policy];
        if (group != 0) use = _groups[policy][group];
    }

    /// @inheritdoc IPolicyBook
    function closableAt(Policy memory terms) public pure returns (uint256) {
        return (uint256(terms.end) + terms.filingDays) * 1 days + APPEAL_WINDOW;
    }

    /// @inheritdoc IPolicyBook
    function domainSeparator() external view returns (bytes32) {
        return DOMAIN;
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @notice Returns whether the contract implements an interface (ERC-165): ERC-721, its metadata, or ERC-5192.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC5192).interfaceId || super.supportsInterface(interfaceId);
    }
}
