// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {ALL_PURPOSES, Consent, Grant} from "./types/Consent.sol";
import {utcDay} from "./types/Days.sol";
import {ProviderId} from "./types/Ids.sol";

/// @title Consent registry
/// @custom:security-contact see SECURITY.md
contract ConsentRegistry is IConsentRegistry, EIP712, Nonces {
    /// @dev Bounds the cost of a look-up, however often a signer changes its own entries.
    uint256 public constant PAST_GRANTS = 8;

    ProviderId private constant ANY = ProviderId.wrap(0);

    /// @dev The consents of one signer for one member and one provider.
    struct Entry {
        /// The latest grant: in force, or starting later.
        Grant current;
        /// Earlier grants, cut to the days that had begun when they were replaced.
        Grant[] past;
    }

    mapping(address signer => mapping(bytes32 member => mapping(ProviderId provider => Entry entry)))
        private _entries;

    constructor() EIP712("Salus ConsentRegistry", "1") {}

    // GIVE

    /// @inheritdoc IConsentRegistry
    function give(bytes32 member, ProviderId provider, uint8 purposes, uint32 from, uint32 until) external {
        _give(msg.sender, member, provider, Grant(from, until, purposes, true));
    }

    /// @inheritdoc IConsentRegistry
    function giveBySignature(address signer, Consent calldata consent, bytes calldata signature) external {
        _checkSignature(signer, consent, signature);
        Grant memory grant = Grant(consent.from, consent.until, consent.purposes, true);
        _give(signer, consent.member, consent.provider, grant);
    }

    function _give(address signer, bytes32 member, ProviderId provider, Grant memory grant) private {
        require(grant.from <= grant.until, InvalidPeriod(grant.from, grant.until));
        require(grant.purposes != 0 && grant.purposes <= ALL_PURPOSES, InvalidPurposes(grant.purposes));

        _useNonce(signer);
        Entry storage entry = _ownEntry(signer, member, provider);
        _keepPast(entry, grant);
        entry.current = grant;
        emit ConsentGiven(signer, member, provider, grant.purposes, grant.from, grant.until);
    }

    /// @dev A provider's first entry starts as a copy of the entry for any provider, which it overrides from then on.
    /// So the consent for days already past stays true of this provider too.
    function _ownEntry(
        address signer,
        bytes32 member,
        ProviderId provider
    ) private returns (Entry storage entry) {
        entry = _entries[signer][member][provider];
        Entry storage any = _entries[signer][member][ANY];
        if (entry.current.exists || !any.current.exists) return entry;

        entry.current = any.current;
        uint256 count = any.past.length;
        for (uint256 i = Math.saturatingSub(count, PAST_GRANTS); i < count; ++i) entry.past.push(any.past[i]);
    }

    /// @dev Keeps the days of the current grant up to today, unless the next grant covers them all. Today is kept too:
    /// it may already be over in the time zone where care was given.
    function _keepPast(Entry storage entry, Grant memory next) private {
        Grant memory old = entry.current;
        uint32 today = utcDay(block.timestamp);
        if (!old.exists || old.from > today) return;

        // The smaller of two numbers of 32 bits.
        old.until = uint32(Math.min(old.until, today));
        bool isCovered =
            next.from <= old.from && next.until >= old.until && next.purposes & old.purposes == old.purposes;
        if (!isCovered) entry.past.push(old);
    }

    function _checkSignature(
        address signer,
        Consent calldata consent,
        bytes calldata signature
    ) private view {
        require(block.timestamp <= consent.deadline, ConsentExpired(consent.deadline));
        bytes32 digest = _hashTypedDataV4(consent.hash());
        require(Signatures.isValid(signer, digest, signature), InvalidConsentSignature(signer));
        uint256 nonce = nonces(signer);
        require(consent.nonce == nonce, InvalidAccountNonce(signer, nonce));
    }

    // WITHDRAW

    /// @inheritdoc IConsentRegistry
    function withdraw(bytes32 member, ProviderId provider) external {
        _withdraw(msg.sender, member, provider);
    }

    /// @inheritdoc IConsentRegistry
    function withdrawBySignature(
        address signer,
        Consent calldata consent,
        bytes calldata signature
    ) external {
        require(consent.purposes == 0, InvalidPurposes(consent.purposes));
        _checkSignature(signer, consent, signature);
        _withdraw(signer, consent.member, consent.provider);
    }

    function _withdraw(address signer, bytes32 member, ProviderId provider) private {
        mapping(ProviderId provider => Entry entry) storage entries = _entries[signer][member];
        require(
            entries[provider].current.exists || entries[ANY].current.exists,
            NothingToWithdraw(signer, member, provider)
        );

        _useNonce(signer);
        Entry storage entry = _ownEntry(signer, member, provider);
        uint32 today = utcDay(block.timestamp);
        if (entry.current.until > today) entry.current.until = today;
        emit ConsentWithdrawn(signer, member, provider, entry.current.until);
    }

    // VIEWS

    /// @inheritdoc IConsentRegistry
    function nonces(address signer) public view override(IConsentRegistry, Nonces) returns (uint256) {
        return super.nonces(signer);
    }

    /// @inheritdoc IConsentRegistry
    function inForce(
        address signer,
        bytes32 member,
        ProviderId provider,
        uint32 day,
        uint8 purpose
    ) external view returns (bool) {
        mapping(ProviderId provider => Entry entry) storage entries = _entries[signer][member];
        Entry storage entry = entries[provider];
        Grant memory current = entry.current;
        if (!current.exists) {
            entry = entries[ANY];
            current = entry.current;
        }
        return _covers(current, day, purpose) || _coveredBefore(entry.past, day, purpose);
    }

    function _coveredBefore(Grant[] storage past, uint32 day, uint8 purpose) private view returns (bool) {
        uint256 count = past.length;
        uint256 oldest = Math.saturatingSub(count, PAST_GRANTS);
        for (uint256 i = count; i > oldest; --i) {
            if (_covers(past[i - 1], day, purpose)) return true;
        }
        return false;
    }

    function _covers(Grant memory grant, uint32 day, uint8 purpose) private pure returns (bool) {
        return grant.purposes & purpose != 0 && grant.from <= day && day <= grant.until;
    }
}
