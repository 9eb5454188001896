// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Memory} from "../libraries/Memory.sol";
import {Account} from "./Account.sol";

/// @notice The terms of one policy year, as the insurer signs them. They are not stored: a call about a policy passes
/// them in, and their hash must be the policy id. Amounts are minor units of `currency`.
struct Policy {
    /// Who holds the bound token.
    address holder;
    /// Who is paid when a member names nobody.
    address payee;
    /// The risk pool that carries the policy.
    address pool;
    /// Hash of the benefit table that the policy was sold under.
    bytes32 benefitTable;
    /// Merkle root of the members' leaves, at most 256 of them.
    bytes32 members;
    /// First civil day of cover.
    uint32 start;
    /// First civil day after cover.
    uint32 end;
    /// Days after the end of a service during which it may be filed.
    uint16 filingDays;
    /// Most that the insurer pays under this policy, for all members together.
    uint64 annualLimit;
    /// Deductible of the policy year, for all members together.
    uint64 deductible;
    /// Most that all members together bear of deductible and coinsurance.
    uint64 outOfPocket;
    /// A line above this amount is held for review.
    uint64 autoPayLimit;
    /// Seconds for which a held claim waits before anyone may settle it.
    uint32 reviewWindow;
    /// Capital that the pool locks, as a share of the unused annual limit, basis points.
    uint16 solvencyBps;
    /// Premium for the whole year, paid at issue.
    uint64 premium;
    /// ISO 4217 alphabetic code.
    bytes3 currency;
    /// Reserved for shared counters; must be 0, which means the policy's own account.
    bytes32 account;
    /// Makes the ids of two equal policies differ.
    bytes32 salt;
}

// solhint-disable-next-line gas-small-strings
bytes32 constant POLICY_TYPEHASH = keccak256(
    "Policy(address holder,address payee,address pool,bytes32 benefitTable,bytes32 members,uint32 start,uint32 end,uint16 filingDays,uint64 annualLimit,uint64 deductible,uint64 outOfPocket,uint64 autoPayLimit,uint32 reviewWindow,uint16 solvencyBps,uint64 premium,bytes3 currency,bytes32 account,bytes32 salt)"
);

uint256 constant POLICY_WORDS = 18;

using {hash, lock} for Policy global;

/// @notice Returns the EIP-712 hashStruct of the terms.
function hash(Policy memory policy) pure returns (bytes32) {
    return Memory.hashStruct(placeOf(policy), POLICY_TYPEHASH, POLICY_WORDS);
}

function placeOf(Policy memory policy) pure returns (Memory.Place place) {
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        place := policy
    }
}

/// @notice Returns the capital that the pool must lock for what the policy may still cost, minor units. Rounds up,
/// which favours the policy.
function lock(Policy memory policy, Account account) pure returns (uint256) {
    if (account.isClosed()) return 0;

    uint256 unused = policy.annualLimit - account.decided();
    // The product of 64 bits and 16 bits plus 9,999 fits 256 bits.
    unchecked {
        return (unused * policy.solvencyBps + 9_999) / 10_000;
    }
}
