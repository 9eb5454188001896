"""Whether a filed line can be withdrawn. The outbox says what this provider filed, and the chain what it
decided; both must say that the line is held or denied."""

from __future__ import annotations

from salus.base.errors import OutboxError
from salus.chain import claims
from salus.chain.sending import Action
from salus.chain.suite import Chain
from salus.provider.outbox import Outbox, OutboxLine
from salus.types import ClaimStatus, Decision


def withdraw(chain: Chain, outbox: Outbox, line: OutboxLine) -> Action:
    """Prepares the withdrawal of a line. Raises OutboxError, naming the claim, if it cannot be withdrawn."""
    claim = line.ref(outbox.place.provider)
    return claims.withdraw(
        chain,
        terms=outbox.cover(line).terms,
        claim=claim,
        decision=decision_to_withdraw(line, claims.status_of(chain, claim)),
    )


def decision_to_withdraw(line: OutboxLine, on_chain: ClaimStatus) -> Decision:
    """Returns the decision on a line if the chain would take it back. `on_chain` is the claim's status
    there."""
    resource, decision = f"Claim/{line.claim}", line.decision
    decided_elsewhere = decision is None or decision.is_duplicate
    if decided_elsewhere and on_chain is not ClaimStatus.NONE:
        raise OutboxError(
            f"is {line.state} in this outbox, and the chain has decided its bill before: {on_chain.word}",
            resource=resource,
            remedy="that decision stands; only the outbox that filed it can take it back, if held or denied",
        )
    if decision is None or line.state != decision.status.word or not decision.status.can_be_withdrawn:
        raise OutboxError(
            f"is {line.state}", resource=resource, remedy="only held and denied lines can be taken back"
        )
    if on_chain is not decision.status:
        raise OutboxError(
            f"is {line.state} in this outbox, but {on_chain.word} on the chain",
            resource=resource,
            remedy="look at `status`; only held and denied lines can be taken back",
        )
    return decision
