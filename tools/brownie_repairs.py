"""A pytest plugin with repairs to Brownie 1.22.2; `python -m tools.test` and `tools.coverage` load it.

1. Brownie drops a contract's source map, and with it coverage, when the code on the chain is not what was
   compiled. It overlooks that a constructor writes immutables into the code: no such contract is measured.
2. Brownie keeps its record of test results in `build/`, where two runs side by side read and delete each
   other's. It goes to the run's own folder instead.
3. Coverage reads the memory at each step of each transaction, up to half a gigabyte a trace, and sends views
   as transactions, those of fixtures too. Without the memory, and with the views of the tests alone, it
   measures the same in less than half the time.
4. Brownie collects garbage whenever it reverts the chain, after every test, through all that was ever loaded.
   What the start has loaded is set aside: it stays anyway, and a quarter of the time is saved.
5. When a transaction is confirmed, its thread takes all others of the same sender and number for dropped. The
   next one after the chain has gone back has the same number: going back waits for such threads.
6. Brownie waits for the node to count past the last transaction that it remembers: for ever, if the chain has
   gone back behind that one. After two seconds the node is believed.
"""

from __future__ import annotations

import copy
import gc
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from brownie._config import CONFIG
from brownie.network import contract
from brownie.network.account import _PrivateKeyAccount
from brownie.network.state import Chain, TxHistory
from brownie.network.transaction import TransactionReceipt
from brownie.network.web3 import web3
from brownie.project.main import get_loaded_projects
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from web3 import HTTPProvider

UNSET_IMMUTABLE = re.compile("7f" + "0" * 64)  # PUSH32 0, which the constructor overwrites
THREAD_ENDS_WITHIN_SECONDS = 60
COUNTED_WITHIN_SECONDS = 2
UNLINKED_LIBRARY = re.compile("__.{36}__")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    contract._verify_deployed_code = is_code_as_compiled  # type: ignore[assignment]
    for project in get_loaded_projects():
        project._build_path = Path(tempfile.gettempdir())
    patched: Any = Chain
    go_back = patched._revert

    def go_back_alone(*arguments: Any) -> Any:
        wait_for_confirmations()
        return go_back(*arguments)

    patched._revert = go_back_alone
    patched = _PrivateKeyAccount
    patched._pending_nonce = next_number
    if config.getoption("--coverage"):
        LeanTraces().install()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    CONFIG.argv["always_transact"] = False
    yield
    CONFIG.argv["always_transact"] = CONFIG.argv["coverage"]


def wait_for_confirmations() -> None:
    for thread in threading.enumerate():
        # Python names a thread after the function that it runs
        if thread.name.endswith("(_await_confirmation)"):
            thread.join(THREAD_ENDS_WITHIN_SECONDS)


def next_number(account: Any) -> int:
    """The number of an account's next transaction."""
    known: list[Any] = list(TxHistory().from_sender(account.address))
    sent = max(known, key=lambda receipt: receipt.nonce, default=None)
    if sent is not None and sent.status == -1:  # not mined yet
        return int(sent.nonce) + 1
    believed_at = time.monotonic() + COUNTED_WITHIN_SECONDS
    while sent is not None and account.nonce == sent.nonce and time.monotonic() < believed_at:
        time.sleep(0.1)  # Ganache may count late
    return int(account.nonce)


def is_code_as_compiled(address: str, compiled: str, language: str) -> bool:
    """Whether the code at `address` is `compiled` but for immutables, library addresses and metadata."""
    compiled = compiled.removeprefix("0x")
    deployed = web3.eth.get_code(to_checksum_address(address)).hex().removeprefix("0x")
    if compiled.startswith("73" + "0" * 40):  # a library knows its own address
        compiled, deployed = compiled[42:], deployed[42:]
    for pattern in (UNSET_IMMUTABLE, UNLINKED_LIBRARY):
        for unset in pattern.finditer(compiled):
            deployed = deployed[: unset.start()] + unset[0] + deployed[unset.end() :]
    return without_metadata(deployed) == without_metadata(compiled)


def without_metadata(code: str) -> str:
    """The code less its last part, whose length the last two bytes give."""
    return code[: -2 * (int(code[-4:], 16) + 2)] if code else code


class LeanTraces:
    """Traces without memory for transactions that succeeded; with it when a test asks for a return value."""

    def __init__(self) -> None:
        self.with_memory = True
        self.make_request: Any = HTTPProvider.make_request
        self.get_trace: Any = TransactionReceipt._get_trace

    def install(self) -> None:
        def make_request(provider: HTTPProvider, method: Any, params: Any) -> Any:
            if method == "debug_traceTransaction" and params and not self.with_memory:
                params = (params[0], {**params[1], "disableMemory": True})
            return self.make_request(provider, method, params)

        def get_trace(receipt: Any) -> None:
            # a reverted transaction says why in its memory
            self.with_memory = not receipt.status
            try:
                self.get_trace(receipt)
            except DecodingError:
                # what it returns cannot be read without the memory, and is read with it when a test asks
                if self.with_memory:
                    raise
            finally:
                self.with_memory = True

        def return_value(receipt: Any) -> Any:
            if not receipt.status:
                return None
            whole = copy.copy(receipt)
            whole._raw_trace = whole._return_value = None
            self.get_trace(whole)
            return whole._return_value

        patched: Any = TransactionReceipt
        patched._get_trace = get_trace
        patched.return_value = property(return_value)
        patched = HTTPProvider
        patched.make_request = make_request
