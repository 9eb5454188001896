// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Memory} from "../libraries/Memory.sol";

/// @notice A person covered: one leaf of `Policy.members`.
struct Member {
    /// Blinded identity; only the member's key opens it.
    bytes32 commitment;
    /// Whose consent lets providers file.
    address consentSigner;
    /// Who is paid; 0 for the policy's payee.
    address payee;
    /// First civil day covered; waiting periods start then. It may be before the policy's start.
    uint32 coveredSince;
    /// First civil day no longer covered.
    uint32 coveredUntil;
    /// Merkle root of the member's blinded benefits.
    bytes32 schedule;
}

// solhint-disable-next-line gas-small-strings
bytes32 constant MEMBER_TYPEHASH = keccak256(
    "Member(bytes32 commitment,address consentSigner,address payee,uint32 coveredSince,uint32 coveredUntil,bytes32 schedule)"
);

uint256 constant MEMBER_WORDS = 6;

// A tree of 256 members is 8 levels deep.
uint256 constant MAX_MEMBER_PROOF = 8;

using {hash} for Member global;

/// @notice Returns the EIP-712 hashStruct of the leaf.
function hash(Member memory member) pure returns (bytes32) {
    return Memory.hashStruct(placeOf(member), MEMBER_TYPEHASH, MEMBER_WORDS);
}

function placeOf(Member memory member) pure returns (Memory.Place place) {
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        place := member
    }
}
