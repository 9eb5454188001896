"""The chain, over web3.py: where a suite stands, what can be asked and sent, what happened, what was refused.

from salus.chain import Chain, claims, events
chain = Chain.open("http://127.0.0.1:8545")          # deployments/<chain id>.json says where
chain.send(claims.file(chain, …), account)   # previews, sends once, waits
for claim in chain.past(events.ClaimDecided): …
"""

from salus.chain import events, roles
from salus.chain.actions import accreditation, claims, consents, governing, policies, pools
from salus.chain.address_book import AddressBook, Deployed
from salus.chain.pending import Pending, forget_finished
from salus.chain.sending import Action, Receipt, Sender, Unlocked
from salus.chain.suite import Chain, Pool
from salus.chain.wallet import Wallet
from salus.types import ClaimRef, ClaimStatus, Decision, Eligibility, Service, SkipReason

__all__ = [
    "Action",
    "AddressBook",
    "Chain",
    "ClaimRef",
    "ClaimStatus",
    "Decision",
    "Deployed",
    "Eligibility",
    "Pending",
    "Pool",
    "Receipt",
    "Sender",
    "Service",
    "SkipReason",
    "Unlocked",
    "Wallet",
    "accreditation",
    "claims",
    "consents",
    "events",
    "forget_finished",
    "governing",
    "policies",
    "pools",
    "roles",
]
