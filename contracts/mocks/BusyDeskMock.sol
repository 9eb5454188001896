// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IProviderRegistry} from "../../interfaces/IProviderRegistry.sol";
import {BillSums} from "../types/BillSums.sol";
import {Bill} from "../types/Provider.sol";

/// @notice A desk that records a bill line and releases it again, many times over.
contract BusyDeskMock {
    function recordAndRelease(
        IProviderRegistry registry,
        Bill calldata bill,
        BillSums sums,
        uint256 times
    ) external {
        for (uint256 i = 0; i < times; ++i) {
            registry.record(bill, sums);
            registry.release(bill.provider, bill.billLine, bill.policy);
        }
    }
}
