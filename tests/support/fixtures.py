"""What every test on a chain starts from. A folder's conftest imports these names.

The contracts and their world are built once for a whole run. Every module and every test leave the
chain as it was, by snapshots of their own: `chain.snapshot` keeps one only, and that is the test's.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from web3.types import RPCEndpoint

from tests.support.world import World

_built: list[tuple[Any, World]] = []


@pytest.fixture(scope="module")
def suite() -> Iterator[Any]:
    """The contracts, deployed by the script that deploys them for real."""
    if not _stands():
        _built.append(_build())
    with _as_it_was():
        yield _built[-1][0]


@pytest.fixture(scope="module")
def world(suite: Any) -> World:
    """A hospital, an insurer and a funded pool."""
    return _built[-1][1]


@pytest.fixture(autouse=True)
def isolation(world: World) -> Iterator[None]:
    """Each test leaves the chain as it found it."""
    with _as_it_was():
        yield


def _stands() -> bool:
    """Whether a suite was built, and no other folder's tests have reset the chain since."""
    from brownie.exceptions import ContractNotFound

    try:
        return bool(_built) and bool(_built[-1][0].manager.address)
    except ContractNotFound:  # Brownie refuses every attribute of a contract that a reset has taken away
        return False


def _build() -> tuple[Any, World]:
    from brownie import accounts, chain

    from scripts.deploy import Params, deploy

    _quicken_requests()
    chain.reset()
    suite = deploy(Params.local(accounts), accounts[0])
    world = World(suite, accounts)
    # Brownie collects garbage whenever it goes back; without what stays anyway, that takes milliseconds.
    gc.collect()
    gc.freeze()
    return suite, world


def _quicken_requests() -> None:
    """Before every call web3 asks for the chain's id, and requests looks for a proxy in the environment."""
    from brownie import web3

    provider = web3.provider
    provider._request_session_manager.cache_and_return_session(provider.endpoint_uri).trust_env = False
    provider.cache_allowed_requests = True
    provider.cacheable_requests = {RPCEndpoint("eth_chainId")}


@contextmanager
def _as_it_was() -> Iterator[None]:
    from brownie import chain

    before = chain._take_snapshot()
    yield
    chain._undo_buffer.clear()
    chain._redo_buffer.clear()
    chain._current_id = chain._revert(before)
