// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a pool is asked to carry when a policy is issued. Amounts are minor units.
struct Underwriting {
    address payer;
    address quoteSigner;
    /// Who is paid when a member names nobody.
    address payee;
    bytes32 benefitTable;
    bytes3 currency;
    uint64 premium;
    /// First civil day of cover.
    uint32 start;
    /// First civil day after it.
    uint32 end;
    /// Capital to lock.
    uint256 lock;
}

/// @notice What a pool's money is promised to, minor units; 80 bits hold the limits of 16 million of the largest policies.
struct Commitments {
    // slot 0
    /// Capital that open policies lock.
    uint80 locked;
    /// Claims booked and not yet paid.
    uint80 outstanding;
    /// What of them is held for review.
    uint80 reserved;
    /// The pool is moving money and lets nobody in. Here, where every claim writes, it costs no slot of its own.
    bool entered;
}

/// @notice A capital provider's notice to leave.
struct Notice {
    // slot 0
    uint192 shares;
    /// First second at which they may leave.
    uint64 readyAt;
}

/// @notice An ERC-2612 permit of the payer's.
struct Permit {
    uint256 value;
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice An asset that pools may hold.
struct Listing {
    // slot 0
    /// ISO 4217 alphabetic code of the currency that the asset stands for; 0 when not listed.
    bytes3 currency;
    /// ISO 4217 exponent: decimals of the minor unit.
    uint8 exponent;
}
