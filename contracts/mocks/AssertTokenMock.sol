// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TestStablecoin} from "./TestStablecoin.sol";

/// @notice An asset as old compilers made it: it asserts when the balance is short, which uses up all gas it was given.
contract AssertTokenMock is TestStablecoin {
    constructor(uint8 decimals_) TestStablecoin(decimals_) {}

    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && balanceOf(from) < value) {
            // solhint-disable-next-line no-inline-assembly
            assembly {
                invalid()
            }
        }
        super._update(from, to, value);
    }
}
