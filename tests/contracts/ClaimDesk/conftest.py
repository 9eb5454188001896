from __future__ import annotations

import pytest

from tests.support.craft import Sold, word
from tests.support.world import World


@pytest.fixture(scope="module")
def sold(world: World) -> Sold:
    """A policy with one member, on the tenth day of its cover."""
    return world.sell()


@pytest.fixture(scope="module")
def full(world: World) -> Sold:
    """A policy whose members bear no costs, so the whole bill is paid; on the tenth day of its cover."""
    return world.sell(deductible=0, out_of_pocket=0, salt=word("full"))
