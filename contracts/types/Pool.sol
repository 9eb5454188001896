// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a pool must know to underwrite a policy. Amounts are minor units.
struct Underwriting {
    /// Who pays the premium.
    address payer;
    /// Who signed the quote.
    address quoteSigner;
    /// Who is paid when a member names nobody.
    address payee;
    /// Hash of the benefit table.
    bytes32 benefitTable;
    /// ISO 4217 alphabetic code.
    bytes3 currency;
    /// Premium for the whole year.
    uint64 premium;
    /// First civil day of cover.
    uint32 start;
    /// First civil day after cover.
    uint32 end;
    /// Capital to lock.
    uint256 lock;
}

/// @notice What a pool has promised, in minor units. 80 bits hold the limits of 16 million of the largest policies.
struct Commitments {
    // slot 0
    /// Capital that open policies lock.
    uint80 locked;
    /// Claims booked and not yet paid.
    uint80 outstanding;
    /// The part of `outstanding` that is held for review.
    uint80 reserved;
    /// True while the pool moves money, so that it refuses further calls. Every claim writes this slot anyway, so the
    /// flag costs nothing.
    bool entered;
}

/// @notice A shareholder's notice.
struct Notice {
    // slot 0
    /// Shares that may be redeemed.
    uint192 shares;
    /// First second at which they may be, since 1970.
    uint64 readyAt;
}

/// @notice The payer's ERC-2612 permit to the pool.
struct Permit {
    /// Allowance, token units.
    uint256 value;
    /// Last second at which it is valid, since 1970.
    uint256 deadline;
    /// The signature: v, r and s.
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice How an asset is listed.
struct Listing {
    // slot 0
    /// ISO 4217 alphabetic code of the currency that the asset represents; 0 if it is not listed.
    bytes3 currency;
    /// Decimals of the currency's minor unit (ISO 4217).
    uint8 exponent;
}
