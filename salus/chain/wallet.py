"""Signing in the name of a contract wallet (ERC-1271), with the key of its owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salus.base.errors import ChainError
from salus.chain.web3_lazily import web3
from salus.crypto.eip712 import Signer

if TYPE_CHECKING:
    from eth_account.datastructures import SignedMessage
    from web3 import Web3

_ACCEPTED = bytes.fromhex("1626ba7e")
_ABI = [
    {
        "type": "function",
        "name": "isValidSignature",
        "stateMutability": "view",
        "inputs": [{"name": "hash", "type": "bytes32"}, {"name": "signature", "type": "bytes"}],
        "outputs": [{"name": "magicValue", "type": "bytes4"}],
    }
]


@dataclass(frozen=True, slots=True)
class Wallet:
    """A contract as a `Signer`: what the key signs counts as signed by the contract, which is asked each time
    whether it accepts it. Raises ChainError, naming contract and key, when it does not."""

    w3: Web3
    address: str
    key: Signer

    def sign_typed_data(self, *, full_message: dict[str, Any]) -> SignedMessage:
        signed = self.key.sign_typed_data(full_message=full_message)
        if not self._accepts(bytes(signed.message_hash), bytes(signed.signature)):
            raise ChainError(
                f"the contract {self.address} does not accept the signature of the key {self.key.address}",
                remedy="sign with a key that the contract accepts, or name another contract",
            )
        return signed

    def _accepts(self, digest: bytes, signature: bytes) -> bool:
        contract = self.w3.eth.contract(web3.Web3.to_checksum_address(self.address), abi=_ABI)
        try:
            return bytes(contract.functions.isValidSignature(digest, signature).call()) == _ACCEPTED
        except web3.exceptions.ContractLogicError:
            return False
        except web3.exceptions.BadFunctionCallOutput:
            raise ChainError(
                f"there is no contract wallet at {self.address}",
                remedy="name one, or leave it out if the key signs for itself",
            ) from None
