"""The chain, over web3.py: where a suite stands, what can be asked and sent, what happened, what was refused.

from salus.chain import Chain, claims, events
chain = Chain.open("http://127.0.0.1:8545")          # deployments/<chain id>.json says where
chain.send(claims.file(chain, …), account)   # previews, sends once, waits
for claim in chain.past(events.ClaimDecided): …
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
