"""Fixtures for every test on a chain; a folder's conftest imports these names.

The contracts and their world are built once for a whole run. Every module and every test leave the
chain as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.isolation import as_it_was, quicken_requests, spare_the_garbage, stands
from tests.support.world import World

_built: list[tuple[Any, World]] = []


@pytest.fixture(scope="module")
def suite() -> Iterator[Any]:
    """The contracts, deployed by the script that deploys them for real."""
    if not (_built and stands(_built[-1][0].manager)):
        _built.append(_build())
    with as_it_was():
        yield _built[-1][0]


@pytest.fixture(scope="module")
def world(suite: Any) -> World:
    """A world with a hospital, an insurer and a funded pool."""
    return _built[-1][1]


@pytest.fixture(autouse=True)
def isolation(world: World) -> Iterator[None]:
    """Each test leaves the chain as it found it."""
    with as_it_was():
        yield


def _build() -> tuple[Any, World]:
    from brownie import accounts, chain

    from scripts.deploy import Params, deploy

    quicken_requests()
    chain.reset()
    suite = deploy(Params.local(accounts), accounts[0])
    world = World(suite, accounts)
    spare_the_garbage()
    return suite, world
