"""The claim desk as a sender, because only it may move counters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World


@pytest.fixture
def desk(world: World) -> Any:
    from brownie import accounts

    return accounts.at(world.desk.address, force=True)
