"""salus.chain.reverts

given the data of a revert
    it should give the error's name, its arguments, its meaning and the remedy
    days, moments, currencies and statuses should be words
    an error that two contracts share should have the meaning of the called contract
    an error that an inner contract has thrown should be recognised too
    OpenZeppelin's errors, Error(string) and Panic should be recognised
    a dead key should be NotAccredited
    unknown, empty or truncated data should be reported as such
every error of every contract should have a meaning
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from salus.base.errors import NotAccredited, Reverted
from salus.chain.abis import abi_of, contracts
from salus.chain.reverts import _meaning, reverted

SOMEBODY = "0x" + "ab" * 20
CHECKSUMMED = "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB"


def data(signature: str, *values: Any) -> bytes:
    types = signature.partition("(")[2].removesuffix(")")
    return keccak(text=signature)[:4] + encode(types.split(",") if types else [], values)


WINDOW = "a window ends before it begins, or begins or ends before the latest one: "


@pytest.mark.parametrize(
    ("contract", "raw", "expected"),
    [
        (
            "PolicyBook",
            data("QuoteClosed(uint32)", 20_454),
            "the start day has already begun somewhere on earth: QuoteClosed(start 2026-01-01); "
            "sign terms that start later",
        ),
        (
            "ClaimDesk",
            data("ReviewOpen(uint64)", 1_767_225_600),
            "the review window is still open: ReviewOpen(releaseAt 2026-01-01 00:00:00 UTC); settle it then",
        ),
        (
            "ClaimDesk",
            data("WrongStatus(uint8)", 2),
            "the claim is not in the status that the call is for: WrongStatus(status PAID); "
            "look at `status` first",
        ),
        (
            "PolicyBook",
            data("WrongCurrency(bytes3,bytes3)", b"USD", b"JPY"),
            "the policy counts in another currency than the pool: WrongCurrency(expected USD, given JPY)",
        ),
        (
            "PolicyBook",
            data("InvalidPeriod(uint32,uint32)", 1, 0),
            "the cover is empty or longer than 366 days: InvalidPeriod(start 1970-01-02, end 1970-01-01)",
        ),
        (
            "ProviderRegistry",
            data("InvalidWindow(uint64,uint64)", 20_454, 20_454),
            f"{WINDOW}InvalidWindow(from 2026-01-01, end 2026-01-01); correct the days",
        ),
        (
            "ProviderRegistry",
            data("InvalidWindow(uint64,uint64)", 1_767_225_600, 1_767_225_599),
            f"{WINDOW}InvalidWindow(from 2026-01-01 00:00:00 UTC, end 2025-12-31 23:59:59 UTC); "
            "correct the days",
        ),
        (
            "ProviderRegistry",
            data("PastIsFixed(uint32,uint32)", 20_453, 20_454),
            "an accreditation would end in the past: PastIsFixed(end 2025-12-31, today 2026-01-01); "
            "name yesterday or a later day as its last",
        ),
        (
            "ConsentRegistry",
            data("InvalidPeriod(uint32,uint32)", 1, 0),
            "the last day lies before the first: InvalidPeriod(from 1970-01-02, until 1970-01-01)",
        ),
        (
            "ProviderRegistry",
            data("AccessManagedUnauthorized(address)", SOMEBODY),
            f"the caller does not hold the role for this: AccessManagedUnauthorized(caller {CHECKSUMMED}); "
            "send it from the account that holds the role",
        ),
        ("RiskPool", data("Error(string)", "no more"), "Error(message no more)"),
        ("RiskPool", data("Panic(uint256)", 17), "Panic(code 17)"),
        (
            "ClaimDesk",
            bytes.fromhex("deadbeef"),
            "with data that no interface of Salus knows (0xdeadbeef…); "
            "check that the address book is of this chain",
        ),
        ("ClaimDesk", b"", "without a reason; check that the address book is of this chain"),
        ("ClaimDesk", data("ReviewOpen(uint64)", 1)[:9], "ReviewOpen, with arguments that cannot be read"),
    ],
)
def test_words(contract: str, raw: bytes, expected: str) -> None:
    error = reverted("0x" + raw.hex(), contract)

    assert isinstance(error, Reverted)
    assert str(error).removeprefix("the contract refused").lstrip(": ") == expected


def test_name_and_arguments() -> None:
    error = reverted(data("NotProviderAdmin(uint64,address)", 7, SOMEBODY), "ClaimDesk")

    assert isinstance(error, Reverted)
    assert (error.name, error.arguments) == ("NotProviderAdmin", {"provider": 7, "caller": SOMEBODY})


def test_a_dead_key_is_not_accredited() -> None:
    error = reverted(data("DeadKey(uint64,address)", 7, SOMEBODY), "ClaimDesk")

    assert isinstance(error, NotAccredited)
    assert f"DeadKey(provider 7, attestor {CHECKSUMMED})" in str(error)


def test_every_error_of_the_suite_has_a_meaning() -> None:
    own = [name for name in contracts() if name not in ("Asset", "SalusAccessManager")]
    without = {
        entry["name"]
        for contract in own
        for entry in abi_of(contract)
        if entry["type"] == "error" and not _meaning(entry["name"], contract)
    }

    # OpenZeppelin errors that no caller of Salus can trigger
    assert without <= {
        "AccessManagedInvalidAuthority", "AccessManagedRequiredDelay", "AddressEmptyCode",
        "ERC20InvalidApprover", "ERC20InvalidReceiver", "ERC20InvalidSender", "ERC20InvalidSpender",
        "ERC4626ExceededMaxMint", "ERC721IncorrectOwner", "ERC721InsufficientApproval",
        "ERC721InvalidApprover", "ERC721InvalidOperator", "ERC721InvalidOwner", "ERC721InvalidReceiver",
        "ERC721InvalidSender", "ERC721NonexistentToken", "FailedCall", "InsufficientBalance",
        "InvalidShortString", "MathOverflowedMulDiv", "OwnableInvalidOwner",
        "ReentrancyGuardReentrantCall", "SafeCastOverflowedUintDowncast", "StringTooLong",
    }  # fmt: skip
