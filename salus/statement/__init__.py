"""Writes a member's explanation of benefits, only from the chain's events and the member's card.

    events = [*chain.past(ClaimDecided, policy=policy_id), *chain.past(ClaimPaid, policy=policy_id), …]
    letter = statement(membership, events)
    html = page(letter, Letterhead(…))

Only a holder of the member's card can write it. To everybody else, the events show no benefit and no person.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
