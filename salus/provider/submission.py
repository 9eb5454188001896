"""Takes a provider from drafts (`salus.provider.drafting`) to decided claims, in steps that can be repeated.

    attest     signs all drafts with one signature
    refresh    reads new decisions from the chain, also for transactions of a process that was killed
    file       files the signed lines that would be decided now
    settle     settles held claims that are due, and collects owed ones

Each step saves its result in the outbox (`salus.provider.outbox`) before the next step begins. Repeating a
step does only what is left. No step signs or files a line twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from salus.chain import Chain, Receipt, Sender, claims, events, sending
from salus.chain.keeping import sendable
from salus.claim import attestation
from salus.claim.batch import Batch
from salus.crypto.eip712 import Signer
from salus.provider.following import follow
from salus.provider.outbox import Outbox, OutboxLine, State
from salus.provider.parts import Advance, in_parts, no_progress
from salus.provider.plan_words import about, filed_words
from salus.types import ClaimStatus, Decision

FILED_AT_ONCE = 40
"""Lines in one transaction: about five million gas, which every network accepts."""
_WATCHED: Sequence[type[events.ClaimEvent]] = (
    events.ClaimDecided,
    events.ClaimPaid,
    events.ClaimOwed,
    events.ClaimWithdrawn,
)


def attest(outbox: Outbox, chain: Chain, signer: Signer, *, lifetime: int) -> Batch | None:
    """Signs all drafts with one signature; returns None if there is nothing to sign.

    It also signs again the lines whose signature expired before they were decided, or whose revision is wrong
    (`Outbox.to_attest`). Each line gets the revision that is due. `lifetime` is in seconds, at most 90 days.

    What may have been signed before under another id is held back (`Outbox.held_back`), in this outbox or on
    the chain, which is read first.

    Raises NotAccredited if the key may not sign for the provider now.
    """
    refresh(outbox, chain)
    now = chain.now()
    unsigned = outbox.to_attest(now)[: attestation.MAX_LINES]
    if not unsigned:
        return None
    entries = [_with_due_revision(entry, outbox, chain) for entry in unsigned]
    chain.check_attestor(outbox.place.provider, signer.address, now)
    batch = attestation.attest(
        [entry.diagnosis for entry in entries],
        desk=chain.desk_domain,
        provider=outbox.place.provider,
        issued_at=now,
        expires_at=now + lifetime,
        signer=signer,
    )
    outbox.attested(batch, entries, signer.address, chain.w3.eth.block_number)
    return batch


def _with_due_revision(entry: OutboxLine, outbox: Outbox, chain: Chain) -> OutboxLine:
    """Sets the revision that is due: a withdrawal under one policy raises it for all policies of the bill."""
    if not outbox.has_past(entry):
        return entry
    due = chain.due_revision(outbox.place.provider, entry.diagnosis.bill_line)
    return replace(entry, diagnosis=replace(entry.diagnosis, revision=due))


def refresh(outbox: Outbox, chain: Chain) -> None:
    """Updates the outbox with all decisions, payments and withdrawals on the chain, whoever sent them."""
    _wait_for_sent(outbox, chain)
    follow(outbox, chain)
    _wait_for_sent(outbox, chain)  # What a change of the chain has undone may be in a block again.


def _wait_for_sent(outbox: Outbox, chain: Chain) -> None:
    """Waits for pending transactions, and resets the lines of transactions that never reached the chain."""
    sent: dict[str, list[OutboxLine]] = defaultdict(list)
    for entry in outbox.entries(State.SENT):
        sent[entry.filing or ""].append(entry)
    for transaction, entries in sent.items():
        if sending.is_known(chain.w3, transaction):
            receipt = sending.wait_for(chain.w3, transaction, confirmations=chain.confirmations)
            _save_outcome(receipt, entries, outbox, chain)
        else:
            outbox.sent(entries, None)


@dataclass(frozen=True, slots=True)
class Filing:
    """Lines of one attestation that are filed in one transaction."""

    action: sending.Action
    entries: Sequence[OutboxLine]


def plan_filing(
    outbox: Outbox,
    chain: Chain,
    *,
    at_once: int = FILED_AT_ONCE,
    advance: Advance = no_progress,
    keep_back: Callable[[OutboxLine], None] = lambda _: None,
) -> list[Filing]:
    """Prepares the transactions for the lines that would be decided now. Sends nothing.

    Each line is tried first, and the words of the action summarise the results. If a line would be skipped,
    only its reason is saved, which costs no gas. If its bill is already decided, filing would cost gas for a
    denial as a duplicate, so the line is passed to `keep_back`.
    """
    planned = []
    for signed, entries in outbox.to_file():
        if signed.attestation.expires_at < chain.now():
            continue
        ready = []
        for tried in in_parts(entries):
            with outbox.together():
                for entry in tried:
                    line = outbox.line(entry)
                    foreseen = claims.foresee(chain, attestation=signed.attestation, line=line)
                    if foreseen.decision is None:
                        outbox.skipped(entry, foreseen.reason, None)
                    elif foreseen.decision.is_duplicate:
                        keep_back(entry)
                    else:
                        ready.append((entry, line, foreseen.decision))
                    advance(1)
        for start in range(0, len(ready), at_once):
            part = ready[start : start + at_once]
            action = claims.file(
                chain,
                attestation=signed.attestation,
                attestor=signed.attestor,
                signature=signed.signature,
                lines=[line for _, line, _ in part],
            )
            bills = filed_words(outbox, [(entry, decision) for entry, _, decision in part])
            forecast = _trial_words([decision for _, _, decision in part])
            action = replace(action, words=(*action.words, *bills, forecast))
            planned.append(Filing(action, [entry for entry, _, _ in part]))
    return planned


def _trial_words(decisions: Sequence[Decision]) -> str:
    """Summarises how each line would be decided if it were the next one on the chain."""
    counts = Counter(decision.status for decision in decisions)
    words = [f"{counts[status]} {status.word}" for status in ClaimStatus if counts[status]]
    denied = [decision for decision in decisions if decision.status is ClaimStatus.DENIED]
    reasons = Counter(f"{code}, {code.title}" for decision in denied for code in decision.codes)
    why = "; ".join(f"{count} for {reason}" for reason, count in reasons.items())
    return f"Tried one by one: {', '.join(words)}{f' ({why})' if why else ''}."


def file(filing: Filing, outbox: Outbox, chain: Chain, sender: Sender) -> Receipt:
    """Sends one filing and saves the decisions. The transaction hash is on disk before it is sent."""
    receipt = chain.send(
        filing.action, sender, on_signed=lambda transaction: outbox.sent(filing.entries, transaction)
    )
    _save_outcome(receipt, filing.entries, outbox, chain)
    return receipt


def _save_outcome(receipt: Receipt, entries: Sequence[OutboxLine], outbox: Outbox, chain: Chain) -> None:
    with outbox.together():
        _save_decisions(receipt, entries, outbox, chain)
        outbox.has_seen(receipt.raw["blockNumber"], receipt.raw["blockHash"].to_0x_hex(), was_read=False)


def _save_decisions(receipt: Receipt, entries: Sequence[OutboxLine], outbox: Outbox, chain: Chain) -> None:
    leaves = {entry.diagnosis.hash_struct(): entry for entry in entries}
    for decided in chain.events(events.ClaimDecided, receipt):
        if decided.decision.diagnosis in leaves:
            outbox.decided(leaves.pop(decided.decision.diagnosis), decided.decision, receipt.transaction)
    bills = {(entry.diagnosis.policy, entry.diagnosis.bill_line): entry for entry in leaves.values()}
    for skipped in chain.events(events.ClaimSkipped, receipt):
        entry = bills.pop((skipped.policy, skipped.bill_line), None)
        if entry is not None:
            outbox.skipped(entry, skipped.reason, receipt.transaction)
    if bills:
        outbox.sent(list(bills.values()), None)


def plan_settling(outbox: Outbox, chain: Chain) -> list[sending.Action]:
    """Prepares the transactions that settle due held claims and collect owed claims that can be paid."""
    now, planned = chain.now(), []
    for entry in outbox.entries(State.HELD, State.OWED):
        if entry.decision is None:
            continue
        if entry.state is State.HELD and entry.decision.release_at > now:
            continue
        make = claims.settle if entry.state is State.HELD else claims.collect
        action = make(
            chain,
            claim=entry.ref(outbox.place.provider),
            decision=entry.decision,
            currency=entry.diagnosis.currency,
        )
        # A line that somebody has settled since would stop all others.
        if sendable(chain, action):
            planned.append(about(action, outbox, entry))
    return planned
