"""What separates one test from the next

given a chain that goes back after a transaction, so that the next has the same number
└── when Brownie's thread for the first looks last which others of that number were dropped
    └── it should not take the next one for dropped
given a chain that has gone back behind a transaction which Brownie still remembers
└── it should send the next one all the same, under the same number
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from brownie import accounts, chain
from brownie.network.state import TxHistory


def test_a_transaction_is_not_taken_for_one_of_the_test_before(monkeypatch: pytest.MonkeyPatch) -> None:
    look = TxHistory.filter

    def look_late(history: TxHistory, *arguments: Any, **wanted: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.1)
        return look(history, *arguments, **wanted)

    monkeypatch.setattr(TxHistory, "filter", look_late)

    for _ in range(3):
        before = chain._take_snapshot()
        sent = accounts[0].transfer(accounts[1], 1)
        assert sent.status == 1
        chain._revert(before)


def test_a_transaction_that_is_no_more_is_not_waited_for() -> None:
    before = chain._take_snapshot()
    gone = accounts[0].transfer(accounts[1], 1)
    chain._revert(before)
    TxHistory()._add_tx(gone)

    sent = accounts[0].transfer(accounts[1], 1)

    assert (sent.status, sent.nonce) == (1, gone.nonce)
