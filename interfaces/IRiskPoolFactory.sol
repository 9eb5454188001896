// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Listing} from "../contracts/types/Pool.sol";

/// @title Where risk pools come from
/// @notice Anyone may open a pool of a listed asset and name its insurer; only pools from here can carry policies.
/// @dev Warning: the governor's listing says that an asset behaves: no fees, no rebasing, no hostile hooks. Taking an
/// asset off the list stops new pools and leaves the old ones alone.
interface IRiskPoolFactory {
    /// @notice Thrown when the asset has fewer decimals than its currency.
    error AssetTooCoarse(uint8 decimals, uint8 exponent);
    /// @notice Thrown when the currency is empty.
    error ZeroCurrency();
    /// @notice Thrown when the asset is not listed.
    error AssetNotListed(address asset);
    /// @notice Thrown when the insurer would be nobody.
    error ZeroInsurer();

    event AssetListed(address indexed asset, bytes3 currency, uint8 exponent);
    event AssetDelisted(address indexed asset);
    event PoolCreated(address indexed pool, address indexed insurer, address indexed asset);

    /// @notice Lists an asset for the currency that it stands for.
    /// @dev Requirements: governor; decimals ≥ exponent. Emits {AssetListed}.
    /// @param currency ISO 4217 alphabetic code, with its `exponent`.
    function listAsset(address asset, bytes3 currency, uint8 exponent) external;

    /// @notice Stops new pools of an asset.
    /// @dev Requirements: governor; listed. Emits {AssetDelisted}.
    function delistAsset(address asset) external;

    /// @notice Opens a pool.
    /// @dev Requirements: a listed asset; insurer not 0. Emits {PoolCreated}.
    function createPool(
        address asset,
        address insurer,
        string calldata name,
        string calldata symbol
    ) external returns (address pool);

    function isPool(address pool) external view returns (bool);

    function listingOf(address asset) external view returns (Listing memory);
}
