// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Memory
/// @notice Lets a loop use the same memory in every round. Solidity frees none, and what memory costs grows with the
/// square of its size: a hundred lines would pay for it several times over.
/// @dev With `placeOf` of three structs the only assembly of the suite. Nothing made after the mark may be read after the
/// reset.
library Memory {
    type Mark is bytes32;
    /// @dev Where a struct begins that has no dynamic part: its words lie there in order, as EIP-712 encodes them.
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

    /// @notice EIP-712 hashStruct of what lies at a place. Copying it behind its type hash, as abi.encode does, costs five
    /// times as much.
    /// @param words How many fields the struct has.
    function hashStruct(Place place, bytes32 typeHash, uint256 words) internal pure returns (bytes32 digest) {
        // The word before the struct is another's, and gets back what it held before the block ends: nothing can read
        // it meanwhile, as long as the compiler moves no instruction into the block (no viaIR).
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
