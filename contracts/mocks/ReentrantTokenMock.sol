// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TestStablecoin} from "./TestStablecoin.sol";

/// @notice A stablecoin that makes one call during its next transfer and ignores the result.
contract ReentrantTokenMock is TestStablecoin {
    event CalledBack(bool succeeded, bytes answer);

    address private _target;
    bytes private _call;

    constructor(uint8 decimals_) TestStablecoin(decimals_) {}

    function arm(address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        address target = _target;
        if (target == address(0)) return;
        delete _target;
        // solhint-disable-next-line avoid-low-level-calls
        (bool succeeded, bytes memory answer) = target.call(_call);
        emit CalledBack(succeeded, answer);
    }
}
