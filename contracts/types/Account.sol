// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Charge} from "./Charge.sol";

/// @notice The counters of one policy, in minor units, in one word. Contracts store it, pass it on and
/// add to it as a word.
///
///     paid 56 bits | reserved 56 | deductible 56 | outOfPocket 56 | closed 16 | issued 16
///
/// 56 bits hold 720 trillion dollars in cents. Terms with a larger limit are refused at issue, and decisions stay
/// within the limits, so no sum overflows into its neighbour. The sums leave 32 bits, which the two flags share: each
/// uses the lowest of its 16 bits, and the others are always 0.
type Account is uint256;

/// @notice An account, unpacked for readers.
struct AccountView {
    /// Paid or owed to payees.
    uint56 paid;
    /// Reserved for held claims.
    uint56 reserved;
    /// Deductible borne by the members.
    uint56 deductible;
    /// Deductible and coinsurance borne by the members.
    uint56 outOfPocket;
    /// The policy exists.
    bool issued;
    /// Its capital has been released.
    bool closed;
}

using AccountLibrary for Account global;

/// @title Account accessors
/// @dev A cast after a shift drops the neighbours above; the sums in {toView} are cast back to their own width.
library AccountLibrary {
    uint256 private constant PAID_SHIFT = 200;
    uint256 private constant RESERVED_SHIFT = 144;
    uint256 private constant DEDUCTIBLE_SHIFT = 88;
    uint256 private constant OUT_OF_POCKET_SHIFT = 32;
    uint256 private constant CLOSED_FLAG = 1 << 16;
    uint256 private constant ISSUED_FLAG = 1;

    function newlyIssued() internal pure returns (Account) {
        return Account.wrap(ISSUED_FLAG);
    }

    function paid(Account self) internal pure returns (uint256) {
        return Account.unwrap(self) >> PAID_SHIFT;
    }

    function reserved(Account self) internal pure returns (uint256) {
        return uint56(Account.unwrap(self) >> RESERVED_SHIFT);
    }

    function deductible(Account self) internal pure returns (uint256) {
        return uint56(Account.unwrap(self) >> DEDUCTIBLE_SHIFT);
    }

    function outOfPocket(Account self) internal pure returns (uint256) {
        return uint56(Account.unwrap(self) >> OUT_OF_POCKET_SHIFT);
    }

    /// @notice Returns what counts against the annual limit: paid plus reserved.
    function decided(Account self) internal pure returns (uint256) {
        // The sum of two numbers of 56 bits cannot overflow.
        unchecked {
            return self.paid() + self.reserved();
        }
    }

    function isIssued(Account self) internal pure returns (bool) {
        return Account.unwrap(self) & ISSUED_FLAG != 0;
    }

    function isClosed(Account self) internal pure returns (bool) {
        return Account.unwrap(self) & CLOSED_FLAG != 0;
    }

    function close(Account self) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(self) | CLOSED_FLAG);
    }

    /// @notice Adds a decision: its sum to `reserved` if it is held, otherwise to `paid`.
    function count(Account self, Charge charge, bool held) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(self) + _bits(charge, held ? RESERVED_SHIFT : PAID_SHIFT));
    }

    /// @notice Moves a sum from `reserved` to `paid`.
    function settle(Account self, uint256 amount) internal pure returns (Account) {
        assert(amount <= self.reserved());
        return Account.wrap(Account.unwrap(self) - (amount << RESERVED_SHIFT) + (amount << PAID_SHIFT));
    }

    /// @notice Takes a held decision out again.
    function release(Account self, Charge charge) internal pure returns (Account) {
        assert(charge.paid() <= self.reserved());
        assert(charge.deductible() <= self.deductible());
        assert(charge.deductible() + charge.coinsurance() <= self.outOfPocket());
        return Account.wrap(Account.unwrap(self) - _bits(charge, RESERVED_SHIFT));
    }

    function toView(Account self) internal pure returns (AccountView memory) {
        return
            AccountView({
                paid: uint56(self.paid()),
                reserved: uint56(self.reserved()),
                deductible: uint56(self.deductible()),
                outOfPocket: uint56(self.outOfPocket()),
                issued: self.isIssued(),
                closed: self.isClosed()
            });
    }

    /// @dev Shifts a charge into the places of an account; `paidShift` says whether its sum goes to
    /// `paid` or `reserved`.
    function _bits(Charge charge, uint256 paidShift) private pure returns (uint256) {
        uint256 borne = charge.deductible();
        return
            (charge.paid() << paidShift) +
            (borne << DEDUCTIBLE_SHIFT) +
            ((borne + charge.coinsurance()) << OUT_OF_POCKET_SHIFT);
    }
}
