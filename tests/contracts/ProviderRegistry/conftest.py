"""Desks that record; here they are plain accounts, so that a test states exactly what is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World


@pytest.fixture
def desk(world: World) -> Any:
    """Lists an account as a desk."""
    return _listed(world, 0)


@pytest.fixture
def other_desk(world: World) -> Any:
    """Lists a second desk, which serves the same policies."""
    return _listed(world, 6)


def _listed(world: World, number: int) -> Any:
    from brownie import accounts

    world.providers.listDesk(accounts[number], {"from": world.governor})
    return accounts[number]
