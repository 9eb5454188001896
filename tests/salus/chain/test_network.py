"""salus.chain.network

given a chain on the user's own machine
    it should count as local, and need one confirmation
given a network that networks.yaml lists
    it should be live, with its explorer, assets and governor's delay
given a chain that networks.yaml does not list
    it should be live, with two days of delay for a governor and without assets
    it should refuse what is for local chains only
"""

from __future__ import annotations

import pytest

from salus.base.errors import ChainError
from salus.chain.manifest import Role
from salus.chain.network import Network

DAY = 86_400


@pytest.mark.parametrize("chain_id", [1337, 31337])
def test_a_local_chain(chain_id: int) -> None:
    network = Network.of(chain_id)

    network.check_local("test money is not made")
    assert (network.is_live, network.confirmations, network.governor_delay) == (False, 1, 0)


def test_a_listed_network() -> None:
    network = Network.of(11155111)

    assert (network.name, network.is_live, network.confirmations) == ("Sepolia", True, 3)
    assert network.explorer.startswith("https://sepolia.etherscan.io/")
    assert [asset.currency for asset in network.assets] == ["USD"]


def test_an_unknown_chain_is_live() -> None:
    network = Network.of(7)

    assert (network.is_live, network.confirmations, network.assets) == (True, 5, ())
    assert [network.usual_delay(role) for role in Role] == [2 * DAY, 0, 0]
    with pytest.raises(ChainError, match=r"is not made on unknown chain 7 \(chain 7\), which counts as live"):
        network.check_local("test money is not made")
