"""Why a contract refused, in words: its typed error, decoded, with what the interface says it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import abi_to_signature
from eth_utils.address import to_checksum_address

from salus.base.days import to_date
from salus.base.errors import NotAccredited, Reverted
from salus.chain.abis import abi_of, contracts, errors_in_words
from salus.crypto.abi import keccak
from salus.types import ClaimStatus

_STANDARD: Final = {
    "0x08c379a0": {"name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    "0x4e487b71": {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
}
_DAYS: Final = {"start", "end", "from", "until", "today"}
_ENDS: Final = {"InvalidWindow", "PastIsFixed"}
"""Errors whose `until` is the first day or second after a window: in words, that is its end."""
_SECONDS: Final = {"issuedAt", "expiresAt", "releaseAt", "closableAt", "deadline"}
_LAST_SECOND: Final = 253_402_300_799  # of the year 9999
_DAYS_TO_10000: Final = 2_932_897

_MEANING: Final = {
    "AccessManagedUnauthorized": "the caller does not hold the role for this",
    "ERC20InsufficientAllowance": "the token's owner has not approved so much",
    "ERC20InsufficientBalance": "the account has too few tokens",
    "ERC4626ExceededMaxDeposit": "the pool takes no deposit now",
    "ERC4626ExceededMaxRedeem": "notice and free capital do not let so many shares out now",
    "ERC4626ExceededMaxWithdraw": "notice and free capital do not let so much out now",
    "InvalidAccountNonce": "the signature is for another nonce: a later one was used",
    "OwnableUnauthorizedAccount": "the caller is not the pool's insurer",
    "SafeERC20FailedOperation": "the token refused the transfer",
}
"""Of errors that OpenZeppelin's contracts throw."""

_REMEDY: Final = {
    "AccessManagedUnauthorized": "send it from the account that holds the role",
    "AlreadyIssued": "nothing is to be done: the policy exists",
    "AssetNotListed": "use a listed asset, or ask the governor to list this one",
    "AttestationNotInForce": "attest the lines again, or wait for the chain's clock",
    "ConsentExpired": "ask the signer for a new signature",
    "DeadKey": "sign with a key of the provider that is in force, or add one",
    "ERC20InsufficientAllowance": "approve the pool first, or use a permit",
    "ERC20InsufficientBalance": "bring the tokens first",
    "InDeficit": "fill the deficit first: recapitalise",
    "InsufficientCapital": "deposit capital, or lower the limits or the solvency factor",
    "InvalidAccountNonce": "ask the signer for a new signature",
    "InvalidAttestation": "attest the lines again",
    "InvalidQuote": "sign the terms with the quote signer's key",
    "InvalidWindow": "correct the days",
    "KeyExists": "use a fresh key",
    "NotInsurer": "send it from the insurer's account",
    "NotProviderAdmin": "send it from the provider's admin account",
    "NotQuoteSigner": "let the insurer add the signer, or sign with another",
    "OwnableUnauthorizedAccount": "send it from the insurer's account",
    "PastIsFixed": "name yesterday or a later day as its last",
    "QuoteClosed": "sign terms that start later",
    "ReviewOpen": "settle it then",
    "RootWithdrawn": "attest the lines again, as revisions",
    "SalesPaused": "let the insurer resume sales",
    "StillOwed": "wait until the pool has money, or the payee takes it",
    "TooEarlyToClose": "close it then",
    "UnknownProvider": "check the number",
    "WrongStatus": "look at `status` first",
}


def reverted(data: str | bytes, contract: str) -> Reverted | NotAccredited:
    """The error that a call of `contract` brought, from its revert data.

    >>> error = reverted("0x6658c311" + "07".rjust(64, "0"), "ProviderRegistry")
    >>> str(error)
    'the contract refused: no provider has this number: UnknownProvider(provider 7); check the number'
    >>> error.name, error.arguments
    ('UnknownProvider', {'provider': 7})
    """
    raw = data if isinstance(data, bytes) else bytes.fromhex(data.removeprefix("0x"))
    abi = _error(raw[:4], contract)
    if abi is None:
        what = (
            f"with data that no interface of Salus knows (0x{raw[:4].hex()}…)" if raw else "without a reason"
        )
        return Reverted(f"the contract refused {what}", remedy="check that the address book is of this chain")
    try:
        values = decode([_type(part) for part in abi["inputs"]], raw[4:])
    except DecodingError:
        return Reverted(f"the contract refused: {abi['name']}, with arguments that cannot be read")
    name, inputs = abi["name"], abi["inputs"]
    arguments = {part["name"]: value for part, value in zip(inputs, values, strict=True)}
    words = ", ".join(
        f"{_label(name, part)} {_in_words(part, value)}" for part, value in zip(inputs, values, strict=True)
    )
    meaning = _meaning(name, contract)
    message = f"the contract refused: {meaning + ': ' if meaning else ''}{name}({words})"
    if name == "DeadKey":
        return NotAccredited(message, remedy=_REMEDY[name])
    return Reverted(message, name=name, arguments=arguments, remedy=_REMEDY.get(name))


def _meaning(name: str, contract: str) -> str:
    words = errors_in_words()
    own = words.get(contract, {}).get(name)
    others = (errors[name] for errors in words.values() if name in errors)
    return own or next(others, _MEANING.get(name, ""))


def _error(selector: bytes, contract: str) -> Mapping[str, Any] | None:
    known = _selectors(contract).get(selector)
    return known or next(filter(None, (_selectors(name).get(selector) for name in contracts())), None)


@cache
def _selectors(contract: str) -> dict[bytes, Mapping[str, Any]]:
    found: dict[bytes, Mapping[str, Any]] = {bytes.fromhex(key[2:]): abi for key, abi in _STANDARD.items()}
    errors: Iterator[Any] = (entry for entry in abi_of(contract) if entry["type"] == "error")
    return found | {keccak(abi_to_signature(error).encode())[:4]: error for error in errors}


def _type(part: Mapping[str, Any]) -> str:
    return str(part["type"])


def _label(error: str, part: Mapping[str, Any]) -> str:
    return "end" if part["name"] == "until" and error in _ENDS else str(part["name"])


def _in_words(part: Mapping[str, Any], value: Any) -> str:
    name, kind = part["name"], part["type"]
    enums: dict[str, type[IntEnum]] = {"enum ClaimStatus": ClaimStatus}
    if part.get("internalType") in enums:
        return enums[part["internalType"]](value).name
    if kind == "address":
        return str(to_checksum_address(value))
    if kind == "bytes3":
        return str(value.rstrip(b"\0").decode("latin-1"))
    if isinstance(value, bytes):
        return "0x" + value.hex()
    # Windows of accreditation are in days, those of keys in seconds, which are days only in January 1970.
    if kind in ("uint32", "uint64") and name in _DAYS and value < _DAYS_TO_10000:
        return to_date(value).isoformat()
    if (name in _SECONDS or (kind == "uint64" and name in _DAYS)) and value <= _LAST_SECOND:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return str(value)
