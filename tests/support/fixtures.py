"""What every test on a chain starts from. A folder's conftest imports these names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World


@pytest.fixture(scope="module")
def suite(module_isolation: None) -> Any:
    """The contracts, deployed by the script that deploys them for real."""
    from brownie import accounts

    from scripts.deploy import Params, deploy

    return deploy(Params.local(accounts), accounts[0])


@pytest.fixture(scope="module")
def world(suite: Any) -> World:
    """A hospital, an insurer and a funded pool."""
    from brownie import accounts

    return World(suite, accounts)


@pytest.fixture(autouse=True)
def isolation(world: World, fn_isolation: None) -> None:
    """Each test leaves the chain as it found it."""
