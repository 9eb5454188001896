"""One action on the chain: asked first, then sent once, then waited for.

An `Action` is a prepared call with its plan in words. `preview` runs it by `eth_call` and moves nothing;
`send` previews, signs, hands the transaction's hash to the caller *before* it leaves (so that a process that
dies in between knows what to look for), sends and waits. A lock per account keeps nonces in order among the
threads of a process; two processes should not share an account.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from salus.base.errors import ChainError, InsufficientFunds, NodeRefused, NotFinished, Reverted
from salus.chain.refusals import refusal
from salus.chain.reverts import reverted
from salus.chain.web3_lazily import web3

if TYPE_CHECKING:
    from eth_account.datastructures import SignedTransaction
    from web3 import Web3
    from web3.contract.contract import ContractFunction
    from web3.exceptions import ContractLogicError, Web3RPCError
    from web3.types import BlockData, TxParams, TxReceipt

WAIT_SECONDS = 300.0
_POLL_SECONDS = (0.05, 2.0)
_GAS_MARGIN_PERCENT = 20
_KNOWN = ("already known", "nonce too low", "known transaction", "already imported")
_locks: dict[str, Lock] = defaultdict(Lock)

OnSigned = Callable[[str], None]


class TransactionSigner(Protocol):
    """Who signs transactions: an `eth_account` account, or an HSM behind the same call."""

    @property
    def address(self) -> str: ...

    def sign_transaction(self, transaction_dict: dict[str, Any]) -> SignedTransaction: ...


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An account whose key the node holds: on a chain of one's own machine."""

    address: str


Sender = TransactionSigner | Unlocked


