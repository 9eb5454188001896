"""Whether the contracts on the chain were made from a build of the sources.

A contract of the suite was made by one transaction: its input must be the build's creation code with the
constructor arguments of the address book, and its receipt must name the contract's address. That is exact.
A pool was made by the factory; its code must be the build's, but for the immutable values that the
constructor fills in, which its views show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from salus.auditor.rows import AuditReport, Book, Comparison
from salus.base import files
from salus.base.errors import InputError
from salus.chain.address_book import Deployed
from salus.chain.manifest import SUITE
from salus.chain.suite import Chain
from salus.chain.web3_lazily import web3
from salus.crypto.abi import keccak

BUILD: Final = Path("build/contracts")
"""Where Brownie puts what it has compiled, below a clone."""
_PUSH1, _PUSH32 = 0x60, 0x7F
_NOT_THERE = "not there"


def compare(chain: Chain, pools: Iterable[str], build: Path = BUILD) -> AuditReport:
    """Compares the code of the suite and of its pools with a build.

    Without one it only says that there is code. Raises InputError, naming the file, if the build cannot be
    read.
    """
    places = {name: entry.address for name, entry in _suite(chain).items()}
    rows = [*_has_code(chain, {**places, **{f"pool {pool}": pool for pool in pools}})]
    if not build.is_dir():
        note = f"code: there is no build at {build}, and the library carries interfaces only"
        return AuditReport(tuple(rows), (note,))
    for name, entry in _suite(chain).items():
        rows += _made(chain, name, entry, _read(build, name))
    built = bytes.fromhex(_read(build, "RiskPool")["deployedBytecode"])
    for pool in pools:
        found = bytes(chain.w3.eth.get_code(to_checksum_address(pool)))
        same = without_immutables(built, built) == without_immutables(found, built)
        rows.append(_row(f"pool {pool}", "code, but for immutable values", True, same))
    return AuditReport(tuple(rows), ("code: whether the build was made from the published sources",))


def without_immutables(code: bytes, built: bytes) -> bytes:
    """The code with zeros where the build leaves room for an immutable value: a PUSH32 of 0.

    >>> built = bytes.fromhex("7f" + "00" * 32 + "61 7f00")
    >>> filled = bytes.fromhex("7f" + "ab" * 32 + "61 7f00")
    >>> without_immutables(filled, built) == built
    True
    """
    masked = bytearray(code)
    for at in _immutables(built):
        masked[at : at + 32] = bytes(len(masked[at : at + 32]))
    return bytes(masked)


def _immutables(built: bytes) -> Iterator[int]:
    at = 0
    while at < len(built):
        operation = built[at]
        pushed = operation - _PUSH1 + 1 if _PUSH1 <= operation <= _PUSH32 else 0
        if operation == _PUSH32 and built[at + 1 : at + 33] == bytes(32):
            yield at + 1
        at += 1 + pushed


def _suite(chain: Chain) -> dict[str, Deployed]:
    contracts = chain.addresses.contracts
    return {contract.name: contracts[contract.name] for contract in SUITE if contract.name in contracts}


def _has_code(chain: Chain, places: dict[str, str]) -> Iterator[Comparison]:
    for name, address in places.items():
        there = bool(chain.w3.eth.get_code(to_checksum_address(address)))
        yield _row(name, f"code at {address}", True, there)


def _made(chain: Chain, name: str, entry: Deployed, built: dict[str, Any]) -> Iterator[Comparison]:
    """How a contract of the suite was made."""
    try:
        place: Any = entry.transaction
        transaction = chain.w3.eth.get_transaction(place)
        made = chain.w3.eth.get_transaction_receipt(place)["contractAddress"]
    except (web3.exceptions.Web3Exception, ValueError):
        yield _row(name, "the transaction that made it", entry.transaction, _NOT_THERE)
        return
    yield _row(name, "address that its transaction made", entry.address, made)
    wanted = bytes.fromhex(built["bytecode"]) + _arguments(built, entry)
    commit = entry.commit[:10] or "an unknown commit"
    yield _row(
        name,
        f"creation code and arguments (deployed from {commit})",
        _hash(wanted),
        _hash(transaction["input"]),
    )


def _arguments(built: dict[str, Any], entry: Deployed) -> bytes:
    types = [
        part["type"] for item in built["abi"] if item["type"] == "constructor" for part in item["inputs"]
    ]
    return encode(types, list(entry.arguments))


def _read(build: Path, name: str) -> dict[str, Any]:
    path = build / f"{name}.json"
    with files.about(path):
        content = files.parse_object(
            files.read(path, fault=InputError), fault=InputError, wanted="a build of Brownie's"
        )
        if not {"abi", "bytecode", "deployedBytecode"} <= content.keys():
            raise InputError("is no build of a contract", remedy="compile the sources again: make compile")
        return content


def _hash(code: bytes) -> str:
    return f"0x{keccak(code).hex()} ({len(code):,} bytes)"


def _row(subject: str, what: str, expected: Any, found: Any) -> Comparison:
    return Comparison(book=Book.CODE, subject=subject, what=what, expected=expected, found=found)
