"""Packs and unpacks the words that our contracts pass to each other: contracts/types."""

from __future__ import annotations

from typing import Any

from salus.types import Account, GroupUse

_ACCOUNT = (
    ("paid", 200),
    ("reserved", 144),
    ("deductible", 88),
    ("out_of_pocket", 32),
    ("closed", 16),
    ("issued", 0),
)


def account_word(account: Account) -> int:
    return sum(int(getattr(account, name)) << place for name, place in _ACCOUNT)


def group_word(use: GroupUse) -> int:
    return use.paid << 32 | use.units


def charge(paid: int, deductible: int, coinsurance: int, units: int) -> int:
    """Packs a `Charge`; sums in minor units."""
    return paid << 160 | deductible << 96 | coinsurance << 32 | units


def bill_sums(billed: int, currency: str, claimed: int, auto_paid: bool) -> int:
    """Packs a `BillSums`; sums in minor units."""
    return billed | claimed << 64 | int.from_bytes(currency.encode(), "big") << 128 | auto_paid << 152


def standing(word: int) -> dict[str, Any]:
    """Unpacks a `Standing` into a dictionary."""
    currency = (word >> 128 & 2**24 - 1).to_bytes(3, "big")
    return {
        "accredited": bool(word >> 224 & 1),
        "under_review": bool(word >> 232 & 1),
        "decided": bool(word >> 240 & 1),
        "same_diagnosis": bool(word >> 248 & 1),
        "revision": word >> 152 & 2**8 - 1,
        "billed": word & 2**64 - 1,
        "currency": currency.rstrip(b"\0").decode(),
        "claimed_by_others": word >> 64 & 2**64 - 1,
        "cap_left": word >> 160 & 2**64 - 1,
    }
