"""A node over HTTP, by web3.py and requests: patient with a short silence, clear about a long one.

A call that changes nothing is repeated for some ten seconds. So is a signed transaction, which the chain
takes once however often it is sent. Only a transaction that the node itself signs is sent once. A node that
takes no more calls is asked again when it says, or ever more rarely, for a minute.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential
from web3 import HTTPProvider
from web3.exceptions import BadFunctionCallOutput, BadResponseFormat
from web3.types import RPCEndpoint, RPCResponse

from salus.base.errors import NoContract, NodeBusy
from salus.chain.answers import fits, is_answer
from salus.chain.refusals import refusal
from salus.chain.unreachable import NOT_JSON, busy, host_of, secrets_of, unreachable, unreachable_at
from salus.chain.waiting import waited_for

ANSWER_SECONDS: Final = 60.0
"""How long the answer to one call may take."""
_ONCE_ONLY: Final = frozenset({"eth_sendTransaction"})
_WEB3_KNOWS_ANOTHER_WAY: Final = frozenset({"eth_maxPriorityFeePerGas"})
_BUSY_PATIENCE: Final = 6
"""Times the patience with silence: limits on calls mostly count by the minute."""
_PAUSE = wait_exponential(multiplier=0.2, max=2)
_BUSY_PAUSE = wait_exponential(multiplier=0.5, max=8)


class NoCode(NoContract, BadFunctionCallOutput):
    """Is what web3 raises too when nothing is at an address."""


class Node(HTTPProvider):
    """A JSON-RPC node at an http(s) address. `names` are the contracts that should be there, by address in
    lower case.

    Every call raises NodeUnreachable if the node stays silent or says what is no answer, NodeBusy if it takes
    no more calls, NodeRefused if it answers with an error that is no contract's, and NoContract if what is
    asked has no code.
    """

    def __init__(self, url: str, *, patience: float, timeout: float = ANSWER_SECONDS) -> None:
        self.host = host_of(url)
        self.names: Mapping[str, str] = {}
        self._secrets = secrets_of(url)
        self._patience = patience
        self._with_code: set[str] = set()
        super().__init__(
            url,
            request_kwargs={"timeout": timeout},
            exception_retry_configuration=None,
            # asked beside every other question, and the same as long as the node is
            cache_allowed_requests=True,
            cacheable_requests={RPCEndpoint("eth_chainId")},
            # left empty, web3 asks for the number once more to find one
            request_cache_validation_threshold=0,
        )

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        with waited_for(self.host):
            response = self._patiently(method, params)
        if method == "eth_call" and response.get("result") == "0x" and params[0].get("to"):
            self.check_code(params[0]["to"])
        return response

    def check_code(self, address: str) -> None:
        """Raises NoContract if nothing is at the address."""
        key = address.lower()
        if key in self._with_code:
            return
        if self.make_request(RPCEndpoint("eth_getCode"), [address, "latest"]).get("result") == "0x":
            name = self.names.get(key)
            raise NoCode(
                f"the node at {self.host} has no contract at {address}"
                + (f", where the address book lists {name}" if name else ""),
                address=address,
                remedy="check the network and the address book: the node may serve another chain, or a new "
                "one under the old number"
                if name
                else "check the address and the network",
            )
        self._with_code.add(key)

    def _patiently(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """The answer, asked for again while that makes sense."""
        patience = 0.0 if method in _ONCE_ONLY else self._patience
        started = time.monotonic()

        def is_over(state: RetryCallState) -> bool:
            limit = self._patience * _BUSY_PATIENCE if _asked_to_wait(state) else patience
            return time.monotonic() - started + (state.upcoming_sleep or 0) > limit

        retrying = Retrying(
            retry=retry_if_exception_type((requests.RequestException, NodeBusy)),
            stop=is_over,
            wait=_pause,
            reraise=True,
        )
        try:
            return retrying(self._once, method, params)
        except requests.RequestException as error:
            raise unreachable(error, self.host, seconds=time.monotonic() - started) from None
        except (ValueError, BadResponseFormat):
            raise unreachable_at(self.host, NOT_JSON) from None

    def _once(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        try:
            response = super().make_request(method, params)
        except requests.HTTPError as error:
            if found := busy(error, self.host, was_taken=method in _ONCE_ONLY):
                raise found from None
            raise
        if "error" in response and response["error"] and method not in _WEB3_KNOWS_ANOTHER_WAY:
            refused = refusal(method, response["error"], self.host, params, hidden=self._secrets)
            if refused is not None:
                raise refused
        if not response.get("error") and not fits(method, response.get("result")):
            raise BadResponseFormat(NOT_JSON)
        return response

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        # checked here: web3 looks into an answer before it returns it
        response = HTTPProvider.decode_rpc_response(raw_response)
        if not is_answer(response):
            raise BadResponseFormat(NOT_JSON)
        return response


def _asked_to_wait(state: RetryCallState) -> bool:
    return state.outcome is not None and isinstance(state.outcome.exception(), NodeBusy)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, NodeBusy):
        return _PAUSE(state)
    return _BUSY_PAUSE(state) if error.wait is None else error.wait
