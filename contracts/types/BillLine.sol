// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    BillSums,
    CLAIMED_MASK,
    CLAIMED_SHIFT,
    CURRENCY_SHIFT,
    REVISION_SHIFT,
    SUMS_MASK
} from "./BillSums.sol";

/// @notice One line of a provider's bill, which prevents double payment over all policies, pools and desks. It is one
/// word, so that the first payer costs one write; {BillLines} keeps later payers separately.
///
///     shared 8 bits | leaf 24 | payer 64 | revision 8 | currency 24 | claimed 64 | billed 64
///
/// `payer` is the head of the first payer's hash, `leaf` the head of the diagnosis decided for it. A chance match of
/// two heads can refuse a payment, but never repeat one. `shared` is a flag in the lowest of the 8 bits left.
type BillLine is uint256;

/// @notice A bill line, unpacked for readers.
struct BillLineView {
    /// The first billed amount, which later claims must repeat, minor units; 0 while nobody has claimed.
    uint64 billed;
    /// Paid or reserved by the first payer, minor units.
    uint64 claimed;
    /// ISO 4217 alphabetic code.
    bytes3 currency;
    /// The revision that is due: how often a decision on the line was withdrawn.
    uint8 revision;
    /// Head of the first payer's hash; 0 for none.
    bytes8 payer;
    /// Head of the diagnosis that was decided for the first payer.
    bytes3 leaf;
    /// True if other policies have claimed for the line too.
    bool shared;
}

using BillLineLibrary for BillLine global;

/// @title Bill line accessors
/// @dev A cast after a shift drops the neighbours above.
library BillLineLibrary {
    uint256 private constant PAYER_SHIFT = 160;
    uint256 private constant LEAF_SHIFT = 224;
    uint256 private constant SHARED_FLAG = 1 << 248;
    /// @dev What the first payer fills: `claimed`, `payer` (64 bits) and `leaf` (24).
    uint256 private constant FIRST_MASK = CLAIMED_MASK | (((1 << 88) - 1) << PAYER_SHIFT);

    function claimed(BillLine self) internal pure returns (uint256) {
        return uint64(BillLine.unwrap(self) >> CLAIMED_SHIFT);
    }

    function revision(BillLine self) internal pure returns (uint256) {
        return uint8(BillLine.unwrap(self) >> REVISION_SHIFT);
    }

    function payer(BillLine self) internal pure returns (bytes8) {
        return bytes8(uint64(BillLine.unwrap(self) >> PAYER_SHIFT));
    }

    function leaf(BillLine self) internal pure returns (bytes3) {
        return bytes3(uint24(BillLine.unwrap(self) >> LEAF_SHIFT));
    }

    function isShared(BillLine self) internal pure returns (bool) {
        return BillLine.unwrap(self) & SHARED_FLAG != 0;
    }

    /// @notice Returns the line with a first payer; it must have none.
    function withFirst(
        BillLine self,
        BillSums sums,
        bytes8 payer_,
        bytes3 leaf_
    ) internal pure returns (BillLine) {
        uint256 kept = BillLine.unwrap(self) & ~SUMS_MASK;
        uint256 heads = (uint256(uint64(payer_)) << PAYER_SHIFT) | (uint256(uint24(leaf_)) << LEAF_SHIFT);
        return BillLine.wrap(kept | heads | (BillSums.unwrap(sums) & SUMS_MASK));
    }

    /// @notice Returns the line with another payer, whose claim {BillLines} keeps separately.
    function withOther(BillLine self, BillSums sums) internal pure returns (BillLine) {
        uint256 bound = SUMS_MASK & ~CLAIMED_MASK;
        return
            BillLine.wrap((BillLine.unwrap(self) & ~bound) | (BillSums.unwrap(sums) & bound) | SHARED_FLAG);
    }

    /// @notice Returns the line without its first payer.
    function withoutFirst(BillLine self) internal pure returns (BillLine) {
        return BillLine.wrap(BillLine.unwrap(self) & ~FIRST_MASK);
    }

    /// @notice Returns the line with nothing billed.
    function withoutSums(BillLine self) internal pure returns (BillLine) {
        return BillLine.wrap(BillLine.unwrap(self) & ~SUMS_MASK);
    }

    /// @notice Returns the line with the next revision; its own must not be the last, 255.
    function withNextRevision(BillLine self) internal pure returns (BillLine) {
        return BillLine.wrap(BillLine.unwrap(self) + (1 << REVISION_SHIFT));
    }

    function toView(BillLine self) internal pure returns (BillLineView memory) {
        uint256 word = BillLine.unwrap(self);
        return
            BillLineView({
                billed: uint64(word),
                claimed: uint64(self.claimed()),
                currency: bytes3(uint24(word >> CURRENCY_SHIFT)),
                revision: uint8(self.revision()),
                payer: self.payer(),
                leaf: self.leaf(),
                shared: self.isShared()
            });
    }
}
