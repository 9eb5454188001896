"""A node over HTTP, by web3.py and requests: patient with a short silence, clear about a long one.

A call that changes nothing is repeated for some ten seconds. So is a signed transaction, which the chain
takes once however often it is sent. Only a transaction that the node itself signs is sent once.
"""

from __future__ import annotations

from typing import Any

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential
from web3 import HTTPProvider
from web3.exceptions import BadResponseFormat
from web3.types import RPCEndpoint, RPCResponse

from salus.chain.unreachable import NOT_JSON, host_of, unreachable, unreachable_at

_ANSWER_SECONDS = 60.0
_ONCE_ONLY = {"eth_sendTransaction"}


class Node(HTTPProvider):
    """A JSON-RPC node at an http(s) address. Every call raises NodeUnreachable if it stays silent."""

    def __init__(self, url: str, *, patience: float) -> None:
        self.host = host_of(url)
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
            raise unreachable_at(self.host, NOT_JSON) from None
