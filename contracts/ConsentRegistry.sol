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
    /// @dev Bounds the cost of a look-up, whatever a signer does to its own entries.
    uint256 public constant PAST_GRANTS = 8;

    ProviderId private constant ANY = ProviderId.wrap(0);

    /// @dev The stretch in force and to come, and those past.
    struct Entry {
        Grant current;
        Grant[] past;
    }

    mapping(address signer => mapping(bytes32 member => mapping(ProviderId provider => Entry entry)))
        private _entries;

    constructor() EIP712("Salus ConsentRegistry", "1") {}

    // GIVE

    /// @inheritdoc IConsentRegistry
    function give(bytes32 member, ProviderId provider, uint8 purposes, uint32 from, uint32 until) external {
        _useNonce(msg.sender);
        _give(msg.sender, member, provider, Grant(from, until, purposes, true));
    }

    /// @inheritdoc IConsentRegistry
    function giveBySignature(address signer, Consent calldata consent, bytes calldata signature) external {
        _useSignature(signer, consent, signature);
        Grant memory grant = Grant(consent.from, consent.until, consent.purposes, true);
        _give(signer, consent.member, consent.provider, grant);
    }

    function _give(address signer, bytes32 member, ProviderId provider, Grant memory grant) private {
        require(grant.from <= grant.until, InvalidPeriod(grant.from, grant.until));
        require(grant.purposes != 0 && grant.purposes <= ALL_PURPOSES, InvalidPurposes(grant.purposes));

        Entry storage entry = _ownEntry(signer, member, provider);
        _keepPast(entry, grant);
        entry.current = grant;
        emit ConsentGiven(signer, member, provider, grant.purposes, grant.from, grant.until);
    }

    /// @dev Moves the days of the stretch in force up to today aside, unless the new one holds them all. Today counts:
    /// it may be past where care was given.
    function _keepPast(Entry storage entry, Grant memory next) private {
        Grant memory old = entry.current;
        uint32 today = utcDay(block.timestamp);
        if (!old.exists || old.from > today) return;

        // A day fits 32 bits.
        old.until = uint32(Math.min(old.until, today));
        bool isHeld =
            next.from <= old.from && next.until >= old.until && next.purposes & old.purposes == old.purposes;
        if (!isHeld) entry.past.push(old);
    }

    // WITHDRAW

    /// @inheritdoc IConsentRegistry
    function withdraw(bytes32 member, ProviderId provider) external {
        _useNonce(msg.sender);
        _withdraw(msg.sender, member, provider);
    }

    /// @inheritdoc IConsentRegistry
    function withdrawBySignature(
        address signer,
        Consent calldata consent,
        bytes calldata signature
    ) external {
        require(consent.purposes == 0, InvalidPurposes(consent.purposes));
        _useSignature(signer, consent, signature);
        _withdraw(signer, consent.member, consent.provider);
    }

    function _withdraw(address signer, bytes32 member, ProviderId provider) private {
        Entry storage entry = _ownEntry(signer, member, provider);
        require(entry.current.exists, NothingToWithdraw(signer, member, provider));

        uint32 today = utcDay(block.timestamp);
        if (entry.current.until > today) entry.current.until = today;
        emit ConsentWithdrawn(signer, member, provider, entry.current.until);
    }

    // ENTRIES

    /// @dev A provider's first entry begins as that for any provider, which it will override: what was consented for the
    /// days past stays true of this provider too.
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

    // SIGNATURES

    function _useSignature(address signer, Consent calldata consent, bytes calldata signature) private {
        require(block.timestamp <= consent.deadline, ConsentExpired(consent.deadline));
        bytes32 digest = _hashTypedDataV4(consent.hash());
        require(Signatures.isValid(signer, digest, signature), InvalidConsentSignature(signer));
        _useCheckedNonce(signer, consent.nonce);
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
        return _holds(current, day, purpose) || _heldBefore(entry.past, day, purpose);
    }

    function _heldBefore(Grant[] storage past, uint32 day, uint8 purpose) private view returns (bool) {
        uint256 count = past.length;
        uint256 oldest = Math.saturatingSub(count, PAST_GRANTS);
        for (uint256 i = count; i > oldest; --i) {
            if (_holds(past[i - 1], day, purpose)) return true;
        }
        return false;
    }

    function _holds(Grant memory grant, uint32 day, uint8 purpose) private pure returns (bool) {
        return grant.purposes & purpose != 0 && grant.from <= day && day <= grant.until;
    }
}
