// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ProviderId} from "./Ids.sol";

/// @notice A member's consent, as its signer gives it.
struct Consent {
    /// `Member.commitment`.
    bytes32 member;
    /// 0 for any accredited provider.
    ProviderId provider;
    /// Sum of PURPOSE_ bits.
    uint8 purposes;
    /// First civil day of service that it covers.
    uint32 from;
    /// Last civil day of service that it covers.
    uint32 until;
    /// The signer's next nonce.
    uint256 nonce;
    /// Last second at which a signed consent may be recorded, since 1970.
    uint256 deadline;
}

uint8 constant PURPOSE_FILE = 1; // file claims
uint8 constant PURPOSE_DISCLOSE = 2; // disclose the record
uint8 constant PURPOSE_SECOND_OPINION = 4;
uint8 constant PURPOSE_RESEARCH = 8;
uint8 constant ALL_PURPOSES = 15;

bytes32 constant CONSENT_TYPEHASH = keccak256(
    "Consent(bytes32 member,uint64 provider,uint8 purposes,uint32 from,uint32 until,uint256 nonce,uint256 deadline)"
);

using {hash} for Consent global;

/// @notice Returns the EIP-712 hashStruct of the consent.
function hash(Consent calldata consent) pure returns (bytes32) {
    return keccak256(abi.encode(CONSENT_TYPEHASH, consent));
}

/// @notice A consent as stored. One slot.
struct Grant {
    // slot 0
    /// First civil day of service.
    uint32 from;
    /// Last civil day of service.
    uint32 until;
    /// Sum of PURPOSE_ bits.
    uint8 purposes;
    /// True for an entry that exists, also when it is withdrawn.
    bool exists;
}
