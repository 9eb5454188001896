"""Filing, settling, collecting and withdrawing claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salus.base import money
from salus.base.days import midnight
from salus.chain.sending import Action
from salus.chain.suite import Chain
from salus.types import Attestation, ClaimRef, ClaimStatus, Decision, Eligibility, Line, Policy, SkipReason


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What filing a line would bring now."""

    reason: SkipReason
    decision: Decision | None
    """None when the line would be skipped."""


def file(
    chain: Chain, *, attestation: Attestation, attestor: str, signature: bytes, lines: Sequence[Line]
) -> Action:
    """Files lines of one attestation, by anyone. Each ends as `ClaimDecided` or `ClaimSkipped`."""
    billed: dict[str, int] = {}
    for line in lines:
        currency = line.diagnosis.currency
        billed[currency] = billed.get(currency, 0) + line.diagnosis.billed
    amounts = " and ".join(money.to_words(amount, currency) for currency, amount in billed.items())
    return Action(
        "ClaimDesk",
        chain.desk.functions.file(
            attestation.as_tuple(), attestor, signature, [line.as_tuple() for line in lines]
        ),
        (
            f"File {len(lines)} claim line{'s' * (len(lines) != 1)} of provider {attestation.provider}, "
            f"billed {amounts}.",
            "What is small and in order is paid at once, to the payees in the policies.",
        ),
    )


def foresee(chain: Chain, *, attestation: Attestation, line: Line) -> Foreseen:
    """What filing the line would bring now, by the same code; nothing is sent."""
    reason, decision = chain.desk.functions.preview(attestation.as_tuple(), line.as_tuple()).call()
    why = SkipReason(reason)
    return Foreseen(why, None if why else Decision.from_tuple(decision))


def foresee_unsigned(chain: Chain, *, provider: int, line: Line) -> Foreseen:
    """What filing the line would bring now if it were attested when the care is over; nothing is sent.
    A trial looks at no signature, so the line as `Membership.inquiry` makes it will do."""
    over = midnight(line.diagnosis.service_to + 1)
    alone = Attestation(provider=provider, root=line.diagnosis.hash_struct(), issued_at=over, expires_at=over)
    return foresee(chain, attestation=alone, line=line)


def eligibility(chain: Chain, *, provider: int, line: Line) -> Eligibility:
    """What the member of the line could claim at the provider, by the code that decides claims; nothing is
    sent. The line needs no signature: `Membership.inquiry` makes one.

    Raises Reverted if the claim desk takes no claims any more.
    """
    asked = Attestation(provider=provider, root=bytes(32), issued_at=0, expires_at=0)
    function = chain.desk.functions.eligibility(asked.as_tuple(), line.as_tuple())
    answer = chain.preview(Action("ClaimDesk", function, ()), chain.desk.address)
    return Eligibility.from_tuple(answer)


def settle(chain: Chain, *, claim: ClaimRef, decision: Decision, currency: str) -> Action:
    """Pays a held claim whose review window is over; anyone may."""
    return Action(
        "ClaimDesk",
        chain.desk.functions.settle(claim.as_tuple(), decision.as_tuple()),
        (f"Settle {_claim(claim)}: {_paid(decision, currency)}.",),
    )


def collect(chain: Chain, *, claim: ClaimRef, decision: Decision, currency: str) -> Action:
    """Pays an owed claim to its payee; anyone may."""
    return Action(
        "ClaimDesk",
        chain.desk.functions.collect(claim.as_tuple(), decision.as_tuple()),
        (f"Collect {_claim(claim)}: {_paid(decision, currency)}.",),
    )


def withdraw(chain: Chain, *, terms: Policy, claim: ClaimRef, decision: Decision) -> Action:
    """Takes a held or denied line back; a corrected line with a higher revision may follow."""
    return Action(
        "ClaimDesk",
        chain.desk.functions.withdraw(terms.as_tuple(), claim.as_tuple(), decision.as_tuple()),
        (
            f"Take back {_claim(claim)}, {decision.status.name.lower()}.",
            "What it took is given back; a corrected line may follow.",
        ),
    )


def withdraw_root(chain: Chain, *, provider: int, root: bytes) -> Action:
    """Takes back an attestation: nothing under it can be filed any more."""
    return Action(
        "ClaimDesk",
        chain.desk.functions.withdrawRoot(provider, root),
        (
            f"Take back the attestation 0x{root.hex()} of provider {provider}.",
            "What is decided stays decided; nothing else under it can be filed any more.",
        ),
    )


def status_of(chain: Chain, claim: ClaimRef) -> ClaimStatus:
    """Where a claim stands now."""
    return ClaimStatus(chain.desk.functions.statusOf(claim.as_tuple()).call())


def _claim(claim: ClaimRef) -> str:
    return f"claim 0x{claim.bill_line.hex()[:16]}… of policy 0x{claim.policy.hex()[:16]}…"


def _paid(decision: Decision, currency: str) -> str:
    return f"{money.to_words(decision.remittance.paid, currency)} from {decision.pool} to {decision.payee}"
