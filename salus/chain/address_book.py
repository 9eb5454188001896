"""Where a suite of contracts stands: `deployments/<chain id>.json`, written by the deploy alone.

A chain id does not name a chain: every local chain has 1337, and a fork keeps the id of what it forked.
So the book also holds the hash of the chain's first block, and a book of another chain is never used by
mistake.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from salus.base import files
from salus.base.errors import AddressBookError, WrongChain
from salus.crypto.abi import AddressCodec

_ADDRESS = AddressCodec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """One contract as it was deployed."""

    address: str
    arguments: tuple[Any, ...]
    """Of the constructor, as JSON holds them."""
    block: int
    transaction: str
    commit: str
    """Of the sources; ends in `-dirty` when they had changes that were not committed."""


@dataclass(frozen=True, kw_only=True)
class AddressBook:
    """The contracts of one chain by their Solidity names. A value: `adding` gives a new one.

    >>> from tempfile import TemporaryDirectory
    >>> desk = Deployed(address="0x" + "de" * 20, arguments=(), block=7, transaction="0x01", commit="")
    >>> book = AddressBook(chain_id=31337, genesis="0x" + "00" * 32).adding("ClaimDesk", desk)
    >>> with TemporaryDirectory() as folder:
    ...     book.save(f"{folder}/31337.json")
    ...     AddressBook.load(f"{folder}/31337.json").first_block
    7
    """

    chain_id: int
    genesis: str
    """Hash of block 0, 0x-hex."""
    contracts: Mapping[str, Deployed] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """Where the contract stands. Raises AddressBookError if the deploy has not come to it."""
        try:
            return self.contracts[name].address
        except KeyError:
            raise AddressBookError(
                f"lists no {name}",
                file=str(path_of(self.chain_id)),
                remedy="run `brownie run deploy` to its end",
            ) from None

    @property
    def first_block(self) -> int:
        """No event of the suite is older."""
        return min((entry.block for entry in self.contracts.values()), default=0)

    def adding(self, name: str, entry: Deployed) -> AddressBook:
        """The book with one contract more, or in another place."""
        return replace(self, contracts={**self.contracts, name: entry})

    def check_chain(self, chain_id: int, genesis: str) -> None:
        """Raises WrongChain if the book belongs to another chain."""
        if (chain_id, genesis) == (self.chain_id, self.genesis):
            return
        found = f"chain {chain_id}" + ("" if chain_id != self.chain_id else f" that began as {genesis[:10]}…")
        raise WrongChain(
            f"the node serves {found}, the address book is for chain {self.chain_id} that began as "
            f"{self.genesis[:10]}…",
            remedy=f"choose the node of that chain, or set {path_of(self.chain_id)} aside and deploy",
        )

    def save(self, path: str | Path | None = None) -> None:
        """Writes the book, whole or not at all."""
        target = path_of(self.chain_id) if path is None else Path(path)
        content = {
            "chainId": self.chain_id,
            "genesis": self.genesis,
            "contracts": {
                name: {
                    "address": entry.address,
                    "arguments": entry.arguments,
                    "block": entry.block,
                    "transaction": entry.transaction,
                    "commit": entry.commit,
                }
                for name, entry in self.contracts.items()
            },
        }
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AddressBookError(
                f"cannot be made: {error.strerror}", file=str(target.parent), remedy="name another folder"
            ) from None
        files.write_durably(target, [json.dumps(content, indent=2).encode(), b"\n"], fault=AddressBookError)

    @classmethod
    def load(cls, path: str | Path) -> AddressBook:
        """The book in a file. Raises AddressBookError, naming the file and the entry at fault."""
        try:
            content = files.parse_object(
                files.read(path, fault=AddressBookError), fault=AddressBookError, wanted="an address book"
            )
            return cls(
                chain_id=int(content["chainId"]),
                genesis=str(content["genesis"]),
                contracts={name: _deployed(name, entry) for name, entry in content["contracts"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise AddressBookError(
                "is not an address book", file=str(path), remedy="restore the file, or deploy"
            ) from None
        except AddressBookError as error:
            error.file = str(path)
            raise


def path_of(chain_id: int) -> Path:
    """`deployments/<chain id>.json`, below the working directory unless SALUS_DEPLOYMENTS names a folder."""
    return Path(os.environ.get("SALUS_DEPLOYMENTS") or "deployments") / f"{chain_id}.json"


def book_of(chain_id: int) -> AddressBook:
    """The address book of a chain. Raises AddressBookError if nothing was deployed there."""
    path = path_of(chain_id)
    if not path.exists():
        raise AddressBookError(
            f"is missing: nothing is deployed on chain {chain_id}",
            file=str(path),
            remedy="run `brownie run deploy`, or choose the network that it was deployed on",
        )
    return AddressBook.load(path)


def _deployed(name: str, entry: Mapping[str, Any]) -> Deployed:
    try:
        address = _ADDRESS.normalise(entry["address"])
    except ValueError as error:
        raise AddressBookError(
            str(error), resource=name, field="address", remedy="restore the file"
        ) from None
    return Deployed(
        address=address,
        arguments=tuple(entry["arguments"]),
        block=int(entry["block"]),
        transaction=str(entry["transaction"]),
        commit=str(entry["commit"]),
    )
