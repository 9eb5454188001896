// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IPolicyBook} from "../../interfaces/IPolicyBook.sol";
import {IRiskPool} from "../../interfaces/IRiskPool.sol";
import {Policy} from "../types/Policy.sol";

/// @notice A capital provider that deposits, closes a policy and redeems in one transaction.
contract FlashCapitalMock {
    function deposit(address pool, uint256 assets) public {
        IERC20(IERC4626(pool).asset()).approve(pool, assets);
        IERC4626(pool).deposit(assets, address(this));
    }

    function giveNotice(address pool) external {
        IRiskPool(pool).giveNotice(IERC4626(pool).balanceOf(address(this)));
    }

    function depositCloseRedeem(address book, Policy calldata terms, uint256 assets) external {
        deposit(terms.pool, assets);
        IPolicyBook(book).close(terms);
        IERC4626 pool = IERC4626(terms.pool);
        pool.redeem(pool.maxRedeem(address(this)), address(this), address(this));
    }
}
