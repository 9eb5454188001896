// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Memory
/// @notice Lets a loop use the same memory in every round. Solidity never frees memory, and its cost grows with the
/// square of its size, so a hundred lines would pay for it several times.
/// @dev This and the three `placeOf` functions are the only assembly in the contracts. Memory allocated after the mark
/// must not be read after the reset.
library Memory {
    type Mark is bytes32;
    /// @dev Where a struct without dynamic parts begins. Its words are there in order, as EIP-712 encodes them.
    type Place is uint256;

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

    /// @notice Returns the EIP-712 hashStruct of the struct at a place. To copy it after its type hash, as abi.encode
    /// does, would cost five times as much.
    /// @param words Number of fields of the struct.
    function hashStruct(Place place, bytes32 typeHash, uint256 words) internal pure returns (bytes32 digest) {
        // The word before the struct belongs to something else, so it is restored before the block ends. Nothing can
        // read it in between, as long as the compiler moves no instruction into the block (no viaIR).
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let head := sub(place, 0x20)
            let held := mload(head)
            mstore(head, typeHash)
            digest := keccak256(head, mul(add(words, 1), 0x20))
            mstore(head, held)
        }
    }
}
