// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Memory
/// @notice Lets a loop use the same memory in every round. Solidity frees none, and what memory costs grows with the
/// square of its size: a hundred lines would pay for it several times over.
/// @dev The only assembly of the suite; nothing made after the mark may be read after the reset.
library Memory {
    type Mark is bytes32;

    function mark() internal pure returns (Mark here) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            here := mload(0x40)
        }
    }

    function reset(Mark here) internal pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0x40, here)
        }
    }
}
