// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ProviderId} from "./Ids.sol";

/// @notice What an attestor signs: one root for 1 to 100,000 diagnoses.
struct Attestation {
    /// The provider that the attestor speaks for.
    ProviderId provider;
    /// Merkle root of the diagnoses.
    bytes32 root;
    /// Seconds since 1970.
    uint64 issuedAt;
    /// Last second at which it may be filed; at most 90 days after `issuedAt`.
    uint64 expiresAt;
}

bytes32 constant ATTESTATION_TYPEHASH = keccak256(
    "Attestation(uint64 provider,bytes32 root,uint64 issuedAt,uint64 expiresAt)"
);

using {hash} for Attestation global;

/// @notice EIP-712 hashStruct of the attestation.
function hash(Attestation calldata attestation) pure returns (bytes32) {
    return keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation));
}
