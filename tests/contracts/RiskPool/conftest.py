"""A pool on its own, without the suite around it: most tests of the pool need no more, and start at once."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench


@pytest.fixture(scope="module")
def bench(module_isolation: None) -> Bench:
    """A pool of an asset of 6 decimals in dollars and cents, with capital."""
    return Bench()


@pytest.fixture(scope="module")
def empty(module_isolation: None) -> Bench:
    """The same, before the first deposit."""
    return Bench(capital=0)


@pytest.fixture(autouse=True)
def isolation(fn_isolation: None) -> None:
    """Each test leaves the chain as it found it; in place of the one that sets up the whole suite."""
