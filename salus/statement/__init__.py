"""The explanation of benefits: what became of a member's bills, in words, from the chain's events alone.

    events = [*chain.past(ClaimDecided, policy=policy_id), *chain.past(ClaimPaid, policy=policy_id), …]
    letter = statement(membership, events)
    html = page(letter, Letterhead(…))

Only who holds the member's card can write it: to everybody else the events name no benefit and no person.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
