"""Binds a struct to a chain and a contract (EIP-712), and checks who signed it.

The digest of a `Policy` in the policy book's domain is the policy id. `typed_data` gives the struct in the
form that wallets and `eth_account` accept, so a holder can sign a consent in any wallet that supports
`eth_signTypedData_v4`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from salus.base.errors import InputError
from salus.crypto.abi import Address, Struct, Text, Uint256, keccak

if TYPE_CHECKING:
    from eth_account.datastructures import SignedMessage

_HALF_CURVE_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


class Signer(Protocol):
    """Signs typed data: an `eth_account` account, or an object with the same method and its key in an HSM."""

    @property
    def address(self) -> str: ...

    def sign_typed_data(self, *, full_message: dict[str, Any]) -> SignedMessage: ...


class EIP712Domain(Struct):
    """One contract on one chain, the only place where a signature is valid. Also named `Domain`.

    >>> desk = Domain.claim_desk(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
    >>> desk.type_string
    'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'
    """

    name: Annotated[str, Text()]
    version: Annotated[str, Text()]
    chain_id: Uint256
    verifying_contract: Address

    @classmethod
    def policy_book(cls, chain_id: int, contract: str) -> EIP712Domain:
        """Returns the domain of policies. The digest of a `Policy` in it is the policy id."""
        return cls(name="Salus PolicyBook", version="1", chain_id=chain_id, verifying_contract=contract)

    @classmethod
    def claim_desk(cls, chain_id: int, contract: str) -> EIP712Domain:
        """Returns the domain of attestations."""
        return cls(name="Salus ClaimDesk", version="1", chain_id=chain_id, verifying_contract=contract)

    @classmethod
    def consent_registry(cls, chain_id: int, contract: str) -> EIP712Domain:
        """Returns the domain of consents."""
        return cls(name="Salus ConsentRegistry", version="1", chain_id=chain_id, verifying_contract=contract)

    @cached_property
    def separator(self) -> bytes:
        """Returns the 32-byte domain separator."""
        return self.hash_struct()

    def digest(self, struct: Struct) -> bytes:
        """Returns the 32 bytes that are signed."""
        return keccak(b"\x19\x01" + self.separator + struct.hash_struct())

    def typed_data(self, struct: Struct) -> dict[str, Any]:
        """Returns the struct as an `eth_signTypedData_v4` message."""
        return {
            "types": {type(item).__name__: _members(item) for item in (self, struct)},
            "primaryType": type(struct).__name__,
            "domain": _message(self),
            "message": _message(struct),
        }

    def sign(self, struct: Struct, signer: Signer) -> bytes:
        """Returns the signer's 65-byte signature (r ‖ s ‖ v) of the struct.

        >>> from eth_account import Account
        >>> from salus.types import Attestation
        >>> account = Account.from_key(bytes(31) + bytes([7]))
        >>> desk = Domain.claim_desk(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
        >>> attestation = Attestation(provider=1, root=bytes(32), issued_at=0, expires_at=86_400)
        >>> recover(desk.digest(attestation), desk.sign(attestation, account)) == account.address
        True
        """
        return bytes(signer.sign_typed_data(full_message=self.typed_data(struct)).signature)


Domain = EIP712Domain


def recover(digest: bytes, signature: bytes) -> str:
    """Returns the checksummed address whose key made the signature.

    It cannot check whether a *contract* accepts a signature (ERC-1271): that needs a call to the chain.

    Raises InputError for the signatures that OpenZeppelin's ECDSA also refuses: not 65 bytes long, v other
    than 27 or 28, s in the upper half of the curve order (a malleable signature), or no matching key.
    """
    if len(signature) != 65:
        raise InputError(
            f"is {len(signature)} bytes long instead of 65", field="signature", remedy="sign again"
        )
    if signature[64] not in (27, 28):
        raise InputError("has a v other than 27 or 28", field="signature", remedy="sign again")
    if int.from_bytes(signature[32:64], "big") > _HALF_CURVE_ORDER:
        raise InputError(
            "has its s in the upper half of the curve order", field="signature", remedy="sign again"
        )
    try:
        key = Signature(signature[:64] + bytes([signature[64] - 27])).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        raise InputError("belongs to no key", field="signature", remedy="sign again") from None
    return key.to_checksum_address()


def _members(struct: Struct) -> list[dict[str, str]]:
    return [{"name": part.solidity, "type": part.codec.name} for part in struct.parts]


def _message(struct: Struct) -> dict[str, Any]:
    named = zip(struct.parts, struct.as_tuple(), strict=True)
    return {part.solidity: "0x" + value.hex() if isinstance(value, bytes) else value for part, value in named}
