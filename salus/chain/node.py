"""The connection to a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from salus.base.errors import WrongChain

if TYPE_CHECKING:
    from web3 import Web3

PATIENCE_SECONDS = 10.0
"""How long a silent node is asked again."""


def connect(url: str, *, chain_id: int | None = None, patience: float = PATIENCE_SECONDS) -> Web3:
    """A node that serves the chain expected. Raises NodeUnreachable or WrongChain."""
    from web3 import Web3  # here: an action that is only explained needs none of it

    from salus.chain.http_node import Node

    node = Node(url, patience=patience)
    w3 = Web3(node)
    found = w3.eth.chain_id
    if chain_id is not None and found != chain_id:
        raise WrongChain(
            f"the node at {node.host} serves chain {found}, not {chain_id}",
            remedy="choose the node of the network that you named",
        )
    return w3


def genesis_of(w3: Web3) -> str:
    """Hash of block 0, 0x-hex: what tells two chains of one id apart."""
    return w3.eth.get_block(0)["hash"].to_0x_hex()


def name_contracts(w3: Web3, names: Mapping[str, str]) -> None:
    """Lets errors name the contracts that should be at these addresses."""
    from salus.chain.http_node import Node

    if isinstance(w3.provider, Node):
        w3.provider.names = {address.lower(): name for address, name in names.items()}


def check_code(w3: Web3, address: str) -> None:
    """Raises NoContract if nothing is at the address. Says nothing of a node of another kind than `connect`
    gives."""
    from salus.chain.http_node import Node

    if isinstance(w3.provider, Node):
        w3.provider.check_code(w3.to_checksum_address(address))
