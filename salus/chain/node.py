"""The connection to a node: patient with a short silence, plain about a long one.

A question that changes nothing is asked again for some ten seconds, and so is a signed transaction, which the
chain takes once however often it is sent. Only a transaction that the node itself is to sign is sent once. An
error names the node's host and never its address, which may hold an access key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from salus.base.errors import NodeUnreachable, WrongChain

if TYPE_CHECKING:
    import requests
    from web3 import Web3

PATIENCE_SECONDS = 10.0
NOT_JSON = "answers something else than JSON-RPC"


def unreachable(error: requests.RequestException, host: str | None = None) -> NodeUnreachable:
    """What a failed request to a node means; its host is that of the request unless given.

    >>> import requests
    >>> str(unreachable(requests.ConnectionError(), "127.0.0.1:8545"))
    'the node at 127.0.0.1:8545 does not answer; start it or choose another, then run again'
    """
    import requests  # here: an action that is only explained needs none of it

    if isinstance(error, requests.HTTPError) and error.response is not None:
        what = f"answers {error.response.status_code}"
    else:
        what = NOT_JSON if isinstance(error, requests.JSONDecodeError) else "does not answer"
    url = error.request.url if error.request is not None else None
    return unreachable_at(host or (host_of(url) if url else None), what)


def unreachable_at(host: str | None, what: str) -> NodeUnreachable:
    at = f" at {host}" if host else ""
    return NodeUnreachable(f"the node{at} {what}", remedy="start it or choose another, then run again")


def host_of(url: str) -> str:
    """Host and port. The address itself may hold an access key and shows in no error."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        host = None
    if not host:
        raise NodeUnreachable("the node's address is not http:// or https://", remedy="correct it in .env")
    return host + port


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
