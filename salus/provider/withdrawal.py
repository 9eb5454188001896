"""Checks that a filed line can be withdrawn, and prepares the withdrawal.

The line must be held or denied both in the outbox and on the chain.
"""

from __future__ import annotations

from dataclasses import replace

from salus.base.errors import OutboxError
from salus.chain import claims
from salus.chain.sending import Action
from salus.chain.suite import Chain
from salus.provider.outbox import OPEN, Outbox, OutboxLine
from salus.provider.plan_words import MOST, about, bill_words
from salus.types import ClaimStatus, Decision


def withdraw(chain: Chain, outbox: Outbox, line: OutboxLine) -> Action:
    """Prepares the withdrawal of a line. Raises OutboxError, naming the claim, if it cannot be withdrawn."""
    claim = line.ref(outbox.place.provider)
    action = claims.withdraw(
        chain,
        terms=outbox.cover(line).terms,
        claim=claim,
        decision=decision_to_withdraw(line, claims.status_of(chain, claim)),
    )
    return about(action, outbox, line)


def withdraw_root(chain: Chain, outbox: Outbox, root: bytes) -> Action:
    """Prepares the withdrawal of a signature, and lists the bills that it takes back.

    Raises OutboxError if the outbox has no such signature.
    """
    lines = outbox.signed_with(root)
    undecided = [line for line in lines if line.state in OPEN]
    action = claims.withdraw_root(chain, provider=outbox.place.provider, root=root)
    bills = [f"  {bill}" for bill in bill_words(outbox, *undecided[:MOST])]
    more = [f"  and {len(undecided) - MOST:,} more"] if len(undecided) > MOST else []
    head = f"It has {len(lines):,} bills, and {len(undecided):,} of them are not decided:"
    return replace(action, words=(*action.words, head, *bills, *more))


def decision_to_withdraw(line: OutboxLine, on_chain: ClaimStatus) -> Decision:
    """Returns the decision on a line if the line can be withdrawn. `on_chain` is the claim's status there.

    Raises OutboxError, naming the claim, if it cannot be withdrawn.
    """
    resource, decision = f"Claim/{line.claim}", line.decision
    decided_elsewhere = decision is None or decision.is_duplicate
    if decided_elsewhere and on_chain is not ClaimStatus.NONE:
        raise OutboxError(
            f"is {line.state} in this outbox, but its bill was decided earlier: {on_chain.word} on the chain",
            resource=resource,
            remedy="if it is held or denied there, withdraw it from the outbox that filed it",
        )
    if decision is None or line.state != decision.status.word or not decision.status.can_be_withdrawn:
        raise OutboxError(
            f"is {line.state}", resource=resource, remedy="withdraw only lines that are held or denied"
        )
    if on_chain is not decision.status:
        raise OutboxError(
            f"is {line.state} in this outbox, but {on_chain.word} on the chain",
            resource=resource,
            remedy="run `status`, and withdraw only lines that are held or denied",
        )
    return decision
