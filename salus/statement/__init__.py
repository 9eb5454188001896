"""The explanation of benefits: what became of a member's bills, in words, from the chain's events alone.

    events = [*chain.past(ClaimDecided, policy=policy_id), *chain.past(ClaimPaid, policy=policy_id), …]
    letter = statement(membership, events)
    html = page(letter, Letterhead(…))

Only who holds the member's card can write it: to everybody else the events name no benefit and no person.
"""

from salus.statement.page import Letterhead, page
from salus.statement.statement import Item, Meter, Reduction, Statement, statement

__all__ = ["Item", "Letterhead", "Meter", "Reduction", "Statement", "page", "statement"]
