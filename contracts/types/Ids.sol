// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice A policy: the EIP-712 digest of its terms, and the ERC-721 token id.
type PolicyId is bytes32;

/// @notice An accredited provider of care: a running number given by the registry, from 1. 0 means "any provider".
type ProviderId is uint64;

/// @notice A claim: the hash of (policy, provider, bill line).
type ClaimId is bytes32;

using {equals as ==} for PolicyId global;
using {isNone} for ProviderId global;

function equals(PolicyId a, PolicyId b) pure returns (bool) {
    return PolicyId.unwrap(a) == PolicyId.unwrap(b);
}

function isNone(ProviderId provider) pure returns (bool) {
    return ProviderId.unwrap(provider) == 0;
}

function claimIdOf(PolicyId policy, ProviderId provider, bytes32 billLine) pure returns (ClaimId) {
    return ClaimId.wrap(keccak256(abi.encode(policy, provider, billLine)));
}
