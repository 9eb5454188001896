"""The arguments for issuing a policy; a test can change each part."""

from __future__ import annotations

from typing import Any

from brownie import accounts
from eth_account.signers.local import LocalAccount

from salus.chain.actions.policies import Permit, SignedPermit
from salus.crypto.eip712 import EIP712Domain
from tests.support.craft import Sold
from tests.support.world import World


def quoted(world: World, sold: Sold, signer: LocalAccount | None = None) -> tuple[Any, ...]:
    """Returns terms, quote signer and quote, as `issue` takes them."""
    by = signer or world.quote_signer
    return sold.terms.as_tuple(), by.address, world.quote(sold, by)


def purse(world: World, payer: Any, minor_units: int, spender: Any = None) -> None:
    """Gives the payer this amount, and the pool, or another spender, the allowance for it."""
    world.mint(payer, minor_units)
    world.asset.approve(spender or world.pool, minor_units * world.unit, {"from": payer})


def permit(
    world: World, owner: LocalAccount, value: int, *, asset: Any = None, spender: Any = None, **changes: Any
) -> SignedPermit:
    """Returns the owner's permit of token units, by default for the pool and the world's asset."""
    token = asset or world.asset
    _, name, version, chain_id, contract, *_ = token.eip712Domain()
    domain = EIP712Domain(
        name=name, version=version, chain_id=int(chain_id), verifying_contract=str(contract)
    )
    facts: dict[str, Any] = {
        "owner": owner.address,
        "spender": (spender or world.pool).address,
        "value": value,
        "nonce": int(token.nonces(owner.address)),
        "deadline": 2**64,
    }
    signed = Permit(**{**facts, **changes})
    return SignedPermit(signed.value, signed.deadline, domain.sign(signed, owner))


def sender(signer: LocalAccount) -> Any:
    """Returns the Brownie account of a signer, which sends without its key."""
    return accounts.at(signer.address, force=True)
