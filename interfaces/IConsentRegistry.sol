// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Consent} from "../contracts/types/Consent.sol";
import {ProviderId} from "../contracts/types/Ids.sol";

/// @title Which provider may file a member's claims
/// @notice A member's signer consents, by transaction or by signature, for a stretch of service days. Consent may be
/// given after care. Giving anew or withdrawing works forward only: what was consented for days already past stays.
/// An entry for one provider, also a withdrawn one, overrides the entry for any provider.
/// @dev Assumption: at most the last eight past stretches of an entry are looked at.
interface IConsentRegistry {
    /// @notice Thrown when the last day lies before the first.
    error InvalidPeriod(uint32 from, uint32 until);
    /// @notice Thrown when the purposes are none, or bits that have no meaning.
    error InvalidPurposes(uint8 purposes);
    /// @notice Thrown when a signed consent is recorded after its deadline.
    error ConsentExpired(uint256 deadline);
    /// @notice Thrown when the signature is not the signer's.
    error InvalidConsentSignature(address signer);
    /// @notice Thrown when there is nothing to withdraw.
    error NothingToWithdraw(address signer, bytes32 member, ProviderId provider);

    event ConsentGiven(
        address indexed signer,
        bytes32 indexed member,
        ProviderId indexed provider,
        uint8 purposes,
        uint32 from,
        uint32 until
    );
    event ConsentWithdrawn(
        address indexed signer,
        bytes32 indexed member,
        ProviderId indexed provider,
        uint32 lastDay
    );

    /// @notice Gives the caller's consent.
    /// @dev Moves the caller's nonce, so that signed consents not yet recorded die. Emits {ConsentGiven}.
    /// @param provider 0 for any accredited provider.
    /// @param from First civil day of service, `until` the last.
    function give(bytes32 member, ProviderId provider, uint8 purposes, uint32 from, uint32 until) external;

    /// @notice Records a signed consent; anyone may relay it. ERC-1271 signers are accepted.
    /// @dev Requirements: before the deadline; the signer's next nonce. Emits {ConsentGiven}.
    function giveBySignature(address signer, Consent calldata consent, bytes calldata signature) external;

    /// @notice Withdraws the caller's consent after today (UTC). Withdrawing from one provider what was given to any
    /// leaves the others theirs.
    /// @dev Moves the caller's nonce. Emits {ConsentWithdrawn}.
    function withdraw(bytes32 member, ProviderId provider) external;

    /// @notice Withdraws by signature: a consent with purposes 0, whose days are ignored; anyone may relay it.
    /// @dev Requirements: as {giveBySignature}. Emits {ConsentWithdrawn}.
    function withdrawBySignature(address signer, Consent calldata consent, bytes calldata signature) external;

    /// @notice Whether the signer has consented to a purpose for a day of service.
    /// @param purpose One PURPOSE_ bit.
    function inForce(
        address signer,
        bytes32 member,
        ProviderId provider,
        uint32 day,
        uint8 purpose
    ) external view returns (bool);
}
