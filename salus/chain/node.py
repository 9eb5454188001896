"""The connection to a node: patient with a short silence, plain about a long one.

A question that changes nothing is asked again for some ten seconds, and so is a signed transaction, which the
chain takes once however often it is sent. Only a transaction that the node itself is to sign is sent once. An
error names the node's host and never its address, which may hold an access key.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential
from web3 import HTTPProvider, Web3
from web3.exceptions import BadResponseFormat
from web3.types import RPCEndpoint, RPCResponse

from salus.base.errors import NodeUnreachable, WrongChain

PATIENCE_SECONDS = 10.0
_ANSWER_SECONDS = 60.0
_NOT_JSON = "answers something else than JSON-RPC"
_ONCE_ONLY = {"eth_sendTransaction"}


class Node(HTTPProvider):
    """A JSON-RPC node at an http(s) address. Every call raises NodeUnreachable if it stays silent."""

    def __init__(self, url: str, *, patience: float = PATIENCE_SECONDS) -> None:
        self.host = _host(url)
        self._patience = patience
        super().__init__(
            url,
            request_kwargs={"timeout": _ANSWER_SECONDS},
            exception_retry_configuration=None,
            # asked beside every other question, and the same as long as the node is
            cache_allowed_requests=True,
            cacheable_requests={RPCEndpoint("eth_chainId")},
        )

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        patience = 0.0 if method in _ONCE_ONLY else self._patience
        retrying = Retrying(
            retry=retry_if_exception_type(requests.RequestException),
            stop=stop_after_delay(patience),
            wait=wait_exponential(multiplier=0.2, max=2),
            reraise=True,
        )
        try:
            return retrying(super().make_request, method, params)
        except requests.RequestException as error:
            raise unreachable(error, self.host) from None
        except (ValueError, BadResponseFormat):
            raise _unreachable(self.host, _NOT_JSON) from None


def unreachable(error: requests.RequestException, host: str | None = None) -> NodeUnreachable:
    """What a failed request to a node means; its host is that of the request unless given.

    >>> str(unreachable(requests.ConnectionError(), "127.0.0.1:8545"))
    'the node at 127.0.0.1:8545 does not answer; start it or choose another, then run again'
    """
    if isinstance(error, requests.HTTPError) and error.response is not None:
        what = f"answers {error.response.status_code}"
    else:
        what = _NOT_JSON if isinstance(error, requests.JSONDecodeError) else "does not answer"
    url = error.request.url if error.request is not None else None
    return _unreachable(host or (_host(url) if url else None), what)


def _unreachable(host: str | None, what: str) -> NodeUnreachable:
    at = f" at {host}" if host else ""
    return NodeUnreachable(f"the node{at} {what}", remedy="start it or choose another, then run again")


def _host(url: str) -> str:
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
