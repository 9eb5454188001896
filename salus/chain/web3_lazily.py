"""web3.py, loaded when it is first used: it takes half a second, and an action that is only explained or
refused needs none of it. `from salus.chain.web3_lazily import web3`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    import web3 as web3
else:
    web3 = lazy_loader.load("web3")
