"""A pool without the other contracts: most tests of the pool need no more, and start faster."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench


@pytest.fixture(scope="module")
def bench(module_isolation: None) -> Bench:
    """A pool with capital, whose asset has 6 decimals and is counted in dollars and cents."""
    return Bench()


@pytest.fixture(scope="module")
def empty(module_isolation: None) -> Bench:
    """The same pool, before the first deposit."""
    return Bench(capital=0)


@pytest.fixture(autouse=True)
def isolation(fn_isolation: None) -> None:
    """Replaces the fixture that deploys all contracts; each test restores the chain."""
