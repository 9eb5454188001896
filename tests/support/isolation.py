"""What is built once on a chain and used by many tests, each of which leaves the chain as it was.

The snapshots here nest; `chain.snapshot` keeps one only.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from web3.types import RPCEndpoint


def stands(contract: Any) -> bool:
    """Whether a contract is still there: another folder's tests may have reset the chain."""
    from brownie.exceptions import ContractNotFound

    try:
        return bool(contract.address)
    except ContractNotFound:  # Brownie refuses every attribute of a contract that a reset has taken away
        return False


@contextmanager
def as_it_was() -> Iterator[None]:
    """Takes the chain back to what it was."""
    from brownie import chain

    before = chain._take_snapshot()
    yield
    chain._undo_buffer.clear()
    chain._redo_buffer.clear()
    chain._current_id = chain._revert(before)


def quicken_requests() -> None:
    """Before every call web3 asks for the chain's id, and requests looks for a proxy in the environment."""
    from brownie import web3

    provider = web3.provider
    provider._request_session_manager.cache_and_return_session(provider.endpoint_uri).trust_env = False
    provider.cache_allowed_requests = True
    provider.cacheable_requests = {RPCEndpoint("eth_chainId")}


def spare_the_garbage() -> None:
    """Brownie collects garbage whenever it goes back; without what stays anyway, that takes milliseconds."""
    gc.collect()
    gc.freeze()
