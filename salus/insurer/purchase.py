"""Pays the premium of a quoted policy, which anyone can do for the holder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, cast

from salus.base.errors import InputError, PolicyError
from salus.chain import policies
from salus.chain.payments import approval_for, check_balance
from salus.chain.sending import Action, Sender, Unlocked
from salus.chain.suite import Chain, Pool
from salus.cover.policy import PolicyFile, check_place
from salus.cover.signed_file import SignedFile
from salus.crypto.eip712 import Signer
from salus.insurer.capital import check_capital

PERMIT_SECONDS = 3_600
"""Seconds for which a permit is valid."""


def sign_permit(pool: Pool, premium: int, payer: Sender) -> policies.SignedPermit:
    """Signs a permit that lets the pool take the premium within an hour.

    Raises InputError if the node keeps the account's key.
    """
    if isinstance(payer, Unlocked):
        raise InputError(
            f"{payer.address} is an account of the node, but a permit needs a key of your own",
            field="account",
            remedy="name a keystore, or leave permit out",
        )
    deadline = pool.chain.now() + PERMIT_SECONDS
    return policies.sign_permit(pool, amount=premium, deadline=deadline, signer=cast("Signer", payer))


@dataclass(frozen=True, slots=True)
class Purchase:
    """A policy that a payer is about to issue. Send the approvals before the action."""

    pool: Pool
    policy: PolicyFile
    payer: str
    approvals: tuple[Action, ...]
    action: Action

    @classmethod
    def prepare(
        cls, chain: Chain, policy: PolicyFile, quote: SignedFile, payer: Sender, *, permit: bool = False
    ) -> Self:
        """Prepares the transactions of the payer.

        With `permit`, the payer's key signs a permit here, and the payment needs no approval. Raises
        PolicyError if the policy is for another chain or policy book.
        """
        check_place(policy.book, chain.book_domain, fault=PolicyError)
        pool = chain.pool(policy.terms.pool)
        premium = policy.terms.premium
        signed = sign_permit(pool, premium, payer) if permit else None
        approvals = () if permit else approval_for(pool, payer.address, premium)
        action = policies.issue(
            chain, terms=policy.terms, quote_signer=quote.signer, quote=quote.signature, permit=signed
        )
        return cls(pool, policy, payer.address, tuple(approvals), action)

    @property
    def is_issued(self) -> bool:
        """Returns whether the policy is already issued, so that nothing must be sent."""
        return policies.is_issued(self.pool.chain, self.policy.policy_id)

    def check(self) -> None:
        """Checks that the payer has the premium and the pool has the capital."""
        check_balance(self.pool, self.payer, self.policy.terms.premium * self.pool.unit, field="premium")
        check_capital(self.pool, self.policy.terms)
