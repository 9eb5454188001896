"""Filings that must be skipped: one for every way in which a line can be faulty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from salus.crypto.merkle import MerkleTree
from salus.types import BenefitKind, Line, SkipReason
from tests.support import craft
from tests.support.claims import hold, withdraw
from tests.support.craft import BENEFITS, BILLED, SURGERY, Filing, Sold, indemnity, scheduled, word
from tests.support.world import DAILY_CAP, World

Poison = Callable[[World, Sold], Filing]


def _proven(world: World, line: Line, **changes: Any) -> Filing:
    """Attests the line, and changes it afterwards."""
    filing = world.attest([line])
    return replace(filing, lines=(replace(filing.lines[0], **changes),))


def together(world: World, filings: Sequence[Filing]) -> Filing:
    """Joins attestations of one line each into one, with each line proven as before."""
    tree = MerkleTree(filing.attestation.root for filing in filings)
    attestation = replace(filings[0].attestation, root=tree.root, issued_at=world.now())
    lines = tuple(
        replace(filing.lines[0], diagnosis_proof=tree.proof(place)) for place, filing in enumerate(filings)
    )
    signature = world.desk_domain.sign(attestation, world.attestor)
    return Filing(attestation, world.attestor.address, signature, lines)


def not_issued(world: World, sold: Sold) -> Filing:
    return world.attest([world.draft(start=sold.terms.start, salt=word("draft")).line("not issued")])


def other_terms(world: World, sold: Sold) -> Filing:
    line = sold.line("other terms")
    return _proven(world, line, policy=replace(line.policy, annual_limit=line.policy.annual_limit + 1))


def other_pool(world: World, sold: Sold) -> Filing:
    line = sold.line("other pool")
    return _proven(world, line, policy=replace(line.policy, pool=world.stranger.address))


def stranger(world: World, sold: Sold) -> Filing:
    line = sold.line("stranger")
    return _proven(world, line, member=replace(line.member, commitment=word("a stranger")))


def other_payee(world: World, sold: Sold) -> Filing:
    line = sold.line("other payee")
    return _proven(world, line, member=replace(line.member, payee=world.stranger.address))


def inner_node(world: World, sold: Sold) -> Filing:
    """A proof with an extra node does not lead to the same root."""
    return _proven(world, sold.line("inner node"), member_proof=(word("node"),))


def better_terms(world: World, sold: Sold) -> Filing:
    line = sold.line("better terms")
    return _proven(world, line, benefit=replace(line.benefit, share_bps=10_000))


def unknown_benefit(world: World, sold: Sold) -> Filing:
    return _proven(world, sold.line("unknown benefit"), benefit=indemnity("cosmetic"))


def other_bill(world: World, sold: Sold) -> Filing:
    line = sold.line("other bill")
    return _proven(world, line, diagnosis=replace(line.diagnosis, billed=BILLED + 1))


def other_benefit(world: World, sold: Sold) -> Filing:
    """The member has the benefit, but another one was attested."""
    line, better = sold.line("other benefit"), sold.line("other benefit", benefit=craft.PHYSIOTHERAPY)
    return _proven(world, line, benefit=better.benefit, benefit_proof=better.benefit_proof)


def other_policy(world: World, sold: Sold) -> Filing:
    """The policy is issued to the same members, but another one was attested."""
    start = world.today() + 2
    twin = replace(sold, terms=replace(sold.terms, start=start, end=start + craft.YEAR))
    world.issue(twin)
    return _proven(world, sold.line("other policy"), policy=twin.terms)


def no_units(world: World, sold: Sold) -> Filing:
    return world.attest([sold.line("no units", units=0)])


def ends_before_it_begins(world: World, sold: Sold) -> Filing:
    day = sold.terms.start + 5
    return world.attest([sold.line("ends before it begins", day=day, service_to=day - 1)])


def bad_terms(name: str, **terms: Any) -> Poison:
    """Returns a filing with benefit terms that no honest insurer would sign."""

    def filing(world: World, sold: Sold) -> Filing:
        benefits = (replace(scheduled(name), **terms), *BENEFITS)
        odd = world.sell(begin=False, benefits=benefits, salt=word(name))
        return world.attest([odd.line(name, benefit=0, day=world.today(), units=2)])

    return filing


def other_currency(world: World, sold: Sold) -> Filing:
    return world.attest([sold.line("other currency", currency="EUR")])


def tomorrow_everywhere(world: World, sold: Sold) -> Filing:
    return world.attest([sold.line("tomorrow everywhere", day=(world.now() + 14 * 3_600) // craft.DAY + 1)])


def stay_not_over(world: World, sold: Sold) -> Filing:
    return world.attest([sold.line("stay not over", service_to=world.today() + 2)])


def filed_before(world: World, sold: Sold) -> Filing:
    filing = world.attest([sold.line("filed before")])
    world.file_signed(filing)
    return filing


def withdrawn(world: World, sold: Sold) -> Filing:
    line = sold.line("withdrawn")
    filing = world.attest([line])
    withdraw(world, line, hold(world, line))
    world.providers.setDailyCap(world.pool, world.provider, DAILY_CAP, {"from": world.insurer})
    return filing


def other_amount(world: World, sold: Sold) -> Filing:
    world.file(sold.line("other amount"))
    return world.attest([sold.line("other amount", billed=BILLED - 1)])


def no_consent(world: World, sold: Sold) -> Filing:
    shy = world.sell(consent=False, begin=False, salt=word("no consent"))
    return world.attest([shy.line("no consent", day=world.today())])


def not_authorised(world: World, sold: Sold) -> Filing:
    return world.attest([sold.line("not authorised", benefit=SURGERY)])


POISON: dict[str, tuple[SkipReason, Poison]] = {
    "policy not issued": (SkipReason.UNKNOWN_POLICY, not_issued),
    "other terms": (SkipReason.UNKNOWN_POLICY, other_terms),
    "other pool": (SkipReason.UNKNOWN_POLICY, other_pool),
    "stranger": (SkipReason.BAD_MEMBER_PROOF, stranger),
    "other payee": (SkipReason.BAD_MEMBER_PROOF, other_payee),
    "inner node": (SkipReason.BAD_MEMBER_PROOF, inner_node),
    "better terms": (SkipReason.BAD_BENEFIT_PROOF, better_terms),
    "benefit not covered": (SkipReason.BAD_BENEFIT_PROOF, unknown_benefit),
    "other bill": (SkipReason.BAD_DIAGNOSIS_PROOF, other_bill),
    "other policy": (SkipReason.BAD_DIAGNOSIS_PROOF, other_policy),
    "other benefit": (SkipReason.BAD_DIAGNOSIS_PROOF, other_benefit),
    "no units": (SkipReason.MALFORMED, no_units),
    "ends before it begins": (SkipReason.MALFORMED, ends_before_it_begins),
    "benefit of no kind": (SkipReason.MALFORMED, bad_terms("no kind", kind=BenefitKind.NONE)),
    "share above the whole": (
        SkipReason.MALFORMED,
        bad_terms("share", kind=BenefitKind.INDEMNITY, share_bps=10_001),
    ),
    "more than an amount holds": (SkipReason.MALFORMED, bad_terms("rate", rate=2**63)),
    "other currency": (SkipReason.WRONG_CURRENCY, other_currency),
    "tomorrow everywhere": (SkipReason.NOT_YET_SERVED, tomorrow_everywhere),
    "stay not over": (SkipReason.NOT_YET_SERVED, stay_not_over),
    "filed before": (SkipReason.ALREADY_DECIDED, filed_before),
    "withdrawn": (SkipReason.SUPERSEDED, withdrawn),
    "other amount": (SkipReason.BILL_MISMATCH, other_amount),
    "no consent": (SkipReason.NO_CONSENT, no_consent),
    "not authorised": (SkipReason.NOT_AUTHORISED, not_authorised),
}
"""By name: the reason for skipping, and the function that makes the filing."""