@dataclass(frozen=True, slots=True)
class Action:
    """A call that can be asked and sent."""

    contract: str
    """Name in Solidity."""
    function: ContractFunction
    words: tuple[str, ...]
    """The plan, a line each: what, from whom, to whom, how much."""

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self.function.fn_name)

    def __str__(self) -> str:
        return "\n".join(self.words)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that was mined and did what was asked."""

    transaction: str
    block: int
    gas_used: int
    raw: TxReceipt = field(repr=False)


def preview(w3: Web3, action: Action, sender: str, *, block: int | None = None) -> Any:
    """What the call would return now; nothing moves. Raises Reverted or NotAccredited with the reason."""
    try:
        return action.function.call({"from": w3.to_checksum_address(sender)}, block or "latest")
    except web3.exceptions.ContractLogicError as error:
        raise reverted(_revert_data(error), action.contract) from None
    except web3.exceptions.Web3RPCError as error:
        raise _refused(error, action) from None
    except web3.exceptions.BadFunctionCallOutput:
        raise ChainError(
            f"there is no {action.contract} at {action.function.address}",
            remedy="check the address book and the network",
        ) from None


def send(
    w3: Web3,
    action: Action,
    sender: Sender,
    *,
    confirmations: int = 1,
    on_signed: OnSigned | None = None,
    nonce: int | None = None,
    wait: float = WAIT_SECONDS,
) -> Receipt:
    """Previews, sends and waits for the transaction. With a `nonce` it takes the place of whatever else the
    account has signed with that number; without one, the next.

    Raises Reverted if the contract refuses, NodeUnreachable if the node falls silent, and NotFinished if
    `wait` seconds bring no receipt: the transaction may then still be mined, look it up before sending anew.
    """
    preview(w3, action, sender.address)
    with _locks[sender.address]:
        transaction = _submit(w3, action, sender, on_signed or (lambda _: None), nonce)
    receipt = wait_for(w3, transaction, confirmations=confirmations, wait=wait)
    if receipt.raw["status"] != 1:
        # What the preview let pass was overtaken by another transaction: ask again where it failed.
        preview(w3, action, sender.address, block=receipt.block)
        raise Reverted(f"transaction {transaction} failed", remedy="run again")
    return receipt


def wait_for(w3: Web3, transaction: str, *, confirmations: int = 1, wait: float = WAIT_SECONDS) -> Receipt:
    """The receipt of a transaction, `confirmations` blocks deep. Raises NotFinished."""
    deadline, pause = time.monotonic() + wait, _POLL_SECONDS[0]
    while True:
        receipt = find(w3, transaction)
        if receipt and w3.eth.block_number - receipt.block + 1 >= confirmations:
            return receipt
        if time.monotonic() >= deadline:
            raise NotFinished(
                f"transaction {transaction} is not confirmed after {wait:.0f} seconds",
                transaction=transaction,
                remedy="it may still be mined; run the same command again later",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, _POLL_SECONDS[1])


def find(w3: Web3, transaction: str) -> Receipt | None:
    """The receipt of a transaction, None while it is not mined."""
    try:
        raw = w3.eth.get_transaction_receipt(_hash(transaction))
    except web3.exceptions.TransactionNotFound:
        return None
    return Receipt(transaction, raw["blockNumber"], raw["gasUsed"], raw)


def is_known(w3: Web3, transaction: str) -> bool:
    """Whether the node has the transaction, mined or waiting."""
    with suppress(web3.exceptions.TransactionNotFound):
        w3.eth.get_transaction(_hash(transaction))
        return True
    return False


def _submit(w3: Web3, action: Action, sender: Sender, on_signed: OnSigned, nonce: int | None) -> str:
    try:
        address = w3.to_checksum_address(sender.address)
        latest = w3.eth.get_block("latest")
        fields: TxParams = {"from": address, **_fees(w3, latest)}
        gas = action.function.estimate_gas({"from": address})
        fields["gas"] = min(gas + gas * _GAS_MARGIN_PERCENT // 100, latest["gasLimit"])
        fields["nonce"] = (
            w3.eth.get_transaction_count(address, "pending") if nonce is None else web3.types.Nonce(nonce)
        )
        built = action.function.build_transaction(fields)
        if isinstance(sender, Unlocked):
            transaction = w3.eth.send_transaction(built).to_0x_hex()
            on_signed(transaction)
            return transaction
        signed = sender.sign_transaction({key: value for key, value in built.items() if key != "from"})
        transaction = signed.hash.to_0x_hex()
        on_signed(transaction)
        _send_raw(w3, signed)
        return transaction
    except web3.exceptions.ContractLogicError as error:
        raise reverted(_revert_data(error), action.contract) from None
    except web3.exceptions.Web3RPCError as error:
        raise _refused(error, action, sender.address) from None
    except InsufficientFunds as error:
        raise _named(error, sender.address) from None


def _send_raw(w3: Web3, signed: SignedTransaction) -> None:
    try:
        w3.eth.send_raw_transaction(signed.raw_transaction)
    except (web3.exceptions.Web3RPCError, NodeRefused) as error:
        # Sent twice because the first answer was lost: the chain has it once.
        if not any(word in str(error).lower() for word in _KNOWN) or not is_known(
            w3, signed.hash.to_0x_hex()
        ):
            raise


def _fees(w3: Web3, latest: BlockData) -> TxParams:
    """Twice the base fee is room for six full blocks in a row; chains without one get a gas price."""
    base = latest.get("baseFeePerGas")
    if not base:
        return {"gasPrice": w3.eth.gas_price}
    tip = w3.eth.max_priority_fee
    return {"maxFeePerGas": web3.types.Wei(2 * base + tip), "maxPriorityFeePerGas": tip}


def _revert_data(error: ContractLogicError) -> str:
    """The revert data, which Ganache and Anvil wrap differently; empty if there is none."""
    data = error.data
    if isinstance(data, dict):
        data = data.get("result") or data.get("data")
    return data if isinstance(data, str) and data.startswith("0x") else ""


def _refused(error: Web3RPCError, action: Action, account: str | None = None) -> ChainError:
    """What the error of another provider than `salus.chain.http_node.Node` means."""
    response = error.rpc_response or {}
    detail = response.get("error", {}) if isinstance(response, dict) else {}
    found = refusal("the transaction", detail, None, [{"from": account}] if account else ())
    return found or reverted("", action.contract)


def _named(error: InsufficientFunds, account: str) -> InsufficientFunds:
    """The same error with the account, which the bytes of a signed transaction do not show."""
    message = error.message.replace("the account has", f"{account} has", 1)
    return InsufficientFunds(
        message, method=error.method, code=error.code, words=error.words, remedy=error.remedy
    )


def _hash(transaction: str) -> Any:
    return web3.Web3.to_bytes(hexstr=transaction)  # type: ignore[arg-type]
