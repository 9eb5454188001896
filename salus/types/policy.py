"""Defines the terms of a policy year; mirrors contracts/types/Policy.sol."""

from __future__ import annotations

from typing import ClassVar

from salus.base.errors import InputError, PolicyError
from salus.crypto.abi import Address, Bytes32, Currency, Struct, Uint16, Uint32, Uint64

MAX_MEMBERS = 256
MAX_AMOUNT = 2**56 - 1
"""The largest limit in the terms, in minor units: 720 trillion dollars in cents."""


class Policy(Struct):
    """The terms of one policy year, as the insurer signs them. Their digest is the policy id."""

    fault: ClassVar[type[InputError]] = PolicyError

    holder: Address
    payee: Address
    """Who is paid if a member names no payee."""
    pool: Address
    benefit_table: Bytes32
    members: Bytes32
    """Merkle root of 1 to 256 `Member` leaves."""
    start: Uint32
    """First civil day of cover."""
    end: Uint32
    """First civil day after cover."""
    filing_days: Uint16
    """Days after the end of a service during which it may be filed."""
    annual_limit: Uint64
    deductible: Uint64
    out_of_pocket: Uint64
    """The most deductible and coinsurance that the members bear together; 0 means that they bear nothing."""
    auto_pay_limit: Uint64
    review_window: Uint32
    """Seconds for which a claim is held."""
    solvency_bps: Uint16
    premium: Uint64
    currency: Currency
    account: Bytes32
    """0 means that the counters are stored under this policy's own id."""
    salt: Bytes32
