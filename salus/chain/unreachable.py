"""What it means when a node does not answer: an error that names the node's host, and never its address,
which may hold an access key.
"""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from salus.base.errors import NodeBusy, NodeUnreachable

if TYPE_CHECKING:
    import requests

NOT_JSON = "does not answer in JSON-RPC"
_TOO_MANY, _UNAVAILABLE = 429, 503
_SHORTEST_KEY = 6
_MEANING: Final = {
    401: "it asks for a key, or does not know this one",
    403: "it does not let this client in",
    404: "nothing is at this address of the host",
    413: "the call is too large for it",
    429: "too many calls",
    500: "it has failed",
    502: "what stands before it does not reach it",
    503: "it takes no calls now",
    504: "what stands before it has waited too long for it",
}


def unreachable(
    error: requests.RequestException, host: str | None = None, *, seconds: float | None = None
) -> NodeUnreachable:
    """What a failed request to a node means; its host is that of the request unless given. `seconds` is how
    long was waited.

    >>> import requests
    >>> str(unreachable(requests.ConnectionError(), "127.0.0.1:8545"))
    'the node at 127.0.0.1:8545 does not answer; start it or choose another, then run again'
    >>> str(unreachable(requests.ReadTimeout(), "node.example", seconds=60.2))
    'the node at node.example has not answered for 60 seconds; run again, or choose another'
    """
    import requests  # here: an action that is only explained needs none of it

    url = error.request.url if error.request is not None else None
    host = host or (host_of(url) if url else None)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        meaning = f" ({_MEANING[status]})" if status in _MEANING else ""
        return unreachable_at(host, f"answers {status}{meaning}")
    if isinstance(error, requests.JSONDecodeError):
        return unreachable_at(host, NOT_JSON)
    if isinstance(error, requests.Timeout) and seconds is not None:
        what = f"has not answered for {max(seconds, 0):.0f} seconds"
        return unreachable_at(host, what, remedy="run again, or choose another")
    if seconds is not None and _was_dropped(error):
        what = "closed the connection without an answer"
        return unreachable_at(host, what, remedy="run again, or choose another")
    return unreachable_at(host, "does not answer")


def busy(error: requests.HTTPError, host: str, *, was_taken: bool = False) -> NodeBusy | None:
    """What an answer 429, or 503 with a time to come back, means; None for any other. A call that may do
    something twice (`was_taken`) is safe to repeat only after 429, which refuses it unread."""
    response = error.response
    if response is None or response.status_code not in (_TOO_MANY, _UNAVAILABLE):
        return None
    wait = _seconds(response.headers.get("Retry-After"))
    if response.status_code == _UNAVAILABLE and (wait is None or was_taken):
        return None
    asks = "" if wait is None else f", and asks to wait {wait:.0f} seconds"
    return NodeBusy(
        f"the node at {host} answers {response.status_code} ({_MEANING[response.status_code]}){asks}",
        wait=wait,
        remedy="run again later, or choose another node",
    )


def unreachable_at(
    host: str | None, what: str, *, remedy: str = "start it or choose another, then run again"
) -> NodeUnreachable:
    at = f" at {host}" if host else ""
    return NodeUnreachable(f"the node{at} {what}", remedy=remedy)


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


def secrets_of(url: str) -> tuple[str, ...]:
    """What of a node's address may be an access key: all but its host, as written and as meant.

    >>> secrets_of("https://user:secret@node.example/v3/0123456789abcdef?key=abcdef")
    ('0123456789abcdef', 'abcdef', 'secret')
    >>> secrets_of("https://node.example/a%2Bkey%21")
    ('a%2Bkey%21', 'a+key!')
    """
    parts = urlsplit(url)
    words = (
        parts.username,
        parts.password,
        *re.split(r"[/&=;]", f"{parts.path}/{parts.query}/{parts.fragment}"),
    )
    given = [word for word in words if word]
    found = {word for word in (*given, *map(unquote, given)) if len(word) >= _SHORTEST_KEY}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def _was_dropped(error: requests.RequestException) -> bool:
    """Whether the node took the call and hung up, and not: whether nobody was there."""
    text = repr(error)
    return any(word in text for word in ("RemoteDisconnected", "ConnectionReset", "IncompleteRead"))


def _seconds(retry_after: str | None) -> float | None:
    """Seconds until the time of the header, which is a number or a date; None if it is neither."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None
