from __future__ import annotations

import pytest

from tests.stateful.stage import Stage, set_up
from tests.support.fixtures import isolation, suite, world
from tests.support.world import World

__all__ = ["isolation", "stage", "suite", "world"]


@pytest.fixture(scope="module")
def stage(world: World) -> Stage:
    """Two pools, three providers, three policies of one family."""
    return set_up(world)
