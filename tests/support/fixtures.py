"""Fixtures for every test on a chain; a folder's conftest imports these names.

The contracts and their world are built once per run. Every module and every test restore the chain with
snapshots of their own, because `chain.snapshot` keeps only one, and that one belongs to the test.
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
    """The contracts, deployed by the script that also deploys them in production."""
    if not _stands():
        _built.append(_build())
    with _as_it_was():
        yield _built[-1][0]


@pytest.fixture(scope="module")
def world(suite: Any) -> World:
    """A world with a hospital, an insurer and a funded pool."""
    return _built[-1][1]


@pytest.fixture(autouse=True)
def isolation(world: World) -> Iterator[None]:
    """Restores the chain after each test."""
    with _as_it_was():
        yield


def _stands() -> bool:
    """Checks that the contracts were built, and that no other folder's tests have reset the chain since."""
    from brownie.exceptions import ContractNotFound

    try:
        return bool(_built) and bool(_built[-1][0].manager.address)
    except ContractNotFound:  # Brownie raises this for every attribute of a contract that a reset has removed
        return False


def _build() -> tuple[Any, World]:
    from brownie import accounts, chain

    from scripts.deploy import Params, deploy

    _quicken_requests()
    chain.reset()
    suite = deploy(Params.local(accounts), accounts[0])
    world = World(suite, accounts)
    # Brownie collects garbage at every revert; freezing the permanent objects saves milliseconds each time.
    gc.collect()
    gc.freeze()
    return suite, world


def _quicken_requests() -> None:
    """Skips what web3 and requests repeat for every call: the chain id, and the proxy settings."""
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
