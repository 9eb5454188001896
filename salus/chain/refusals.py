"""What it means when a node answers a call with an error: a typed error that names the node's host, and the
way out.

Nodes agree on few numbers, so their words count too. A contract's revert is left to `salus.chain.reverts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from salus.base.errors import (
    ChainError,
    FeeTooLow,
    InsufficientFunds,
    NodeBusy,
    NodeRefused,
    NonceUsed,
)

_METHOD_MISSING: Final = -32601
_REVERTED: Final = 3
_RUNS_A_CONTRACT: Final = frozenset(
    {"eth_call", "eth_estimateGas", "eth_sendRawTransaction", "eth_sendTransaction"}
)
_LIMITED: Final = frozenset({429, -32005, -32029, -32097})
_LONGEST: Final = 200
_TOO_MUCH: Final = re.compile(
    r"block|range|result|\blogs?\b|response|limit|exceed|time|size|large|many", re.IGNORECASE
)
_OF_LOGS: Final = re.compile(r"block|range|result|\blogs?\b|response", re.IGNORECASE)
_REVERT: Final = re.compile(r"\brevert(ed)?\b|invalid opcode|VM Exception", re.IGNORECASE)


class _Kind(NamedTuple):
    """How nodes put one trouble, what it is, and the way out."""

    pattern: re.Pattern[str]
    error: type[NodeRefused]
    what: str
    remedy: str


def _kind(pattern: str, error: type[NodeRefused], what: str, remedy: str) -> _Kind:
    return _Kind(re.compile(pattern, re.IGNORECASE), error, what, remedy)


_BUSY: Final = re.compile(
    r"rate.?limit|too many requests|request(s)? (count|per)|requests? limit|compute units|throughput|"
    r"capacity|quota|daily (limit|request)|server (is )?busy|overloaded",
    re.IGNORECASE,
)
_MISSING: Final = _kind(
    r"method.*(not|n't|un).*(found|exist|support|available|implement|whitelist)|unsupported method|"
    r"unknown method|not supported",
    NodeRefused,
    "the node at {host} does not offer {method}",
    "choose a node that does",
)
_KINDS: Final = (
    _MISSING,
    _kind(
        r"insufficient (funds|balance)|not enough (funds|balance)|doesn.t have enough funds",
        InsufficientFunds,
        "{account} has too little of the chain's coin for the fee",
        "bring it some, or name another account",
    ),
    _kind(
        r"nonce (is )?too (low|high)|nonce has already|invalid nonce|correct nonce|already been used",
        NonceUsed,
        "{account} has sent another transaction with the same number",
        "run again; do not send from one account in two processes",
    ),
    _kind(
        r"underpriced|fee ?cap|less than block base fee|gas ?price (too|is|below)|feetoolow|fee too low|"
        r"minimum (gas|needed)|max fee per gas",
        FeeTooLow,
        "the node at {host} takes no transaction at this price of gas",
        "run again: the price is asked for anew",
    ),
    _kind(
        r"block gas limit|gas required exceeds|intrinsic gas|gas limit (is )?too|out of gas|exceeds.*gas cap",
        NodeRefused,
        "the transaction needs more gas than {account} or a block has",
        "look at the account's balance, or send less at once (such as `--at-once 10`)",
    ),
    _kind(
        r"header not found|(header|block).*(not found|unknown|unavailable)|unknown block|missing trie node|"
        r"pruned|state.*(not|un)available|old data not available|historical state|indexing is in progress",
        NodeRefused,
        "the node at {host} does not have the block that {method} asks for: it lags behind, or keeps no "
        "blocks so old",
        "run again, or choose a node that keeps all blocks",
    ),
    _kind(
        r"unauthori[sz]ed|forbidden|api.?key|project id|authenticat|invalid token|access denied|not allowed",
        NodeRefused,
        "the node at {host} does not let this client use {method}",
        "check the key in the node's address, or choose another node",
    ),
)


def refusal(
    method: str, error: Any, host: str | None, params: Any = (), *, hidden: Sequence[str] = ()
) -> ChainError | None:
    """What the error of an answer means; None if it is the revert of a contract. No word of `hidden` shows.

    >>> str(refusal("eth_getLogs", {"code": -32601, "message": "no such thing"}, "node.example"))
    'the node at node.example does not offer eth_getLogs; choose a node that does'
    >>> refusal("eth_call", {"code": 3, "message": "execution reverted", "data": "0x"}, "node.example")
    """
    code, words = _read(error, hidden)
    if method in _RUNS_A_CONTRACT and _is_revert(error, code, words):
        return None
    where = host or "the network's address"
    if _is_busy(method, code, words):
        return NodeBusy(
            f"the node at {where} takes no more calls now: {words or f'error {code}'}",
            wait=_backoff(error),
            remedy="run again later, or choose another node",
        )
    kind = _MISSING if code == _METHOD_MISSING else None
    kind = kind or next((kind for kind in _KINDS if kind.pattern.search(words)), None)
    if kind is None:
        number = "" if code is None else f" ({code})"
        return NodeRefused(
            f"the node at {where} refuses {method}: {words or 'without a reason'}{number}",
            method=method,
            code=code,
            words=words,
            remedy="run again; if it stays so, choose another node",
        )
    what = kind.what.format(host=where, method=method, account=_account(params) or "the account")
    said = f": {words}" if words and kind is not _MISSING else ""
    return kind.error(what + said, method=method, code=code, words=words, remedy=kind.remedy)


def is_too_much(error: NodeRefused) -> bool:
    """Whether the node would answer the same question about fewer blocks.

    >>> is_too_much(NodeRefused("", method="eth_getLogs", words="query returned more than 10000 results"))
    True
    """
    return error.code != _METHOD_MISSING and bool(_TOO_MUCH.search(error.words))


def _read(error: Any, hidden: Sequence[str]) -> tuple[int | None, str]:
    """Code and words, one line of them, of whatever form."""
    if not isinstance(error, Mapping):
        return None, _line(error, hidden)
    code = error.get("code")
    return (code if isinstance(code, int) else None), _line(error.get("message") or "", hidden)


def _line(words: Any, hidden: Sequence[str]) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in str(words))
    text = " ".join(shown.split())
    # an address in the words may hold a key
    text = re.sub(r"\w+://\S+", "(an address)", text)
    for word in hidden:
        text = re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _is_revert(error: Any, code: int | None, words: str) -> bool:
    data = error.get("data") if isinstance(error, Mapping) else None
    if code == _REVERTED or _REVERT.search(words):
        return True
    return isinstance(data, str) and data.startswith("0x") and len(data) >= 10


def _is_busy(method: str, code: int | None, words: str) -> bool:
    about_logs = method == "eth_getLogs" and _OF_LOGS.search(words)
    return bool(_BUSY.search(words)) or (code in _LIMITED and not about_logs)


def _backoff(error: Any) -> float | None:
    """Seconds that the answer asks to wait; some nodes say so beside the error."""
    try:
        return float(error["data"]["rate"]["backoff_seconds"])
    except (KeyError, TypeError, ValueError):
        return None


def _account(params: Any) -> str | None:
    try:
        sender = params[0]["from"]
    except (KeyError, IndexError, TypeError):
        return None
    return str(sender)
