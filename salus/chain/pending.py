"""One call of one account that may be on its way, and the note of it that a process leaves that dies.

    deployments/pending/<chain id>/<account>/<digest of chain, contract and calldata>.json

The note is on the disk before the transaction leaves, and goes when its outcome is known. Whoever is to make
the same call looks at it first: what the node has is waited for, and not sent again. What the node does not
know is sent under the same nonce, so that the chain takes one of the two even if the first turns up later.

A key of one's own gives the transaction's hash before it leaves. An account of the node's gives it only
afterwards; until then the note holds the nonce alone, and the transaction is looked up by it. The note holds
nothing that the chain does not show.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic_core import from_json

from salus.base import files
from salus.base.errors import InputError
from salus.chain import sending
from salus.chain.address_book import path_of
from salus.chain.sending import Action, Receipt, Sender, Unlocked
from salus.chain.suite import Chain
from salus.crypto.abi import keccak

if TYPE_CHECKING:
    from web3.types import TxData

WORKED_OUT = frozenset(("ClaimDesk.settle", "ClaimDesk.collect", "ClaimDesk.withdraw", "PolicyBook.close"))
"""Calls that the chain takes once, and that are planned only while it has not."""


@dataclass(frozen=True, slots=True)
class CallNote:
    """What is known of a transaction that was about to leave."""

    nonce: int
    block: int
    """The latest then: it can only be in a later one."""
    transaction: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that a process before this one may have sent. None of Salus' calls carries ether."""

    chain: Chain
    action: Action
    sender: Sender

    @property
    def is_noted(self) -> bool:
        """Whether a process was about to send it, and did not see the outcome."""
        return self._path.exists()

    def sent(self) -> str | None:
        """The transaction that is noted, if the node has it, mined or waiting."""
        note = self._read()
        if note is None:
            return None
        transaction = note.transaction or self._mined(note)
        return transaction if transaction and sending.is_known(self.chain.w3, transaction) else None

    def wait(self, transaction: str) -> Receipt:
        """The receipt of what was sent, be it of a failure. Raises NotFinished."""
        return sending.wait_for(self.chain.w3, transaction, confirmations=self.chain.confirmations)

    def send(self) -> Receipt:
        """Sends it as `Chain.send` does, noted before it leaves. The note stays until `done`."""
        nonce, block = self._nonce(), self.chain.w3.eth.block_number
        if isinstance(self.sender, Unlocked):
            # what is refused here leaves no note
            self.chain.preview(self.action, self.sender.address)
            self._write(CallNote(nonce, block, None))
        return self.chain.send(
            self.action,
            self.sender,
            nonce=nonce,
            on_signed=lambda transaction: self._write(CallNote(nonce, block, transaction)),
        )

    def done(self) -> None:
        """The outcome is known, and the same call is a new one from now on."""
        self._path.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        # the genesis tells local chains apart, which all have one id
        genesis = self.chain.addresses.genesis
        call = genesis + self.action.function.address.lower() + self.chain.calldata(self.action)
        return _folder(self.chain) / self.sender.address / f"{keccak(call.encode()).hex()}.json"

    def _nonce(self) -> int:
        note = self._read()
        if note and note.nonce >= self._count("latest"):
            return note.nonce
        return self._count("pending")

    def _count(self, block: Literal["latest", "pending"]) -> int:
        return _count(self.chain, self.sender.address, block)

    def _mined(self, note: CallNote) -> str | None:
        """The transaction with the note's nonce, looked up in the blocks since, if it was this call."""
        eth = self.chain.w3.eth
        if self._count("latest") <= note.nonce:
            return None
        for number in range(note.block + 1, eth.block_number + 1):
            for found in eth.get_block(number, full_transactions=True)["transactions"]:
                if not isinstance(found, bytes) and self._is_this(found, note.nonce):
                    return found["hash"].to_0x_hex()
        return None

    def _is_this(self, found: TxData, nonce: int) -> bool:
        return (found["from"], found["nonce"], found.get("to"), found["input"].to_0x_hex()) == (
            self.chain.w3.to_checksum_address(self.sender.address),
            nonce,
            self.action.function.address,
            self.chain.calldata(self.action),
        )

    def _read(self) -> CallNote | None:
        path = self._path
        if not path.exists():
            return None
        try:
            return _note_in(path)[1]
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"does not say what became of {self.action.contract}.{self.action.name}",
                file=str(path),
                remedy=f"look at what {self.sender.address} sent last, then delete the file",
            ) from None

    def _write(self, note: CallNote) -> None:
        path = self._path
        content = {
            "call": f"{self.action.contract}.{self.action.name}",
            "nonce": note.nonce,
            "block": note.block,
            "transaction": note.transaction,
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"cannot be made: {error.strerror}",
                file=str(path.parent),
                remedy="make room, or name another folder in SALUS_DEPLOYMENTS",
            ) from None
        files.write_durably(path, [json.dumps(content).encode(), b"\n"], fault=InputError)


def forget_finished(chain: Chain) -> None:
    """Deletes the notes of `WORKED_OUT` calls, of whichever account, whose nonce is used: what they did, the
    chain says. One that cannot be read stays."""
    for path in _folder(chain).glob("*/*.json"):
        with suppress(KeyError, TypeError, ValueError, InputError):
            call, note = _note_in(path)
            if call in WORKED_OUT and _count(chain, path.parent.name, "latest") > note.nonce:
                path.unlink(missing_ok=True)


def _folder(chain: Chain) -> Path:
    return path_of(chain.chain_id).parent / "pending" / str(chain.chain_id)


def _note_in(path: Path) -> tuple[str, CallNote]:
    """A call by name, and its note. Raises KeyError, TypeError or ValueError if the file says neither."""
    content = from_json(files.read(path, fault=InputError))
    sent = content["transaction"]
    note = CallNote(int(content["nonce"]), int(content["block"]), None if sent is None else str(sent))
    return str(content["call"]), note


def _count(chain: Chain, account: str, block: Literal["latest", "pending"]) -> int:
    return chain.w3.eth.get_transaction_count(chain.w3.to_checksum_address(account), block)
