// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Charge} from "./Charge.sol";

/// @notice What a policy has used, in minor units: one word, stored, passed on and counted as it is.
///
///     paid 56 bits | reserved 56 | deductible 56 | outOfPocket 56 | closed 16 | issued 16
///
/// 56 bits hold 720 trillion dollars in cents. Terms with a larger limit are refused at issue, and decisions stay within
/// the limits, so no sum below runs into its neighbour.
type Account is uint256;

/// @notice An account as readers see it.
struct AccountView {
    /// Paid or owed to payees.
    uint56 paid;
    /// Decided, held, and not yet paid.
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

/// @title Account, by name
library AccountLibrary {
    uint256 private constant PAID = 200;
    uint256 private constant RESERVED = 144;
    uint256 private constant DEDUCTIBLE = 88;
    uint256 private constant OUT_OF_POCKET = 32;
    uint256 private constant CLOSED = 1 << 16;
    uint256 private constant ISSUED = 1;

    function newlyIssued() internal pure returns (Account) {
        return Account.wrap(ISSUED);
    }

    function paid(Account self) internal pure returns (uint256) {
        return Account.unwrap(self) >> PAID;
    }

    function reserved(Account self) internal pure returns (uint256) {
        return uint56(Account.unwrap(self) >> RESERVED);
    }

    function deductible(Account self) internal pure returns (uint256) {
        return uint56(Account.unwrap(self) >> DEDUCTIBLE);
    }

    function outOfPocket(Account self) internal pure returns (uint256) {
        return uint56(Account.unwrap(self) >> OUT_OF_POCKET);
    }

    /// @notice Paid or reserved: what counts against the annual limit.
    function decided(Account self) internal pure returns (uint256) {
        // Two numbers of 56 bits.
        unchecked {
            return self.paid() + self.reserved();
        }
    }

    function isIssued(Account self) internal pure returns (bool) {
        return Account.unwrap(self) & ISSUED != 0;
    }

    function isClosed(Account self) internal pure returns (bool) {
        return Account.unwrap(self) & CLOSED != 0;
    }

    function close(Account self) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(self) | CLOSED);
    }

    /// @notice Counts a decision.
    function count(Account self, Charge charge, bool held) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(self) + _bits(charge, held ? RESERVED : PAID));
    }

    /// @notice Turns a reserved sum into a paid one.
    function settle(Account self, uint256 amount) internal pure returns (Account) {
        assert(amount <= self.reserved());
        return Account.wrap(Account.unwrap(self) - (amount << RESERVED) + (amount << PAID));
    }

    /// @notice Gives back a held decision.
    function release(Account self, Charge charge) internal pure returns (Account) {
        assert(charge.paid() <= self.reserved());
        assert(charge.deductible() <= self.deductible());
        assert(charge.deductible() + charge.coinsurance() <= self.outOfPocket());
        return Account.wrap(Account.unwrap(self) - _bits(charge, RESERVED));
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

    /// @dev The charge in the places of an account, what is payable in the one that `place` names.
    function _bits(Charge charge, uint256 place) private pure returns (uint256) {
        uint256 borne = charge.deductible();
        return
            (charge.paid() << place) +
            (borne << DEDUCTIBLE) +
            ((borne + charge.coinsurance()) << OUT_OF_POCKET);
    }
}
