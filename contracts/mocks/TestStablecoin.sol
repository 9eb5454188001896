// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A stablecoin that anyone may mint, for local chains only
contract TestStablecoin is ERC20, ERC20Permit {
    uint8 private immutable DECIMALS;

    constructor(uint8 decimals_) ERC20("Test Dollar", "TUSD") ERC20Permit("Test Dollar") {
        DECIMALS = decimals_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}
