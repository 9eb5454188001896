// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TestStablecoin} from "./TestStablecoin.sol";

/// @notice A stablecoin with a block list, as the large ones have. An account on the list can neither send nor receive.
contract BlockingTokenMock is TestStablecoin {
    error Blocked(address account);

    mapping(address account => bool blocked) public isBlocked;

    constructor(uint8 decimals_) TestStablecoin(decimals_) {}

    function block(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!isBlocked[from], Blocked(from));
        require(!isBlocked[to], Blocked(to));
        super._update(from, to, value);
    }
}
