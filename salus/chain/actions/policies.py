"""Selling and closing policies."""

from __future__ import annotations

from dataclasses import dataclass

from salus.base.days import period_words
from salus.base.errors import ChainError
from salus.chain.sending import Action
from salus.chain.suite import Chain, Pool
from salus.chain.web3_lazily import web3
from salus.crypto.abi import Address, Struct, Uint256
from salus.crypto.eip712 import EIP712Domain, Signer
from salus.types import Account, Policy

_VERSIONS = ("1", "2")
"""Of signing domains: OpenZeppelin's tokens say 1, USDC says 2."""


class Permit(Struct):
    """An ERC-2612 permit, as the token's owner signs it. Amounts are token units, the deadline a second."""

    owner: Address
    spender: Address
    value: Uint256
    nonce: Uint256
    deadline: Uint256


@dataclass(frozen=True, slots=True)
class SignedPermit:
    """What `issueWithPermit` takes of a permit."""

    value: int
    deadline: int
    signature: bytes

    def as_tuple(self) -> tuple[int, int, int, bytes, bytes]:
        """Value, deadline, v, r, s."""
        return self.value, self.deadline, self.signature[64], self.signature[:32], self.signature[32:64]


def sign_permit(pool: Pool, *, amount: int, deadline: int, signer: Signer) -> SignedPermit:
    """Lets the pool take `amount` minor units of the signer's tokens until a second. Raises ChainError if the
    token has no permits, or signs them in a way of its own."""
    permit = Permit(
        owner=signer.address,
        spender=pool.address,
        value=amount * pool.unit,
        nonce=pool.asset.functions.nonces(signer.address).call(),
        deadline=deadline,
    )
    return SignedPermit(permit.value, deadline, _domain_of(pool).sign(permit, signer))


def _domain_of(pool: Pool) -> EIP712Domain:
    """The token's signing domain. Not every token tells it (ERC-5267), so it is found by its separator."""
    functions = pool.asset.functions
    try:
        separator = functions.DOMAIN_SEPARATOR().call()
        name = functions.name().call()
    except web3.exceptions.Web3Exception:
        raise ChainError("the token has no permits", remedy="approve the pool instead") from None
    for version in _VERSIONS:
        domain = EIP712Domain(
            name=name,
            version=version,
            chain_id=pool.chain.chain_id,
            verifying_contract=pool.asset.address,
        )
        if domain.separator == separator:
            return domain
    raise ChainError("the token signs permits in a way of its own", remedy="approve the pool instead")


def issue(
    chain: Chain, *, terms: Policy, quote_signer: str, quote: bytes, permit: SignedPermit | None = None
) -> Action:
    """Issues a policy under a signed quote; the sender pays the premium, by allowance or permit."""
    pool = chain.pool(terms.pool)
    arguments = (terms.as_tuple(), quote_signer, quote)
    functions = chain.book.functions
    return Action(
        "PolicyBook",
        functions.issueWithPermit(*arguments, permit.as_tuple()) if permit else functions.issue(*arguments),
        (
            f"Pay the premium of {pool.words(terms.premium)} to pool {pool.address}.",
            f"{terms.holder} becomes the holder of policy 0x{chain.book_domain.digest(terms).hex()},",
            f"in force {period_words(terms.start, terms.end)}, "
            f"which pays at most {pool.words(terms.annual_limit)}.",
        ),
    )


def is_issued(chain: Chain, policy: bytes) -> bool:
    """Whether the policy book has issued it."""
    return Account.from_tuple(tuple(chain.book.functions.accountOf(policy).call())).issued


def close(chain: Chain, *, terms: Policy) -> Action:
    """Releases the capital of a policy that can bring no more claims; anyone may."""
    return Action(
        "PolicyBook",
        chain.book.functions.close(terms.as_tuple()),
        (f"Close policy 0x{chain.book_domain.digest(terms).hex()} and free the capital that it locks.",),
    )
