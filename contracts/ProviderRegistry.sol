// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {BillLines} from "./libraries/BillLines.sol";
import {BillLineView} from "./types/BillLine.sol";
import {BillSums} from "./types/BillSums.sol";
import {Standing} from "./types/Standing.sol";
import {utcDay} from "./types/Days.sol";
import {PolicyId, ProviderId} from "./types/Ids.sol";
import {AttestorKey, Bill, DailyCap, Desk, DeskStatus, Provider, Window} from "./types/Provider.sol";

/// @title Provider registry
/// @custom:security-contact see SECURITY.md
contract ProviderRegistry is IProviderRegistry, AccessManaged {
    using BillLines for BillLines.Store;

    uint64 public constant SAFE_MODE = 7 days;
    /// @dev Bounds the cost of a look-up, which every filed line pays.
    uint256 public constant PAST_WINDOWS = 32;

    uint64 public providerCount;

    mapping(ProviderId provider => Provider record) private _providers;
    mapping(ProviderId provider => Window[] windows) private _pastWindows;
    mapping(ProviderId provider => mapping(address attestor => AttestorKey key)) private _keys;
    mapping(address pool => mapping(ProviderId provider => DailyCap cap)) private _caps;
    mapping(address desk => Desk record) private _desks;
    BillLines.Store private _bills;

    constructor(address manager) AccessManaged(manager) {}

    // GUARDS

    modifier onlyProviderAdmin(ProviderId provider) {
        _checkProviderAdmin(provider);
        _;
    }

    modifier onlyInsurer(address pool) {
        _checkInsurer(pool);
        _;
    }

    modifier onlyListedDesk() {
        _checkListedDesk(msg.sender);
        _;
    }

    modifier onlyKnownDesk() {
        _checkKnownDesk();
        _;
    }

    function _checkProviderAdmin(ProviderId provider) private view {
        require(msg.sender == _known(provider).admin, NotProviderAdmin(provider, msg.sender));
    }

    function _checkInsurer(address pool) private view {
        require(msg.sender == IRiskPool(pool).insurer(), NotInsurer(pool, msg.sender));
    }

    function _checkListedDesk(address desk) private view {
        require(_desks[desk].status == DeskStatus.Listed, NotDesk(desk));
    }

    /// @dev A retired desk passes: its claims can still be withdrawn.
    function _checkKnownDesk() private view {
        require(_desks[msg.sender].status != DeskStatus.None, NotDesk(msg.sender));
    }

    // ACCREDIT

    /// @inheritdoc IProviderRegistry
    function accredit(
        address admin,
        uint32 from,
        uint32 until,
        bytes32 licence
    ) external restricted returns (ProviderId provider) {
        require(admin != address(0), ZeroAdmin());
        require(from < until, InvalidWindow(from, until));

        provider = ProviderId.wrap(++providerCount);
        _providers[provider] = Provider({admin: admin, from: from, until: until, suspended: false});
        emit ProviderAccredited(provider, admin, from, until, licence);
    }

    /// @inheritdoc IProviderRegistry
    function renew(ProviderId provider, uint32 from, uint32 until, bytes32 licence) external restricted {
        Provider storage record_ = _known(provider);
        require(from < until && from >= record_.from && until >= record_.until, InvalidWindow(from, until));

        if (from > record_.until) {
            if (record_.from < record_.until) _keepPast(provider, record_);
            record_.from = from;
        }
        record_.until = until;
        emit ProviderAccredited(provider, record_.admin, from, until, licence);
    }

    function _keepPast(ProviderId provider, Provider storage record_) private {
        Window[] storage past = _pastWindows[provider];
        require(past.length < PAST_WINDOWS, TooManyWindows(provider));
        past.push(Window({from: record_.from, until: record_.until}));
    }

    /// @inheritdoc IProviderRegistry
    function endAccreditation(ProviderId provider, uint32 until) external restricted {
        Provider storage record_ = _known(provider);
        uint32 today = utcDay(block.timestamp);
        require(until >= today, PastIsFixed(until, today));

        // A window that was renewed early may not have begun, while the one before it still runs: the last window that
        // has begun by the end is the one to cut.
        Window memory last = Window({from: record_.from, until: record_.until});
        Window[] storage past = _pastWindows[provider];
        uint256 kept = past.length;
        while (until < last.from && kept != 0) last = past[--kept];
        require(until < record_.until && until >= last.from, InvalidWindow(last.from, until));

        while (past.length > kept) past.pop();
        (record_.from, record_.until) = (last.from, until < last.until ? until : last.until);
        emit AccreditationEnded(provider, until);
    }

    /// @inheritdoc IProviderRegistry
    function setSuspended(ProviderId provider, bool suspended) external restricted {
        _known(provider).suspended = suspended;
        emit ProviderSuspended(provider, suspended);
    }

    /// @inheritdoc IProviderRegistry
    function setAdmin(ProviderId provider, address admin) external restricted {
        require(admin != address(0), ZeroAdmin());
        _known(provider).admin = admin;
        emit AdminChanged(provider, admin);
    }

    function _known(ProviderId provider) private view returns (Provider storage record_) {
        record_ = _providers[provider];
        require(record_.admin != address(0), UnknownProvider(provider));
    }

    // ADD AND REVOKE KEYS

    /// @inheritdoc IProviderRegistry
    function addKey(
        ProviderId provider,
        address attestor,
        uint64 from,
        uint64 until
    ) external onlyProviderAdmin(provider) {
        require(from < until, InvalidWindow(from, until));
        require(
            attestor != address(0) && _keys[provider][attestor].until == 0,
            KeyExists(provider, attestor)
        );

        _keys[provider][attestor] = AttestorKey({from: from, until: until, revoked: false});
        emit KeyAdded(provider, attestor, from, until);
    }

    /// @inheritdoc IProviderRegistry
    function revokeKey(ProviderId provider, address attestor) external onlyProviderAdmin(provider) {
        AttestorKey storage key = _keys[provider][attestor];
        require(key.until != 0, UnknownKey(provider, attestor));

        key.revoked = true;
        emit KeyRevoked(provider, attestor);
    }

    // REVIEW

    /// @inheritdoc IProviderRegistry
    function setDailyCap(address pool, ProviderId provider, uint64 limit) external onlyInsurer(pool) {
        _known(provider);

        _caps[pool][provider].limit = limit;
        emit DailyCapSet(pool, provider, limit);
    }

    /// @inheritdoc IProviderRegistry
    function enterSafeMode(address desk) external restricted {
        // Seconds since 1970 fit 64 bits.
        uint64 until = uint64(block.timestamp) + SAFE_MODE;
        _desks[desk].safeModeUntil = until;
        emit SafeModeEntered(desk, until);
    }

    // LIST DESKS

    /// @inheritdoc IProviderRegistry
    function listDesk(address desk) external restricted {
        _desks[desk].status = DeskStatus.Listed;
        emit DeskChanged(desk, DeskStatus.Listed);
    }

    /// @inheritdoc IProviderRegistry
    function retireDesk(address desk) external restricted {
        _checkListedDesk(desk);
        _desks[desk].status = DeskStatus.Retired;
        emit DeskChanged(desk, DeskStatus.Retired);
    }

    // RECORD

    /// @inheritdoc IProviderRegistry
    function record(Bill calldata bill, BillSums sums) external onlyListedDesk {
        // When the answer is false, the library has written nothing.
        bool isNew = _bills.record(bill, sums, BillLines.payerOf(msg.sender, bill.policy));
        require(isNew, AlreadyRecorded(bill.provider, bill.billLine));
        if (sums.isAutoPaid() && sums.claimed() != 0) _useCap(bill.pool, bill.provider, sums.claimed());
    }

    function _useCap(address pool, ProviderId provider, uint64 amount) private {
        mapping(ProviderId provider => DailyCap cap) storage caps = _caps[pool];
        DailyCap memory cap = caps[provider];
        uint32 today = utcDay(block.timestamp);

        if (cap.day != today) (cap.day, cap.used) = (today, 0);
        cap.used += amount;
        caps[provider] = cap;
    }

    /// @inheritdoc IProviderRegistry
    function release(ProviderId provider, bytes32 billLine, PolicyId policy) external onlyKnownDesk {
        bytes32 payer = BillLines.payerOf(msg.sender, policy);
        // When the answer is false, the library has written nothing.
        require(_bills.release(provider, billLine, payer), NotRecorded(provider, billLine));
    }

    // VIEWS

    /// @inheritdoc IProviderRegistry
    function standingOf(Bill calldata bill, address desk, uint32 day) external view returns (Standing) {
        Desk memory desk_ = _desks[desk];
        require(desk_.status == DeskStatus.Listed, NotDesk(desk));

        Provider memory provider = _providers[bill.provider];
        return
            _bills.look(bill, BillLines.payerOf(desk, bill.policy)).withProvider({
                accredited: _accreditedOn(bill.provider, provider, day),
                underReview: provider.suspended || block.timestamp < desk_.safeModeUntil,
                left: _capLeft(bill.pool, bill.provider)
            });
    }

    function _capLeft(address pool, ProviderId provider) private view returns (uint64) {
        DailyCap memory cap = _caps[pool][provider];
        if (cap.day != utcDay(block.timestamp)) return cap.limit;
        return cap.used < cap.limit ? cap.limit - cap.used : 0;
    }

    /// @inheritdoc IProviderRegistry
    function isKeyLive(ProviderId provider, address attestor, uint64 signedAt) external view returns (bool) {
        AttestorKey memory key = _keys[provider][attestor];
        return !key.revoked && key.from <= signedAt && signedAt < key.until;
    }

    /// @inheritdoc IProviderRegistry
    function accreditedOn(ProviderId provider, uint32 day) external view returns (bool) {
        return _accreditedOn(provider, _providers[provider], day);
    }

    function _accreditedOn(
        ProviderId provider,
        Provider memory latest,
        uint32 day
    ) private view returns (bool) {
        if (day >= latest.from) return day < latest.until;

        Window[] storage past = _pastWindows[provider];
        for (uint256 i = past.length; i > 0; --i) {
            if (day >= past[i - 1].from) return day < past[i - 1].until;
        }
        return false;
    }

    /// @inheritdoc IProviderRegistry
    function isRecorded(
        ProviderId provider,
        bytes32 billLine,
        address desk,
        PolicyId policy
    ) external view returns (bool) {
        return _bills.isRecorded(provider, billLine, BillLines.payerOf(desk, policy));
    }

    /// @inheritdoc IProviderRegistry
    function deskOf(address desk) external view returns (Desk memory) {
        return _desks[desk];
    }

    /// @inheritdoc IProviderRegistry
    function providerOf(ProviderId provider) external view returns (Provider memory) {
        return _providers[provider];
    }

    /// @inheritdoc IProviderRegistry
    function keyOf(ProviderId provider, address attestor) external view returns (AttestorKey memory) {
        return _keys[provider][attestor];
    }

    /// @inheritdoc IProviderRegistry
    function dailyCapOf(address pool, ProviderId provider) external view returns (DailyCap memory) {
        return _caps[pool][provider];
    }

    /// @inheritdoc IProviderRegistry
    function billLineOf(ProviderId provider, bytes32 billLine) external view returns (BillLineView memory) {
        return _bills.lines[provider][billLine].toView();
    }
}
