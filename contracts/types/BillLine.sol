// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ALL_CLAIMED, ALL_SUMS, BillSums, CLAIMED, CURRENCY, REVISION} from "./BillSums.sol";

/// @notice A line of a provider's bill: the guard against double payment, over all policies, pools and desks. One word, so
/// that the first payer costs one write; later payers stand beside it.
///
///     shared 8 bits | leaf 24 | payer 64 | revision 8 | currency 24 | claimed 64 | billed 64
///
/// Payer is the head of the first payer's hash, leaf the head of the diagnosis that was decided for it: a chance match can
/// only refuse a payment, never repeat one.
type BillLine is uint256;

/// @notice A bill line as readers see it.
struct BillLineView {
    /// The first billed amount, which binds; 0 while nobody has claimed.
    uint64 billed;
    /// Paid or reserved by the first payer.
    uint64 claimed;
    bytes3 currency;
    /// The revision that is due: how often a decision on the line was withdrawn.
    uint8 revision;
    bytes8 payer;
    bytes3 leaf;
    /// Other policies have claimed for it too.
    bool shared;
}

using BillLineLibrary for BillLine global;

/// @title Bill line, by name
library BillLineLibrary {
    uint256 private constant PAYER = 160;
    uint256 private constant LEAF = 224;
    uint256 private constant SHARED = 1 << 248;
    uint256 private constant ALL_FIRST = ALL_CLAIMED | (((1 << 88) - 1) << PAYER);

    function claimed(BillLine self) internal pure returns (uint256) {
        return uint64(BillLine.unwrap(self) >> CLAIMED);
    }

    function revision(BillLine self) internal pure returns (uint256) {
        return uint8(BillLine.unwrap(self) >> REVISION);
    }

    function payer(BillLine self) internal pure returns (bytes8) {
        return bytes8(uint64(BillLine.unwrap(self) >> PAYER));
    }

    function leaf(BillLine self) internal pure returns (bytes3) {
        return bytes3(uint24(BillLine.unwrap(self) >> LEAF));
    }

    function isShared(BillLine self) internal pure returns (bool) {
        return BillLine.unwrap(self) & SHARED != 0;
    }

    /// @notice With a first payer, where there is none.
    function withFirst(
        BillLine self,
        BillSums sums,
        bytes8 payer_,
        bytes3 leaf_
    ) internal pure returns (BillLine) {
        uint256 kept = BillLine.unwrap(self) & ~ALL_SUMS;
        uint256 heads = (uint256(uint64(payer_)) << PAYER) | (uint256(uint24(leaf_)) << LEAF);
        return BillLine.wrap(kept | heads | (BillSums.unwrap(sums) & ALL_SUMS));
    }

    /// @notice With one more payer, whose claim stands elsewhere.
    function withOther(BillLine self, BillSums sums) internal pure returns (BillLine) {
        uint256 bound = ALL_SUMS & ~ALL_CLAIMED;
        return BillLine.wrap((BillLine.unwrap(self) & ~bound) | (BillSums.unwrap(sums) & bound) | SHARED);
    }

    function withoutFirst(BillLine self) internal pure returns (BillLine) {
        return BillLine.wrap(BillLine.unwrap(self) & ~ALL_FIRST);
    }

    /// @notice With nothing billed.
    function withoutSums(BillLine self) internal pure returns (BillLine) {
        return BillLine.wrap(BillLine.unwrap(self) & ~ALL_SUMS);
    }

    /// @notice With the revision after this one, which is not the last.
    function withNextRevision(BillLine self) internal pure returns (BillLine) {
        return BillLine.wrap(BillLine.unwrap(self) + (1 << REVISION));
    }

    function toView(BillLine self) internal pure returns (BillLineView memory) {
        uint256 word = BillLine.unwrap(self);
        return
            BillLineView({
                billed: uint64(word),
                claimed: uint64(self.claimed()),
                currency: bytes3(uint24(word >> CURRENCY)),
                revision: uint8(self.revision()),
                payer: self.payer(),
                leaf: self.leaf(),
                shared: self.isShared()
            });
    }
}
