"""What it means when a node does not answer: an error that names the node's host, and never its address,
which may hold an access key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from salus.base.errors import NodeUnreachable

if TYPE_CHECKING:
    import requests

NOT_JSON = "does not answer in JSON-RPC"


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
